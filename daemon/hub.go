package daemon

import (
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// kept is how many events a front end that slept can still be given one by one.
const kept = 1024

// hub numbers events, keeps the last ones and hands them to subscribers.
type hub struct {
	now func() time.Time

	mu          sync.Mutex // protects the fields below; held while events are handed over
	seq         uint64
	ring        []state.Event // the last events, at least kept of them, the oldest first
	subscribers map[*Subscription]struct{}
}

func newHub(now func() time.Time) *hub {
	return &hub{now: now, subscribers: make(map[*Subscription]struct{})}
}

// Subscription receives events from the moment it was made.
type Subscription struct {
	hub    *hub
	told   func(state.Event) bool // whether it is for the subscriber at all
	show   func(state.Event) (state.Event, bool)
	events chan state.Event
}

// Events is closed when the subscriber was too slow, or by Close. A subscriber
// that was too slow has lost events and starts again from a snapshot.
func (s *Subscription) Events() <-chan state.Event { return s.events }

// Show is an event of Events as the subscriber sees it, false when it is not for
// it after all. It may wait for the journal, which Events never does.
func (s *Subscription) Show(e state.Event) (state.Event, bool) { return s.show(e) }

// Close ends the subscription.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.drop(s)
}

// drop is called with the hub's mutex held.
func (h *hub) drop(s *Subscription) {
	if _, ok := h.subscribers[s]; ok {
		delete(h.subscribers, s)
		close(s.events)
	}
}

// publish numbers e and hands it on. A subscriber with a full queue is dropped:
// it delays nobody.
func (h *hub) publish(e state.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	e.Seq, e.At = h.seq, h.now().UTC()
	if len(h.ring) == 2*kept {
		h.ring = h.ring[:copy(h.ring, h.ring[kept:])]
	}
	h.ring = append(h.ring, e)
	for s := range h.subscribers {
		if !s.told(e) {
			continue
		}
		select {
		case s.events <- e:
		default:
			h.drop(s)
		}
	}
}

// subscribe returns a subscription to the events that told admits, with room for
// queue of them, and the number of the last event before it. An event that is not
// for a subscriber takes none of its room.
func (h *hub) subscribe(queue int, told func(state.Event) bool) (*Subscription, uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := &Subscription{hub: h, told: told, events: make(chan state.Event, queue)}
	h.subscribers[s] = struct{}{}
	return s, h.seq
}

// since returns the events after seq. It is false when some are no longer kept,
// or when seq is not of this run.
func (h *hub) since(seq uint64) ([]state.Event, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if seq > h.seq || h.seq-seq > min(kept, uint64(len(h.ring))) {
		return nil, false
	}
	return append([]state.Event{}, h.ring[len(h.ring)-int(h.seq-seq):]...), true
}

// last is the number of the last event.
func (h *hub) last() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seq
}
