package journal

import (
	"bytes"
	"errors"
	"fmt"
	"iter"

	"github.com/dgraph-io/badger/v4"
)

// State is the journal at one moment: the records up to Last and what the projection derived from them.
// It is valid only inside the function it was given to, and for one goroutine.
type State struct {
	txn  *badger.Txn
	gate *gate
	base base
	last uint64
}

// First returns the number of the first record of the chain: 1, or the one behind the checkpoint.
// It is Last + 1 when there is none.
func (s State) First() uint64 { return s.base.last + 1 }

// Last returns the sequence number of the last record, 0 when there is none.
func (s State) Last() uint64 { return s.last }

// Get returns the value of a derived key, and false if the key was never set or is hidden. The slice is the caller's.
func (s State) Get(key string) ([]byte, bool, error) {
	b, err := s.load(derivedKey(key))
	if err != nil || b == nil {
		return nil, false, err
	}
	v, ok := liveValue(b)
	return v, ok, nil
}

// Read returns the record with this sequence number, and false when the journal has none with it, or a purge has removed it.
// A record that must be there and is not, or is not what was written, gives a Damaged error.
func (s State) Read(seq uint64) (Record, bool, error) {
	if seq == 0 || seq > s.last {
		return Record{}, false, nil
	}
	b, err := s.load(recordKey(seq))
	if err != nil || b == nil && seq <= s.base.last {
		return Record{}, false, err
	}
	r, err := s.checked(seq, b)
	return r, err == nil, err
}

// Range yields the records of the chain from first to last, both included, in order; first before First means First, and last
// beyond the end means the end. It stops at the first error. Every record is checked, and its link to the one before it.
func (s State) Range(first, last uint64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		var prev *Hash
		if first <= s.First() {
			first, prev = s.First(), &s.base.head
		}
		for seq := first; seq <= min(last, s.last); {
			chunk, err := s.chunk(seq, min(last, s.last, seq+rangeChunk-1))
			for i := range chunk {
				if prev != nil && chunk[i].Prev != *prev {
					yield(Record{}, s.gate.report(damaged("cannot read the journal",
						fmt.Sprintf("record %d linked to what is before it", seq), "another link")))
					return
				}
				if !yield(chunk[i], nil) {
					return
				}
				prev = &chunk[i].Hash
				seq++
			}
			if err != nil {
				yield(Record{}, err)
				return
			}
		}
	}
}

// rangeChunk is how many records Range reads ahead: an update transaction of Badger has one iterator at a time, so none
// may be open while the caller's loop runs.
const rangeChunk = 64

func (s State) chunk(first, last uint64) ([]Record, error) {
	records := make([]Record, 0, last-first+1)
	if err := s.gate.check(recordKey(first), recordKey(last)); err != nil {
		return nil, err
	}
	seq := first
	err := s.iterate(false, recordKey(first), func(k []byte, value func() ([]byte, error)) (bool, error) {
		if !bytes.Equal(k, recordKey(seq)) {
			return false, nil
		}
		b, err := value()
		if err != nil {
			return false, err
		}
		r, err := s.checked(seq, b)
		if err != nil {
			return false, err
		}
		records = append(records, r)
		seq++
		return seq <= last, nil
	})
	if err == nil && seq <= last {
		_, err = s.checked(seq, nil)
	}
	return records, err
}

// checked decodes the record seq; b is nil when there is none.
func (s State) checked(seq uint64, b []byte) (Record, error) {
	const op = "cannot read the journal"
	if b == nil {
		return Record{}, s.gate.report(damaged(op, fmt.Sprintf("record %d", seq), "nothing"))
	}
	r, err := decodeRecord(b)
	if err != nil || r.Seq != seq {
		return Record{}, s.gate.report(damaged(op, fmt.Sprintf("record %d", seq), "other bytes"))
	}
	return r, nil
}

// load returns a copy of the value of a Badger key, nil when there is none.
func (s State) load(key []byte) ([]byte, error) {
	if err := s.gate.check(key, key); err != nil {
		return nil, err
	}
	item, err := s.txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, nil
	}
	var b []byte
	if err == nil {
		b, err = item.ValueCopy(nil)
	}
	if err != nil {
		return nil, internal("cannot read the journal", cause(err))
	}
	return b, nil
}
