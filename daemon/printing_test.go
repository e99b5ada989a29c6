package daemon

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/printer"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// press is a Printer that keeps what it is given, or fails.
type press struct {
	list    []state.Printer
	fails   error
	after   func() // once it has printed
	printed []string
}

func (p *press) List(context.Context) ([]state.Printer, error) {
	if len(p.list) == 0 {
		return nil, &printer.NoneError{Detail: "ajoutez-en une"}
	}
	return p.list, nil
}

func (p *press) Print(ctx context.Context, name, title string, pdf []byte, progress func()) error {
	if p.fails != nil {
		return p.fails
	}
	progress()
	if p.after != nil {
		p.after()
	}
	progress()
	p.printed = append(p.printed, name+": "+title)
	return nil
}

func printing(p *press) option { return func(_ *Config, d *Deps) { d.Printer = p } }

// states of the papers that wait, by the kind and the number of the paper.
func (r *rig) waiting() map[string]string {
	r.t.Helper()
	list, _, err := r.d.Papers(service, "", 0)
	if err != nil {
		r.t.Fatal(err)
	}
	out := make(map[string]string)
	for _, p := range list {
		out[string(p.Kind)+" "+p.Numero] = p.State
	}
	return out
}

// print prints a document as one who sees everything.
func (r *rig) print(ctx context.Context, id, kind, name string) (on string, steps []int, err error) {
	r.t.Helper()
	d, err := r.d.Document(service, id, kind)
	if err != nil {
		r.t.Fatal(err)
	}
	on, _, err = r.d.Print(ctx, service, d, name, func(done int) { steps = append(steps, done) })
	return on, steps, err
}

// What has been printed is noted, and nothing else is.
func TestPrintNotesThePapers(t *testing.T) {
	p := &press{list: []state.Printer{{Name: "Bureau", Default: true}, {Name: "Accueil"}}}
	r := newRig(t, printing(p))
	l, f, _ := r.degradedLot()
	r.closeLot(l.ID)
	want := map[string]string{"bordereau 001": "a-imprimer", "feuille 000000001": "a-imprimer", "feuille 000000002": "a-imprimer"}
	steps := []struct{ name, id, kind, changes, to string }{
		{"envelope", l.ID, "enveloppe", "", ""},
		{"by hand", l.ID, "a-la-main", "", ""},
		{"one sheet", f.ID, "feuille", "feuille 000000001", "imprime"},
		{"the bordereau alone", l.ID, "bordereau", "bordereau 001", "imprime"},
		{"the bundle", l.ID, "liasse", "feuille 000000002", "imprime"},
		{"the bundle again", l.ID, "liasse", "", ""},
	}
	for _, s := range steps {
		on, done, err := r.print(t.Context(), s.id, s.kind, "")
		if err != nil || on != "Bureau" || !slices.Equal(done, []int{1, 2}) {
			t.Fatalf("%s: on %q, steps %v, %v", s.name, on, done, err)
		}
		if s.changes != "" {
			want[s.changes] = s.to
		}
		if diff := cmp.Diff(want, r.waiting()); diff != "" {
			t.Errorf("%s: %s", s.name, diff)
		}
	}
	if want := []string{"Bureau: Agrafe lot 001", "Bureau: Agrafe lot 001", "Bureau: Agrafe FSE 000000001"}; !slices.Equal(p.printed[:3], want) {
		t.Errorf("printed %q", p.printed)
	}
}

