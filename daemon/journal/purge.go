package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

const opPurge = "cannot purge the journal"

// Past is the derived state as it was after an earlier record. It is valid while the functions of Keep are called.
type Past struct{ state State }

// Last returns the number of that record.
func (p Past) Last() uint64 { return p.state.last }

// Get returns the value of a derived key, and false if it was not set or hidden then.
func (p Past) Get(key string) ([]byte, bool, error) { return p.state.Get(key) }

// Scan is State.Scan.
func (p Past) Scan(prefix, after string, limit int, reverse bool) ([]Item, error) {
	return p.state.Scan(prefix, after, limit, reverse)
}

// Keep says what stays of the time up to a purge.
type Keep struct {
	// Key tells whether a derived key stays, with the value it had then. What no subject owns, counters and numbers
	// given out, has to stay.
	Key func(key string, value []byte) bool
	// Record tells whether a record stays: those of subjects that stay, which are read by their number.
	Record func(r Record) bool
}

// Purged is what a purge has done.
type Purged struct {
	Until                 uint64 // last record that the checkpoint stands for
	KeptRecords, KeptKeys uint64 // up to that record
	GoneRecords, GoneKeys uint64
	Digest                Hash // of the checkpoint
}

// Purge rewrites the journal without the records up to until, but for those that stay: the new journal begins with a
// checkpoint, which has the state after that record and the hash that record until+1 is linked to. Numbers, hashes and links of
// all records are as before. choose is given the state after record until and says what stays; what belongs to whom is
// the caller's knowledge. choose and what it returns are called by this goroutine.
//
// The new journal is made beside the old one, while reading and writing go on, and takes its place by one write to the
// anchor; updates wait for the last part of it, once. A crash at any moment leaves the old journal or the new one. The old
// folder is removed when the last View that reads it has returned: Purge must not be called from inside one.
//
// Every derived key has to answer afterwards as before, or to be gone: if one that a later record changed answers otherwise,
// because what it was derived from was not kept, nothing is purged and the error is Invalid. After an error from Purge the
// journal is as it was, unless Err says otherwise.
func (j *Journal) Purge(ctx context.Context, until uint64, choose func(Past) (Keep, error)) (Purged, error) {
	if err := j.enter(opPurge); err != nil {
		return Purged{}, err
	}
	defer j.calls.Done()
	if err := j.Err(); err != nil {
		return Purged{}, err
	}
	j.purging.Lock()
	defer j.purging.Unlock()
	p := &purge{j: j, ctx: ctx, until: until}
	if err := p.build(choose); err != nil {
		return Purged{}, p.failed(err)
	}
	var idle <-chan struct{}
	var old *store
	r := &request{done: make(chan struct{})}
	r.alone = func(c *committer) (err error) {
		old, idle, err = p.turn(c)
		return err
	}
	if err := j.ask(ctx, r); err != nil {
		return Purged{}, p.failed(err)
	}
	j.keeper.wake() // to check the new tables
	<-idle
	if err := errors.Join(cause(closeEngine(old.db)), j.opts.clear(old.dir)); err != nil {
		j.log.Warn("journal: the folder before the purge is not removed; the next opening tries again", "err", err)
	}
	return p.out, nil
}

// purge is one on its way.
type purge struct {
	j     *Journal
	ctx   context.Context
	until uint64
	next  *builder // the new journal
	out   Purged
}

// failed removes what was made. If the switch has failed half way, only the anchor's file knows which folder counts, and
// the next opening removes the other.
func (p *purge) failed(err error) error {
	if p.next != nil && p.j.Err() == nil {
		p.next.remove()
	}
	return err
}

