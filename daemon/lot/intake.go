package lot

import (
	"errors"
	"maps"
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// intake is one step of taking in a delivery: as many returns about FSE as an update can
// hold, or one about a lot, or that a lot was sent after all.
type intake struct {
	b        *Book
	s        journal.State
	actor    string
	delivery *Delivery

	done, repeated int
	size           int             // bytes that are going to be written, about
	seen           map[string]bool // Return.ID
	fresh          []*Return
	accounts       map[string]*account // by FSE.ID
	order          []*account
	tail           []journal.Entry // behind the new returns
	along          *along          // the FSE of a lot, which the next steps take along
}

// entries makes the entries of a step over returns.
func (in *intake) entries(returns []Return) (entries []journal.Entry, err error) {
	for i := range returns {
		more, err := in.take(&returns[i])
		if err != nil {
			return nil, err
		}
		if !more || in.size > maxStep {
			break
		}
	}
	for _, a := range in.order {
		some, err := a.settle(in.actor)
		if err != nil {
			return nil, err
		}
		in.tail = append(in.tail, some...)
	}
	for _, r := range in.fresh {
		entry, err := (&returnChange{New: r}).record(r.ID, in.actor)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	entries = append(entries, in.tail...)
	if in.done == 0 {
		return entries, nil
	}
	entry, err := (&deliveryChange{Done: in.done, Repeated: in.repeated, Along: in.along}).record(in.delivery.ID, in.actor)
	return append(entries, entry), err
}

// take takes a return into the step, and tells whether another one may follow. What has
// to be a step of its own waits until it is the first.
func (in *intake) take(r *Return) (more bool, err error) {
	_, known, err := in.s.Get(keyReturn(r.ID))
	if err != nil {
		return false, err
	}
	if known || in.seen[r.ID] {
		in.done++
		in.repeated++
		return true, nil
	}
	if r.Kind == ReturnCopy {
		return in.takeCopy(r)
	}
	t, err := match(in.s, r, in.delivery.From)
	if err != nil {
		return false, err
	}
	alone := t.l != nil && (t.f == nil || t.l.unsettled())
	if alone && in.done > 0 {
		return false, nil
	}
	copied := *r // a step that fails may be tried again
	r = &copied
	switch {
	case alone && t.l.unsettled():
		in.tail, err = in.b.endDispatch(in.s, t.l, DispatchEnd{State: DispatchSent, By: ByReturn}, in.actor, nil)
		return false, err
	case alone:
		r.Lot = t.l.ID
		if in.tail, in.along, err = takeOfLot(in.s, r, t.l, in.actor); errors.Is(err, ErrNoMatch) {
			r.Lot, r.Effect, r.Why, err = "", EffectToExamine, "Il y a trop de retours pour ce lot.", nil
		}
		if err != nil {
			return false, err
		}
	case t.f != nil:
		err = in.takeOfFSE(r, t)
	default:
		r.Effect, r.Why = t.effect, t.why
	}
	in.add(r)
	return !alone, err
}

// add adds a new return.
func (in *intake) add(r *Return) {
	in.done++
	in.seen[r.ID] = true
	in.fresh = append(in.fresh, r)
	in.size += 2*sizeOf(r) + overhead
}

// overhead is what an entry and its derived keys take beside the data, in bytes, about.
const overhead = 600

func sizeOf(r *Return) int {
	data, _ := encode(r) // it was read from a record
	return len(data)
}

func (in *intake) takeOfFSE(r *Return, t target) error {
	a := in.accounts[t.f.ID]
	if a == nil {
		var err error
		if a, err = accountOf(in.s, t.f, t.l); err != nil {
			return err
		}
		in.accounts[t.f.ID] = a
		in.order = append(in.order, a)
		in.size += a.size + (len(a.returns)+2)*overhead
	}
	if len(a.returns) >= maxOfFSE {
		r.Effect, r.Why = EffectToExamine, "Il y a trop de retours pour cette FSE."
		return nil
	}
	r.FSE, r.Lot = t.f.ID, t.l.ID
	a.add(r)
	return nil
}

func sortedKeys(m map[string]bool) []string { return slices.Sorted(maps.Keys(m)) }
