//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// recoveryMost is the target of P13, in ms.
const recoveryMost = 1000

// outages are how long pcscd stays away, and how often.
var outages = []struct {
	length      time.Duration
	short, long int
}{
	{100 * time.Millisecond, 10, 40},
	{time.Second, 10, 30},
	{5 * time.Second, 3, 20},
	{30 * time.Second, 0, 6},
	{2 * time.Minute, 0, 4},
}

// measureRecovery is P13: pcscd is killed and comes back. A negative time is an
// agrafed that was there before the slots of the new pcscd were.
func measureRecovery(ctx context.Context, b *bench) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := b.openStand(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	ws, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer ws.Close()
	seen := follow(ws)
	var all []float64
	for _, o := range outages {
		var took, own []float64
		for range b.times(o.short, o.long) {
			t, p, err := s.outage(ctx, seen, o.length)
			if err != nil {
				return err
			}
			took, own = append(took, ms(t)), append(own, ms(p))
		}
		if took != nil {
			b.reportOutage(o.length, took, own)
		}
		all = append(all, took...)
	}
	n := within(all, recoveryMost)
	r := row{Target: "P13", Measure: "recovered within 1 s", Value: float64(n), Unit: "times", Goal: fmt.Sprintf("%d of %d", len(all), len(all))}
	b.add(r.judge(n == len(all)))
	return nil
}

// outage kills pcscd, and starts it again after d: took is the time from when it
// serves to the event that the service is up, own the time of its start.
func (s *stand) outage(ctx context.Context, seen <-chan sighting, d time.Duration) (took, own time.Duration, err error) {
	s.rig.Kill()
	if _, err := await(ctx, seen, "the event that pcscd is gone", serviceIs(false)); err != nil {
		return 0, 0, err
	}
	if err := pause(ctx, d); err != nil {
		return 0, 0, err
	}
	from := monotonic()
	if err := s.rig.Restart(ctx); err != nil {
		return 0, 0, err
	}
	ready := monotonic()
	up, err := await(ctx, seen, "the event that pcscd is back", serviceIs(true))
	return up.at - ready, ready - from, err
}

func serviceIs(up bool) func(sighting) bool {
	return func(s sighting) bool { return s.event.Service != nil && s.event.Service.Up == up }
}

func (b *bench) reportOutage(length time.Duration, took, own []float64) {
	b.keep("P13", length.String(), took)
	b.keep("P13", length.String()+" start of pcscd", own)
	r := row{Target: "P13", Measure: fmt.Sprintf("after %s, worst of %d", length, len(took)), Value: quantile(took, 1), Unit: "ms",
		Note: fmt.Sprintf("p50 %s ms, best %s ms", figure(median(took)), figure(quantile(took, 0)))}
	b.add(r.beside("start of pcscd", median(own)).atMost(recoveryMost))
}
