package main

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
)

// memoryLimit makes the collector work harder above it. A workstation has better
// uses for its memory.
const memoryLimit = 96 << 20

// restAfter is how long nothing has happened when the memory that work has left
// unused is given back to the system.
const restAfter = 20 * time.Second

// rest gives unused memory back each time the daemon comes to rest. It waits for
// events, so it costs nothing while there are none.
func rest(ctx context.Context, d *daemon.Daemon) {
	debug.SetMemoryLimit(memoryLimit)
	timer := time.AfterFunc(restAfter, debug.FreeOSMemory)
	defer timer.Stop()
	for ctx.Err() == nil {
		follow(ctx, d, func() { timer.Reset(restAfter) })
	}
}

// follow calls busy for each event until it can't keep up or ctx ends.
func follow(ctx context.Context, d *daemon.Daemon, busy func()) {
	_, events := d.Hello()
	defer events.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-events.Events():
			if !ok {
				return
			}
			busy()
		}
	}
}
