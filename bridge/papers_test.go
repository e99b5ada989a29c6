package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/printer"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// press is a Printer that prints when it is let, or waits for the end of its context.
type press struct {
	fails   error
	holds   chan struct{} // closed once it may print; nil: at once
	printed chan string   // titles
}

func (p *press) List(context.Context) ([]state.Printer, error) {
	return []state.Printer{{Name: "Bureau", Default: true, State: "prete"}}, nil
}

func (p *press) Print(ctx context.Context, _, title string, _ []byte, progress func()) error {
	progress()
	if p.holds != nil {
		select {
		case <-p.holds:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if p.fails != nil {
		return p.fails
	}
	progress()
	p.printed <- title
	return nil
}

// printingRig is a rig with a printer, a CPS, and a user who types its code.
func printingRig(t *testing.T, p *press) *rig {
	t.Helper()
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy = t.TempDir(), 0, ""
	p.printed = make(chan string, 10)
	r := startChanged(t, cfg, func(_ *Server, d *daemon.Deps) { d.Printer = p }, "medecin-secteur1")
	r.dial(t).settled(r)
	r.typing(t)
	return r
}

// ended waits for the end of a job of c's.
func (c *client) jobEnded(id string) state.Job {
	c.t.Helper()
	for {
		var now jobResult
		c.mustCall("jobs.get", fmt.Sprintf(`{"id":%q}`, id), &now)
		if now.Job.Ended != nil {
			return now.Job
		}
		c.event()
	}
}

// A page prints its sheet in its browser, at an address that is good once, or in the
// answer; the bytes are the same kind of thing.
func TestPrintInTheBrowser(t *testing.T) {
	r := printingRig(t, &press{})
	_, c := r.visitor(t, ehr, scopeFSE)
	var f made
	c.mustCall("fse.create", `{"facture":`+consultation("DUPONTSECRET")+`}`, &f)
	c.mustCall("fse.sign", fmt.Sprintf(`{"id":%q}`, f.ID), nil)
	var inline, handed documentResult
	c.mustCall("fse.print", fmt.Sprintf(`{"id":%q,"fichier":true}`, f.ID), &inline)
	c.mustCall("fse.print", fmt.Sprintf(`{"id":%q}`, f.ID), &handed)
	if !strings.HasPrefix(string(inline.Data), "%PDF-") || inline.URL != "" || handed.Data != nil || handed.Name != "fse-000000001-feuille.pdf" {
		t.Errorf("%q at %q, %q", inline.Name, inline.URL, handed.Name)
	}
	code, h, body := r.get(t, "GET", handed.URL, "Sec-Fetch-Mode: navigate")
	if code != 200 || !strings.HasPrefix(body, "%PDF-") || h.Get("Content-Type") != "application/pdf" || strings.Contains(h.Get("Content-Disposition"), "DUPONT") {
		t.Errorf("%d %v", code, h)
	}
	if code, _, _ := r.get(t, "GET", handed.URL, "Sec-Fetch-Mode: navigate"); code != 403 {
		t.Errorf("again: %d", code)
	}
}

// A print is a job: it says how far it is, notes the papers, fails with the printer's
// reason, and is taken back when it is cancelled.
func TestPrintJob(t *testing.T) {
	tests := []struct {
		name   string
		press  *press
		cancel bool
		want   state.JobState
		code   string
		paper  string
	}{
		{"done", &press{}, false, state.JobDone, "", "imprime"},
		{"no paper", &press{fails: &printer.StoppedError{Printer: "Bureau", Detail: "plus de papier"}}, false, state.JobFailed, "IMPRIMANTE_ARRETEE", "a-imprimer"},
		{"cancelled", &press{holds: make(chan struct{})}, true, state.JobCancelled, "", "a-imprimer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := printingRig(t, tt.press)
			_, c := r.visitor(t, ehr, scopeFSE)
			var f made
			c.mustCall("fse.create", `{"facture":`+consultation("DUPONTSECRET")+`}`, &f)
			c.mustCall("fse.sign", fmt.Sprintf(`{"id":%q}`, f.ID), nil)
			var begun jobResult
			c.mustCall("print.job", fmt.Sprintf(`{"id":%q}`, f.ID), &begun)
			if tt.cancel {
				c.mustCall("jobs.cancel", fmt.Sprintf(`{"id":%q}`, begun.Job.ID), nil)
			}
			j := c.jobEnded(begun.Job.ID)
			if j.State != tt.want || j.Total != daemon.PrintSteps || (j.Error != nil) != (tt.code != "") || j.Error != nil && (j.Error.Code != tt.code || j.Error.Doc == "") {
				t.Errorf("the job is %+v, %v", j, j.Error)
			}
			var papers papersResult
			c.mustCall("print.list", `{}`, &papers)
			if len(papers.Papers) != 1 || papers.Papers[0].State != tt.paper {
				t.Errorf("the papers are %+v", papers.Papers)
			}
			if tt.want == state.JobDone {
				if title := <-tt.press.printed; title != "Agrafe FSE 000000001" || j.Done != j.Total {
					t.Errorf("printed as %q, %d steps", title, j.Done)
				}
			}
		})
	}
	r := printingRig(t, &press{})
	if m := r.dial(t).call("print.job", `{"id":"x"}`); m.kind() != state.NotFound {
		t.Errorf("nothing to print: %s", m.text)
	}
}

// S18 of papers: what a page without the scope lots, or fse, can't do with them, and
// whose names it is told.
func TestS18Papers(t *testing.T) {
	r := printingRig(t, &press{})
	a, b := page("a", scopeFSE), page("b", scopeFSE)
	lots, admin := page("lots", scopeLots), page("admin", scopeAdmin)
	mine, lot := r.signedFSE(t, a)
	theirs, _ := r.signedFSE(t, b)
	r.must(t, lots, "lots.close", fmt.Sprintf(`{"id":%q}`, lot), nil)
	id := func(id string) string { return fmt.Sprintf(`{"id":%q}`, id) }
	mark := func(id string) string { return fmt.Sprintf(`{"ids":[%q],"etat":"imprime"}`, id) }
	denied := map[string]struct {
		who            principal
		method, params string
		want           state.Kind
	}{
		"a lot's bundle without lots":    {a, "lots.bordereau", id(lot), state.Denied},
		"by hand without lots":           {a, "lots.byHand", id(lot), state.Denied},
		"a lot's papers without lots":    {a, "lots.papers", id(lot), state.Denied},
		"printing a lot without lots":    {a, "print.job", id(lot), state.NotFound},
		"marking a lot without lots":     {a, "print.mark", mark(lot), state.NotFound},
		"marking another's sheet":        {a, "print.mark", mark(theirs.ID), state.NotFound},
		"printing another's sheet":       {a, "fse.print", id(theirs.ID), state.NotFound},
		"collecting for another's":       {a, "fse.collect", fmt.Sprintf(`{"id":%q,"montant":1,"moyen":"carte"}`, theirs.ID), state.NotFound},
		"another's as a paper sheet":     {a, "fse.toPaper", id(theirs.ID), state.NotFound},
		"making another's again":         {a, "fse.remake", id(theirs.ID), state.NotFound},
		"rejects without lots":           {a, "returns.list", `{}`, state.Denied},
		"noting a reject without lots":   {a, "returns.reject", `{"date":"2026-01-05","libelle":"x"}`, state.Denied},
		"withdrawing without lots":       {a, "returns.withdraw", `{"id":"x","motif":"x"}`, state.Denied},
		"a bundle with lots only":        {lots, "lots.bordereau", id(lot), state.Denied},
		"by hand with lots only":         {lots, "lots.byHand", id(lot), state.Denied},
		"a practice removed by a page":   {a, "practice.remove", `{"numeroAM":"991000015"}`, state.Denied},
		"the practice changed by a page": {a, "practice.check", `{}`, state.Denied},
		"sheets with lots only":          {lots, "fse.print", id(mine.ID), state.Denied},
		"takings with lots only":         {lots, "takings.days", `{"du":"2026-01-05"}`, state.Denied},
		"papers as admin only":           {admin, "print.list", `{}`, state.Denied},
	}
	for name, tt := range denied {
		if _, e := r.as(t, tt.who, tt.method, tt.params); e == nil || e.Kind != tt.want {
			t.Errorf("%s: %v", name, e)
		}
	}
	const patient = "DUPONTSECRET"
	names := map[string]struct {
		who            principal
		method, params string
		told           bool
	}{
		"its list":              {a, "fse.list", `{}`, false},
		"its list with names":   {a, "fse.list", `{"beneficiaires":true}`, true},
		"its number":            {a, "fse.list", `{"numero":"000000001"}`, false},
		"its number with names": {a, "fse.list", `{"numero":"000000001","beneficiaires":true}`, true},
		"its papers":            {a, "print.list", `{}`, true},
		"a lot's papers":        {lots, "lots.papers", id(lot), false},
		"a lot":                 {lots, "lots.get", id(lot), false},
		"a lot with fse beside": {page("c", scopeFSE, scopeLots), "lots.papers", id(lot), false},
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		tt := names[name]
		text, e := r.as(t, tt.who, tt.method, tt.params)
		if e != nil || strings.Contains(text, patient) != tt.told {
			t.Errorf("%s: %s, %v", name, text, e)
		}
	}
}

// The lists of FSE that a page asks for by state, by day and by number.
func TestListsOfFSE(t *testing.T) {
	r := printingRig(t, &press{})
	a := page("a", scopeFSE)
	signed, _ := r.signedFSE(t, a)
	draft := r.created(t, a, 1)[0]
	today := time.Now().Format(time.DateOnly)
	tests := []struct {
		name, params string
		want         []string
	}{
		{"all", `{}`, []string{draft, signed.ID}},
		{"a state", `{"etats":["en-lot"]}`, []string{signed.ID}},
		{"two states", `{"etats":["en-lot","brouillon"]}`, []string{draft, signed.ID}},
		{"another state", `{"etats":["payee"]}`, nil},
		{"the day", fmt.Sprintf(`{"jour":%q}`, today), []string{draft, signed.ID}},
		{"another day", `{"jour":"2020-01-05"}`, nil},
		{"the number", `{"numero":"000000001"}`, []string{signed.ID}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got listResult
			r.must(t, a, "fse.list", tt.params, &got)
			var ids []string
			for _, f := range got.FSE {
				ids = append(ids, f.ID)
				if f.Acts != "G" || f.Person != "" {
					t.Errorf("it is shown as %+v", f)
				}
			}
			if !slices.Equal(ids, tt.want) {
				t.Errorf("%v, want %v", ids, tt.want)
			}
		})
	}
	for params, code := range map[string]string{`{"jour":"5 janvier"}`: "DATE_ILLISIBLE", `{"numero":"1"}`: "NUMERO_FSE"} {
		if _, e := r.as(t, a, "fse.list", params); e == nil || e.Code != code {
			t.Errorf("%s: %v", params, e)
		}
	}
}

