package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A writer that answers, however slowly, is never silent for long; one that is stuck is,
// until it answers again.
func TestPulse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		takes := make(chan time.Duration, 1)
		slow := 25 * time.Second
		p := newPulse()
		go p.follow(ctx, 10*time.Second, func(ctx context.Context) error {
			select {
			case slow = <-takes:
			default:
			}
			select {
			case <-time.After(slow):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		for range 100 {
			time.Sleep(10 * time.Second)
			if s := p.silent(); s > writerLimit {
				t.Fatalf("a slow writer is silent for %v", s)
			}
		}
		takes <- time.Hour
		time.Sleep(10 * time.Minute)
		if s := p.silent(); s <= writerLimit {
			t.Errorf("a writer that is stuck is silent for %v only", s)
		}
		takes <- time.Second
		time.Sleep(time.Hour)
		if s := p.silent(); s > writerLimit {
			t.Errorf("it answers again, and is silent for %v", s)
		}
	})
}

// A question that fails is no answer: only what is closing fails, and it is on its end.
func TestPulseOfFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		p := newPulse()
		go p.follow(ctx, time.Second, func(context.Context) error { return context.DeadlineExceeded })
		time.Sleep(2 * writerLimit)
		if s := p.silent(); s < 2*writerLimit {
			t.Errorf("silent for %v", s)
		}
	})
}
