package daemon

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// blow is what happens at one command of a card: a fault of the card, or
// something done to the readers.
type blow struct {
	name  string
	fault virtual.Fault
	hook  func(*rig, string)
	after bool
}

// blows are all that S24 does to a card, before and after the card has worked.
func blows() []blow {
	var list []blow
	for _, after := range []bool{false, true} {
		suffix := map[bool]string{false: " before", true: " after"}[after]
		for _, action := range []virtual.Action{virtual.FaultYank, virtual.FaultReset, virtual.FaultMute} {
			list = append(list, blow{name: string(action) + suffix, fault: virtual.Fault{After: after, Action: action}})
		}
		list = append(list,
			blow{name: "unplug" + suffix, after: after, hook: func(r *rig, reader string) { _ = r.readers.RemoveReader(reader) }},
			blow{name: "service stopped" + suffix, after: after, hook: func(r *rig, _ string) { r.readers.StopService() }},
		)
	}
	return append(list, blow{name: "refusal", fault: virtual.Fault{Action: virtual.FaultStatus, Status: 0x6F00}})
}

// strike returns c with the blow at its n-th command from now.
func (b blow) strike(r *rig, reader string, c virtual.Card, n int) virtual.Card {
	if b.hook != nil {
		return &hooked{Card: c, at: int32(n), after: b.after, hook: func() { b.hook(r, reader) }}
	}
	f := b.fault
	f.At = n
	return virtual.WithFaults(c, f)
}

// mend brings back what a blow took away, with plain in the reader.
func (r *rig) mend(reader string, plain virtual.Card) state.Card {
	r.t.Helper()
	r.readers.StartService()
	r.readers.AddReader(reader)
	r.wait("reader", func(s state.Snapshot) bool { return cardIn(s, reader) != nil })
	// The card that was struck goes out: what was known of it is forgotten.
	return r.replace(reader, plain)
}

// verifies counts the codes that reached a card.
func verifies(log *virtual.Log) int {
	n := 0
	for _, e := range log.Exchanges() {
		if len(e.Command) > 5 && e.Command[1] == 0x20 {
			n++
		}
	}
	return n
}

// tearCase is one operation on one card.
type tearCase struct {
	name   string
	reader string
	card   string
	mode   fse.Mode
	run    func(r *rig, id string) error
	signs  bool // the operation signs the FSE
}

var tearCases = []tearCase{
	{"signature", left, "medecin-secteur1", fse.Degrade, signOnce, true},
	{"signature with a CPS4", left, "medecin-cps4", fse.Degrade, signOnce, true},
	{"Vitale check", right, "patient", fse.Securise, signOnce, true},
	{"PIN session", left, "medecin-secteur1", fse.Degrade, func(r *rig, _ string) error {
		_, err := r.d.OpenPINSession(context.Background(), ehr, "")
		return err
	}, false},
}

func signOnce(r *rig, id string) error { _, err := r.sign(ehr, id); return err }

// An operation that is struck at any of its commands leaves its whole effect or
// none, a typed error, no try spent twice, and an FSE that can be signed.
func TestS24Tear(t *testing.T) {
	for _, c := range tearCases {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, each)
			plain := r.prepareTear(c)
			first, last := r.measure(c, plain)
			cases := 0
			for n := first; n <= last; n++ {
				for _, b := range blows() {
					r.tear(c, b, plain, n)
					cases++
				}
			}
			for id, n := range r.checkJournal() {
				if n != 1 {
					t.Errorf("FSE %s has %d seals", id, n)
				}
			}
			t.Logf("%d commands, %d blows", last-first+1, cases)
		})
	}
}

// prepareTear opens the card of the case and puts the others in.
func (r *rig) prepareTear(c tearCase) virtual.Card {
	if c.reader == right {
		r.insert(left, card(r.t, "medecin-secteur1"))
	}
	return card(r.t, c.card)
}

