package bridge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// wanted are the methods that front ends are promised.
const wanted = `system.ping system.status system.diagnostics readers.list
cards.readVitale cards.readCPS cards.openPinSession cards.closePinSession lease.acquire lease.release lease.steal
rights.fromCard rights.adri rights.manual
fse.create fse.get fse.update fse.price fse.confirmNature fse.leaveNature fse.split fse.check fse.sign fse.signMany fse.seal
fse.cancel fse.degrade fse.remake fse.toPaper fse.list fse.print
lots.list lots.get lots.close lots.reopen lots.takeOut lots.late lots.b2 lots.transmit lots.bordereau lots.papers
lots.decide returns.list returns.fetch returns.reconcile returns.dismiss returns.deliveries returns.file returns.import mail.check tables.list tables.search tables.show print.list print.job
jobs.get jobs.list jobs.cancel origins.me`

func TestEveryMethodStandsInTheTable(t *testing.T) {
	table := methodTable()
	for _, name := range strings.Fields(wanted) {
		if _, ok := table[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
	for _, m := range methods {
		if m.summary == "" || m.since < 1 || m.run == nil || m.params == nil || m.result == nil ||
			m.runs == long && m.outcome == nil || m.runs != long && m.outcome != nil {
			t.Errorf("the row of %s is not whole", m.name)
		}
	}
}

// The tables over the wire are those of the rules, row by row, page by page.
func TestTablesOverTheWire(t *testing.T) {
	r := start(t)
	p := page("a", scopeReaders)
	var listed tablesResult
	r.must(t, p, "tables.list", `{}`, &listed)
	set := tables.Default()
	if diff := cmp.Diff(set.Tables(), listed.Tables); diff != "" || listed.Version != set.Version() {
		t.Errorf("version %s: %s", listed.Version, diff)
	}
	for _, info := range listed.Tables {
		want, _ := set.Table(info.Nom)
		var rows [][]string
		for after := ""; ; {
			var got tableResult
			r.must(t, p, "tables.show", fmt.Sprintf(`{"table":%q,"after":%q,"limit":37}`, info.Nom, after), &got)
			rows = append(rows, got.Rangees...)
			if after = got.Next; after == "" {
				break
			}
		}
		if diff := cmp.Diff(want.Rangees, rows); diff != "" {
			t.Errorf("%s: %s", info.Nom, diff)
		}
	}
	for _, after := range []string{"-1", "x", "999999"} {
		params := fmt.Sprintf(`{"table":%q,"after":%q}`, listed.Tables[0].Nom, after)
		if _, e := r.as(t, p, "tables.show", params); e == nil || e.Code != "CURSEUR" {
			t.Errorf("the cursor %q: %v", after, e)
		}
	}
	if _, e := r.as(t, p, "tables.show", `{"table":"../x"}`); e == nil || e.Kind != state.NotFound {
		t.Errorf("a table that is not there: %v", e)
	}
	var found searchResult
	r.must(t, p, "tables.search", `{"mots":"ALSACE"}`, &found)
	if diff := cmp.Diff(set.Search("alsace"), found.Rows); diff != "" || len(found.Rows) == 0 || found.More {
		t.Errorf("%d rows: %s", len(found.Rows), diff)
	}
}

// The rights of the card go into a draft as they are, and price it as the EHR's own
// reading of the card would.
func TestRightsFromCard(t *testing.T) {
	r := start(t, "patient-famille", "medecin-secteur1")
	r.dial(t).settled(r)
	p := page("a", scopeCards, scopeFSE)
	var v daemon.Vitale
	r.must(t, p, "cards.readVitale", `{}`, &v)
	if len(v.Persons) < 2 {
		t.Fatalf("%d persons", len(v.Persons))
	}
	for i, person := range v.Persons {
		var got daemon.CardRights
		r.must(t, p, "rights.fromCard", fmt.Sprintf(`{"personne":%d}`, i), &got)
		if got.Beneficiaire.NIR != person.NIR || got.AMO.Regime != person.Rights.Regime || got.AMO.Caisse != person.Rights.Caisse ||
			got.Beneficiaire.Qualite != person.Rights.Qualite || got.Source != "carte" || !got.Demo || got.EventCounter != v.EventCounter {
			t.Errorf("person %d: %+v of %+v", i, got, person)
		}
		if (got.Assure != nil) != (person.Rights.NIRAssure != "" && person.Rights.NIRAssure != person.NIR) {
			t.Errorf("person %d: assuré %v", i, got.Assure)
		}
	}
	for _, n := range []int{-1, len(v.Persons)} {
		if _, e := r.as(t, p, "rights.fromCard", fmt.Sprintf(`{"personne":%d}`, n)); e == nil || e.Kind != state.NotFound {
			t.Errorf("person %d: %v", n, e)
		}
	}
	var check rightsCheck
	r.must(t, p, "rights.manual", `{"mode":"degrade","amo":{"regime":"01","caisse":"999","centre":"0000","exonere":"x"}}`, &check)
	if len(check.Issues) == 0 {
		t.Error("nothing stands against rights that are wrong")
	}
	for _, i := range check.Issues {
		if part, _, _ := strings.Cut(i.Chemin, "."); part == "actes" || part == "professionnel" {
			t.Errorf("a remark about %s", i.Chemin)
		}
	}
}

// events.resync of another run's events gives a snapshot, whatever the number.
func TestResyncOfAnotherRun(t *testing.T) {
	r := start(t)
	c := r.dial(t)
	c.settled(r)
	for _, tt := range []struct {
		instance string
		snapshot bool
	}{{r.server.instance, false}, {"", false}, {"another", true}} {
		var got resyncResult
		c.mustCall("events.resync", fmt.Sprintf(`{"since":0,"instance":%q}`, tt.instance), &got)
		if (got.Snapshot != nil) != tt.snapshot || (len(got.Events) == 0) != tt.snapshot {
			t.Errorf("instance %q: %d events, snapshot %v", tt.instance, len(got.Events), got.Snapshot != nil)
		}
	}
}

// A parameter that is missing is named, whatever its method.
func TestMissingParametersAreNamed(t *testing.T) {
	r := start(t)
	p := principal{name: "local", scopes: allScopes, local: true}
	for method, path := range map[string]string{
		"fse.get": "/id", "fse.sign": "/id", "fse.create": "/facture", "lots.takeOut": "/lot", "lease.acquire": "/reader", "jobs.get": "/id",
	} {
		if _, e := r.as(t, p, method, `{}`); e == nil || e.Code != "PARAMETRES" || e.Path != path {
			t.Errorf("%s without %s: %v", method, path, e)
		}
	}
}