// A print that failed or was taken back has printed nothing.
func TestPrintFailures(t *testing.T) {
	tests := []struct {
		name  string
		fails error
		kind  state.Kind
		code  string
	}{
		{"no paper", &printer.StoppedError{Printer: "Bureau", Detail: "plus de papier"}, state.Offline, "IMPRIMANTE_ARRETEE"},
		{"given up", &printer.FailedError{Printer: "Bureau", Detail: "abandonné"}, state.Offline, "IMPRESSION_ECHOUEE"},
		{"taken away", &printer.NoneError{Detail: "ajoutez-en une"}, state.NotFound, "IMPRIMANTE_ABSENTE"},
		{"not there", printer.ErrUnknown, state.NotFound, "IMPRIMANTE_INCONNUE"},
		{"cancelled", context.Canceled, state.Timeout, "DELAI"},
		{"anything", errors.New("x"), state.Internal, "INTERNE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, printing(&press{list: []state.Printer{{Name: "Bureau"}}, fails: tt.fails}))
			_, f, _ := r.degradedLot()
			_, steps, err := r.print(t.Context(), f.ID, "", "")
			wantKind(t, err, tt.kind, tt.code)
			if r.waiting()["feuille 000000001"] != "a-imprimer" || len(steps) != 0 {
				t.Errorf("noted as %v, steps %v", r.waiting(), steps)
			}
		})
	}
}

// What is on paper is noted, be it that the caller has gone meanwhile.
func TestPrintIsNotedWhenTheCallerGoes(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := newRig(t, printing(&press{list: []state.Printer{{Name: "Bureau"}}, after: cancel}))
	_, f, _ := r.degradedLot()
	if _, _, err := r.print(ctx, f.ID, "", ""); err != nil || r.waiting()["feuille 000000001"] != "imprime" {
		t.Errorf("%v, noted as %v", err, r.waiting())
	}
}

func TestChoiceOfThePrinter(t *testing.T) {
	two := []state.Printer{{Name: "Accueil"}, {Name: "Bureau"}}
	tests := []struct {
		name           string
		list           []state.Printer
		asked, setting string
		want, code     string
	}{
		{"asked", two, "Accueil", "Bureau", "Accueil", ""},
		{"of the practice", two, "", "Bureau", "Bureau", ""},
		{"of the system", []state.Printer{{Name: "Accueil"}, {Name: "Bureau", Default: true}}, "", "", "Bureau", ""},
		{"the only one", two[:1], "", "", "Accueil", ""},
		{"none of two", two, "", "", "", "IMPRIMANTE_A_CHOISIR"},
		{"none", nil, "", "", "", "IMPRIMANTE_ABSENTE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, printing(&press{list: tt.list}))
			c := practice("991000015", "99900000011")
			c.Imprimante = tt.setting
			if _, err := r.d.SetCabinet(t.Context(), ehr, c, lot.Call{}); err != nil {
				t.Fatal(err)
			}
			_, f, _ := r.degradedLot()
			on, _, err := r.print(t.Context(), f.ID, "", tt.asked)
			if got := Failure(err); on != tt.want || (got != nil) != (tt.code != "") || got != nil && got.Code != tt.code {
				t.Errorf("on %q, %v", on, err)
			}
		})
	}
}

func TestPrinters(t *testing.T) {
	for name, o := range map[string]option{"no system": func(*Config, *Deps) {}, "no printer": printing(&press{})} {
		r := newRig(t, o)
		if list, why, err := r.d.Printers(t.Context()); list == nil || len(list) != 0 || why == "" || err != nil {
			t.Errorf("%s: %v, %q, %v", name, list, why, err)
		}
	}
	r := newRig(t, printing(&press{list: []state.Printer{{Name: "Bureau"}}}))
	if list, why, err := r.d.Printers(t.Context()); len(list) != 1 || why != "" || err != nil {
		t.Errorf("%v, %q, %v", list, why, err)
	}
}

// A secured FSE has no paper to follow: its duplicate changes nothing.
func TestDuplicateIsNotFollowed(t *testing.T) {
	r := newRig(t, printing(&press{list: []state.Printer{{Name: "Bureau"}}}))
	r.insert(left, card(t, "medecin-secteur1"))
	r.insert(right, card(t, "patient"))
	f := r.mustSign(ehr, r.create(ehr, consultation(fse.Securise)).ID)
	if _, _, err := r.print(t.Context(), f.ID, "", ""); err != nil || len(r.waiting()) != 0 {
		t.Errorf("%v, %v", err, r.waiting())
	}
}
