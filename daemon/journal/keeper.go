package journal

import (
	"context"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// keeper checks the tables in the background after opening, and then merges them.
//
// Badger's own compactors are off. They would merge a damaged table as if it ended at the damage and delete the
// original, so none may run before every table is checked; and each wakes up 20 times a second for as long as the
// daemon lives. Badger's Flatten does the same work when it is called.
type keeper struct {
	j     *Journal
	grown chan struct{} // holds one token when the committer has written enough to look at level 0
	stop  chan struct{}

	checked chan struct{} // closed when the first background check has ended
	result  error         // of that check; set before checked is closed
	once    sync.Once     // closes checked

	// merging is held while tables are merged, and by who must see them stay.
	merging sync.Mutex
}

const (
	// compactAt is the number of tables in level 0 from which on they are merged: each read looks into all of them.
	compactAt = 4
	// lookEvery is how many bytes are written between two looks at level 0.
	lookEvery = memTable / 2
	// retryAfter is how long the keeper waits when it could not do its work. Writes stall if it never can.
	retryAfter = 10 * time.Second
)

func newKeeper(j *Journal) *keeper {
	return &keeper{j: j, grown: make(chan struct{}, 1), stop: make(chan struct{}), checked: make(chan struct{})}
}

func (k *keeper) run() {
	for {
		err := k.check()
		k.once.Do(func() {
			k.result = err
			close(k.checked)
		})
		var again <-chan time.Time
		if (err != nil || !k.compact()) && k.j.Err() == nil {
			again = time.After(retryAfter)
		}
		select {
		case <-k.grown:
		case <-again:
		case <-k.stop:
			return
		}
	}
}

// check verifies the tables of the opening that are not verified yet.
func (k *keeper) check() error {
	s := k.j.acquire()
	defer k.j.release(s)
	if s.gate.passed.Load() {
		return nil
	}
	for _, t := range s.gate.tables {
		select {
		case <-k.stop:
			return &Error{Kind: Closed, Op: "cannot check the journal"}
		default:
		}
		if err := t.verify(); err != nil {
			err := s.gate.report(t.failure(err))
			k.j.log.Error("journal: a table can't be checked", "err", err)
			return err
		}
	}
	s.gate.passed.Store(true)
	s.gate.seen(k.j.opts.Now())
	return nil
}

// wake asks for a look at level 0.
func (k *keeper) wake() {
	select {
	case k.grown <- struct{}{}:
	default:
	}
}

// compact merges the tables of level 0 into those below if they are many. It returns false if it should have and could not.
func (k *keeper) compact() bool {
	k.merging.Lock()
	defer k.merging.Unlock()
	s := k.j.acquire()
	defer k.j.release(s)
	if levelZero(s.db) < compactAt {
		return true
	}
	if !s.gate.passed.Load() || s.gate.err() != nil {
		return false
	}
	// Merging writes before it deletes.
	if err := k.j.opts.checkSpace("cannot merge tables", watermark); err != nil {
		return false
	}
	if err := s.db.Flatten(1); err != nil {
		k.j.log.Warn("journal: tables not merged", "err", cause(err))
		return false
	}
	return true
}

func levelZero(db *badger.DB) int { return db.Levels()[0].NumTables }

// Checked waits until every table that was on the disk at opening has been read and checked in the background, or
// ctx ends, and returns what was found: nil, a Damaged error, an Internal one when a file could not be opened (it is
// tried again), or Closed. Nothing needs to wait for it: what is not checked yet is checked when it is first read.
func (j *Journal) Checked(ctx context.Context) error {
	select {
	case <-j.keeper.checked:
		return j.keeper.result
	case <-ctx.Done():
		return ctx.Err()
	}
}
