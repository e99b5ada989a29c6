package backup

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"

	"filippo.io/age"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// found is a segment file that is there.
type found struct {
	header
	size int64 // of the file, in bytes
	err  error // why it can't be used; then of the header only what the name says is known
}

func (f found) fault() Fault { return Fault{Name: f.name(), First: f.first, Last: f.last, Err: f.err} }

// survey looks at every segment of the folder, ordered by series and first record: at all of it if whole is set, otherwise at its
// header and length. It returns a WrongKey error when there are segments and none is for this identity, and an Away
// error when the folder can't be reached.
func survey(ctx context.Context, dir files, identity age.Identity, whole bool) (all []found, err error) {
	for range 5 {
		if all, err = surveyOnce(ctx, dir, identity, whole); !errors.Is(err, errChanged) {
			break
		}
	}
	return all, err
}

// errChanged: a segment that was listed has gone, because a run merged it meanwhile.
var errChanged = errors.New("the folder is being changed")

func surveyOnce(ctx context.Context, dir files, identity age.Identity, whole bool) ([]found, error) {
	names, err := dir.list()
	if err != nil {
		return nil, err
	}
	var all []found
	opened, others := 0, error(nil)
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h, ours := parseName(name)
		if !ours {
			continue
		}
		f, err := look(dir, name, h, identity, whole)
		if err != nil {
			return nil, err
		}
		switch {
		case otherKey(f.err):
			others = f.err
		default:
			opened++
		}
		all = append(all, f)
	}
	if opened == 0 && others != nil {
		return nil, &Error{Kind: WrongKey, Err: others}
	}
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.series, b.series), cmp.Compare(a.first, b.first), cmp.Compare(a.last, b.last))
	})
	return all, nil
}

// look reads one segment. An error of its own is part of the answer; one of the folder is returned.
func look(dir files, name string, named header, identity age.Identity, whole bool) (found, error) {
	h, size, err := inspect(dir, name, identity, whole)
	if err == nil {
		return found{header: h, size: size}, nil
	}
	if kindOfSystem(err) == Away {
		if _, lerr := dir.list(); lerr != nil {
			return found{}, lerr
		}
		if errors.Is(err, fs.ErrNotExist) {
			return found{}, errChanged
		}
	}
	return found{header: named, err: err}, nil
}

// inspect returns the header of a segment and the size of its file, once the header, or the whole if that is asked for, is checked.
func inspect(dir files, name string, identity age.Identity, whole bool) (header, int64, error) {
	p, err := openPlain(dir, name, identity)
	if err != nil {
		return header{}, 0, err
	}
	defer p.Close()
	if !whole {
		h, err := p.header(name)
		return h, p.fileSize, err
	}
	s, err := p.segment(name)
	if err != nil {
		return header{}, 0, err
	}
	return s.header, p.fileSize, nil
}

// cover is how far the whole segments of one series reach together.
type cover struct {
	segments []found       // that follow each other, a gap between two at most; the beginning is not among them
	missing  []journal.Gap // up to last
	faults   []Fault
	begin    *found // the beginning, nil when there is none that is whole
	first    uint64 // first record of the series; a guess when begin is nil
	last     uint64 // last record that is there, first-1 if none
	until    uint64 // last record that is known to have existed
}

// complete tells whether everything that was in the journal when the series was last written is there.
func (c cover) complete() bool { return c.begin != nil && len(c.missing) == 0 && c.last >= c.until }

// joined returns what the segments of one series cover. Of two that begin with the same record the longer one is taken.
func joined(series []found) cover {
	var c cover
	var whole []found
	for _, f := range series {
		c.until = max(c.until, f.last, f.until)
		switch {
		case f.err != nil:
			c.faults = append(c.faults, f.fault())
		case f.beginning():
			c.begin, c.first = &f, f.first
		default:
			whole = append(whole, f)
		}
	}
	if c.begin == nil {
		c.first = 1
		if len(whole) > 0 && whole[0].begin != (journal.Hash{}) {
			c.first = series[0].first
		}
	}
	c.join(whole)
	return c
}

// join puts segments, ordered by their first record, one behind the other.
func (c *cover) join(whole []found) {
	at, head := c.first, journal.Hash{}
	if c.begin != nil {
		head = c.begin.head
	}
	for i := 0; i < len(whole); {
		best := -1
		start := max(at, whole[i].first)
		for ; i < len(whole) && whole[i].first <= start; i++ {
			f := whole[i]
			switch {
			case f.first < at: // inside what a longer one holds
			case f.first == at && head != (journal.Hash{}) && f.prev != head:
				f.err = errors.New("it is not linked to the records before it")
				c.faults = append(c.faults, f.fault())
			default:
				best = i // of those with this first record the last is the longest
			}
		}
		if best < 0 {
			continue
		}
		f := whole[best]
		if f.first > at {
			c.missing = append(c.missing, journal.Gap{First: at, Last: f.first - 1})
		}
		c.segments = append(c.segments, f)
		at, head = f.last+1, f.head
	}
	c.last = at - 1
}

// gaps returns all records that are known to have existed and are not there.
func (c cover) gaps() []journal.Gap {
	if c.until <= c.last {
		return c.missing
	}
	return append(slices.Clone(c.missing), journal.Gap{First: c.last + 1, Last: c.until})
}

// split cuts the segments into series, in order.
func split(all []found) [][]found {
	var series [][]found
	for i, f := range all {
		if i == 0 || f.series != all[i-1].series {
			series = append(series, nil)
		}
		last := len(series) - 1
		series[last] = append(series[last], f)
	}
	return series
}