// What the console makes again of another front end's is its own.
func TestConsoleRemakes(t *testing.T) {
	r := start(t)
	console := principal{name: "http://127.0.0.1:1#AAAAAAAA", scopes: allScopes, console: true}
	var noted state.Return
	r.must(t, page("lots", scopeLots), "returns.reject", `{"numero":"000000777","date":"2026-01-05","libelle":"droits fermés"}`, &noted)
	var f struct {
		ID    string
		Owner string `json:"proprietaire"`
	}
	r.must(t, console, "fse.remake", fmt.Sprintf(`{"retour":%q}`, noted.ID), &f)
	if f.Owner != console.owner() {
		t.Errorf("it belongs to %q", f.Owner)
	}
	var listed returnsResult
	r.must(t, console, "returns.list", `{}`, &listed)
	if text, _ := json.Marshal(listed); len(listed.Returns) != 1 || listed.Returns[0].Remade != f.ID {
		t.Errorf("the returns are %s", text)
	}
}

// The console signs what another front end has made, one by one and in bulk: it stays
// that front end's, and the journal says who signed.
func TestConsoleSigns(t *testing.T) {
	r := start(t, "medecin-secteur1")
	r.dial(t).settled(r)
	r.typing(t)
	ehr, console := page("a", scopeFSE, scopeCards), principal{name: "http://127.0.0.1:1#AAAAAAAA", scopes: allScopes, console: true}
	ids := r.created(t, ehr, 3)
	var f struct {
		Owner string `json:"proprietaire"`
		State string `json:"etat"`
	}
	r.must(t, console, "fse.sign", fmt.Sprintf(`{"id":%q}`, ids[0]), &f)
	if f.Owner != ehr.owner() || f.State != "en-lot" {
		t.Errorf("it is %+v", f)
	}
	if _, e := r.as(t, page("b", scopeFSE), "fse.sign", fmt.Sprintf(`{"id":%q}`, ids[1])); e == nil || e.Kind != state.NotFound {
		t.Errorf("another site: %v", e)
	}
	var bulk jobResult
	r.must(t, console, "fse.signMany", fmt.Sprintf(`{"ids":%s}`, idList(ids[1:])), &bulk)
	for bulk.Job.State == state.JobRunning {
		time.Sleep(10 * time.Millisecond)
		r.must(t, console, "jobs.get", fmt.Sprintf(`{"id":%q}`, bulk.Job.ID), &bulk)
	}
	actors := map[string]int{}
	for record, err := range r.server.daemon.JournalRecords(0) {
		if err != nil {
			t.Fatal(err)
		}
		actors[record.Actor]++
	}
	if actors[console.name] < 3 || actors["*"] != 0 {
		t.Errorf("the journal names %v", actors)
	}
}
