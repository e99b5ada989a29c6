package daemon

import (
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// A question says who asks: the holder of the CPS, for their first practice. A card that
// nobody has set a practice up for asks nothing.
func TestWhoAsks(t *testing.T) {
	s := newTeleservice(t)
	r := newRig(t, s.asks)
	r.insert(left, card(t, "infirmier"))
	_, err := ask(r, ofPatient())
	wantKind(t, err, state.Invalid, "CABINET_ABSENT")
	r.replace(left, card(t, "medecin-bis"))
	mustAsk(r, ofPatient())
	if q := r.user.requests(); len(q) != 1 || q[0].Principal != ehr || !strings.Contains(q[0].Operation, "droits") || q[0].Holder == "" {
		t.Errorf("asked %+v", q)
	}
}

// The number of a question is that of a practice that is set up with the holder's RPPS, a
// remplaçant's too.
func TestWhoseNumberIsAsked(t *testing.T) {
	r := newRig(t, newTeleservice(t).asks)
	settle := func(numeroAM, rpps, exercice string) {
		t.Helper()
		c := practice(numeroAM, rpps)
		c.Exercice = exercice
		if _, err := r.d.SetCabinet(t.Context(), "local", c, lot.Call{}); err != nil {
			t.Fatal(err)
		}
	}
	settle("991000056", "99900000011", "L")
	tests := []struct {
		name, card, numeroAM, code string
	}{
		{"own", "medecin-secteur1", "991000015", ""},
		{"own second", "medecin-secteur1", "991000056", ""},
		{"a colleague's", "medecin-secteur1", "991000031", "CABINET_AUTRE_PROFESSIONNEL"},
		{"nobody's", "medecin-secteur1", "991000064", "CABINET_ABSENT"},
		{"a remplaçant without a practice, under the number that the card names", "remplacant", "991000015", "CABINET_AUTRE_PROFESSIONNEL"},
		{"a remplaçant for nobody known here", "remplacant", "991000064", "CABINET_ABSENT"},
		{"a remplaçant without a practice, under none", "remplacant", "", "CABINET_ABSENT"},
		{"a remplaçant with a practice as such", "remplacant R", "991000072", ""},
		{"a remplaçant with a practice as such, under another's", "remplacant R", "991000015", "CABINET_AUTRE_PROFESSIONNEL"},
		{"once installed", "remplacant L", "991000031", "CABINET_AUTRE_PROFESSIONNEL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name, exercice, set := strings.Cut(tt.card, " ")
			if set {
				settle("991000072", "99900000045", exercice)
			}
			r.remove(left)
			r.insert(left, card(t, name))
			r.user.requests() // those before do not count
			q := refreshed(ofPatient())
			q.NumeroAM = tt.numeroAM
			_, err := ask(r, q)
			if tt.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantKind(t, err, state.Invalid, tt.code)
			if err == nil {
				return
			}
			if e, codes := Failure(err), len(r.user.requests()); e.Path != "numeroAM" || codes != 0 {
				t.Errorf("path %q, the code asked for %d times", e.Path, codes)
			}
		})
	}
}

// A card of practice is never shown to a teleservice that is played, nor is its code asked
// for.
func TestOnlyATestCardAsks(t *testing.T) {
	s := newTeleservice(t)
	r, log := withADRi(t, s)
	r.d.desk.mu.Lock()
	for _, p := range r.d.desk.places {
		p.card.Demo = false
	}
	r.d.desk.mu.Unlock()
	_, err := ask(r, ofPatient())
	wantKind(t, err, state.Unsupported, "ADRI_CARTE_REELLE")
	if len(r.user.requests()) != 0 || log.Count() != 0 || s.asked.Load() != 0 {
		t.Errorf("%d commands, %d asked", log.Count(), s.asked.Load())
	}
}
