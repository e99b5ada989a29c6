package virtual

import (
	"bytes"
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/reader"
)

const opWatch = "watch the readers"

// Watch implements reader.Transport.
func (r *Readers) Watch() (reader.Watch, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.up {
		return nil, reader.Fail(reader.ServiceDown, opWatch)
	}
	return &watch{readers: r, epoch: r.epoch}, nil
}

type watch struct {
	readers *Readers
	epoch   int

	closed  bool          // protected by readers.mu
	waiting chan struct{} // closed by Wake; nil when no Wait is under way; protected by readers.mu
}

func (w *watch) Wait(known []reader.Slot, limit time.Duration) ([]reader.Slot, error) {
	r := w.readers
	timer := time.NewTimer(limit)
	defer timer.Stop()
	wake := make(chan struct{})

	r.mu.Lock()
	defer r.mu.Unlock()
	w.waiting = wake
	defer func() { w.waiting = nil }()
	for {
		if !r.up || r.epoch != w.epoch || w.closed {
			return nil, reader.Fail(reader.ServiceDown, opWatch)
		}
		slots, changed := r.snapshot(), r.changed
		if !slices.EqualFunc(slots, known, sameSlot) {
			return slots, nil
		}
		r.mu.Unlock()
		over := false
		select {
		case <-changed:
		case <-wake:
			over = true
		case <-timer.C:
			over = true
		}
		r.mu.Lock()
		if over {
			return slots, nil
		}
	}
}

func (w *watch) Wake() {
	w.readers.mu.Lock()
	defer w.readers.mu.Unlock()
	if w.waiting != nil {
		close(w.waiting)
		w.waiting = nil
	}
}

func (w *watch) Close() error {
	w.readers.mu.Lock()
	defer w.readers.mu.Unlock()
	w.closed = true
	return nil
}

// snapshot returns the slots as the service sees them. r.mu is held.
func (r *Readers) snapshot() []reader.Slot {
	slots := make([]reader.Slot, 0, len(r.slots))
	for _, s := range r.slots {
		slot := reader.Slot{Reader: s.name, Events: s.events}
		switch {
		case s.card == nil:
			slot.Presence = reader.Empty
		case s.atr == nil:
			slot.Presence = reader.Mute
		default:
			slot.Presence, slot.ATR = reader.Present, slices.Clone(s.atr)
		}
		slots = append(slots, slot)
	}
	return slots
}

func sameSlot(a, b reader.Slot) bool {
	return a.Reader == b.Reader && a.Presence == b.Presence && a.Events == b.Events && bytes.Equal(a.ATR, b.ATR)
}
