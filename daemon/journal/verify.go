package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
)

// Report is what Verify has read and found whole.
type Report struct {
	First, Last uint64 // first and last record; both 0 in an empty journal
	Records     uint64
	Head        Hash // hash of the last record
	Tables      int
	TableBytes  int64
	DerivedKeys int // hidden ones included
}

// Verify reads everything: each block of each table, the chain from the first record to the last, the anchor file, and the
// derived state, which it compares with one derived anew from the first record. It takes seconds to minutes and, for the
// time of it, a second copy of the derived state on the same volume. Reading and writing go on meanwhile;
// what is written meanwhile is not part of the report.
//
// It returns the first damage found; from then on the journal accepts no more updates.
func (j *Journal) Verify(ctx context.Context) (Report, error) {
	if err := j.enter("cannot verify the journal"); err != nil {
		return Report{}, err
	}
	defer j.calls.Done()
	var r Report
	if err := j.verifyTables(ctx, &r); err != nil {
		return Report{}, err
	}
	err := j.view(func(s State) error {
		if err := j.verifyAnchor(); err != nil {
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
	return r, nil
}

// Replay derives the state anew from record 1 and compares it with the stored one, key by key. It returns the number of
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
func (j *Journal) verifyTables(ctx context.Context, r *Report) error {
	j.keeper.merging.Lock() // so that none is deleted meanwhile
	defer j.keeper.merging.Unlock()
	m, err := readManifest(filepath.Join(j.opts.Dir, badger.ManifestFilename))
	if err != nil {
		return j.gate.report(err)
	}
	keys, err := openKeys(j.opts.Dir, j.opts.Key)
	if err != nil {
		return j.gate.report(err)
	}
	for id, tm := range m.Tables {
		if err := ctx.Err(); err != nil {
			return err
		}
		key, err := keys(tm.KeyID)
		if err != nil {
			return j.gate.report(err)
		}
		t := &tableFile{path: table.NewFilename(id, j.opts.Dir), id: id, key: key, compression: tm.Compression}
		if err := t.verify(); err != nil {
			return j.gate.report(t.failure(err))
		}
		r.Tables++
		r.TableBytes += t.size
	}
	return nil
}

// verifyAnchor compares the file with what was last written to it.
func (j *Journal) verifyAnchor() error {
	want := j.anchor.witness()
	a, err := openAnchor(j.opts.AnchorFile)
	if errors.Is(err, errNoAnchor) {
		err = damaged("cannot verify the journal", "the anchor file", "none")
	}
	if err != nil {
		return j.gate.report(asError("cannot verify the journal", err))
	}
	defer a.close()
	// Updates go on: the file may be ahead of what was asked for a moment ago, never behind.
	if a.id != want.id || a.tail.last < want.tail.last || a.tail.last == want.tail.last && a.tail != want.tail {
		return j.gate.report(damaged("cannot verify the journal", "an anchor at "+want.tail.String(), a.tail.String()))
	}
	return nil
}

func (j *Journal) verifyChain(ctx context.Context, s State, r *Report) error {
	const op = "cannot verify the journal"
	t, _, err := s.tail()
	if err != nil {
		return err
	}
	head := genesis(j.anchor.witness().id)
	// Range checks every link but that of the first.
	for rec, err := range s.Range(1, s.last) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if rec.Seq == 1 && rec.Prev != head {
			return j.gate.report(damaged(op, "a first record of this journal", "one of another"))
		}
		head = rec.Hash
		r.Records++
	}
	if s.last > 0 {
		r.First, r.Last = 1, s.last
	}
	r.Head = head
	if s.last > 0 && (head != t.head || r.Records != t.count) {
		return j.gate.report(damaged(op, t.tail.String(), fmt.Sprintf("%d records ending in %x…", r.Records, head[:4])))
	}
	return nil
}

// replay derives into a scratch store beside the journal and compares.
func (j *Journal) replay(ctx context.Context, s State) (int, error) {
	j.replaying.Lock()
	defer j.replaying.Unlock()
	x, err := newScratch(j)
	if err != nil {
		return 0, err
	}
	defer x.remove()
	for r, err := range s.Range(1, s.last) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = x.apply(r)
		}
		if err != nil {
			return 0, err
		}
	}
	if err := x.flush(); err != nil {
		return 0, err
	}
	return x.compare(s)
}

// compare walks through both derived states at once.
func (x *scratch) compare(s State) (keys int, err error) {
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
