package daemon

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// caught runs f and returns what it panicked with.
func caught(f func() error) (panicked any, err error) {
	defer func() { panicked = recover() }()
	return nil, f()
}

// A call that waits for a card's first reading must survive the card leaving.
func TestCardLeavesWhileACallWaitsForItsReading(t *testing.T) {
	calls := map[string]struct {
		card   string
		reader string
		call   func(r *rig, id string) error
	}{
		"readCPS":         {"medecin-secteur1", left, func(r *rig, _ string) error { _, err := r.d.ReadCPS(t.Context(), ""); return err }},
		"readVitale":      {"patient", right, func(r *rig, _ string) error { _, err := r.d.ReadVitale(t.Context(), ""); return err }},
		"openPinSession":  {"medecin-secteur1", left, func(r *rig, _ string) error { _, err := r.d.OpenPINSession(t.Context(), ehr, ""); return err }},
		"closePinSession": {"medecin-secteur1", left, func(r *rig, _ string) error { _, err := r.d.ClosePINSession(t.Context(), ehr, ""); return err }},
		"sign":            {"medecin-secteur1", left, signOnce},
	}
	ends := map[string]func(r *rig, reader string, c virtual.Card){
		"reader unplugged": func(r *rig, reader string, _ virtual.Card) { _ = r.readers.RemoveReader(reader) },
		"service stopped":  func(r *rig, _ string, _ virtual.Card) { r.readers.StopService() },
		"daemon stopped":   func(r *rig, _ string, _ virtual.Card) { go r.stop() },
		"card replaced": func(r *rig, reader string, c virtual.Card) {
			_ = r.readers.Remove(reader)
			_ = r.readers.Insert(reader, virtual.WithFaults(c, virtual.Fault{At: 1, Action: virtual.FaultDelay, Delay: 100 * time.Millisecond}))
		},
	}
	for callName, c := range calls {
		for endName, end := range ends {
			t.Run(callName+" "+endName, func(t *testing.T) {
				r := newRig(t)
				f := r.create(ehr, consultation(fse.Degrade))
				plain := card(t, c.card)
				slow := virtual.WithFaults(plain, virtual.Fault{At: 1, Action: virtual.FaultDelay, Delay: 60 * time.Millisecond})
				if err := r.readers.Insert(c.reader, slow); err != nil {
					t.Fatal(err)
				}
				r.wait("card seen", func(s state.Snapshot) bool {
					c := cardIn(s, c.reader)
					return c != nil && c.State != state.CardAbsent
				})
				done := make(chan any, 1)
				go func() {
					panicked, err := caught(func() error { return c.call(r, f.ID) })
					if panicked == nil && err != nil && Failure(err).Kind == state.Internal {
						panicked = err
					}
					done <- panicked
				}()
				time.AfterFunc(20*time.Millisecond, func() { end(r, c.reader, plain) })
				if p := <-done; p != nil {
					t.Errorf("%v", p)
				}
			})
		}
	}
}

// A card that other programs disturbed while it was read, as they do when it has
// just come, is read when somebody asks for it again: its problem says "retryable".
func TestCardDisturbedAtInsertionIsReadLater(t *testing.T) {
	r := newRig(t)
	resets := virtual.WithFaults(card(t, "medecin-secteur1"), virtual.Fault{At: 1, Action: virtual.FaultReset}, virtual.Fault{At: 2, Action: virtual.FaultReset})
	c := r.insert(left, resets)
	if c.Problem == nil || !c.Problem.Retryable {
		t.Fatalf("problem %v, want one to be tried again", c.Problem)
	}
	if _, err := r.d.ReadCPS(t.Context(), ""); err != nil {
		t.Errorf("tried again: %v", err)
	}
}

// liar is a CPS whose signatures are wrong.
type liar struct{ virtual.Card }

func (l liar) Transmit(command []byte) []byte {
	answer := l.Card.Transmit(command)
	if len(answer) == 258 && command[1] == 0xC0 {
		answer[0] ^= 1
	}
	return answer
}

func TestWrongSignatureIsTyped(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	r.replace(left, liar{card(t, "medecin-secteur1")}) // its certificates are known
	err := r.signNew(ehr)
	if err == nil || Failure(err).Kind == state.Internal {
		t.Errorf("%v, want a typed failure of the card", err)
	}
}

