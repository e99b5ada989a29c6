package daemon

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/cps"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// signNew creates and signs a degraded FSE.
func (r *rig) signNew(principal string) error {
	r.t.Helper()
	_, err := r.sign(principal, r.create(principal, consultation(fse.Degrade)).ID)
	return err
}

// wantAsked checks how many times the user was asked since the last check.
func (r *rig) wantAsked(want int) {
	r.t.Helper()
	if got := len(r.user.requests()); got != want {
		r.t.Errorf("asked %d times, want %d", got, want)
	}
}

func TestPINPolicy(t *testing.T) {
	tests := []struct {
		name   string
		policy string
		asked  []int // at each of three signatures
	}{
		{"each signature", PINEach, []int{1, 1, 1}},
		{"session", PINSession, []int{1, 0, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *Config, _ *Deps) { c.PIN.Policy = tt.policy })
			r.insert(left, card(t, "medecin-secteur1"))
			for _, want := range tt.asked {
				if err := r.signNew(ehr); err != nil {
					t.Fatal(err)
				}
				r.wantAsked(want)
			}
		})
	}
}

// A session ends when the card leaves or the user closes it, and is of one
// principal.
func TestPINSessionEnds(t *testing.T) {
	r := newRig(t)
	cps := card(t, "medecin-secteur1")
	r.insert(left, cps)
	list, err := r.d.OpenPINSession(t.Context(), ehr, "")
	if err != nil || len(list) != 2 || list[0].NumeroAM != "991000015" {
		t.Fatalf("OpenPINSession: %d situations, %v", len(list), err)
	}
	r.wantAsked(1)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(r.signNew(ehr))
	r.wantAsked(0)
	must(r.signNew(other)) // another principal is asked itself
	r.wantAsked(1)
	r.replace(left, cps)
	must(r.signNew(ehr))
	r.wantAsked(1)
	if closed, err := r.d.ClosePINSession(t.Context(), ehr, leftID); !closed || err != nil {
		t.Fatalf("ClosePINSession: %t, %v", closed, err)
	}
	if closed, err := r.d.ClosePINSession(t.Context(), ehr, leftID); closed || err != nil {
		t.Fatalf("ClosePINSession of none: %t, %v", closed, err)
	}
	must(r.signNew(ehr))
	r.wantAsked(1)
	r.readers.StopService()
	r.wait("service down", func(s state.Snapshot) bool { return !s.Service.Up })
	r.readers.StartService()
	r.wait("service up", func(s state.Snapshot) bool { return s.Service.Up && len(s.Readers) == 2 })
	r.waitRead(left)
	must(r.signNew(ehr))
	r.wantAsked(1)
}

// A wrong code costs one try, is said with the tries left, opens no session and
// is not sent again.
func TestPINWrong(t *testing.T) {
	r := newRig(t)
	recorded, log := virtual.Record(card(t, "medecin-secteur1"))
	r.insert(left, recorded)
	r.user.types("9999", false)
	for i := range 3 { // sent once, refused three times
		log.Clear()
		err := r.signNew(ehr)
		wantKind(t, err, state.PINWrong, "CODE_FAUX")
		if e := Failure(err); e.Retries == nil || *e.Retries != 2 {
			t.Errorf("attempt %d: tries left %v", i, e.Retries)
		}
		if sent := verifies(log); sent != map[bool]int{true: 1, false: 0}[i == 0] {
			t.Errorf("attempt %d: sent %d times", i, sent)
		}
	}
	if asked := r.user.requests(); len(asked) != 3 || asked[0].Tries != 3 || asked[1].Tries != 2 {
		t.Errorf("asked %d times", len(asked))
	}
	if c := cardIn(r.d.Snapshot(), left); c.PINTriesLeft == nil || *c.PINTriesLeft != 2 {
		t.Error("the card does not show the tries left")
	}
	for _, code := range []string{"", "12", "12345", "12a4", "１２"} { // no code at all
		log.Clear()
		r.user.types(code, true)
		wantKind(t, r.signNew(ehr), state.PINWrong, "")
		if verifies(log) != 0 {
			t.Errorf("a code of %d bytes was sent", len(code))
		}
	}
	r.user.types(goodCode, false)
	if err := r.signNew(ehr); err != nil {
		t.Fatal(err)
	}
	if c := cardIn(r.d.Snapshot(), left); c.PINTriesLeft == nil || *c.PINTriesLeft != 3 {
		t.Error("the card does not show the tries that a good code gives back")
	}
}

