package backup

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"filippo.io/age"

	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/key"
)

// Info is what a folder holds, every byte of it read.
type Info struct {
	ID journal.ID
	// Series is the number of the series that is read: the newest that is complete, or else the one that reaches furthest.
	Series   int
	Complete bool
	// First and Last are the first record of the chain and the last that is there; Last is First-1 if none.
	First, Last uint64
	// Until is the last record that is known to have existed.
	Until   uint64
	Written time.Time // when the newest segment was written, by the clock of that machine
	// Segments and Bytes count the files of the series that are read.
	Segments int
	Bytes    int64
	// Missing are the records up to Until that are not there, Faults the segments, of any series, that can't be used.
	Missing []journal.Gap
	Faults  []Fault
	// Others are the numbers of the other series.
	Others []int
}

// Open reads the backup in the folder dir. All of it is checked at once; the source yields what was found whole, and
// ends with an error if that has changed since. Nothing in the folder is changed.
func Open(dir string, s key.Secret) (journal.Source, Info, error) {
	const op = "cannot open the backup"
	src, err := read(context.Background(), folder(dir), s.Identity())
	if err != nil {
		return nil, Info{}, asError(op, dir, err)
	}
	return src, src.info, nil
}

// Verify decrypts and checks everything in the folder dir. Unless all of the series that Open would read is there, and every other
// segment too is whole, it returns a Damaged error beside the info.
func Verify(ctx context.Context, dir string, s key.Secret) (Info, error) {
	const op = "cannot verify the backup"
	src, err := read(ctx, folder(dir), s.Identity())
	if err != nil {
		return Info{}, failure(ctx, op, dir, err)
	}
	if !src.info.Complete || len(src.info.Faults) > 0 {
		return src.info, &Error{Kind: Damaged, Op: op, Dir: dir, Faults: src.info.Faults}
	}
	return src.info, nil
}

// Any tells whether a folder holds a segment, whatever is in it: no secret is needed.
func Any(dir string) (bool, error) {
	names, err := folder(dir).list()
	if err != nil {
		return false, asError("cannot look for a backup", dir, err)
	}
	return slices.ContainsFunc(names, func(name string) bool { _, ours := parseName(name); return ours }), nil
}

// source is the best series of a folder.
type source struct {
	dir      files
	identity age.Identity
	info     Info
	series   cover
	begin    journal.Beginning
	known    bool // whether begin is known
}

func read(ctx context.Context, dir files, identity age.Identity) (*source, error) {
	all, err := survey(ctx, dir, identity, true)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, &Error{Kind: Empty}
	}
	var id *journal.ID
	for _, f := range all {
		if f.err != nil {
			continue
		}
		if id != nil && f.id != *id {
			return nil, &Error{Kind: Foreign, Here: f.id, Mine: *id}
		}
		id = &f.id
	}
	src := &source{dir: dir, identity: identity}
	if id != nil {
		src.info.ID = *id
	}
	src.choose(split(all))
	return src, src.loadBeginning()
}

// choose takes the newest complete series, or else the one that reaches furthest without a gap.
func (src *source) choose(series [][]found) {
	best := -1
	var covers []cover
	for i, one := range series {
		c := joined(one)
		covers = append(covers, c)
		src.info.Faults = append(src.info.Faults, c.faults...)
		switch {
		case best < 0, c.complete():
			best = i
		case !covers[best].complete() && c.reach() >= covers[best].reach():
			best = i
		}
	}
	c := covers[best]
	src.series = c
	src.info.Series, src.info.Complete = int(series[best][0].series), c.complete()
	src.info.First, src.info.Last, src.info.Until = c.first, c.last, c.until
	src.info.Missing, src.info.Segments = c.gaps(), len(c.segments)
	for _, f := range c.segments {
		src.info.Bytes += f.size
		if f.written.After(src.info.Written) {
			src.info.Written = f.written
		}
	}
	for i, one := range series {
		if i != best {
			src.info.Others = append(src.info.Others, int(one[0].series))
		}
	}
}

// reach is the last record before which nothing is missing; 0 when the beginning can't be had.
func (c cover) reach() uint64 {
	switch {
	case c.begin == nil && c.first > 1:
		return 0
	case len(c.missing) > 0:
		return c.missing[0].First - 1
	}
	return c.last
}

// loadBeginning reads the checkpoint, if the series has one. Without one the identity is all there is to know.
func (src *source) loadBeginning() error {
	src.begin.ID = src.info.ID
	c := src.series
	if c.begin == nil {
		src.known = len(c.segments) > 0 && c.segments[0].header.begin == (journal.Hash{})
		return nil
	}
	s, err := readSegment(src.dir, c.begin.name(), src.identity)
	if err != nil {
		return err
	}
	if len(s.check) > 0 {
		src.begin.Checkpoint = s.check
	}
	src.known = true
	return nil
}

// Beginning is the journal's; false when its segment is damaged or missing.
func (src *source) Beginning() (journal.Beginning, bool) { return src.begin, src.known }

// Records yields the records from first on that were whole when the backup was opened.
func (src *source) Records(first uint64) iter.Seq2[journal.Record, error] {
	return func(yield func(journal.Record, error) bool) {
		for _, f := range src.series.segments {
			if f.last < first {
				continue
			}
			s, err := readSegment(src.dir, f.name(), src.identity)
			if err == nil && s.header != f.header {
				err = errors.New("the segment was replaced since the backup was opened")
			}
			if err != nil {
				yield(journal.Record{}, &Error{Kind: Damaged, Op: "cannot read the backup",
					Faults: []Fault{{Name: f.name(), First: f.first, Last: f.last, Err: err}}})
				return
			}
			for r, err := range s.all() {
				if r.Seq >= first && !yield(r, err) {
					return
				}
			}
		}
	}
}