// measure returns the numbers of the first and the last command of the operation,
// on a card that was just inserted.
func (r *rig) measure(c tearCase, plain virtual.Card) (first, last int) {
	r.t.Helper()
	r.replace(c.reader, plain) // a first time, so that the certificates are known
	recorded, log := virtual.Record(plain)
	r.replace(c.reader, recorded)
	first = log.Count() + 1
	if err := c.run(r, r.create(ehr, r.draft(c)).ID); err != nil {
		r.t.Fatal(err)
	}
	if last = log.Count(); last < first {
		r.t.Fatal("the operation sent no command")
	}
	return first, last
}

func (r *rig) draft(c tearCase) *fse.Draft {
	d := consultation(c.mode)
	if s := specOf(r.t, c.card); s.Professional != nil {
		d.Professionnel.RPPS = s.Professional.NationalID[1:]
		d.Professionnel.NumeroAM = s.Situations[0].NumeroAM
	}
	return d
}

func (r *rig) tear(c tearCase, b blow, plain virtual.Card, n int) {
	r.t.Helper()
	where := fmt.Sprintf("%s at command %d", b.name, n)
	recorded, log := virtual.Record(plain)
	if seen := r.replace(c.reader, b.strike(r, c.reader, recorded, n)); seen.Problem != nil {
		r.t.Fatalf("%s: struck while it was identified: %v", where, seen.Problem)
	}
	f := r.create(ehr, r.draft(c))
	err := c.run(r, f.ID)
	r.checkOutcome(c, where, f, err)
	numero := r.get(f.ID).Numero
	if sent := verifies(log); sent > 1 {
		r.t.Errorf("%s: the code was sent %d times", where, sent)
	}
	seen := r.mend(c.reader, plain)
	if seen.State == state.CardCPS && (seen.PINTriesLeft == nil || *seen.PINTriesLeft != 3) {
		r.t.Errorf("%s: tries were spent", where)
	}
	if r.get(f.ID).State != fse.EnLot {
		r.mustSign(ehr, f.ID)
	}
	if after := r.get(f.ID).Numero; numero != 0 && after != numero {
		r.t.Errorf("%s: the number changed", where)
	}
}

// checkOutcome checks the FSE right after the blow.
func (r *rig) checkOutcome(c tearCase, where string, f lot.FSE, err error) {
	r.t.Helper()
	after := r.get(f.ID)
	kind := state.Kind("")
	if err != nil {
		kind = Failure(err).Kind
	}
	switch {
	case err != nil && (kind == state.Internal || kind == "" || kind == state.PINWrong || kind == state.PINBlocked):
		r.t.Errorf("%s: kind %q: %v", where, kind, err)
	case c.signs && err == nil && after.State != fse.EnLot:
		r.t.Errorf("%s: success, and the FSE is %s", where, after.State)
	case c.signs && err != nil && (after.State != fse.ASigner || after.Numero == 0 || after.Lot != "" || after.Signature != nil):
		r.t.Errorf("%s: failure, and the FSE is %s", where, after.State)
	case !c.signs && after.State != fse.Brouillon:
		r.t.Errorf("%s: the FSE is %s", where, after.State)
	}
}

func (r *rig) get(id string) lot.FSE {
	r.t.Helper()
	f, err := r.d.GetFSE(ehr, id)
	if err != nil {
		r.t.Fatal(err)
	}
	return f
}

// A card struck while it is identified gives a problem, or is read; inserted
// again, it works.
func TestS24TearAtInsertion(t *testing.T) {
	tests := []struct {
		name, reader, card string
		fresh              bool // nothing is known of its certificates
	}{
		{"CPS known", left, "medecin-secteur1", false},
		{"CPS read for the first time", left, "medecin-secteur2", true},
		{"Vitale", right, "patient-famille", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			plain := card(t, tt.card)
			r.insert(tt.reader, plain)
			recorded, log := virtual.Record(plain)
			if tt.fresh {
				r.forgetCertificates()
			}
			r.replace(tt.reader, recorded)
			for n := 1; n <= log.Count(); n++ {
				for _, b := range blows() {
					if tt.fresh {
						r.forgetCertificates()
					}
					r.tearInsertion(b, tt.reader, plain, n)
				}
			}
			t.Logf("%d commands", log.Count())
		})
	}
}

