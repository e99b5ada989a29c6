package journal

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"
)

const (
	// maxBatch and maxGather bound a Badger transaction: so many updates, or so long spent on deciding them.
	maxBatch  = 256
	maxGather = 2 * time.Millisecond

	// MaxUpdate is the most that one update may write, keys and derived values included, in bytes; some thousand keys at
	// most. Badger would keep larger values outside its tables.
	MaxUpdate = 1 << 20

	// watermark is the free space in bytes under which nothing is written: Badger maps its files, and writing into
	// a mapped file that the disk can't hold kills the process.
	watermark = 4*memTable + 64<<20

	// stallLimit is how long Badger may take for a transaction. A slow disk that writes out tables takes seconds.
	stallLimit = 30 * time.Second

	// openMark is the free space that Badger may need to open: new files, and the logs written out as tables.
	openMark = 4 * memTable
)

const opWrite = "cannot write to the journal"

// request is one Update on its way through the committer, or something that needs the end of the journal to itself.
type request struct {
	decide  func(State) ([]Entry, error)
	alone   func(*committer) error // instead of decide
	begun   atomic.Bool            // set by whoever comes first: the committer, or a caller that gives up
	records []Record
	err     error
	done    chan struct{}
}

func (r *request) finish(err error) {
	if err != nil {
		r.records, r.err = nil, err
	}
	close(r.done)
}

// committer owns the end of the journal: it is the only writer of Badger and of the anchor.
type committer struct {
	j     *Journal
	store *store     // where it writes; only it puts another one in this place
	tail  storedTail // what is durable
	batch *batch     // the open transaction, nil between two
	// running is the request whose decide is being called.
	running *request
	written int64 // bytes since the keeper last looked
	// gathered is how many requests the last transaction had.
	gathered int
}

// run serves requests until their channel is closed.
func (c *committer) run() {
	finished := false
	defer func() {
		if !finished { // a decide function has ended the goroutine (runtime.Goexit)
			c.running.finish(internal(opWrite, errors.New("the decide function did not return; writes go on")))
			c.j.working.Go(c.run)
		}
	}()
	c.flush()
	for r := range c.j.requests {
		c.serve(r)
	}
	finished = true
}

// serve gathers the requests that are waiting, first among them, into one transaction.
// A request that comes alone waits for nobody.
func (c *committer) serve(first *request) {
	deadline := time.Now().Add(maxGather)
	c.add(first)
	n := 1
	for n < maxBatch && time.Now().Before(deadline) {
		r := c.next(n)
		if r == nil {
			break
		}
		c.add(r)
		n++
	}
	c.gathered = n
	c.flush()
}

// next returns a request that is waiting, or nil. If the last transaction had more of them than the n of this one, their
// callers are likely awake and on their way: they get a chance to run first.
func (c *committer) next(n int) *request {
	for range 2 {
		select {
		case r := <-c.j.requests:
			return r
		default:
		}
		if n >= c.gathered {
			break
		}
		runtime.Gosched()
	}
	return nil
}

// add runs one request. What it writes joins the open transaction, or a new one if it does not fit.
func (c *committer) add(r *request) {
	if !r.begun.CompareAndSwap(false, true) {
		return // its caller has given up
	}
	if r.alone != nil {
		c.flush()
		r.finish(r.alone(c))
		return
	}
	if err := c.open(); err != nil {
		r.finish(err)
		return
	}
	u, err := c.decide(r)
	if err == nil && !c.batch.fits(u) {
		// The updates before this one become durable first; what it decided on stays true.
		c.flush()
		if err := c.open(); err != nil {
			r.finish(err)
			return
		}
		if !c.batch.fits(u) {
			err = invalid(opWrite, "one update writes %d keys, the most is %d", len(u.writes), c.batch.maxCount)
		}
	}
	if err == nil {
		c.batch.put(u)
		r.records = u.records
	}
	r.err = err
	c.batch.waiting = append(c.batch.waiting, r)
}

// open begins a transaction if none is open.
func (c *committer) open() error {
	if c.batch != nil {
		return nil
	}
	if err := c.store.gate.err(); err != nil {
		return err
	}
	if err := c.j.opts.checkSpace(opWrite, watermark); err != nil {
		return err
	}
	c.batch = newBatch(c.store, c.tail)
	return nil
}

