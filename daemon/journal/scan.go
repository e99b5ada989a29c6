package journal

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// Item is one derived key and its value.
type Item struct {
	Key   string
	Value []byte
}

// Scan returns the derived keys that begin with prefix, in byte order or, with reverse, in the opposite order, starting
// behind the key after ("" for the beginning), at most limit of them (0 or less for all). Hidden keys are skipped.
func (s State) Scan(prefix, after string, limit int, reverse bool) ([]Item, error) {
	c := newCursor(prefix, after, reverse)
	var items []Item
	err := s.iterate(reverse, c.from, func(k []byte, value func() ([]byte, error)) (bool, error) {
		if bytes.Equal(k, c.skip) {
			return true, nil
		}
		if !bytes.HasPrefix(k, c.prefix) {
			return false, nil
		}
		if err := c.pass(s.gate, k); err != nil {
			return false, err
		}
		b, err := value()
		if err != nil {
			return false, err
		}
		if v, ok := liveValue(b); ok {
			items = append(items, Item{Key: string(k[1:]), Value: v})
		}
		return limit <= 0 || len(items) < limit, nil
	})
	if err != nil || limit <= 0 || len(items) < limit {
		// It ended by itself or failed: damage may have hidden what comes next.
		if gerr := c.pass(s.gate, c.end); gerr != nil {
			err = gerr
		}
	}
	if err != nil {
		return nil, err
	}
	return items, nil
}

// cursor is where a scan begins, ends and stands. All are Badger keys.
type cursor struct {
	prefix    []byte
	from, end []byte
	skip      []byte // a key that is behind the start and not part of the answer
	reverse   bool
	at        []byte // as far as here the tables are known to be whole
}

func newCursor(prefix, after string, reverse bool) *cursor {
	lo := derivedKey(prefix)
	c := &cursor{prefix: lo, from: lo, end: successor(lo), reverse: reverse}
	if reverse {
		c.from, c.end = c.end, c.from
		c.skip = c.from
	}
	if a := derivedKey(after); after != "" {
		if d := bytes.Compare(a, c.from); d > 0 && !reverse || d < 0 && reverse {
			c.from, c.skip = a, a
		}
	}
	c.at = c.from
	return c
}

// pass has the tables between the last key and k checked.
func (c *cursor) pass(g *gate, k []byte) error {
	lo, hi := c.at, k
	if c.reverse {
		lo, hi = hi, lo
	}
	c.at = bytes.Clone(k)
	return g.check(lo, hi)
}

// iterate calls f with the keys from from on, until it returns false. k is valid during the call only.
// An unchecked table may make Badger panic: what panicked is found by the check that follows.
func (s State) iterate(reverse bool, from []byte, f func(k []byte, value func() ([]byte, error)) (bool, error)) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = s.astray(fmt.Errorf("badger: %v", p))
		}
	}()
	o := badger.DefaultIteratorOptions
	o.PrefetchValues = false // values stand beside the keys
	o.Reverse = reverse
	it := s.txn.NewIterator(o)
	defer it.Close()
	value := func() ([]byte, error) {
		b, err := it.Item().ValueCopy(nil)
		if err != nil {
			return nil, internal("cannot read the journal", cause(err))
		}
		return b, nil
	}
	var last []byte
	for it.Seek(from); it.Valid(); it.Next() {
		k := it.Item().Key()
		// At a damaged block Badger may begin again elsewhere.
		if d := bytes.Compare(k, last); last != nil && (d == 0 || d < 0 != reverse) {
			return s.astray(errors.New("badger: keys out of order"))
		}
		last = append(last[:0], k...)
		more, err := f(k, value)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// astray is for what Badger does only when it meets damage: all tables are checked to name it.
func (s State) astray(found error) error {
	if err := s.gate.check([]byte{0}, []byte{0xff}); err != nil {
		return err
	}
	return internal("cannot read the journal", found)
}

func (s State) tail() (t storedTail, found bool, err error) {
	b, err := s.load(keyTail)
	if err != nil || b == nil {
		return storedTail{}, false, err
	}
	if t, err = decodeTail(b); err != nil {
		return storedTail{}, false, s.gate.report(damaged("cannot read the journal", "the mark of its end", "other bytes"))
	}
	return t, true, nil
}

// successor returns the first key behind all keys that begin with p. p begins with the byte of its space, so there is one.
func successor(p []byte) []byte {
	n := bytes.Clone(p)
	for n[len(n)-1] == 0xff {
		n = n[:len(n)-1]
	}
	n[len(n)-1]++
	return n
}
