package journal

import (
	"sync"

	"github.com/dgraph-io/badger/v4"
)

// keeper checks the tables in the background after opening, and then compacts.
//
// Badger's own compactors are off. They would merge a damaged table as if it ended at the damage and delete the
// original, so none may run before every table is checked; and each wakes up 20 times a second for as long as the
// daemon lives. Badger's Flatten does the same work when it is called.
type keeper struct {
	j       *Journal
	grown   chan struct{} // holds one token when the committer has written enough to look at level 0
	stop    chan struct{}
	checked chan struct{} // closed when the background check has ended

	// merging is held while tables are merged, and by who must see them stay.
	merging sync.Mutex
}

const (
	// compactAt is the number of tables in level 0 from which on they are merged: each read looks into all of them.
	compactAt = 4
	// lookEvery is how many bytes are written between two looks at level 0.
	lookEvery = memTable / 2
)

func newKeeper(j *Journal) *keeper {
	return &keeper{j: j, grown: make(chan struct{}, 1), stop: make(chan struct{}), checked: make(chan struct{})}
}

func (k *keeper) run() {
	if !k.check() {
		return
	}
	for {
		k.compact()
		select {
		case <-k.grown:
		case <-k.stop:
			return
		}
	}
}

// check verifies all tables. It returns false when one is damaged or the journal closes.
func (k *keeper) check() bool {
	defer close(k.checked)
	for _, t := range k.j.gate.tables {
		select {
		case <-k.stop:
			return false
		default:
		}
		if err := t.verify(); err != nil {
			err = k.j.gate.report(t.damage(err))
			k.j.log.Error("journal: damage found", "err", err)
			return false
		}
	}
	k.j.gate.passed.Store(true)
	return true
}

// wake asks for a look at level 0.
func (k *keeper) wake() {
	select {
	case k.grown <- struct{}{}:
	default:
	}
}

func (k *keeper) compact() {
	k.merging.Lock()
	defer k.merging.Unlock()
	if levelZero(k.j.db) < compactAt || k.j.gate.err() != nil {
		return
	}
	if free, err := k.j.opts.FreeSpace(k.j.opts.Dir); err != nil || free < watermark {
		return // merging writes before it deletes; the next look is soon enough
	}
	if err := k.j.db.Flatten(1); err != nil {
		k.j.log.Warn("journal: tables not merged", "err", cause(err))
	}
}

func levelZero(db *badger.DB) int { return db.Levels()[0].NumTables }