// build makes the new journal as far as the records go now.
func (p *purge) build(choose func(Past) (Keep, error)) error {
	p.j.replaying.Lock()
	defer p.j.replaying.Unlock()
	return p.j.view(func(s State) error {
		if p.until == 0 || p.until < s.base.last || p.until > s.last {
			return invalid(opPurge, "record %d is not one from %d to %d", p.until, max(s.base.last, 1), s.last)
		}
		past, err := p.j.rederive(p.ctx, s, p.until)
		if err != nil {
			return err
		}
		defer past.remove()
		txn := past.db.NewTransaction(false)
		defer discard(txn)
		then := past.state(txn)
		keep, err := choose(Past{then})
		if err != nil {
			return err
		}
		epoch := p.j.anchor.witness().purge.epoch + 1
		if p.next, err = newBuilder(opPurge, p.j.opts, p.j.opts.folder(epoch)); err != nil {
			return err
		}
		if err := p.checkpoint(s, then, past.tail.head, keep); err != nil {
			return err
		}
		return p.follow(s)
	})
}

// checkpoint writes what stays of s up to until; then is the derived state at that moment.
func (p *purge) checkpoint(s, then State, head Hash, keep Keep) error {
	x := p.next
	c := newCheckpoint(io.Discard, s.base.id, p.until, head)
	take := func(r Record, encoded []byte) error {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		if !keep.Record(r) {
			p.out.GoneRecords++
			return nil
		}
		c.record(encoded)
		x.put(recordKey(r.Seq), encoded)
		return x.spill()
	}
	if err := s.keptRecords(take); err != nil {
		return err
	}
	for r, err := range s.Range(s.First(), p.until) {
		if err == nil {
			err = take(r, r.Encode())
		}
		if err != nil {
			return err
		}
	}
	c.endRecords()
	err := then.walk([]byte{spaceDerived}, []byte{spaceDerived + 1}, func(k, stored []byte) error {
		key := string(k[1:])
		v, live := liveValue(stored)
		if !live {
			return nil
		}
		if !keep.Key(key, v) {
			p.out.GoneKeys++
			return nil
		}
		c.pair(key, v)
		x.put(keptKey(key), v)
		return x.set(key, v)
	})
	if err != nil {
		return err
	}
	b, err := c.end()
	x.begin(b)
	p.out.Until, p.out.KeptRecords, p.out.KeptKeys, p.out.Digest = b.last, b.count, b.keys, b.digest
	return err
}

// follow appends the records that s has and the new journal has not.
func (p *purge) follow(s State) error {
	for r, err := range s.Range(p.next.tail.last+1, s.last) {
		if err == nil {
			err = p.ctx.Err()
		}
		if err == nil {
			err = p.next.append(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// turn puts the new journal in the place of the old one. It runs in the committer's goroutine, with nothing under way.
func (p *purge) turn(c *committer) (old *store, idle <-chan struct{}, err error) {
	if err := c.store.gate.err(); err != nil {
		return nil, nil, err
	}
	err = c.store.view(func(s State) error {
		if err := p.follow(s); err != nil {
			return err
		}
		if err := p.next.flush(); err != nil {
			return err
		}
		return p.compare(s)
	})
	if err != nil {
		return nil, nil, err
	}
	if err := p.next.finish(); err != nil {
		return nil, nil, err
	}
	a := p.j.anchor.witness()
	a.tail = p.next.tail
	a.purge = purgeMark{epoch: a.purge.epoch + 1, digest: p.next.base.digest, until: p.next.base.last}
	next, t, err := p.j.openStore(a)
	if err != nil {
		return nil, nil, err
	}
	if err := p.j.anchor.turn(a.tail, a.purge); err != nil {
		closeEngine(next.db)
		return nil, nil, c.store.gate.halt(internal(opPurge,
			fmt.Errorf("%w; nothing more is written until the journal is opened again", err)))
	}
	c.store, c.tail = next, t
	old, idle = p.j.replace(next)
	return old, idle, nil
}

// compare checks that each derived key of the new journal answers as s does.
func (p *purge) compare(s State) error {
	txn := p.next.db.NewTransaction(false)
	defer discard(txn)
	return p.next.state(txn).walk([]byte{spaceDerived}, []byte{spaceDerived + 1}, func(k, v []byte) error {
		old, err := s.load(k)
		if err != nil {
			return err
		}
		if old == nil && len(v) > 0 && v[0] == valueHidden || bytes.Equal(old, v) {
			return nil
		}
		return invalid(opPurge, "a key that record %d or a later one changes would answer otherwise: "+
			"what it was derived from has to be kept", p.until+1)
	})
}
