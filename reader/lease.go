package reader

import (
	"crypto/rand"
	"time"
)

// LeaseID names one grant of a lease. It can't be guessed.
type LeaseID string

// Lease is the exclusive use of a reader's card by one front end.
type Lease struct {
	ID      LeaseID
	Holder  string    // the principal, as the caller of Acquire gave it
	Expires time.Time // by the monotonic clock: a change of the wall clock does not move it
}

// MaxLease bounds the life of a lease; its holder renews it by acquiring again.
const MaxLease = 5 * time.Minute

// Acquire takes or renews the lease of the card. previous is the lease that the
// caller believes to be held, "" for none: a caller that is wrong gets Busy and
// learns nothing, so two that race cannot both win.
func (o *Owner) Acquire(previous LeaseID, holder string, life time.Duration) (Lease, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lease.current() != previous {
		return Lease{}, Fail(Busy, "reserve the card")
	}
	return o.lease.grant(holder, life), nil
}

// Steal takes the lease whoever holds it, and returns the one that it ended.
func (o *Owner) Steal(holder string, life time.Duration) (granted, ended Lease) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lease.current() != "" {
		ended = o.lease.Lease
	}
	return o.lease.grant(holder, life), ended
}

// Release gives the lease back. It fails with LeaseLost if it is no longer held.
func (o *Owner) Release(id LeaseID) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if id == "" || o.lease.current() != id {
		return Fail(LeaseLost, "release the card")
	}
	o.lease = lease{}
	return nil
}

// Held returns the lease in force, if there is one.
func (o *Owner) Held() (Lease, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lease.Lease, o.lease.current() != ""
}

type lease struct{ Lease }

// current is the ID of the lease in force, "" if there is none.
func (l *lease) current() LeaseID {
	if l.ID != "" && !time.Now().Before(l.Expires) {
		*l = lease{}
	}
	return l.ID
}

func (l *lease) grant(holder string, life time.Duration) Lease {
	l.Lease = Lease{ID: LeaseID(rand.Text()), Holder: holder, Expires: time.Now().Add(min(life, MaxLease))}
	return l.Lease
}

func (l *lease) admit(j Job) error {
	switch current := l.current(); {
	case j.Lease == current:
		return nil
	case j.Lease != "":
		return Fail(LeaseLost, j.Op)
	case j.Holder != "" && j.Holder == l.Holder:
		return nil
	}
	return Fail(Busy, j.Op)
}