// The last try is used only by a user who knows; after it the card is blocked.
func TestPINLastTry(t *testing.T) {
	r := newRig(t)
	recorded, log := virtual.Record(card(t, "medecin-dernier-essai"))
	if c := r.insert(left, recorded); c.PINTriesLeft == nil || *c.PINTriesLeft != 1 {
		t.Fatal("the card does not show one try")
	}
	r.user.types("9999", false)
	err := r.signNew(ehr)
	wantKind(t, err, state.PINRequired, "DERNIER_ESSAI")
	if e := Failure(err); e.Retries == nil || *e.Retries != 1 || verifies(log) != 0 {
		t.Errorf("without consent: %d codes sent", verifies(log))
	}
	if asked := r.user.requests(); len(asked) != 1 || asked[0].Tries != 1 || asked[0].Principal != ehr || asked[0].Reader != left {
		t.Error("the user was not told of the last try")
	}
	r.user.types("9999", true)
	wantKind(t, r.signNew(ehr), state.PINBlocked, "CODE_BLOQUE")
	if verifies(log) != 1 {
		t.Errorf("%d codes sent", verifies(log))
	}
	r.user.requests()
	r.user.types(goodCode, true)
	f := r.create(ehr, consultation(fse.Degrade))
	_, err = r.sign(ehr, f.ID)
	wantKind(t, err, state.PINBlocked, "")
	r.wantAsked(0) // no code can help
	if c := cardIn(r.d.Snapshot(), left); c.PINTriesLeft == nil || *c.PINTriesLeft != 0 {
		t.Error("the card does not show that it is blocked")
	}
	r.replace(left, card(t, "medecin-secteur1"))
	r.mustSign(ehr, f.ID)
}

// The last try with the good code signs.
func TestPINLastTryGood(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-dernier-essai"))
	r.user.types(goodCode, true)
	if err := r.signNew(ehr); err != nil {
		t.Fatal(err)
	}
}

// A user who refuses, nobody to ask, a caller who leaves: the FSE waits.
func TestPINNotGiven(t *testing.T) {
	tests := []struct {
		name   string
		option option
		kind   state.Kind
	}{
		{"declined", func(_ *Config, d *Deps) {
			d.Prompter.(*user).does(func(PINRequest) (PINAnswer, error) { return PINAnswer{}, ErrDeclined })
		}, state.PINRequired},
		{"nobody to ask", func(_ *Config, d *Deps) { d.Prompter = nil }, state.PINRequired},
		{"caller left", func(_ *Config, d *Deps) {
			d.Prompter.(*user).does(func(PINRequest) (PINAnswer, error) { return PINAnswer{}, context.Canceled })
		}, state.Timeout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.option)
			recorded, log := virtual.Record(card(t, "medecin-secteur1"))
			r.insert(left, recorded)
			log.Clear()
			f := r.create(ehr, consultation(fse.Degrade))
			_, err := r.sign(ehr, f.ID)
			wantKind(t, err, tt.kind, "")
			if after := r.get(f.ID); after.State != fse.ASigner || after.Numero != 1 || log.Count() != 0 {
				t.Errorf("state %s, %d commands", after.State, log.Count())
			}
		})
	}
}

// Another program's open code: what we verified ourselves is reset, what it had
// verified is not.
func TestForeignSession(t *testing.T) {
	r := newRig(t, each)
	plain := card(t, "medecin-secteur1")
	r.insert(left, plain)
	status := func() byte { return plain.Transmit([]byte{0x00, 0x20, 0x00, 0x01})[0] }
	if err := r.signNew(ehr); err != nil || status() == 0x90 {
		t.Fatalf("our own session was left open: %v", err)
	}
	plain.Transmit([]byte{0x00, 0x20, 0x00, 0x01, 4, '1', '2', '3', '4'})
	if err := r.signNew(ehr); err != nil || status() != 0x90 {
		t.Fatalf("the session of another program was ended: %v", err)
	}
	r.user.types("9999", false)
	wantKind(t, r.signNew(ehr), state.PINWrong, "") // an open code does not spare ours
}

// The rest is about the keeping of codes alone, where time matters.

var someKey = pinKey{ehr, "8025000001123456789"}

func goodUse(*code, bool) error { return nil }

// keeper keeps codes until the test ends.
func keeper(t *testing.T, cfg PINConfig, life time.Duration, p Prompter) *pins {
	t.Helper()
	s, err := newPins(cfg, life, p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// shows is a use that shows the code to a card, which does f with it.
func shows(s *pins, f func(*cps.Command)) func(*code, bool) error {
	return func(c *code, _ bool) error {
		return s.show(c, func(command *cps.Command) error { f(command); return nil })
	}
}

func TestPINSessionTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := typing(goodCode)
		s := keeper(t, PINConfig{Policy: PINSession, SignaturesPerMinute: 1000}, time.Hour, u)
		for _, tt := range []struct {
			after time.Duration
			asked int
		}{{0, 1}, {59 * time.Minute, 0}, {2 * time.Minute, 1}, {time.Minute, 0}} {
			time.Sleep(tt.after)
			if err := s.use(t.Context(), someKey, PINRequest{}, goodUse); err != nil {
				t.Fatal(err)
			}
			if got := len(u.requests()); got != tt.asked {
				t.Errorf("after %s more: asked %d times, want %d", tt.after, got, tt.asked)
			}
		}
	})
}