// decide calls the request's function and derives what its entries write. Nothing is written yet.
func (c *committer) decide(r *request) (u update, err error) {
	c.running = r
	defer func() {
		if p := recover(); p != nil {
			// The value may hold what is in the records: only its type is logged, and the text of faults of the runtime.
			fault, _ := p.(runtime.Error)
			c.j.log.Error("journal: a decide function or the projection panicked",
				"type", fmt.Sprintf("%T", p), "fault", fault, "stack", string(debug.Stack()))
			u, err = update{}, internal(opWrite, errors.New("the decide function or the projection panicked; writes go on"))
		}
	}()
	s := c.batch.state()
	entries, err := r.decide(s)
	if err != nil {
		return update{}, err
	}
	return derive(s, c.batch.tail, entries, c.j.opts.Project, c.j.opts.Now)
}

// flush makes the open transaction durable, in Badger and then in the anchor, and answers its requests.
func (c *committer) flush() {
	b := c.batch
	if b == nil {
		return
	}
	c.batch = nil
	err := c.commit(b)
	for _, r := range b.waiting {
		if err != nil {
			r.finish(err)
		} else {
			r.finish(r.err)
		}
	}
}

func (c *committer) commit(b *batch) error {
	defer discard(b.txn)
	if b.tail.last == c.tail.last {
		return nil
	}
	if b.err == nil {
		b.err = b.txn.Set(keyTail, b.tail.encode())
	}
	if b.err != nil { // nothing has reached the disk
		return internal(opWrite, cause(b.err))
	}
	err := c.send(b)
	if err == nil {
		err = c.j.anchor.move(b.tail.tail)
	}
	if err != nil {
		// What the disk holds is now known only by opening again.
		return c.store.gate.halt(internal(opWrite,
			fmt.Errorf("%w; nothing more is written until the journal is opened again", err)))
	}
	c.tail = b.tail
	if c.written += b.size; c.written >= lookEvery {
		c.written = 0
		c.j.keeper.wake()
	}
	return nil
}

// send gives the transaction to Badger and waits for its answer, but not for ever: while a table can't be written out, Badger tries
// again every second and lets everybody wait.
func (c *committer) send(b *batch) error {
	done := make(chan error, 1)
	b.txn.CommitWith(func(err error) { done <- err })
	stalled := time.NewTimer(c.j.opts.stall)
	defer stalled.Stop()
	select {
	case err := <-done:
		return cause(err)
	case <-stalled.C:
		return fmt.Errorf("the disk has not taken a transaction for %v", c.j.opts.stall)
	}
}

// batch is one Badger transaction and the requests that are answered when it is durable.
type batch struct {
	store             *store
	txn               *badger.Txn
	tail              storedTail
	size, count       int64
	maxSize, maxCount int64
	waiting           []*request
	err               error // Badger's refusal of a write: the whole transaction is dropped
}

// txnReserve is kept free in a transaction for the tail and for Badger's own end mark, in bytes and in entries.
const (
	txnReserve      = 1024
	txnReserveCount = 8
)

func newBatch(s *store, t storedTail) *batch {
	t.first = t.last + 1
	return &batch{
		store: s, txn: s.db.NewTransaction(true), tail: t,
		maxSize: s.db.MaxBatchSize() - txnReserve, maxCount: s.db.MaxBatchCount() - txnReserveCount,
	}
}

func (b *batch) state() State {
	return State{txn: b.txn, gate: b.store.gate, base: b.store.base, last: b.tail.last}
}

func (b *batch) fits(u update) bool {
	return b.size+u.size <= b.maxSize && b.count+int64(len(u.writes)) <= b.maxCount
}

func (b *batch) put(u update) {
	for _, w := range u.writes {
		if b.err == nil {
			b.err = b.txn.Set(w.key, w.value)
		}
	}
	b.size += u.size
	b.count += int64(len(u.writes))
	if n := len(u.records); n > 0 {
		b.tail.last = u.records[n-1].Seq
		b.tail.head = u.records[n-1].Hash
		b.tail.count += uint64(n)
	}
}
