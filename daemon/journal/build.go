package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// builder fills a Badger folder that is no journal yet, or never will be: the derived state alone, to compare it with, or a
// whole journal. Nothing in it is durable before finish, and what a killed process left is removed by the next.
type builder struct {
	op   string // what can't be done when it fails
	opts Options
	dir  string
	db   *badger.DB
	over *overlay // what was derived and is not in db
	more []write  // what else is not in db
	size int      // bytes in more
	base base
	tail tail
}

// buildFlush is how many bytes are kept in memory before they go to Badger.
const buildFlush = 1 << 20

// newBuilder empties dir and opens Badger in it.
func newBuilder(op string, o Options, dir string) (*builder, error) {
	if err := o.clear(dir); err != nil {
		return nil, internal(op, err)
	}
	if err := o.checkSpace(op, watermark); err != nil {
		return nil, err
	}
	x := &builder{op: op, opts: o, dir: dir}
	// Badger's own compactors may run here: no table is older than this process.
	e := engineOptions(dir, o.Key, o.Logger).WithSyncWrites(false).
		WithNumCompactors(2).WithNumLevelZeroTablesStall(8)
	var err error
	if x.db, err = openEngine(e); err != nil {
		return nil, errors.Join(err, o.clear(dir))
	}
	x.over = newOverlay(x.get)
	return x, nil
}

// clear removes a folder of the journal, or all that is in it if it is Dir itself, whose volume is asked for free space.
func (o Options) clear(dir string) error {
	if dir != o.Dir {
		return os.RemoveAll(dir)
	}
	files, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, f := range files {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, f.Name())))
	}
	return err
}

// remove ends a build that leads to nothing, or was only to be compared with.
func (x *builder) remove() {
	if !x.db.IsClosed() {
		if err := closeEngine(x.db); err != nil {
			x.opts.Logger.Warn("journal: a folder not closed", "err", cause(err))
		}
	}
	if err := x.opts.clear(x.dir); err != nil {
		x.opts.Logger.Warn("journal: a folder not removed", "err", err)
	}
}

func (x *builder) get(key string) ([]byte, bool, error) {
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
		return nil, false, internal(x.op, cause(err))
	}
	return v, ok, nil
}

// state is the derived state so far, for who only asks for keys. It must be flushed.
func (x *builder) state(txn *badger.Txn) State {
	g := new(gate)
	g.passed.Store(true)
	return State{txn: txn, gate: g, base: x.base, last: x.tail.last}
}

// derive derives from one record.
func (x *builder) derive(r Record) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = internal(x.op, fmt.Errorf("the projection panicked at record %d", r.Seq))
		}
	}()
	if err := x.opts.Project(r, x.over); err != nil {
		return internal(x.op, fmt.Errorf("the projection refused record %d: %w", r.Seq, err))
	}
	x.tail = tail{last: r.Seq, count: x.tail.count + 1, head: r.Hash}
	return x.spill()
}

// append adds the next record of the chain and derives from it.
func (x *builder) append(r Record) error {
	encoded := r.Encode()
	if r.Seq != x.tail.last+1 || r.Prev != x.tail.head {
		return damaged(x.op, fmt.Sprintf("record %d linked to what is before it", x.tail.last+1),
			fmt.Sprintf("record %d with another link", r.Seq))
	}
	x.put(recordKey(r.Seq), encoded)
	return x.derive(r)
}

// set gives a derived key its value without a record, as a checkpoint does.
func (x *builder) set(key string, value []byte) error {
	if err := x.over.Set(key, value); err != nil {
		return err
	}
	return x.spill()
}

func (x *builder) put(key, value []byte) {
	x.more = append(x.more, write{key, value})
	x.size += len(key) + len(value)
}

func (x *builder) spill() error {
	if x.over.size+x.size > buildFlush {
		return x.flush()
	}
	return nil
}

// flush moves what is in memory to Badger.
func (x *builder) flush() error {
	if err := x.opts.checkSpace(x.op, watermark); err != nil {
		return err
	}
	w := x.db.NewWriteBatch()
	defer w.Cancel()
	for _, k := range x.over.order {
		if err := w.Set(derivedKey(k), derivedValue(x.over.sets[k])); err != nil {
			return internal(x.op, cause(err))
		}
	}
	for _, e := range x.more {
		if err := w.Set(e.key, e.value); err != nil {
			return internal(x.op, cause(err))
		}
	}
	if err := w.Flush(); err != nil {
		return internal(x.op, cause(err))
	}
	x.over, x.more, x.size = newOverlay(x.get), nil, 0
	return nil
}

// begin starts the chain at b.
func (x *builder) begin(b base) {
	x.base, x.tail = b, b.tail
	if b.purged() {
		x.put(keyCheckpoint, b.encode())
	}
}

// finish writes the end of the journal, closes Badger and returns when all of the folder is on the disk.
func (x *builder) finish() error {
	x.put(keyIdentity, x.base.id[:])
	if x.tail.last > 0 {
		// No transaction is the last one: the anchor is written after it or not at all.
		x.put(keyTail, storedTail{tail: x.tail, first: x.tail.last + 1}.encode())
	}
	if err := x.flush(); err != nil {
		return err
	}
	if err := closeEngine(x.db); err != nil {
		return internal(x.op, cause(err))
	}
	if err := syncTree(x.dir); err != nil {
		return internal(x.op, err)
	}
	return nil
}

// syncTree makes the files of a folder durable, and its place in the folder above.
func syncTree(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range files {
		f, err := os.OpenFile(filepath.Join(dir, e.Name()), os.O_RDWR, 0)
		if err != nil {
			return err
		}
		err = f.Sync()
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(durable.SyncDir(dir), durable.SyncDir(filepath.Dir(dir)))
}
