package daemon

import (
	"context"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// A card that is read once more is announced as being read: a snapshot taken
// meanwhile is what the events make.
func TestReadingAgainIsAnnounced(t *testing.T) {
	r := newRig(t)
	disturbed := virtual.WithFaults(card(t, "medecin-secteur1"), virtual.Fault{At: 1, Action: virtual.FaultReset},
		virtual.Fault{At: 2, Action: virtual.FaultReset}, virtual.Fault{At: 3, Action: virtual.FaultDelay, Delay: 100 * time.Millisecond})
	r.insert(left, disturbed)
	first, sub := r.d.Hello()
	done := make(chan error, 1)
	go func() { _, err := r.d.ReadCPS(context.Background(), ""); done <- err }()
	var during state.Card
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		if s := r.d.Snapshot(); !cardIn(s, left).Read {
			during = *cardIn(s, left)
			break
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	sub.Close()
	if during.Reader == "" {
		return // not seen while it was read
	}
	front := newFold(first)
	for e := range sub.Events() {
		if err := front.apply(e); err != nil {
			t.Fatal(err)
		}
		if c := front.cards[leftID]; !c.Read {
			return
		}
	}
	t.Error("a snapshot shows the card as being read, and no event did")
}

// Another principal does not learn that an FSE exists from its being signed.
func TestIsolationWhileSigning(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	f := r.create(ehr, consultation(fse.Degrade))
	r.user.does(func(PINRequest) (PINAnswer, error) {
		_, err := r.sign(other, f.ID)
		wantKind(t, err, state.NotFound, "")
		_, err = r.d.UpdateFSE(t.Context(), other, f.ID, consultation(fse.Degrade), lot.Call{})
		wantKind(t, err, state.NotFound, "")
		_, err = r.d.CancelFSE(t.Context(), other, f.ID, "motif", lot.Call{})
		wantKind(t, err, state.NotFound, "")
		return PINAnswer{Code: []byte(goodCode)}, nil
	})
	r.mustSign(ehr, f.ID)
}

// A card of another kind in the place of the CPS is another card.
func TestOtherKindOfCard(t *testing.T) {
	for _, name := range []string{"patient", "medecin-cps4", "carte-inconnue"} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.insert(left, card(t, "medecin-secteur1"))
			if err := r.readers.Swap(left, card(t, name)); err != nil {
				t.Fatal(err)
			}
			wantKind(t, r.signNew(ehr), state.CardChanged, "CARTE_CHANGEE")
		})
	}
}