// Every kind of a lower layer has a kind on the wire.
func TestEveryKindIsOnTheWire(t *testing.T) {
	for k := journal.Damaged; k <= journal.Internal; k++ {
		if e := Failure(&journal.Error{Kind: k}); e.Kind == "" || e.Message == "" {
			t.Errorf("journal %s has no kind on the wire", k)
		}
	}
	for k := reader.Internal; k <= reader.Canceled; k++ {
		if e := Failure(reader.Fail(k, "")); e.Kind == "" || e.Message == "" {
			t.Errorf("reader %s has no kind on the wire", k)
		}
	}
	r := newRig(t)
	huge := consultation(fse.Degrade)
	huge.Degrade.Precision = strings.Repeat("x", 1<<20)
	_, err := r.d.CreateFSE(t.Context(), ehr, huge, lot.Call{})
	if err == nil || Failure(err).Kind == "" || Failure(err).Kind == state.Internal {
		t.Errorf("an FSE of a megabyte: kind %q: %v", Failure(err).Kind, err)
	}
}

// A front end that follows the events knows of a lot that was closed because it was full.
func TestFullLotIsAnnounced(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	for range 199 {
		r.bookOnly()
	}
	full := r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	_, sub := r.d.Hello()
	defer sub.Close()
	r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	l, _, err := r.d.Lot(full.Lot)
	if err != nil || l.State != string(fse.LotClos) || l.FSE != 200 {
		t.Fatalf("the lot with 200 FSE is %s with %d, %v", l.State, l.FSE, err)
	}
	for {
		select {
		case e := <-sub.Events():
			if e.Lot != nil && e.Lot.ID == full.Lot && e.Lot.State == string(fse.LotClos) {
				return
			}
		default:
			t.Fatal("no event tells that the full lot is closed")
		}
	}
}

// bookOnly puts an FSE in the open lot without a card.
func (r *rig) bookOnly() {
	r.t.Helper()
	f := r.create(ehr, consultation(fse.Degrade))
	f, err := r.d.reserve(r.t.Context(), ehr, f, SignRequest{})
	if err != nil {
		r.t.Fatal(err)
	}
	if _, _, err = r.d.book.Signed(r.t.Context(), ehr, f, []byte("no seal"), lot.Signature{At: openDay}, lot.Call{}); err != nil {
		r.t.Fatal(err)
	}
}

// The one who reserved the Vitale's reader can sign with it.
func TestOwnLeaseOnTheVitale(t *testing.T) {
	r := newRig(t)
	r.withCards()
	if _, err := r.d.AcquireLease(ehr, rightID, "", time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := r.sign(ehr, r.create(ehr, consultation(fse.Securise)).ID); err != nil {
		t.Errorf("the Vitale is reserved by the signer itself: %v", err)
	}
}

// What is not a NIR is not given out as one.
func TestHostileNumber(t *testing.T) {
	r := newRig(t)
	c := r.insert(right, openSpec(t, virtual.Spec{Demonstration: true, Kind: virtual.KindHostile,
		Hostile: &virtual.Hostile{Imitates: virtual.KindVitale2, Manners: []virtual.Manner{virtual.ControlInNames}}}))
	v, err := r.d.ReadVitale(t.Context(), "")
	if c.Problem == nil || err == nil {
		t.Errorf("a NIR of control characters was accepted: %d persons", len(v.Persons))
	}
}

// The last events agree with the snapshot when calls run side by side.
func TestEventsInOrder(t *testing.T) {
	r := newRig(t)
	for round := range 30 {
		_, sub := r.d.Hello()
		var all sync.WaitGroup
		for range 32 {
			all.Go(func() { r.create(ehr, consultation(fse.Degrade)) })
		}
		all.Wait()
		sub.Close()
		var last state.Queue
		for e := range sub.Events() {
			if e.Queue != nil {
				last = *e.Queue
			}
		}
		if now := r.d.Snapshot().Queue; last != now {
			t.Fatalf("round %d: the last event says %+v, the snapshot %+v", round, last, now)
		}
	}
}

// A number that was given out is not abandoned without a reason that is kept.
func TestCancelNeedsAReason(t *testing.T) {
	r := newRig(t)
	f := r.create(ehr, consultation(fse.Degrade))
	_, err := r.sign(ehr, f.ID)
	wantKind(t, err, state.NoCard, "")
	if f, err := r.d.CancelFSE(t.Context(), ehr, f.ID, "", lot.Call{}); err == nil {
		t.Errorf("FSE %09d was cancelled without a reason; the table of transitions asks for one", f.Numero)
	}
}

// No draft that can be signed makes the lot's file panic.
func TestLotFileOfOddDrafts(t *testing.T) {
	tests := map[string]func(*fse.Draft){
		"assuré without a number": func(d *fse.Draft) { d.Assure = &fse.Personne{Nom: "ESSAI"}; d.Beneficiaire.Qualite = "6" },
		"assuré short number":     func(d *fse.Draft) { d.Assure = &fse.Personne{NIR: "2970"}; d.Beneficiaire.Qualite = "6" },
		"no number":               func(d *fse.Draft) { d.Beneficiaire.NIR = "" },
		"no birth":                func(d *fse.Draft) { d.Beneficiaire.Naissance = fse.Naissance{} },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.insert(left, card(t, "medecin-secteur1"))
			draft := consultation(fse.Degrade)
			change(draft)
			f, err := r.sign(ehr, r.create(ehr, draft).ID)
			if err != nil {
				wantKind(t, err, state.Invalid, "FSE_REFUSEE")
				return
			}
			if _, err := r.d.CloseLot(t.Context(), ehr, f.Lot, lot.Call{}); err != nil {
				t.Fatal(err)
			}
			panicked, err := caught(func() error { _, _, err := r.d.LotFile(f.Lot); return err })
			if panicked != nil || err != nil {
				t.Errorf("signed, and its lot gives no file: %v, panic %v", err, panicked)
			}
		})
	}
}

