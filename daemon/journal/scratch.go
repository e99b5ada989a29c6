package journal

import (
	"errors"
	"fmt"
	"os"

	"github.com/dgraph-io/badger/v4"
)

// scratch is a throw-away store for a derived state, in a folder of its own beside the journal's. Nothing in it is durable.
// A journal has one at a time; what a killed process left is removed by the next.
type scratch struct {
	j    *Journal
	dir  string
	db   *badger.DB
	over *overlay
}

// scratchFlush is how many bytes of derived values are kept in memory before they go to the scratch store.
const scratchFlush = 1 << 20

func scratchDir(dir string) string { return dir + ".replay" }

func newScratch(j *Journal) (*scratch, error) {
	const op = "cannot replay the journal"
	x := &scratch{j: j, dir: scratchDir(j.opts.Dir)}
	if err := os.RemoveAll(x.dir); err != nil {
		return nil, internal(op, err)
	}
	if err := j.checkSpace(op, watermark); err != nil {
		return nil, err
	}
	o := engineOptions(x.dir, j.opts.Key, j.log).WithSyncWrites(false).
		WithNumCompactors(2).WithNumLevelZeroTablesStall(8)
	var err error
	if x.db, err = openEngine(o); err != nil {
		return nil, errors.Join(err, os.RemoveAll(x.dir))
	}
	x.over = newOverlay(x.get)
	return x, nil
}

func (x *scratch) remove() {
	if err := x.db.Close(); err != nil {
		x.j.log.Warn("journal: replay folder not closed", "err", cause(err))
	}
	if err := os.RemoveAll(x.dir); err != nil {
		x.j.log.Warn("journal: replay folder not removed", "err", err)
	}
}

func (x *scratch) get(key string) ([]byte, bool, error) {
	var v []byte
	var ok bool
	txn := x.db.NewTransaction(false)
	defer discard(txn)
	item, err := txn.Get(derivedKey(key))
	if err == badger.ErrKeyNotFound {
		return nil, false, nil
	}
	if err == nil {
		err = item.Value(func(b []byte) error {
			v, ok = liveValue(append([]byte(nil), b...))
			return nil
		})
	}
	if err != nil {
		return nil, false, internal("cannot replay the journal", cause(err))
	}
	return v, ok, nil
}

// apply derives from one record.
func (x *scratch) apply(r Record) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = internal("cannot replay the journal", fmt.Errorf("the projection panicked at record %d", r.Seq))
		}
	}()
	if err := x.j.opts.Project(r, x.over); err != nil {
		return internal("cannot replay the journal", fmt.Errorf("the projection refused record %d: %w", r.Seq, err))
	}
	if x.over.size > scratchFlush {
		return x.flush()
	}
	return nil
}

// flush moves what is in memory to the store.
func (x *scratch) flush() error {
	if err := x.j.checkSpace("cannot replay the journal", watermark); err != nil {
		return err
	}
	w := x.db.NewWriteBatch()
	defer w.Cancel()
	for _, k := range x.over.order {
		if err := w.Set(derivedKey(k), derivedValue(x.over.sets[k])); err != nil {
			return internal("cannot replay the journal", cause(err))
		}
	}
	if err := w.Flush(); err != nil {
		return internal("cannot replay the journal", cause(err))
	}
	x.over = newOverlay(x.get)
	return nil
}
