package journal

import (
	"errors"
	"os"

	"github.com/dgraph-io/badger/v4"
)

// store is the folder that a journal reads and writes, open. A purge puts another one in its place; who reads the old one
// at that moment goes on reading it until he is done.
type store struct {
	dir  string
	db   *badger.DB
	gate *gate
	base base // fixed

	users int           // protected by Journal.mu
	idle  chan struct{} // nil until the store has a successor; closed when the last user has left. Protected by Journal.mu
}

// openStore surveys the folder that the anchor names, opens it with Badger and compares its end with the anchor's, which it may
// move.
func (j *Journal) openStore(a slot) (s *store, t storedTail, err error) {
	s = &store{dir: j.opts.folder(a.purge.epoch)}
	tables, err := survey(s.dir, j.opts.Key, a)
	if err != nil {
		return nil, t, err
	}
	s.gate = &gate{tables: tables}
	if err := errors.Join(os.MkdirAll(s.dir, 0o700), removeEmptyLogs(s.dir)); err != nil {
		return nil, t, err
	}
	if s.db, err = openEngine(engineOptions(s.dir, j.opts.Key, j.log)); err != nil {
		return nil, t, err
	}
	if t, err = j.reconcile(s, a); err != nil {
		closeEngine(s.db)
		return nil, t, err
	}
	return s, t, nil
}

// folder is where the journal is after so many purges: the two names serve in turn. The anchor says which it is, and so the
// switch is one write to the anchor: no folder is renamed, which Windows would refuse while one of its files is open.
func (o Options) folder(epoch uint32) string {
	if epoch%2 == 0 {
		return o.Dir
	}
	return o.Dir + ".2"
}

// acquire returns the store as it is now; it stays open until it is released.
func (j *Journal) acquire() *store {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.current.users++
	return j.current
}

func (j *Journal) release(s *store) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s.users--
	if s.users == 0 && s.idle != nil {
		close(s.idle)
	}
}

// replace puts another store in the place of the current one, which it returns with a channel that is closed when nobody uses
// it any more.
func (j *Journal) replace(by *store) (old *store, idle <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	old, j.current = j.current, by
	old.idle = make(chan struct{})
	if old.users == 0 {
		close(old.idle)
	}
	return old, old.idle
}
