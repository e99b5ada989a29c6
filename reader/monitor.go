package reader

import (
	"context"
	"slices"
	"time"
)

// Snapshot is all that a Monitor knows at one moment.
type Snapshot struct {
	Slots []Slot    // in the service's order; nil while the service is down
	Err   error     // why the service is down, nil while it is up
	At    time.Time // when the service told it
}

// Up reports whether the service answers.
func (s Snapshot) Up() bool { return s.Err == nil }

// Back-off between attempts to reach a service that is down: quick at first, as
// for a restart, then patient, as for a machine without one. A hint of the
// transport cuts any wait short.
const (
	retryFirst  = 100 * time.Millisecond
	retryQuick  = time.Second     // ceiling in the first minute
	retrySlow   = 5 * time.Second // ceiling afterwards
	quickPeriod = time.Minute
)

// retryHinted is the first delay after a hint: the service's socket appears a
// moment before it answers.
const retryHinted = 10 * time.Millisecond

// waitSlice bounds one Wait, should a service lose a report. Each end of a wait
// costs the runtime some wake-ups.
const waitSlice = 15 * time.Second

// wakeEvery is the time between two calls of Wake, one of which falls within a
// wait: a Wake that falls between two waits is lost.
const wakeEvery = 20 * time.Millisecond

// Monitor follows the readers of a Transport.
type Monitor struct {
	transport Transport
	publish   func(Snapshot)
}

// NewMonitor returns a Monitor that gives each new Snapshot to publish, from the
// goroutine of Run. publish must not block.
func NewMonitor(t Transport, publish func(Snapshot)) *Monitor {
	return &Monitor{transport: t, publish: publish}
}

// Run follows the readers until ctx ends, whatever happens to the service.
func (m *Monitor) Run(ctx context.Context) {
	for down := (outage{}); ctx.Err() == nil; {
		if err := m.follow(ctx, func() { down = outage{} }); err != nil && ctx.Err() == nil {
			if down.first() {
				m.publish(Snapshot{Err: err, At: time.Now()})
			}
			if m.pause(ctx, down.next()) {
				down.delay = retryHinted / 2 // next doubles it
			}
		}
	}
}

// follow publishes what one Watch sees until it fails or ctx ends.
func (m *Monitor) follow(ctx context.Context, up func()) error {
	w, err := m.transport.Watch()
	if err != nil {
		return err
	}
	defer w.Close()
	defer wakeAtEnd(ctx, w)()

	var known []Slot
	for fresh := true; ctx.Err() == nil; fresh = false {
		limit := waitSlice
		if fresh {
			limit = 0 // an empty list of readers is news too
		}
		slots, err := w.Wait(known, limit)
		if err != nil {
			return err
		}
		if fresh || !slices.EqualFunc(slots, known, Slot.Equal) {
			known = slots
			up()
			m.publish(Snapshot{Slots: slices.Clone(slots), At: time.Now()})
		}
	}
	return nil
}

// wakeAtEnd has w woken once ctx has ended, until the function that it returns is
// called.
func wakeAtEnd(ctx context.Context, w Watch) (release func()) {
	over, woken := make(chan struct{}), make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(woken)
		for {
			w.Wake()
			select {
			case <-over:
				return
			case <-time.After(wakeEvery):
			}
		}
	})
	return func() {
		close(over)
		if !stop() {
			<-woken
		}
	}
}

// pause waits for d or for a hint, and tells whether it was a hint.
func (m *Monitor) pause(ctx context.Context, d time.Duration) (hinted bool) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-m.transport.Hints():
		return true
	}
	return false
}

// outage counts the attempts made since the service went down.
type outage struct {
	since time.Time
	delay time.Duration
}

func (o *outage) first() bool { return o.since.IsZero() }

// next returns how long to wait before the next attempt.
func (o *outage) next() time.Duration {
	if o.first() {
		o.since, o.delay = time.Now(), retryFirst
		return o.delay
	}
	ceiling := retryQuick
	if time.Since(o.since) > quickPeriod {
		ceiling = retrySlow
	}
	o.delay = min(o.delay*2, ceiling)
	return o.delay
}
