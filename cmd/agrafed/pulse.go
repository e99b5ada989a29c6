package main

import (
	"context"
	"sync"
	"time"
)

// writerLimit is how long the journal's writer may say nothing. It is twice what the
// journal itself gives a slow disk before it gives a write up (30 s).
const writerLimit = time.Minute

// pulse knows when something that is asked again and again has last answered.
type pulse struct {
	mu   sync.Mutex // protects last
	last time.Time
}

func newPulse() *pulse { return &pulse{last: time.Now()} }

// follow asks until ctx ends, one question at a time: what is stuck is waited for.
func (p *pulse) follow(ctx context.Context, every time.Duration, ask func(context.Context) error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if ask(ctx) == nil {
			p.mu.Lock()
			p.last = time.Now()
			p.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// silent is for how long there was no answer, by the monotonic clock.
func (p *pulse) silent() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.last)
}
