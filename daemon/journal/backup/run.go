package backup

import (
	"context"
	"time"

	"filippo.io/age"

	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/key"
)

const opRun = "cannot back up the journal"

// Report is what a run has done, and what the folder holds after it.
type Report struct {
	ID journal.ID
	// Series is the number of the series; New tells that this run began it.
	Series int
	New    bool
	// First and Last are the records that the series holds; Last is First-1 if none.
	First, Last uint64
	// Written counts records that the folder did not have, Bytes what was written in all, merging included.
	Written  uint64
	Bytes    int64
	Segments int // in the series now
	Merged   int // segments that were replaced by larger ones
	// Mended are segments that were found damaged and written anew.
	Mended []Fault
	// Forks are older series with records that this journal does not have. They are kept; once these records are salvaged,
	// or known to be of no worth, remove the files by hand.
	Forks []int
}

// Run writes the records that the folder dir does not have yet. See the package's contract. Segments are checked by their
// headers; Mend checks all of each.
//
// When it fails, the report says what it had done before.
func Run(ctx context.Context, j *journal.Journal, dir string, s key.Secret) (Report, error) {
	r, err := run(ctx, j, folder(dir), s.Identity(), false)
	return r, failure(ctx, opRun, dir, err)
}

// Mend is Run, but reads all of every segment and writes those anew that are damaged.
func Mend(ctx context.Context, j *journal.Journal, dir string, s key.Secret) (Report, error) {
	r, err := run(ctx, j, folder(dir), s.Identity(), true)
	return r, failure(ctx, opRun, dir, err)
}

// failure is asError, but leaves the error of a context that has ended as it is.
func failure(ctx context.Context, op, dir string, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return asError(op, dir, err)
}

// running holds a token while a run goes on.
var running = make(chan struct{}, 1)

// job is one run.
type job struct {
	ctx      context.Context
	journal  *journal.Journal
	dir      files
	identity *age.X25519Identity
	whole    bool

	origin journal.Beginning
	begin  journal.Hash // digest of its checkpoint
	first  uint64       // of the journal's chain
	last   uint64       // of the journal, when the run began
	series uint32
	have   []found // the whole segments of the series
	report Report
}

func run(ctx context.Context, j *journal.Journal, dir files, identity *age.X25519Identity, whole bool) (Report, error) {
	select {
	case running <- struct{}{}:
		defer func() { <-running }()
	case <-ctx.Done():
		return Report{}, ctx.Err()
	}
	b := &job{ctx: ctx, journal: j, dir: dir, identity: identity, whole: whole}
	err := b.run()
	return b.report, err
}

func (b *job) run() error {
	if err := b.look(); err != nil {
		return err
	}
	all, err := survey(b.ctx, b.dir, b.identity, b.whole)
	if err != nil {
		return err
	}
	for _, f := range all {
		if f.err == nil && f.id != b.origin.ID {
			return &Error{Kind: Foreign, Here: f.id, Mine: b.origin.ID}
		}
	}
	if err := b.sweep(); err != nil {
		return err
	}
	if err := b.choose(all); err != nil {
		return err
	}
	if err := b.fill(); err != nil {
		return err
	}
	if err := b.merge(); err != nil {
		return err
	}
	return b.tidy(all)
}

// look learns what the journal begins and ends with.
func (b *job) look() error {
	var err error
	if b.origin, err = b.journal.Beginning(); err != nil {
		return err
	}
	b.begin = digest(b.origin.Checkpoint)
	b.report.ID = b.origin.ID
	return b.journal.View(func(s journal.State) error {
		b.first, b.last = s.First(), s.Last()
		if (b.first > 1) != (len(b.origin.Checkpoint) > 0) {
			return &Error{Kind: Moved}
		}
		return nil
	})
}

// sweep removes files that an interrupted run has left unfinished.
func (b *job) sweep() error {
	names, err := b.dir.list()
	if err != nil {
		return err
	}
	for _, name := range names {
		if !isPart(name) {
			continue
		}
		if err := b.dir.remove(name); err != nil {
			return err
		}
	}
	return nil
}

// choose goes on with the newest series, if it is one of this beginning and the journal has all its records, or
// begins another.
func (b *job) choose(all []found) error {
	series := split(all)
	b.series, b.report.New = 1, true
	if len(series) > 0 {
		newest := series[len(series)-1]
		b.series = newest[0].series + 1
		ours, err := b.continues(newest)
		if err != nil {
			return err
		}
		if ours {
			b.series, b.report.New = newest[0].series, false
			for _, f := range newest {
				if f.err == nil {
					b.have = append(b.have, f)
				} else {
					b.report.Mended = append(b.report.Mended, f.fault())
				}
			}
		}
	}
	b.report.Series = int(b.series)
	return nil
}

// continues tells whether every whole segment of a series is of this beginning, and of records that the journal has.
func (b *job) continues(series []found) (bool, error) {
	seen := false
	for _, f := range series {
		if f.err != nil {
			continue
		}
		seen = true
		if f.begin != b.begin || f.until > b.last {
			return false, nil
		}
		if f.beginning() {
			continue
		}
		same, err := b.holds(f)
		if err != nil || !same {
			return false, err
		}
	}
	return seen, nil
}

// holds tells whether the journal has the last record of f: then it has all of them, because they are chained.
func (b *job) holds(f found) (same bool, err error) {
	if f.last > b.last {
		return false, nil
	}
	err = b.journal.View(func(s journal.State) error {
		r, ok, err := s.Read(f.last)
		same = ok && r.Hash == f.head
		return err
	})
	return same, err
}

// fill writes the beginning and the records that are not in the series.
func (b *job) fill() error {
	c := joined(b.have)
	if c.begin == nil {
		if err := b.write(b.first, b.first-1); err != nil {
			return err
		}
	}
	for _, gap := range append(c.missing, journal.Gap{First: max(c.last+1, b.first), Last: b.last}) {
		for at := gap.First; at <= gap.Last; {
			if err := b.write(at, gap.Last); err != nil {
				return err
			}
			written := b.have[len(b.have)-1]
			b.report.Written += written.last - at + 1
			at = written.last + 1
		}
	}
	return nil
}

// newSegment reads records from first to at most last from the journal, as many as fit into a segment.
func (b *job) newSegment(first, last uint64) (*segment, error) {
	s := &segment{header: header{
		id: b.origin.ID, series: b.series, begin: b.begin, first: first, last: first - 1, until: b.last,
		written: time.Now().UTC().Truncate(time.Millisecond),
	}}
	if last < first {
		s.check = b.origin.Checkpoint
	}
	err := b.journal.View(func(state journal.State) error {
		if state.First() != b.first {
			return &Error{Kind: Moved}
		}
		for r, err := range state.Range(first, max(last, first)) {
			if err == nil {
				err = b.ctx.Err()
			}
			if err != nil {
				return err
			}
			if s.last < s.first {
				s.prev, s.head = r.Prev, r.Prev
			}
			if last < first { // the beginning needs only the link of what comes behind it
				return nil
			}
			if !s.add(r) {
				return nil
			}
		}
		return nil
	})
	s.checkpoint, s.records = uint64(len(s.check)), uint64(len(s.body))
	return s, err
}