// A refusal ends the session; other failures do not.
func TestPINSessionAfterFailure(t *testing.T) {
	for kind := reader.Internal; kind <= reader.Canceled; kind++ {
		u := typing(goodCode)
		s := keeper(t, PINConfig{Policy: PINSession, SignaturesPerMinute: 1000}, time.Hour, u)
		if err := s.use(t.Context(), someKey, PINRequest{}, goodUse); err != nil {
			t.Fatal(err)
		}
		failure := reader.Fail(kind, "sign")
		if err := s.use(t.Context(), someKey, PINRequest{}, func(*code, bool) error { return failure }); !errors.Is(err, failure) {
			t.Errorf("%s: %v", kind, err)
		}
		kept := s.take(someKey) != nil
		if want := kind != reader.PINWrong && kind != reader.PINBlocked; kept != want {
			t.Errorf("%s: session kept %t, want %t", kind, kept, want)
		}
	}
}

// What was typed is wiped after use. The code of a session is the one copy that there
// is, and wiped when it ends.
func TestPINWiped(t *testing.T) {
	answer := []byte(goodCode)
	u := &user{answer: func(PINRequest) (PINAnswer, error) { return PINAnswer{Code: answer}, nil }}
	s := keeper(t, PINConfig{Policy: PINSession, SignaturesPerMinute: 10}, time.Hour, u)
	var first, again *cps.Command
	if err := s.use(t.Context(), someKey, PINRequest{}, shows(s, func(c *cps.Command) { first = c })); err != nil {
		t.Fatal(err)
	}
	if string(answer) != "\x00\x00\x00\x00" || !bytes.HasSuffix(first[:], []byte(goodCode)) {
		t.Error("the typed code is not wiped, or the session has none")
	}
	if err := s.use(t.Context(), someKey, PINRequest{}, shows(s, func(c *cps.Command) { again = c })); err != nil || again != first {
		t.Errorf("the card was shown a copy: %v", err)
	}
	s.forgetCard(someKey.serial)
	if *first != (cps.Command{}) || s.take(someKey) != nil {
		t.Error("the code of the card that left is not wiped")
	}
}

// With the policy "each" nothing is left after use.
func TestPINWipedAfterEach(t *testing.T) {
	s := keeper(t, PINConfig{Policy: PINEach, SignaturesPerMinute: 10}, time.Hour, typing(goodCode))
	var shown *cps.Command
	if err := s.use(t.Context(), someKey, PINRequest{}, shows(s, func(c *cps.Command) { shown = c })); err != nil {
		t.Fatal(err)
	}
	if data := s.page.page.Bytes(); !bytes.Equal(data, make([]byte, len(data))) || *shown != (cps.Command{}) {
		t.Error("something is left in the page")
	}
}

// A code that ends while a card looks at it does not change on the way, which would cost
// a try. Whoever wipes all of them waits for it.
func TestPINEndsWhileShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := keeper(t, PINConfig{Policy: PINSession, SignaturesPerMinute: 10}, time.Hour, typing(goodCode))
		d := &Daemon{pins: s}
		var shown *cps.Command
		var forgotten time.Duration
		start := time.Now()
		err := s.use(t.Context(), someKey, PINRequest{}, shows(s, func(c *cps.Command) {
			go func() { d.ForgetCodes(); forgotten = time.Since(start) }()
			time.Sleep(time.Second)
			if shown = c; !bytes.HasSuffix(c[:], []byte(goodCode)) {
				t.Error("the code changed while the card was shown it")
			}
		}))
		synctest.Wait()
		if err != nil || *shown != (cps.Command{}) || forgotten != time.Second {
			t.Errorf("%v, wiped %t, forgotten after %s", err, *shown == cps.Command{}, forgotten)
		}
		if s.take(someKey) != nil {
			t.Error("the code is kept")
		}
	})
}

// A code that has ended before a card was shown it is shown to none.
func TestPINEndedIsNotShown(t *testing.T) {
	s := keeper(t, PINConfig{Policy: PINSession, SignaturesPerMinute: 10}, time.Hour, typing(goodCode))
	err := s.use(t.Context(), someKey, PINRequest{}, func(c *code, _ bool) error {
		s.forgetAll()
		return s.show(c, func(*cps.Command) error { t.Error("shown"); return nil })
	})
	if reader.KindOf(err) != reader.PINRequired {
		t.Error(err)
	}
}

// Hundreds of programs that ask at once find no room, and leave room when they have done.
func TestPINPageIsFull(t *testing.T) {
	s := keeper(t, PINConfig{Policy: PINEach, SignaturesPerMinute: 10}, time.Hour, typing(goodCode))
	room := len(s.page.free)
	var deeper func(*code, bool) error
	depth := 0
	deeper = func(*code, bool) error { depth++; return s.use(t.Context(), someKey, PINRequest{}, deeper) }
	if err := deeper(nil, false); reader.KindOf(err) != reader.Busy || depth != room+1 || room < 100 {
		t.Errorf("%d at once in a page of %d: %v", depth-1, room, err)
	}
	if len(s.page.free) != room || len(s.page.used) != 0 {
		t.Error("there is less room than before")
	}
	s.close()
	if err := s.use(t.Context(), someKey, PINRequest{}, goodUse); reader.KindOf(err) != reader.Busy {
		t.Errorf("after the end: %v", err)
	}
}
