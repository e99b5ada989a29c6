package reader

import (
	"context"
	"sync"
)

// Job is one operation on a card: it runs in one transaction.
type Job struct {
	// Op names the operation in errors: "sign the FSE".
	Op string
	// Lease is the lease under which the job runs, "" for none. While somebody
	// holds a lease, a job without it is refused with Busy.
	Lease LeaseID
	// Holder is the principal that the job is run for: its own lease is no
	// obstacle, whether Lease names it or not.
	Holder string
	// System jobs are the program's own reading of a card that has just come;
	// they run whoever holds the lease.
	System bool
	// Events, if not nil, is the Slot.Events of the card that the job is meant
	// for: when the slot has seen another card since, the job is refused with
	// CardChanged. A swap that the service missed is for Run to notice, by
	// reading the card's serial again before anything that matters.
	Events *uint32
	// Retry allows Run to be run again from its beginning, once, after another
	// program reset the card. Never for a job that verifies a code or signs.
	Retry bool
	// Run does the work. What it writes may be read only if Do succeeds.
	Run func(*Tx) error
}

// Owner is the only way to the card of one reader.
type Owner struct {
	transport Transport
	reader    string
	jobs      chan request
	stopped   <-chan struct{}
	stop      context.CancelFunc

	mu    sync.Mutex // protects slot and lease; never held while the card works
	slot  Slot
	lease lease
}

type request struct {
	ctx  context.Context
	job  Job
	done chan result
}

type result struct {
	trace Trace
	err   error
}

// NewOwner returns the Owner of the named reader. Close must be called.
func NewOwner(t Transport, reader string) *Owner {
	ctx, stop := context.WithCancel(context.Background())
	o := &Owner{transport: t, reader: reader, jobs: make(chan request), stopped: ctx.Done(), stop: stop}
	go o.serve(ctx)
	return o
}

// Close ends the Owner. A job under way is canceled at its next command; Close
// does not wait for it, because a call to a service may wait for as long as
// another program holds the card.
func (o *Owner) Close() { o.stop() }

// See tells the Owner what its slot holds now.
func (o *Owner) See(s Slot) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.Events != o.slot.Events {
		o.lease = lease{} // a lease is on a card, and that card is gone
	}
	o.slot = s
}

// Do runs j after the jobs before it and returns what it cost. When ctx ends
// first, Do fails with Canceled at once and the card is left alone after the
// command under way.
func (o *Owner) Do(ctx context.Context, j Job) (Trace, error) {
	r := request{ctx: ctx, job: j, done: make(chan result, 1)}
	select {
	case o.jobs <- r:
	case <-ctx.Done():
		return Trace{}, waited(ctx, j.Op, Busy)
	case <-o.stopped:
		return Trace{}, Fail(NoReader, j.Op)
	}
	select {
	case res := <-r.done:
		return res.trace, res.err
	case <-ctx.Done():
		return Trace{}, waited(ctx, j.Op, Canceled)
	case <-o.stopped:
		return Trace{}, Fail(NoReader, j.Op)
	}
}

// waited is the error for a caller that stopped waiting: for its turn (Busy) or
// for the card (Canceled).
func waited(ctx context.Context, op string, k Kind) error {
	return &Error{Kind: k, Op: op, Err: ctx.Err()}
}

func (o *Owner) serve(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-o.jobs:
			both, cancel := context.WithCancel(r.ctx)
			release := context.AfterFunc(ctx, cancel)
			trace, err := o.attempt(both, r.job)
			if r.job.Retry && KindOf(err) == CardReset && both.Err() == nil {
				trace, err = o.attempt(both, r.job)
			}
			release()
			cancel()
			r.done <- result{trace, err}
		}
	}
}

// attempt runs j once, on a connection of its own.
func (o *Owner) attempt(ctx context.Context, j Job) (trace Trace, err error) {
	if err := o.admit(j); err != nil {
		return trace, err
	}
	link, err := o.transport.Connect(o.reader)
	if err != nil {
		return trace, about(j.Op, err)
	}
	defer link.Close()
	if err := begin(link); err != nil {
		return trace, about(j.Op, err)
	}
	tx := &Tx{ctx: ctx, link: link}
	err = run(tx, j)
	if endErr := link.End(tx.reset); err == nil && tx.reset {
		err = endErr // a code that may still be open is not a success
	}
	return tx.trace, about(j.Op, err)
}

// begin starts the transaction. A reset by another program since the connection
// costs one reconnection, and nothing else: the job has not begun.
func begin(link Link) error {
	err := link.Begin()
	if KindOf(err) == CardReset {
		if err = link.Reconnect(); err == nil {
			err = link.Begin()
		}
	}
	return err
}

// run calls the job's function; a panic in it, as a defect in the reading of a
// card's answer would raise, becomes an error.
func run(tx *Tx, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Failf(Internal, j.Op, "panic: %v", p)
		}
	}()
	return j.Run(tx)
}

// admit checks the lease and the card that j is meant for.
func (o *Owner) admit(j Job) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if j.Events != nil && *j.Events != o.slot.Events {
		return Fail(CardChanged, j.Op)
	}
	if j.System {
		return nil
	}
	return o.lease.admit(j)
}

// about gives err the operation's name where it has none of its own.
func about(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := err.(*Error); ok && e.Op == "" {
		named := *e
		named.Op = op
		return &named
	}
	return err
}
