package rights

import (
	"context"
	"errors"
	"time"
)

// errPatience is the cause of a context that patience has ended.
var errPatience = errors.New("out of patience")

// patience ends a context when a time is over. It can be stopped meanwhile: a user who
// types a code on the reader takes no time of the network's. It is used by one goroutine.
type patience struct {
	timer *time.Timer
	left  time.Duration
	since time.Time
}

// newPatience returns a context that ends limit from now, stops aside.
func newPatience(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc, *patience) {
	ctx, cancel := context.WithCancelCause(ctx)
	p := &patience{left: limit, since: time.Now(), timer: time.AfterFunc(limit, func() { cancel(errPatience) })}
	return ctx, func() { p.timer.Stop(); cancel(nil) }, p
}

func (p *patience) stop() {
	p.timer.Stop()
	p.left -= time.Since(p.since)
}

func (p *patience) resume() {
	p.since = time.Now()
	p.timer.Reset(p.left)
}
