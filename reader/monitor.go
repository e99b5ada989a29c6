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

// waitSlice bounds one Wait. A Wake that falls between two waits is lost, so no
// wait may be endless.
const waitSlice = 5 * time.Second

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
			m.pause(ctx, down.next())
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
	defer context.AfterFunc(ctx, w.Wake)()

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

func (m *Monitor) pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-m.transport.Hints():
	}
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
