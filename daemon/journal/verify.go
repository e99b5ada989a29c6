package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
)

// Report is what Verify has read and found whole.
type Report struct {
	First, Last uint64 // first and last record of the chain; both 0 when it has none
	Records     uint64
	Kept        uint64 // records before the chain that the checkpoint has kept
	Head        Hash   // hash of the last record
	Tables      int
	TableBytes  int64
	DerivedKeys int // hidden ones included
}

// Verify reads everything: each block of each table, the checkpoint if there is one, the chain from the first record
// to the last, the anchor file, and the derived state, which it compares with one derived anew. It takes seconds to minutes and, for the
// time of it, a second copy of the derived state on the same volume. Reading and writing go on meanwhile;
// what is written meanwhile is not part of the report.
//
// It returns the first damage found; from then on the journal accepts no more updates.
func (j *Journal) Verify(ctx context.Context) (Report, error) {
	if err := j.enter("cannot verify the journal"); err != nil {
		return Report{}, err
	}
	defer j.calls.Done()
	st := j.acquire()
	defer j.release(st)
	var r Report
	if err := j.verifyTables(ctx, st, &r); err != nil {
		return Report{}, err
	}
	err := st.view(func(s State) error {
		if err := j.verifyAnchor(s.gate); err != nil {
			return err
		}
		if err := j.verifyChain(ctx, s, &r); err != nil {
			return err
		}
		keys, err := j.replay(ctx, s)
		r.DerivedKeys = keys
		return err
	})
	if err != nil {
		return Report{}, err
	}
	st.gate.seen(j.opts.Now())
	return r, nil
}

// Replay derives the state anew from what the journal begins with and compares it with the stored one, key by key. It returns the number of
// keys, hidden ones included, and a Damaged error at the first difference. Verify includes it.
func (j *Journal) Replay(ctx context.Context) (keys int, err error) {
	if err := j.enter("cannot replay the journal"); err != nil {
		return 0, err
	}
	defer j.calls.Done()
	err = j.view(func(s State) error {
		keys, err = j.replay(ctx, s)
		return err
	})
	return keys, err
}

// verifyTables reads the tables as they are on the disk now, not as they were when they were last checked.
func (j *Journal) verifyTables(ctx context.Context, st *store, r *Report) error {
	j.keeper.merging.Lock() // so that none is deleted meanwhile
	defer j.keeper.merging.Unlock()
	m, err := readManifest(filepath.Join(st.dir, badger.ManifestFilename))
	if err != nil {
		return st.gate.report(err)
	}
	keys, err := openKeys(st.dir, j.opts.Key)
	if err != nil {
		return st.gate.report(err)
	}
	for id, tm := range m.Tables {
		if err := ctx.Err(); err != nil {
			return err
		}
		key, err := keys(tm.KeyID)
		if err != nil {
			return st.gate.report(err)
		}
		t := &tableFile{path: table.NewFilename(id, st.dir), id: id, key: key, compression: tm.Compression}
		if err := t.verify(); err != nil {
			return st.gate.report(t.failure(err))
		}
		r.Tables++
		r.TableBytes += t.size
	}
	return nil
}

// verifyAnchor compares the file with what was last written to it.
func (j *Journal) verifyAnchor(g *gate) error {
	const op = "cannot verify the journal"
	want := j.anchor.witness()
	a, err := readAnchor(j.opts.AnchorFile)
	if errors.Is(err, errNoAnchor) {
		err = damaged(op, "the anchor file", "none")
	}
	if err != nil {
		return g.report(asError(op, err))
	}
	// Updates go on: the file may be ahead of what was asked for a moment ago, never behind.
	if a.id != want.id || a.generation < want.generation || a.tail.last < want.tail.last ||
		a.generation == want.generation && a != want {
		return g.report(damaged(op, "an anchor at "+want.tail.String(), a.tail.String()))
	}
	return nil
}

func (j *Journal) verifyChain(ctx context.Context, s State, r *Report) error {
	const op = "cannot verify the journal"
	t, found, err := s.tail()
	if err != nil {
		return err
	}
	if s.base.purged() {
		if err := s.checkpoint(io.Discard); err != nil {
			return err
		}
	}
	r.Kept, r.Head = s.base.count, s.base.head
	// Range checks every link.
	for rec, err := range s.Range(s.First(), s.last) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		r.Head = rec.Hash
		r.Records++
	}
	if r.Records > 0 {
		r.First, r.Last = s.First(), s.last
	}
	if found && (r.Head != t.head || r.Kept+r.Records != t.count) {
		return s.gate.report(damaged(op, t.tail.String(), fmt.Sprintf("%d records ending in %x…", r.Kept+r.Records, r.Head[:4])))
	}
	return nil
}

// replay derives into a store beside the journal and compares.
func (j *Journal) replay(ctx context.Context, s State) (int, error) {
	j.replaying.Lock()
	defer j.replaying.Unlock()
	x, err := j.rederive(ctx, s, s.last)
	if err != nil {
		return 0, err
	}
	defer x.remove()
	return x.compare(s)
}

// rederive derives the state as it was after a record of the chain. It needs replaying; who calls it removes the result.
func (j *Journal) rederive(ctx context.Context, s State, until uint64) (*builder, error) {
	x, err := newBuilder("cannot replay the journal", j.opts, j.opts.replayFolder())
	if err != nil {
		return nil, err
	}
	x.base, x.tail = s.base, s.base.tail
	err = s.keptPairs(x.set)
	if err == nil {
		err = x.deriveAll(ctx, s.Range(s.First(), until))
	}
	if err == nil {
		err = x.flush()
	}
	if err != nil {
		x.remove()
		return nil, err
	}
	return x, nil
}

func (x *builder) deriveAll(ctx context.Context, records iter.Seq2[Record, error]) error {
	for r, err := range records {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = x.derive(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// compare walks through both derived states at once.
func (x *builder) compare(s State) (keys int, err error) {
	txn := x.db.NewTransaction(false)
	defer discard(txn)
	o := badger.DefaultIteratorOptions
	o.PrefetchValues = false
	o.Prefix = []byte{spaceDerived}
	it := txn.NewIterator(o)
	defer it.Close()
	it.Rewind()
	differ := func(what string) error {
		return s.gate.report(damaged("cannot verify the derived state",
			"what the records give", fmt.Sprintf("%s after %d equal keys", what, keys)))
	}
	at := []byte{spaceDerived}
	err = s.iterate(false, at, func(k []byte, value func() ([]byte, error)) (bool, error) {
		if k[0] != spaceDerived {
			return false, nil
		}
		if err := s.gate.check(at, k); err != nil {
			return false, err
		}
		at = bytes.Clone(k)
		b, err := value()
		if err != nil {
			return false, err
		}
		if !it.Valid() || !bytes.Equal(it.Item().Key(), k) {
			return false, differ("another key")
		}
		want, err := it.Item().ValueCopy(nil)
		if err != nil {
			return false, internal("cannot verify the derived state", cause(err))
		}
		if !bytes.Equal(want, b) {
			return false, differ("another value")
		}
		keys++
		it.Next()
		return true, nil
	})
	if err == nil && it.Valid() {
		err = differ("a key less")
	}
	return keys, err
}
