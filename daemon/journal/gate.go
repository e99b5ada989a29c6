package journal

import (
	"errors"
	"sync/atomic"
	"time"
)

// gate stands between the readers and the tables that were on the disk when the journal was opened. Nothing is answered
// from a table, not even "not found", before the blocks that could hold the answer were checked once. Tables made later
// come from memory or from checked tables and need no gate.
type gate struct {
	tables []*tableFile // newest first; fixed

	// passed is set when every table is checked and whole: from then on the gate is open.
	passed atomic.Bool
	// broken is the first error that stops writing for good: damage, or a write that failed half way.
	broken atomic.Pointer[Error]
	// checked is when everything was last found whole.
	checked atomic.Pointer[time.Time]
}

// seen notes that everything was found whole.
func (g *gate) seen(now time.Time) { g.checked.Store(&now) }

// check verifies all blocks that may hold a Badger key from lo to hi, both included.
func (g *gate) check(lo, hi []byte) error {
	if g.passed.Load() {
		return nil
	}
	for _, t := range g.tables {
		if t.covers(lo, hi) {
			if err := t.verifyRange(lo, hi); err != nil {
				return g.report(t.failure(err))
			}
		}
	}
	return nil
}

// report keeps the first damage, which stops writing, and returns its argument.
func (g *gate) report(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Damaged {
		g.broken.CompareAndSwap(nil, e)
	}
	return err
}

// halt stops writing because of a write that failed half way.
func (g *gate) halt(e *Error) error {
	g.broken.CompareAndSwap(nil, e)
	return e
}

// err returns what stops writing, or nil.
func (g *gate) err() error {
	if e := g.broken.Load(); e != nil {
		return e
	}
	return nil
}