func (r *rig) tearInsertion(b blow, reader string, plain virtual.Card, n int) {
	r.t.Helper()
	where := fmt.Sprintf("%s at command %d", b.name, n)
	r.remove(reader)
	_, sub := r.d.Hello()
	defer sub.Close()
	id := map[string]string{left: leftID, right: rightID}[reader]
	if err := r.readers.Insert(reader, b.strike(r, reader, plain, n)); err != nil {
		r.t.Fatal(err)
	}
	c := r.waitReadingOver(sub, id)
	if c.Problem != nil && (c.Problem.Kind == state.Internal || c.Problem.Kind == "") {
		r.t.Errorf("%s: problem %v", where, c.Problem)
	}
	if c := r.mend(reader, plain); c.Problem != nil {
		r.t.Errorf("%s: inserted again: %v", where, c.Problem)
	}
}

// waitReadingOver returns the card once it was read, or left again, or its
// reader did.
func (r *rig) waitReadingOver(sub *Subscription, id string) state.Card {
	r.t.Helper()
	timeout := time.After(20 * time.Second)
	for present := false; ; {
		select {
		case e := <-sub.Events():
			if c := e.Card; c != nil && c.Reader == id {
				present = present || c.State != state.CardAbsent
				if c.Read && present {
					return *c
				}
			}
			if e.Reader != nil && e.Reader.ID == id && e.Reader.State == "removed" {
				return state.Card{}
			}
		case <-timeout:
			r.t.Fatal("the reading does not end")
		}
	}
}

// Another card between the reservation and the signature is noticed, also when
// no event told of it.
func TestOtherCard(t *testing.T) {
	twin := specOf(t, "medecin-secteur1")
	twin.Name = "autre-carte-du-meme" // another serial, the same professional
	tests := []struct {
		name, reader string
		card         func() virtual.Card
		mode         fse.Mode
		code         string
	}{
		{"CPS of the same professional", left, func() virtual.Card { return openSpec(t, twin) }, fse.Degrade, "CARTE_CHANGEE"},
		{"CPS of another", left, func() virtual.Card { return card(t, "medecin-bis") }, fse.Degrade, "CARTE_CHANGEE"},
		{"Vitale of another patient", right, func() virtual.Card { return card(t, "patient-ald") }, fse.Securise, "VITALE_AUTRE_PATIENT"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.withCards()
			lease, err := r.d.AcquireLease(ehr, leftID, "", time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			f := r.create(ehr, consultation(tt.mode))
			if err := r.readers.Swap(tt.reader, tt.card()); err != nil {
				t.Fatal(err)
			}
			_, err = r.d.SignFSE(t.Context(), ehr, SignRequest{ID: f.ID, Lease: lease.ID}, lot.Call{})
			wantKind(t, err, state.CardChanged, tt.code)
			if after := r.get(f.ID); after.State != fse.ASigner {
				t.Errorf("the FSE is %s", after.State)
			}
			if n := len(r.checkJournal()); n != 0 {
				t.Errorf("%d seals", n)
			}
		})
	}
}

// A card changed while the user types is noticed, and the code is not shown to it.
func TestOtherCardWhileTyping(t *testing.T) {
	r := newRig(t)
	r.withCards()
	intruder, log := virtual.Record(card(t, "medecin-bis"))
	r.user.does(func(PINRequest) (PINAnswer, error) {
		if err := r.readers.Swap(left, intruder); err != nil {
			t.Error(err)
		}
		return PINAnswer{Code: []byte(goodCode)}, nil
	})
	f := r.create(ehr, consultation(fse.Degrade))
	_, err := r.sign(ehr, f.ID)
	wantKind(t, err, state.CardChanged, "CARTE_CHANGEE")
	if verifies(log) != 0 {
		t.Error("the code was shown to another card")
	}
}

// forgetCertificates empties the cache, as on a machine that never saw a card.
func (r *rig) forgetCertificates() {
	r.t.Helper()
	clearFolder(r.t, r.cfg.cardsDir())
}
