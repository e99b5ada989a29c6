package backup

import (
	"bytes"
	"cmp"
	"errors"
	"slices"

	"filippo.io/age"
)

// write adds a segment of the records from first to at most last to the series, or its beginning when last is before first.
func (b *job) write(first, last uint64) error {
	s, err := b.newSegment(first, last)
	if err != nil {
		return err
	}
	if last >= first && s.last < first {
		return errors.New("the journal ends before its last record")
	}
	size, err := b.put(s)
	if err != nil {
		return err
	}
	f := found{header: s.header, size: size}
	b.have = append(b.have, f)
	b.report.Bytes += size
	return nil
}

// put makes a file of s: under another name, synced, read back and compared; only then it gets its name.
func (b *job) put(s *segment) (int64, error) {
	name := s.name()
	tmp := name + part
	size, err := b.encrypt(tmp, s)
	if err == nil {
		err = b.readBack(tmp, s)
	}
	if err == nil {
		err = b.dir.rename(tmp, name)
	}
	if err == nil {
		return size, b.dir.sync()
	}
	// What stays behind, if the folder is gone, is swept by the next run.
	_ = b.dir.remove(tmp)
	return 0, err
}

func (b *job) encrypt(name string, s *segment) (size int64, err error) {
	f, err := b.dir.create(name)
	if err != nil {
		return 0, err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	counted := &counter{w: f}
	w, err := age.Encrypt(counted, b.identity.Recipient())
	if err != nil {
		return 0, err
	}
	for _, p := range [][]byte{s.header.encode(), s.check, s.body} {
		if _, err := w.Write(p); err != nil {
			return 0, err
		}
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	return counted.n, f.Sync()
}

// counter counts what is written, and does not let a short write pass.
type counter struct {
	w writeFile
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	if err == nil && n < len(p) {
		err = errors.New("the system has written less than it was given")
	}
	return n, err
}

// readBack compares a file with what it was made of.
func (b *job) readBack(name string, s *segment) error {
	back, err := readSegment(b.dir, name, b.identity)
	if err == nil && (back.header != s.header || !bytes.Equal(back.body, s.body) || !bytes.Equal(back.check, s.check)) {
		err = errors.New("other bytes")
	}
	if err != nil && kindOfSystem(err) == Internal {
		err = &Error{Kind: Damaged,
			Faults: []Fault{{Name: s.name(), First: s.first, Last: s.last, Err: err}}}
	}
	return err
}

const (
	// maxSmall is how many small segments may stand at the end of a series. At four an hour that is two days.
	maxSmall = 64
	// smallSize is the size in bytes of the records under which a segment is small: two such fit into one.
	smallSize = segmentSize / 2
)

// merge writes the small segments at the end of the series as larger ones, if there are too many.
func (b *job) merge() error {
	c := joined(b.sorted())
	small := c.segments
	for i := len(small) - 1; i >= 0; i-- {
		if small[i].records >= smallSize {
			small = small[i+1:]
			break
		}
	}
	if len(small) <= maxSmall {
		return nil
	}
	for len(small) > 1 {
		n, size := 0, uint64(0)
		for n < len(small) && size+small[n].records <= segmentSize {
			size += small[n].records
			n++
		}
		if n > 1 {
			if err := b.write(small[0].first, small[n-1].last); err != nil {
				return err
			}
			b.report.Merged += n
		}
		small = small[n:]
	}
	return nil
}

func (b *job) sorted() []found {
	slices.SortFunc(b.have, func(x, y found) int {
		return cmp.Or(cmp.Compare(x.first, y.first), cmp.Compare(x.last, y.last))
	})
	return b.have
}

// tidy removes what the series makes superfluous: segments inside larger ones, damaged ones that were written anew under
// another name, and, once the series is complete, older series whose records the journal has or has purged.
func (b *job) tidy(all []found) error {
	c := joined(b.sorted())
	b.report.First, b.report.Last, b.report.Segments = b.first, c.last, len(c.segments)
	if !c.complete() {
		return errors.New("the series is not complete")
	}
	keep := map[string]bool{c.begin.name(): true}
	for _, f := range c.segments {
		keep[f.name()] = true
	}
	removed := false
	for _, series := range split(append(all, b.have...)) {
		if series[0].series != b.series {
			fork, err := b.fork(series)
			if err != nil {
				return err
			}
			if fork {
				b.report.Forks = append(b.report.Forks, int(series[0].series))
				continue
			}
		}
		for _, f := range series {
			name := f.name()
			if keep[name] {
				continue
			}
			keep[name] = true // once
			if err := b.dir.remove(name); err != nil {
				return err
			}
			removed = true
		}
	}
	if removed {
		return b.dir.sync()
	}
	return nil
}

// fork tells whether an older series holds records that the journal never had, or has otherwise.
func (b *job) fork(series []found) (bool, error) {
	for _, f := range series {
		if f.last > b.last {
			return true, nil
		}
		if f.err != nil || f.beginning() || f.last < b.first {
			continue
		}
		same, err := b.holds(f)
		if err != nil || !same {
			return true, err
		}
	}
	return false, nil
}
