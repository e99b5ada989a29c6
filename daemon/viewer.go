package daemon

import (
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Viewer is for whom snapshots, lots and events are made. What a principal makes
// is shown to it alone; a lot belongs to the practice, and whoever has lines in it
// sees its number, its state and those lines.
type Viewer struct {
	Principal string // whose jobs and leases are its own
	Owner     string // whose FSE are its own
	FSE       bool   // sees the patients of the FSE that it reads
	Lots      bool   // sees lots whole
	Local     bool   // a program of this machine: sees who holds a card
	Practice  bool   // the console: is told of the FSE of every front end

	all bool // sees everything: the service itself
}

// service sees everything.
var service = Viewer{FSE: true, Lots: true, Local: true, all: true}

// told says whether v may be told of e; show may still cut it.
func (v Viewer) told(e state.Event) bool {
	return e.Audience == "" || e.Audience == v.Principal || e.Audience == v.Owner || v.Practice && e.Type == state.EventFSE || v.all
}

// show is e as v sees it, false when it is not for v. It may read the journal.
func (d *Daemon) show(v Viewer, e state.Event) (state.Event, bool) {
	switch {
	case !v.told(e):
		return e, false
	case e.Lease != nil:
		l := v.lease(*e.Lease)
		e.Lease = &l
	case e.Lot != nil && !v.Lots:
		l, _, err := d.ownLines(v, *e.Lot)
		if err != nil {
			return e, false
		}
		e.Lot = &l
	}
	return e, true
}

func (v Viewer) lease(l state.Lease) state.Lease {
	if !v.Local && l.Holder != v.Principal {
		l.Holder = ""
	}
	return l
}

// snapshot cuts s to what v sees.
func (v Viewer) snapshot(s state.Snapshot) state.Snapshot {
	for i := range s.Leases {
		s.Leases[i] = v.lease(s.Leases[i])
	}
	return s
}

// ownLines is a lot as one who may not see it whole does: its number, its state,
// and v's lines in it with their sums. It fails with ErrNotFound when v has none.
func (d *Daemon) ownLines(v Viewer, l state.Lot) (state.Lot, []state.FSE, error) {
	members, err := d.book.InLot(l.ID)
	if err != nil {
		return state.Lot{}, nil, err
	}
	members = slices.DeleteFunc(members, func(f lot.FSE) bool { return f.Owner != v.Owner })
	if len(members) == 0 {
		return state.Lot{}, nil, lot.ErrNotFound
	}
	own := state.Lot{ID: l.ID, Numero: l.Numero, State: l.State, Regime: l.Regime, Caisse: l.Caisse, Centre: l.Centre,
		Certification: l.Certification, NumeroAM: l.NumeroAM, Environment: l.Environment}
	lines := make([]state.FSE, 0, len(members))
	for _, f := range members {
		shown := ShowFSE(f)
		own.FSE, own.Total, own.AMO = own.FSE+1, own.Total+shown.Honoraires, own.AMO+shown.AMO
		lines = append(lines, shown)
	}
	return own, lines, nil
}

// LotTo returns a lot and its lines as v sees them.
func (d *Daemon) LotTo(v Viewer, id string) (state.Lot, []state.FSE, error) {
	l, lines, err := d.Lot(id)
	if err != nil || v.Lots {
		return l, lines, err
	}
	l, lines, err = d.ownLines(v, l)
	return l, lines, bookFailure(err)
}

// Hello returns all that there is to show and the events that follow.
func (d *Daemon) Hello() (state.Snapshot, *Subscription) { return d.HelloTo(service) }

// HelloTo returns all that a front end of v shows and the events that follow.
func (d *Daemon) HelloTo(v Viewer) (state.Snapshot, *Subscription) {
	d.desk.mu.Lock()
	defer d.desk.mu.Unlock()
	events, seq := d.hub.subscribe(eventRoom, v.told)
	events.show = func(e state.Event) (state.Event, bool) { return d.show(v, e) }
	return v.snapshot(d.snapshot(seq)), events
}

// Snapshot returns all that there is to show.
func (d *Daemon) Snapshot() state.Snapshot { return d.SnapshotTo(service) }

// SnapshotTo returns all that a front end of v shows.
func (d *Daemon) SnapshotTo(v Viewer) state.Snapshot {
	d.desk.mu.Lock()
	defer d.desk.mu.Unlock()
	return v.snapshot(d.snapshot(d.hub.last()))
}

// Resync returns the events after seq, or false when they are no longer all kept:
// one then starts again from a snapshot.
func (d *Daemon) Resync(seq uint64) ([]state.Event, bool) { return d.hub.since(seq) }

// ResyncTo is Resync with what v is told of. Of each lot that v sees its own lines
// of, it is the last event: those are read from the journal, as they are now.
func (d *Daemon) ResyncTo(v Viewer, seq uint64) ([]state.Event, bool) {
	all, ok := d.hub.since(seq)
	last := make(map[string]uint64) // event of each lot
	for _, e := range all {
		if e.Lot != nil {
			last[e.Lot.ID] = e.Seq
		}
	}
	told := make([]state.Event, 0, len(all))
	for _, e := range all {
		if e.Lot != nil && !v.Lots && e.Seq < last[e.Lot.ID] {
			continue
		}
		if shown, ok := d.show(v, e); ok {
			told = append(told, shown)
		}
	}
	return told, ok
}

// PublishJob tells principal how far one of its jobs is.
func (d *Daemon) PublishJob(principal string, j state.Job) {
	d.hub.publish(state.Event{Type: state.EventJob, Job: &j, Audience: principal})
}

// PublishOrigin tells of a change of the list of sites.
func (d *Daemon) PublishOrigin(o state.Origin) {
	d.hub.publish(state.Event{Type: state.EventOrigin, Origin: &o})
}
