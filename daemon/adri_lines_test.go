package daemon

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri/standin"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// A connection lives no longer than the code that it was made with.
func TestConnectionsEndWithTheCode(t *testing.T) {
	ends := map[string]func(*rig){
		"session closed":  func(r *rig) { _, _ = r.d.ClosePINSession(context.Background(), ehr, "") },
		"codes forgotten": func(r *rig) { r.d.ForgetCodes() },
		"card taken out":  func(r *rig) { r.remove(left) },
		"service stopped": func(r *rig) { r.stop() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			s := newTeleservice(t)
			r, _ := withADRi(t, s)
			mustAsk(r, ofPatient())
			s.wantOpen(t, 1)
			end(r)
			s.wantOpen(t, 0)
			if name == "service stopped" {
				return
			}
			if name == "card taken out" {
				r.insert(left, card(t, "medecin-secteur1"))
			}
			mustAsk(r, refreshed(ofPatient()))
			if n := len(r.user.requests()); n != 2 {
				t.Errorf("the code was asked for %d times", n)
			}
			if len(r.d.payer.lines) != 1 {
				t.Errorf("%d lines", len(r.d.payer.lines))
			}
		})
	}
	t.Run("idle", func(t *testing.T) {
		s := newTeleservice(t)
		r, _ := withADRi(t, s)
		r.d.payer.idle = time.Millisecond
		mustAsk(r, ofPatient())
		s.wantOpen(t, 0)
		mustAsk(r, refreshed(ofPatient()))
		if n := len(r.user.requests()); n != 1 {
			t.Errorf("the code, which was kept, was asked for %d times", n)
		}
	})
	t.Run("policy each", func(t *testing.T) {
		s := newTeleservice(t)
		r, _ := withADRi(t, s, each)
		for range 2 {
			mustAsk(r, refreshed(ofPatient()))
			s.wantOpen(t, 0)
		}
		if n := len(r.user.requests()); n != 2 || len(r.d.payer.lines) != 0 {
			t.Errorf("asked for the code %d times, %d lines", n, len(r.d.payer.lines))
		}
	})
}

// Two questions at once cost one connection.
func TestQuestionsGoOneByOne(t *testing.T) {
	s := newTeleservice(t)
	r, log := withADRi(t, s)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			q := refreshed([]RightsQuery{ofPatient(), ofChild()}[i%2])
			if _, err := ask(r, q); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if log.Count() != 6 || len(r.user.requests()) != 1 || s.asked.Load() != 8 {
		t.Errorf("%d commands, %d asked", log.Count(), s.asked.Load())
	}
}

// A kept connection is no way around the bound of the code: each question that is not
// known counts, refused ones too, and above the bound the code is asked for again.
func TestQuestionsCountAsSignatures(t *testing.T) {
	s := newTeleservice(t, standin.Rule{NIR: "251063417200151", Reason: adri.Unknown})
	r, _ := withADRi(t, s, func(c *Config, _ *Deps) { c.PIN.SignaturesPerMinute = 3 })
	unknown := refreshed(RightsQuery{NIR: "251063417200151", Naissance: "19510604", DateSoins: date(openDay)})
	for i, step := range []struct {
		name string
		q    RightsQuery
		code bool // it is asked for
	}{
		{"the first", ofPatient(), true},
		{"known", ofPatient(), false},
		{"the second", refreshed(ofPatient()), false},
		{"refused", unknown, false},
		{"known still", ofPatient(), false},
		{"above the bound", refreshed(ofPatient()), true},
		{"after the code", refreshed(ofPatient()), false},
		{"after the code, twice", unknown, false},
		{"above again", refreshed(ofPatient()), true},
	} {
		if _, err := ask(r, step.q); err != nil && state.KindOf(err) != state.NotFound {
			t.Fatalf("%s: %v", step.name, err)
		}
		if n := len(r.user.requests()); n > 1 || (n == 1) != step.code {
			t.Errorf("question %d, %s: the code was asked for %d times", i+1, step.name, n)
		}
		s.wantOpen(t, 1)
	}
	r.user.does(func(PINRequest) (PINAnswer, error) { return PINAnswer{}, ErrDeclined })
	for range 2 {
		mustAsk(r, refreshed(ofPatient()))
	}
	asked := s.asked.Load()
	_, err := ask(r, refreshed(ofPatient()))
	wantKind(t, err, state.PINRequired, "")
	if s.asked.Load() != asked {
		t.Error("asked above the bound, the code not given")
	}
	s.wantOpen(t, 0)
}
