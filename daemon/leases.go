package daemon

import (
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
)

// owner returns the Owner of the reader id.
func (d *desk) owner(id string) (*reader.Owner, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.places, func(p *place) bool { return p.reader.ID == id })
	if i < 0 {
		return nil, reader.Fail(reader.NoReader, "reserve the card")
	}
	return d.places[i].owner, nil
}

// AcquireLease reserves the card in the reader id for principal, or renews its
// reservation. previous is the lease that the caller believes to be held.
func (d *Daemon) AcquireLease(principal, id, previous string, life time.Duration) (reader.Lease, error) {
	o, err := d.desk.owner(id)
	if err != nil {
		return reader.Lease{}, Failure(err)
	}
	if held, ok := o.Held(); ok && held.Holder != principal {
		return reader.Lease{}, Failure(reader.Fail(reader.Busy, "reserve the card"))
	}
	l, err := o.Acquire(reader.LeaseID(previous), principal, life)
	if err != nil {
		return l, Failure(err)
	}
	d.publishLease(id, l)
	return l, nil
}

// StealLease reserves the card in the reader id for principal, whoever holds it.
// The event tells the one who held it.
func (d *Daemon) StealLease(principal, id string, life time.Duration) (reader.Lease, error) {
	o, err := d.desk.owner(id)
	if err != nil {
		return reader.Lease{}, Failure(err)
	}
	l, _ := o.Steal(principal, life)
	d.publishLease(id, l)
	return l, nil
}

// ReleaseLease gives a reservation back.
func (d *Daemon) ReleaseLease(principal, id, lease string) error {
	o, err := d.desk.owner(id)
	if err != nil {
		return Failure(err)
	}
	if held, ok := o.Held(); !ok || held.Holder != principal {
		return Failure(reader.Fail(reader.LeaseLost, "release the card"))
	}
	if err := o.Release(reader.LeaseID(lease)); err != nil {
		return Failure(err)
	}
	d.publishLease(id, reader.Lease{})
	return nil
}

func (d *Daemon) publishLease(id string, l reader.Lease) {
	d.hub.publish(state.Event{Type: state.EventLease, Lease: &state.Lease{Reader: id, Holder: l.Holder, Expires: l.Expires}})
}
