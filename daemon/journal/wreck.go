package journal

import (
	"bytes"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"sort"
)

// Beginning returns what the journal began with. After a purge that is the checkpoint, if all of it stands whole; the anchor says
// whether there was a purge, and record 1 that there was none.
func (w *wreck) Beginning() (Beginning, bool) {
	id, ok := w.id()
	if !ok {
		return Beginning{}, false
	}
	for _, d := range w.checkpoints(id) {
		if b, err := w.checkpoint(d); err == nil {
			return Beginning{ID: id, Checkpoint: b}, true
		}
	}
	if w.anchored && w.anchor.id == id {
		return Beginning{ID: id}, w.anchor.purge.until == 0
	}
	for r, err := range w.Records(1) {
		return Beginning{ID: id}, err == nil && r.Seq == 1 && r.Prev == genesis(id)
	}
	return Beginning{}, false
}

// id returns the identity that a folder has, or else the anchor.
func (w *wreck) id() (ID, bool) {
	for _, d := range w.folders {
		if d.id != nil {
			return *d.id, true
		}
		if d.base != nil {
			return d.base.id, true
		}
	}
	return w.anchor.id, w.anchored
}

// checkpoints returns the folders whose checkpoint may be the journal's beginning, the best first: that which the anchor
// names, or else the newest. A purge that the anchor does not name was not finished.
func (w *wreck) checkpoints(id ID) []*folder {
	var found []*folder
	for _, d := range w.folders {
		if d.base != nil && d.base.id == id &&
			(!w.anchored || w.anchor.id != id || w.anchor.purge.digest == d.base.digest) {
			found = append(found, d)
		}
	}
	slices.SortFunc(found, func(a, b *folder) int { return int(int64(b.base.last) - int64(a.base.last)) })
	return found
}

// checkpoint puts the checkpoint of a folder together from what stands whole in it, and compares it with its digest.
func (w *wreck) checkpoint(d *folder) ([]byte, error) {
	var out bytes.Buffer
	c := newCheckpoint(&out, d.base.id, d.base.last, d.base.head)
	err := w.placed(0, d.base.last, func(r Record) bool {
		c.record(r.Encode())
		return true
	})
	if err != nil {
		return nil, err
	}
	c.endRecords()
	pairs := make(map[string][]byte)
	err = d.walk(func(_ *tableFile, _ spot, key, value []byte) {
		if key[0] == spaceKept {
			pairs[string(key[1:])] = bytes.Clone(value)
		}
	})
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(pairs)) {
		c.pair(key, pairs[key])
	}
	if b, err := c.end(); err != nil || b != *d.base {
		return nil, errCheckpoint
	}
	return out.Bytes(), nil
}

// Records yields the records from number first on that stand whole. Two may have the same number: a chain has room for one of them.
func (w *wreck) Records(first uint64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		err := w.placed(first, ^uint64(0), func(r Record) bool { return yield(r, nil) })
		if err != nil {
			yield(Record{}, err)
		}
	}
}

// placed reads the records from first to last from their places, until use returns false. One block is kept decoded: records that
// follow each other mostly stand in the same.
func (w *wreck) placed(first, last uint64, use func(Record) bool) error {
	c := &carver{}
	defer c.close()
	from := sort.Search(len(w.places), func(i int) bool { return w.places[i].seq >= first })
	for _, p := range w.places[from:] {
		if p.seq > last {
			return nil
		}
		b := p.bytes
		if p.table != nil {
			var err error
			if b, err = c.get(p); err != nil {
				return internal("cannot salvage the journal", err)
			}
		}
		r, err := decodeRecord(b)
		if err != nil || sumOf(r) != p.sum {
			return internal("cannot salvage the journal", fmt.Errorf("record %d has changed while it was read", p.seq))
		}
		if !use(r) {
			return nil
		}
	}
	return nil
}

// carver reads records of tables.
type carver struct {
	file    *os.File
	table   *tableFile
	at      spot
	reader  blockReader
	records map[uint64][]byte // of the block at at, by number
}

func (c *carver) close() {
	if c.file != nil {
		c.file.Close()
	}
}

func (c *carver) get(p place) ([]byte, error) {
	if c.table != p.table || c.at != p.at {
		if err := c.load(p.table, p.at); err != nil {
			return nil, err
		}
	}
	return c.records[p.seq], nil
}

func (c *carver) load(t *tableFile, at spot) (err error) {
	if c.file == nil || c.table.path != t.path {
		c.close()
		if c.file, err = os.Open(t.path); err != nil {
			return err
		}
	}
	b, err := c.reader.readAt(t, c.file, at.offset, at.length)
	if err != nil {
		return err
	}
	c.table, c.at, c.records = t, at, make(map[uint64][]byte)
	b.each(t, at, func(_ *tableFile, _ spot, key, value []byte) {
		if seq, ok := (walEntry{key: key}).seq(); ok {
			c.records[seq] = value
		}
	})
	return nil
}
