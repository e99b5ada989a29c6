package journal

import (
	"bytes"
	"fmt"
	"io"
)

// walk calls f with all Badger keys from from to before end and their values, in order. Both are valid during the call only.
// What it passes over is checked, and so is the end.
func (s State) walk(from, end []byte, f func(k, value []byte) error) error {
	at := from
	err := s.iterate(false, from, func(k []byte, value func() ([]byte, error)) (bool, error) {
		if bytes.Compare(k, end) >= 0 {
			return false, nil
		}
		if err := s.gate.check(at, k); err != nil {
			return false, err
		}
		at = bytes.Clone(k)
		v, err := value()
		if err == nil {
			err = f(at, v)
		}
		return err == nil, err
	})
	// It ended by itself or failed: damage may have hidden what comes next.
	if gerr := s.gate.check(at, end); gerr != nil {
		return gerr
	}
	return err
}

// keptRecords calls f with the records that the checkpoint has kept.
func (s State) keptRecords(f func(r Record, encoded []byte) error) error {
	return s.walk(recordKey(0), recordKey(s.base.last+1), func(k, v []byte) error {
		r, err := decodeRecord(v)
		if err != nil || !bytes.Equal(k, recordKey(r.Seq)) {
			return s.gate.report(damaged("cannot read the checkpoint", "a whole record", "other bytes"))
		}
		return f(r, v)
	})
}

// keptPairs calls f with the derived keys that the checkpoint has kept.
func (s State) keptPairs(f func(key string, value []byte) error) error {
	return s.walk([]byte{spaceKept}, []byte{spaceKept + 1}, func(k, v []byte) error { return f(string(k[1:]), v) })
}

// checkpoint writes the checkpoint as bytes to w, and compares it with its digest.
func (s State) checkpoint(w io.Writer) error {
	const op = "cannot read the checkpoint"
	c := newCheckpoint(w, s.base.id, s.base.last, s.base.head)
	err := s.keptRecords(func(_ Record, encoded []byte) error {
		c.record(encoded)
		return c.err
	})
	if err != nil {
		return err
	}
	c.endRecords()
	err = s.keptPairs(func(key string, value []byte) error {
		c.pair(key, value)
		return c.err
	})
	if err != nil {
		return err
	}
	got, err := c.end()
	if err != nil {
		return internal(op, err)
	}
	if got != s.base {
		return s.gate.report(damaged(op,
			fmt.Sprintf("%d records, %d keys, digest %x…", s.base.count, s.base.keys, s.base.digest[:4]),
			fmt.Sprintf("%d records, %d keys, digest %x…", got.count, got.keys, got.digest[:4])))
	}
	return nil
}

// Beginning returns what the chain of this journal begins with. It reads and checks the whole checkpoint, if there is one, and
// holds it in memory.
func (j *Journal) Beginning() (Beginning, error) {
	var b Beginning
	err := j.View(func(s State) error {
		b.ID = s.base.id
		if !s.base.purged() {
			return nil
		}
		var w bytes.Buffer
		err := s.checkpoint(&w)
		b.Checkpoint = w.Bytes()
		return err
	})
	if err != nil {
		return Beginning{}, err
	}
	return b, nil
}
