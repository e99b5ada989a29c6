package journal

import (
	"fmt"
	"time"
)

// update is what one request writes: its records, and the Badger keys of these and of what they derive.
type update struct {
	records []Record
	writes  []write
	size    int64 // bytes, counted as Badger counts a transaction
}

type write struct{ key, value []byte }

// entryOverhead is what Badger adds to a key and a value in its transaction accounting: version 8 or 10, two flags.
const entryOverhead = 12

func (u *update) write(key, value []byte) {
	u.writes = append(u.writes, write{key, value})
	u.size += int64(len(key)+len(value)) + entryOverhead
}

// derive numbers and chains entries behind t and runs the projection over each.
func derive(s State, t storedTail, entries []Entry, project Projection, now func() time.Time) (update, error) {
	var u update
	if len(entries) == 0 {
		return u, nil
	}
	o := newOverlay(s.Get)
	stamp := now()
	for _, e := range entries {
		r, b, err := newRecord(e, t.last+1, t.head, stamp)
		if err != nil {
			return update{}, &Error{Kind: Invalid, Op: opWrite, Err: err}
		}
		if err := project(r, o); err != nil {
			return update{}, err
		}
		u.write(recordKey(r.Seq), b)
		u.records = append(u.records, r)
		t.last, t.head = r.Seq, r.Hash
	}
	for _, k := range o.order {
		u.write(derivedKey(k), derivedValue(o.sets[k]))
	}
	if u.size > MaxUpdate {
		return update{}, &Error{Kind: Invalid, Op: opWrite,
			Err: fmt.Errorf("one update writes %d bytes, the most is %d", u.size, MaxUpdate)}
	}
	return u, nil
}
