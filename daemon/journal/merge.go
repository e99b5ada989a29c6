package journal

import (
	"context"
	"iter"
	"slices"
)

// merge follows one chain through the records of several sources.
type merge struct {
	inputs []*input
	next   uint64 // number of the record that is looked for
	// branches are the chains that lead on from what was handed out, the best first. One is the rule; there are more while
	// sources disagree, until all but one have ended.
	branches []branch
	failed   []error
}

type branch struct {
	records []Record // not handed out yet
	head    Hash
}

// input is a source being read: at is its current record.
type input struct {
	at   Record
	ok   bool
	pull func() (Record, error, bool)
	stop func()
}

// newMerge looks for the records behind t.
func newMerge(sources []Source, t tail) *merge {
	m := &merge{next: t.last + 1, branches: []branch{{head: t.head}}}
	for _, s := range sources {
		pull, stop := iter.Pull2(s.Records(m.next))
		in := &input{pull: pull, stop: stop}
		m.inputs = append(m.inputs, in)
		m.advance(in)
	}
	return m
}

func (m *merge) close() {
	for _, in := range m.inputs {
		in.stop()
	}
}

// advance moves an input to its next record whose hash fits and whose number is not behind.
func (m *merge) advance(in *input) {
	for {
		r, err, ok := in.pull()
		if err != nil {
			m.failed = append(m.failed, err)
		}
		if !ok || err != nil {
			in.ok = false
			return
		}
		claimed := r.Hash
		appendRecord(nil, &r)
		if r.Hash == claimed && r.Seq >= m.next && r.Seq >= in.at.Seq {
			in.at, in.ok = r, true
			return
		}
	}
}

// run hands out the records of the chain in order, until it ends.
func (m *merge) run(ctx context.Context, use func(Record) error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		grown := m.grow(m.candidates())
		if len(grown) > 0 {
			m.branches = grown
			m.next++
		}
		if len(grown) <= 1 { // no doubt is left, or none can be resolved
			best := &m.branches[0]
			for _, r := range best.records {
				if err := use(r); err != nil {
					return err
				}
			}
			best.records = nil
		}
		if len(grown) == 0 {
			return nil
		}
	}
}

// candidates takes the records with the number looked for from the inputs, without repetitions.
func (m *merge) candidates() []Record {
	var found []Record
	for _, in := range m.inputs {
		for in.ok && in.at.Seq == m.next {
			if !slices.ContainsFunc(found, func(r Record) bool { return r.Hash == in.at.Hash }) {
				found = append(found, in.at)
			}
			m.advance(in)
		}
	}
	return found
}

// grow returns the branches that go on with one of the candidates.
func (m *merge) grow(candidates []Record) []branch {
	var grown []branch
	for _, b := range m.branches {
		records := b.records
		for _, r := range candidates {
			if r.Prev == b.head {
				grown = append(grown, branch{records: append(records, r), head: r.Hash})
				records = slices.Clip(b.records) // whoever else goes on from here gets a copy
			}
		}
	}
	return grown
}

// rest reads on behind the end of the chain and says what is there and what is not.
func (m *merge) rest(known uint64) Rebuilt {
	var out Rebuilt
	end := m.next - 1 // all before it is accounted for
	lose := func(first, last uint64) {
		if first <= last {
			out.Lost = append(out.Lost, Gap{first, last})
		}
	}
	// The candidates for m.next were taken from the inputs and did not chain: that number counts as lost.
	for {
		seq, ok := m.lowest()
		if !ok {
			break
		}
		lose(end+1, seq-1)
		out.Unreachable++
		end = seq
	}
	lose(end+1, known)
	if end = max(end, known); end >= m.next {
		out.Missing = []Gap{{m.next, end}}
	}
	return out
}

// lowest takes the lowest number that an input has left.
func (m *merge) lowest() (seq uint64, ok bool) {
	for _, in := range m.inputs {
		if in.ok && (!ok || in.at.Seq < seq) {
			seq, ok = in.at.Seq, true
		}
	}
	for _, in := range m.inputs {
		for ok && in.ok && in.at.Seq == seq {
			m.advance(in)
		}
	}
	return seq, ok
}
