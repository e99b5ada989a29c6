package daemon

import (
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
)

// AcquireLease reserves the card in the reader id for principal, or renews its
// reservation. previous is the lease that the caller believes to be held.
func (d *Daemon) AcquireLease(principal, id, previous string, life time.Duration) (reader.Lease, error) {
	return d.desk.reserve(id, func(o *reader.Owner) (reader.Lease, error) {
		if held, ok := o.Held(); ok && held.Holder != principal {
			return reader.Lease{}, reader.Fail(reader.Busy, "reserve the card")
		}
		return o.Acquire(reader.LeaseID(previous), principal, life)
	})
}

// StealLease reserves the card in the reader id for principal, whoever holds it.
// The event tells the one who held it, and whose codes are forgotten: somebody else is
// at the desk.
func (d *Daemon) StealLease(principal, id string, life time.Duration) (reader.Lease, error) {
	var ended reader.Lease
	granted, err := d.desk.reserve(id, func(o *reader.Owner) (granted reader.Lease, err error) {
		granted, ended = o.Steal(principal, life)
		return granted, nil
	})
	if ended.Holder != "" && ended.Holder != principal {
		d.pins.forgetWhere(func(k pinKey) bool { return k.principal == ended.Holder })
	}
	return granted, err
}

// ReleaseLease gives a reservation back.
func (d *Daemon) ReleaseLease(principal, id, lease string) error {
	_, err := d.desk.reserve(id, func(o *reader.Owner) (reader.Lease, error) {
		if held, ok := o.Held(); !ok || held.Holder != principal {
			return reader.Lease{}, reader.Fail(reader.LeaseLost, "release the card")
		}
		return reader.Lease{}, o.Release(reader.LeaseID(lease))
	})
	return err
}

// EndLeases gives back all that principal has reserved: it may no longer.
func (d *Daemon) EndLeases(principal string) {
	d.desk.mu.Lock()
	defer d.desk.mu.Unlock()
	for _, p := range d.desk.places {
		if held, ok := p.owner.Held(); ok && held.Holder == principal && p.owner.Release(held.ID) == nil {
			d.desk.endLease(p)
		}
	}
}

// reserve changes the reservation of the card in the reader id and tells of it.
// The desk's mutex is held meanwhile, so that front ends are told of grants in
// their order.
func (d *desk) reserve(id string, change func(*reader.Owner) (reader.Lease, error)) (reader.Lease, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.places, func(p *place) bool { return p.reader.ID == id })
	if i < 0 {
		return reader.Lease{}, Failure(reader.Fail(reader.NoReader, "reserve the card"))
	}
	p := d.places[i]
	l, err := change(p.owner)
	if err != nil {
		return l, Failure(err)
	}
	if l.ID == "" {
		d.endLease(p)
		return l, nil
	}
	d.stopLapse(p)
	p.lease = l
	p.lapse = time.AfterFunc(time.Until(l.Expires), func() { d.lapsed(p, l.ID) })
	d.publishLease(p)
	return l, nil
}

// lapsed is called when the time of a lease is over.
func (d *desk) lapsed(p *place, id reader.LeaseID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.lease.ID == id { // else it was given back or taken over just then
		d.endLease(p)
	}
}

// endLease tells that the card in p is free, if it was reserved.
func (d *desk) endLease(p *place) {
	d.stopLapse(p)
	if p.lease.ID != "" {
		p.lease = reader.Lease{}
		d.publishLease(p)
	}
}

func (d *desk) stopLapse(p *place) {
	if p.lapse != nil {
		p.lapse.Stop()
		p.lapse = nil
	}
}

func (d *desk) publishLease(p *place) {
	shown := p.shownLease()
	d.publish(state.Event{Type: state.EventLease, Lease: &shown})
}

// shownLease is the reservation of the card in p as front ends see it.
func (p *place) shownLease() state.Lease {
	return state.Lease{Reader: p.reader.ID, Holder: p.lease.Holder, Expires: p.lease.Expires}
}
