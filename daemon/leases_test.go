package daemon

import (
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// nextLease waits for the next event about a lease.
func nextLease(t *testing.T, sub *Subscription) state.Lease {
	t.Helper()
	for {
		select {
		case e, ok := <-sub.Events():
			if !ok {
				t.Fatal("the subscription has ended")
			}
			if e.Lease != nil {
				return *e.Lease
			}
		case <-time.After(20 * time.Second):
			t.Fatal("no event of a lease")
		}
	}
}

// A lease that runs out is told of, once, and not before; one that was renewed
// runs out when its last grant does.
func TestLeaseRunsOut(t *testing.T) {
	r := newRig(t)
	r.withCards()
	_, sub := r.d.Hello()
	defer sub.Close()
	first, err := r.d.AcquireLease(ehr, leftID, "", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.d.AcquireLease(ehr, leftID, string(first.ID), 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []time.Time{first.Expires, second.Expires} {
		if l := nextLease(t, sub); !l.Expires.Equal(want) || l.Holder != ehr {
			t.Errorf("the event is %+v, granted until %v", l, want)
		}
	}
	if l := nextLease(t, sub); l.Holder != "" || !l.Expires.IsZero() || l.Reader != leftID {
		t.Errorf("at the end the event is %+v", l)
	}
	if now := time.Now(); now.Before(second.Expires) {
		t.Errorf("told %v too early", second.Expires.Sub(now))
	}
	if s := r.d.Snapshot(); len(s.Leases) != 0 {
		t.Errorf("the snapshot still shows %v", s.Leases)
	}
	if _, err := r.d.AcquireLease(other, leftID, "", time.Minute); err != nil {
		t.Errorf("the card is not free: %v", err)
	}
	if l := nextLease(t, sub); l.Holder != other {
		t.Errorf("the end is told twice, or the next grant is not: %+v", l)
	}
	if s := r.d.Snapshot(); len(s.Leases) != 1 || s.Leases[0].Reader != leftID || s.Leases[0].Holder != other {
		t.Errorf("the snapshot shows %v", s.Leases)
	}
}

// The end of a lease that was given back or stolen is not told again when its time
// would have been over.
func TestLeaseEndIsToldOnce(t *testing.T) {
	r := newRig(t)
	r.withCards()
	_, sub := r.d.Hello()
	defer sub.Close()
	short, err := r.d.AcquireLease(ehr, leftID, "", 3*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.d.StealLease(other, leftID, time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := r.d.AcquireLease(ehr, rightID, "", time.Until(short.Expires)+50*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{ehr, other, ehr} {
		if l := nextLease(t, sub); l.Holder != want {
			t.Errorf("the event is %+v, want the holder %s", l, want)
		}
	}
	if l := nextLease(t, sub); l.Reader != rightID { // the left one's time is over by now
		t.Errorf("the end of %+v is told", l)
	}
	if s := r.d.Snapshot(); len(s.Leases) != 1 || s.Leases[0].Holder != other {
		t.Errorf("the snapshot shows %v", s.Leases)
	}
}

// S25: a lease is on a card. With another card in the reader, however long it has
// been seen, what the lease was for is refused with card-changed.
func TestS25OtherCardBetweenLeaseAndSignature(t *testing.T) {
	r := newRig(t)
	r.withCards()
	lease, err := r.d.AcquireLease(ehr, leftID, "", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	f := r.create(ehr, consultation(fse.Degrade))
	r.replace(left, card(t, "medecin-bis")) // and waits until it was read
	_, err = r.d.SignFSE(t.Context(), ehr, SignRequest{ID: f.ID, Lease: lease.ID}, lot.Call{})
	wantKind(t, err, state.CardChanged, "CARTE_CHANGEE")
	r.wantAsked(0)
}

// Who is no longer let in holds no card.
func TestEndLeases(t *testing.T) {
	r := newRig(t)
	r.withCards()
	for _, id := range []string{leftID, rightID} {
		if _, err := r.d.AcquireLease(ehr, id, "", time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	r.d.EndLeases(other)
	if s := r.d.Snapshot(); len(s.Leases) != 2 {
		t.Errorf("another's end leaves %v", s.Leases)
	}
	r.d.EndLeases(ehr)
	if s := r.d.Snapshot(); len(s.Leases) != 0 {
		t.Errorf("still held: %v", s.Leases)
	}
}
