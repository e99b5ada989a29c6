package daemon

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// What each one sees of the papers that wait: its own sheets with their patients, the
// bordereau for those who see lots, of others' sheets that they are there.
func TestPapersAreSeenByRight(t *testing.T) {
	r := newRig(t)
	l, mine, theirs := r.degradedLot()
	r.closeLot(l.ID)
	lots := page(ehr)
	lots.Lots = true
	const patient = "ADRTROIS DOMINIQUE"
	tests := []struct {
		name   string
		v      Viewer
		queue  map[string]string // persons of what waits
		ofALot map[string]string
	}{
		{"its own", page(ehr), map[string]string{mine.ID: patient}, nil},
		{"lots too", lots, map[string]string{mine.ID: patient, l.ID: ""}, map[string]string{l.ID: "", mine.ID: patient, theirs.ID: ""}},
		{"lots only", Viewer{Principal: other, Owner: "https://lots.example", Lots: true}, map[string]string{l.ID: ""},
			map[string]string{l.ID: "", mine.ID: "", theirs.ID: ""}},
		{"the console", Viewer{Principal: "c", Owner: "c", FSE: true, Lots: true, Practice: true},
			map[string]string{mine.ID: patient, theirs.ID: patient, l.ID: ""}, map[string]string{mine.ID: patient, theirs.ID: patient, l.ID: ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			persons := func(list []state.Paper, err error) map[string]string {
				if err != nil {
					t.Fatal(err)
				}
				out := make(map[string]string)
				for _, p := range list {
					out[p.ID] = p.Person
					if p.Kind == state.PaperBordereau && (p.Sheets != 2 || p.Numero != "001") {
						t.Errorf("the bordereau is %+v", p)
					}
				}
				return out
			}
			list, _, err := r.d.Papers(tt.v, "", 0)
			if diff := cmp.Diff(tt.queue, persons(list, err)); diff != "" {
				t.Errorf("what waits: %s", diff)
			}
			if tt.ofALot == nil {
				return
			}
			if diff := cmp.Diff(tt.ofALot, persons(r.d.LotPapers(tt.v, l.ID))); diff != "" {
				t.Errorf("of the lot: %s", diff)
			}
		})
	}
}

// Marking a lot takes its sheets along, those of other front ends too, and is for those
// who see lots; one's own sheets one marks oneself. Front ends are told.
func TestMarkPapers(t *testing.T) {
	r := newRig(t)
	l, mine, theirs := r.degradedLot()
	r.closeLot(l.ID)
	own, lots := page(ehr), page(ehr)
	lots.Lots = true
	mark := func(v Viewer, to fse.PaperState, ids ...string) error {
		_, err := r.d.MarkPapers(t.Context(), v, ids, lot.Mark{To: to}, lot.Call{})
		return err
	}
	wantKind(t, mark(own, fse.PapierImprime, l.ID), state.NotFound, "INTROUVABLE")
	wantKind(t, mark(own, fse.PapierImprime, theirs.ID), state.NotFound, "INTROUVABLE")
	wantKind(t, mark(lots, fse.PapierImprime, theirs.ID), state.NotFound, "INTROUVABLE")
	wantKind(t, mark(own, fse.PapierPoste, mine.ID), state.Invalid, "PAPIER_ETAT")
	wantKind(t, mark(own, fse.PapierImprime, r.create(ehr, consultation(fse.Degrade)).ID), state.Invalid, "PAPIER_ABSENT")
	_, events := r.d.HelloTo(page(other))
	defer events.Close()
	for _, to := range []fse.PaperState{fse.PapierImprime, fse.PapierSigne, fse.PapierPoste} {
		if err := mark(lots, to, l.ID); err != nil {
			t.Fatalf("%s: %v", to, err)
		}
	}
	if left := r.waiting(); len(left) != 0 {
		t.Errorf("there waits %v", left)
	}
	if f, err := r.d.GetFSE(other, theirs.ID); err != nil || f.Paper.State != fse.PapierPoste || f.Paper.Date != date(openDay) {
		t.Errorf("the other sheet is %+v, %v", f.Paper, err)
	}
	told := 0
	for range len(events.Events()) {
		if e := <-events.Events(); e.FSE != nil {
			if told++; e.FSE.ID != theirs.ID || e.FSE.Paper == "" {
				t.Errorf("told of %+v", e.FSE)
			}
		}
	}
	if told != 3 {
		t.Errorf("told of it %d times", told)
	}
}

func TestCheckMarks(t *testing.T) {
	tests := []struct {
		name string
		n    int
		to   string
		code string
	}{
		{"one", 1, "imprime", ""}, {"most", 200, "a-imprimer", ""}, {"none", 0, "imprime", "NOMBRE"}, {"too many", 201, "imprime", "NOMBRE"},
		{"no state", 1, "", "PAPIER_ETAT_INCONNU"}, {"another word", 1, "perdu", "PAPIER_ETAT_INCONNU"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if e := Failure(CheckMarks(make([]string, tt.n), tt.to)); (e != nil) != (tt.code != "") || e != nil && e.Code != tt.code {
				t.Errorf("%v", e)
			}
		})
	}
}
