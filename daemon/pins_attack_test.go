package daemon

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/cps"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// Above N signatures in a minute the code is asked for: the N+1st asks.
func TestSignaturesPerMinuteCountTheFirst(t *testing.T) {
	u := typing(goodCode)
	s := keeper(t, PINConfig{Policy: PINSession, SignaturesPerMinute: 3}, time.Hour, u)
	for n := 1; n <= 4; n++ {
		if err := s.use(t.Context(), someKey, PINRequest{}, goodUse); err != nil {
			t.Fatal(err)
		}
	}
	if asked := len(u.requests()); asked != 2 {
		t.Errorf("4 signatures in a minute, at most 3 for one code: asked %d times, want 2", asked)
	}
}

// A session closed, or a card that left, while the code was in use leaves no code behind.
func TestCodeForgottenWhileInUse(t *testing.T) {
	for name, end := range map[string]func(*pins){
		"card left":      func(s *pins) { s.forgetCard(someKey.serial) },
		"session closed": func(s *pins) { s.forget(someKey) },
		"daemon stopped": func(s *pins) { s.forgetAll() },
	} {
		t.Run(name, func(t *testing.T) {
			s := keeper(t, PINConfig{Policy: PINSession, SignaturesPerMinute: 30}, time.Hour, typing(goodCode))
			if err := s.use(t.Context(), someKey, PINRequest{}, func(*code, bool) error { end(s); return nil }); err != nil {
				t.Fatal(err)
			}
			if s.take(someKey) != nil {
				t.Error("the code is kept")
			}
		})
	}
}

// A code is wiped when its time is over, not when somebody next asks.
func TestCodeWipedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := keeper(t, PINConfig{Policy: PINSession, SignaturesPerMinute: 30}, time.Hour, typing(goodCode))
		if err := s.use(t.Context(), someKey, PINRequest{}, goodUse); err != nil {
			t.Fatal(err)
		}
		s.mu.Lock()
		command := s.sessions[someKey].code.command
		s.mu.Unlock()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		if *command != (cps.Command{}) {
			t.Error("the code is still in memory an hour after its time")
		}
	})
}

// What was not sent to the card ends no other program's session.
func TestMalformedCodeSparesForeignSession(t *testing.T) {
	r := newRig(t, each)
	plain := card(t, "medecin-secteur1")
	r.insert(left, plain)
	plain.Transmit([]byte{0x00, 0x20, 0x00, 0x01, 4, '1', '2', '3', '4'})
	r.user.types("12", false)
	wantKind(t, r.signNew(ehr), state.PINWrong, "")
	if status := plain.Transmit([]byte{0x00, 0x20, 0x00, 0x01}); status[0] != 0x90 {
		t.Error("the session of another program was ended")
	}
}

// A code that was refused is right once the user has made it the card's code.
func TestRefusedCodeAfterAChange(t *testing.T) {
	r := newRig(t)
	spec := specOf(t, "medecin-secteur1")
	r.insert(left, openSpec(t, spec))
	r.user.types("5678", false)
	wantKind(t, r.signNew(ehr), state.PINWrong, "")
	spec.PIN.Code = "5678" // the same card, its code changed in another program
	c := r.replace(left, openSpec(t, spec))
	if c.PINTriesLeft == nil || *c.PINTriesLeft != 3 {
		t.Fatal("not three tries")
	}
	if err := r.signNew(ehr); err != nil {
		t.Errorf("the card's new code is refused without being sent: %v", err)
	}
}

// A status word of VERIFY from another command is no wrong code.
func TestTriesFromAnotherCommand(t *testing.T) {
	r := newRig(t)
	plain := card(t, "medecin-secteur1")
	r.insert(left, plain)
	r.replace(left, virtual.WithFaults(plain, virtual.Fault{INS: 0x2A, Action: virtual.FaultStatus, Status: 0x63C0}))
	err := r.signNew(ehr)
	if kind := Failure(err).Kind; kind == state.PINWrong || kind == state.PINBlocked {
		t.Errorf("PSO answered 63C0: %v", err)
	}
}

// The tries shown are those of the card after a good code, whoever typed it.
func TestTriesShownAfterTwoPrincipals(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	f := r.create(other, consultation(fse.Degrade))
	r.user.does(func(q PINRequest) (PINAnswer, error) {
		if q.Principal == ehr { // while ehr's dialog is open, the other one fails
			_, err := r.sign(other, f.ID)
			wantKind(t, err, state.PINWrong, "")
			return PINAnswer{Code: []byte(goodCode)}, nil
		}
		return PINAnswer{Code: []byte("9999")}, nil
	})
	if err := r.signNew(ehr); err != nil {
		t.Fatal(err)
	}
	if c := cardIn(r.d.Snapshot(), left); *c.PINTriesLeft != 3 {
		t.Errorf("the card shows %d tries, it has 3", *c.PINTriesLeft)
	}
}
