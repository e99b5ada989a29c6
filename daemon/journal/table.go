package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/y"
)

// tableFile is one of Badger's tables as it lies on the disk. It is read here without Badger, because Badger ends an
// iteration at a damaged block without an error, answers "not found", or takes the process down.
type tableFile struct {
	path        string
	id          uint64
	key         []byte // data key, nil for plain text
	compression options.CompressionType

	// Set by inspect.
	size              int64
	smallest, biggest []byte // first and last key, versions included

	whole atomic.Bool           // every block is checked
	marks atomic.Pointer[marks] // nil until a part is needed, and again once all of the table is checked
}

// marks say which blocks of a table are checked.
type marks struct {
	index  tableIndex
	passed []atomic.Bool
}

// inspect reads the footer, the index and the last block: what Badger itself relies on when it opens a table.
func (t *tableFile) inspect() (err error) {
	defer recoverAs(&err)
	f, err := os.Open(t.path)
	if err != nil {
		return err
	}
	defer f.Close()
	x, err := t.readIndex(f)
	if err != nil {
		return err
	}
	var r blockReader
	b, err := r.read(t, f, x, x.blocks()-1)
	if err != nil {
		return err
	}
	for k := range b.entries {
		t.biggest = append(t.biggest[:0], k...)
	}
	t.size, t.smallest = x.fileSize, bytes.Clone(x.first(0))
	if len(t.smallest) <= versionBytes || len(t.biggest) <= versionBytes || y.CompareKeys(t.smallest, t.biggest) > 0 {
		return errBlock
	}
	return nil
}

// covers tells whether the table may hold a key of the range from lo to hi, both included and without versions.
func (t *tableFile) covers(lo, hi []byte) bool {
	return bytes.Compare(y.ParseKey(t.smallest), hi) <= 0 && bytes.Compare(lo, y.ParseKey(t.biggest)) <= 0
}

// verify checks every block.
func (t *tableFile) verify() error {
	err := t.check(func(x tableIndex) (first, last int) { return 0, x.blocks() - 1 })
	if err == nil {
		t.whole.Store(true)
		t.marks.Store(nil)
	}
	return err
}

// verifyRange checks the blocks that may hold a key from lo to hi.
func (t *tableFile) verifyRange(lo, hi []byte) error {
	return t.check(func(x tableIndex) (first, last int) { return x.around(lo, hi) })
}

// check reads and checks a part of the blocks, leaving out those that are checked already. It holds no lock, so that
// nobody waits for the background check; a block may so be read twice. Damage of one block leaves the others readable.
func (t *tableFile) check(part func(tableIndex) (first, last int)) (err error) {
	if t.whole.Load() {
		return nil
	}
	defer recoverAs(&err)
	m := t.marks.Load()
	if m == nil {
		if m, err = t.loadMarks(); err != nil {
			return err
		}
	}
	first, last := part(m.index)
	for first <= last && m.passed[first].Load() {
		first++
	}
	if first > last {
		return nil
	}
	f, err := os.Open(t.path)
	if err != nil {
		return err
	}
	defer f.Close()
	var r blockReader
	for i := first; i <= last; i++ {
		if m.passed[i].Load() {
			continue
		}
		if _, err := r.read(t, f, m.index, i); err != nil {
			return fmt.Errorf("block %d of %d: %w", i+1, m.index.blocks(), err)
		}
		m.passed[i].Store(true)
	}
	return nil
}

func (t *tableFile) loadMarks() (*marks, error) {
	f, err := os.Open(t.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	x, err := t.readIndex(f)
	if err != nil {
		return nil, err
	}
	m := &marks{index: x, passed: make([]atomic.Bool, x.blocks())}
	if !t.marks.CompareAndSwap(nil, m) {
		if first := t.marks.Load(); first != nil {
			return first, nil
		}
	}
	return m, nil
}

// find returns the newest value of a Badger key, nil if this table does not have it.
func (t *tableFile) find(key []byte) (value []byte, err error) {
	defer recoverAs(&err)
	if !t.covers(key, key) {
		return nil, nil
	}
	f, err := os.Open(t.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	x, err := t.readIndex(f)
	if err != nil {
		return nil, err
	}
	var r blockReader
	first, last := x.around(key, key)
	for i := first; i <= last; i++ {
		b, err := r.read(t, f, x, i)
		if err != nil {
			return nil, err
		}
		for k, v := range b.entries {
			if bytes.Equal(y.ParseKey(k), key) {
				return bytes.Clone(v), nil
			}
		}
	}
	return nil, nil
}

// around returns the blocks that may hold a key from lo to hi, both without versions, and the one behind: Badger looks into it
// when it seeks backwards, and ends there if it is damaged.
func (x tableIndex) around(lo, hi []byte) (first, last int) {
	// The first block whose first key is not before lo; the one before it may end in lo.
	first = sort.Search(x.blocks(), func(i int) bool { return bytes.Compare(y.ParseKey(x.first(i)), lo) >= 0 })
	last = sort.Search(x.blocks(), func(i int) bool { return bytes.Compare(y.ParseKey(x.first(i)), hi) > 0 })
	return max(first-1, 0), min(last, x.blocks()-1)
}

// failure makes an error of reading this table an *Error: damage, unless the file is there and can't be opened.
func (t *tableFile) failure(err error) *Error {
	const op = "cannot read the journal"
	found := err.Error()
	if e, ok := errors.AsType[*fs.PathError](err); ok && e.Op == "open" {
		if !errors.Is(err, fs.ErrNotExist) {
			return internal(op, err)
		}
		found = "no such file"
	}
	return damaged(op, fmt.Sprintf("table %06d whole", t.id), found)
}

// recoverAs turns a panic into an error: what is read here may be anything.
func recoverAs(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("bytes that can't be read: %v", p)
	}
}