// A reservation that ended with its card is told of.
func TestLeaseEndIsAnnounced(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	if _, err := r.d.AcquireLease(ehr, leftID, "", time.Minute); err != nil {
		t.Fatal(err)
	}
	_, sub := r.d.Hello()
	r.remove(left)
	sub.Close()
	for e := range sub.Events() {
		if e.Lease != nil && e.Lease.Holder == "" {
			return
		}
	}
	t.Error("the lease ended with the card, and no event says so")
}

// A repeated call gives the first result also when it comes while the first one ends.
func TestRepeatedSignSideBySide(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	for round := range 15 {
		f := r.create(ehr, consultation(fse.Degrade))
		call := lot.Call{Principal: ehr, Method: "fse.sign", Key: fmt.Sprint(round), Digest: "d"}
		var all sync.WaitGroup
		var mu sync.Mutex
		for range 4 {
			all.Go(func() {
				for {
					got, err := r.d.SignFSE(t.Context(), ehr, SignRequest{ID: f.ID}, call)
					if e := Failure(err); errors.Is(err, errSigning) {
						continue // still being signed
					} else if e != nil || got.State != fse.EnLot {
						mu.Lock()
						t.Errorf("round %d: %v", round, err)
						mu.Unlock()
					}
					return
				}
			})
		}
		all.Wait()
		if t.Failed() {
			return
		}
	}
}

// A reader has an identifier whatever its name.
func TestReaderIdentifiers(t *testing.T) {
	r := newRig(t)
	r.readers.AddReader("***")
	r.readers.AddReader("gauche")
	s := r.wait("four readers", func(s state.Snapshot) bool { return len(s.Readers) == 4 })
	seen := map[string]bool{}
	for _, x := range s.Readers {
		if x.ID == "" || seen[x.ID] {
			t.Errorf("reader %q has the identifier %q", x.Name, x.ID)
		}
		seen[x.ID] = true
	}
}

// The last event about a lot tells the lot as it is, when two sign side by side.
func TestLotEventsInOrder(t *testing.T) {
	r := newRig(t)
	for range 8 {
		_, sub := r.d.Hello()
		var all sync.WaitGroup
		for range 16 {
			f, err := r.d.reserve(t.Context(), ehr, r.create(ehr, consultation(fse.Degrade)), SignRequest{})
			if err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				done, lots, err := r.d.book.Signed(context.Background(), ehr, f, []byte("no seal"), lot.Signature{At: openDay}, lot.Call{})
				if err != nil {
					t.Error(err)
				}
				r.d.publishFSE(done, lots...)
			})
		}
		all.Wait()
		sub.Close()
		told := map[string]state.Lot{}
		for e := range sub.Events() {
			if e.Lot != nil {
				told[e.Lot.ID] = *e.Lot
			}
		}
		for id, l := range told {
			if now, _, err := r.d.Lot(id); err != nil || now.FSE != l.FSE {
				t.Fatalf("the last event says %d FSE, the lot has %d, %v", l.FSE, now.FSE, err)
			}
		}
	}
}
