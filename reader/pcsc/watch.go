package pcsc

import (
	"slices"
	"time"

	"github.com/ebfe/scard"

	"github.com/agrafe-fse/agrafe/reader"
)

// pnp is the name under which the service reports that readers came or went.
const pnp = `\\?PnP?\Notification`

// watch follows the readers. states[0] is pnp, so the list is never empty, which
// the library could not take.
type watch struct {
	ctx    *scard.Context
	states []scard.ReaderState
}

// Watch opens a view on the readers.
func (t *Transport) Watch() (reader.Watch, error) {
	ctx, err := scard.EstablishContext()
	if err != nil {
		return nil, typed(err)
	}
	w := &watch{ctx: ctx, states: []scard.ReaderState{{Reader: pnp}}}
	if err := w.list(); err != nil {
		_ = ctx.Release()
		return nil, err
	}
	return w, nil
}

func (w *watch) Close() error { return typed(w.ctx.Release()) }

func (w *watch) Wake() { _ = w.ctx.Cancel() }

// Wait returns when the slots are no longer those of known. The service also
// reports what does not concern a slot, such as each connection made to a card.
func (w *watch) Wait(known []reader.Slot, limit time.Duration) ([]reader.Slot, error) {
	for deadline := time.Now().Add(limit); ; {
		left := max(0, time.Until(deadline))
		news, err := w.change(left)
		if err != nil {
			return nil, err
		}
		slots := w.slots()
		if !news || left == 0 || !slices.EqualFunc(slots, known, reader.Slot.Equal) {
			return slots, nil
		}
	}
}

// change waits for one report of the service and takes it in. It is false after
// limit or Wake.
func (w *watch) change(limit time.Duration) (news bool, err error) {
	err = w.ctx.GetStatusChange(w.states, limit)
	if err == scard.ErrTimeout || err == scard.ErrCancelled {
		return false, nil
	}
	if err == scard.ErrUnknownReader { // one that was listed left before it could be waited for
		return true, w.list()
	}
	if err != nil {
		return false, typed(err)
	}
	relist := w.states[0].EventState&scard.StateChanged != 0
	for _, s := range w.states[1:] {
		relist = relist || s.EventState&(scard.StateUnknown|scard.StateIgnore) != 0
	}
	w.acknowledge()
	if relist {
		return true, w.list()
	}
	return true, nil
}

// acknowledge makes what the service has just reported the state to compare
// with. The mark of a change must not go back: the service would report the
// same again at once, for ever.
func (w *watch) acknowledge() {
	for i := range w.states {
		s := &w.states[i]
		s.CurrentState = s.EventState &^ scard.StateChanged
		if s.EventState&scard.StatePresent == 0 {
			s.Atr = nil
		}
	}
}

// list brings the readers up to date, keeping what is known of those that stay.
func (w *watch) list() error {
	names, err := w.ctx.ListReaders()
	if err != nil && reader.KindOf(typed(err)) != reader.NoReader {
		return typed(err)
	}
	old := make(map[string]scard.ReaderState, len(w.states))
	for _, s := range w.states {
		old[s.Reader] = s
	}
	states := []scard.ReaderState{w.states[0]}
	for _, name := range names {
		s, ok := old[name]
		if !ok || s.EventState&scard.StateUnknown != 0 {
			s = scard.ReaderState{Reader: name}
		}
		states = append(states, s)
	}
	w.states = states
	err = w.ctx.GetStatusChange(w.states, 0)
	switch {
	case err == scard.ErrTimeout, err == scard.ErrCancelled:
		return nil
	case err != nil:
		return typed(err)
	case w.stopped():
		return reader.Fail(reader.ServiceDown, "")
	}
	w.acknowledge()
	return nil
}

// stopped reports the way a service that was stopped cleanly answers: with
// success, and a reader that is listed and yet unknown.
func (w *watch) stopped() bool {
	const gone = scard.StateUnknown | scard.StateUnavailable
	for _, s := range w.states[1:] {
		if s.EventState&gone == gone {
			return true
		}
	}
	return false
}

func (w *watch) slots() []reader.Slot {
	slots := make([]reader.Slot, 0, len(w.states)-1)
	for _, s := range w.states[1:] {
		slot := reader.Slot{Reader: s.Reader, Events: uint32(s.EventState >> 16)}
		switch {
		case s.EventState&scard.StatePresent == 0:
		case s.EventState&scard.StateMute != 0 || len(s.Atr) == 0:
			slot.Presence = reader.Mute
		default:
			slot.Presence, slot.ATR = reader.Present, s.Atr
		}
		slots = append(slots, slot)
	}
	return slots
}
