package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options say where a journal is and what is derived from it.
type Options struct {
	// Dir is the folder of the records. Nothing else may be kept in it, nor in the folders beside it that belong to the journal:
	// Dir + ".2", which serves in turn with Dir after each purge, Dir + ".replay", and the file Dir + ".rebuild".
	Dir string
	// AnchorFile is the witness of the journal's end, outside Dir; "" means Dir + ".anchor".
	// The file AnchorFile + ".lock" stands beside it.
	AnchorFile string
	// Key encrypts what is in Dir (AES-256); 32 bytes, or nil for plain text. The anchor holds nothing secret.
	Key []byte
	// Project derives the state; nil derives nothing.
	Project Projection
	// FreeSpace returns the bytes free for this user on the volume of dir; nil asks the system.
	FreeSpace func(dir string) (uint64, error)
	// Now is the clock that stamps entries without a time; nil means time.Now.
	Now func() time.Time
	// Frozen, when not nil, is why nothing may be written: Update and Purge return it. Reading and checking go on. It is for a
	// copy that stands in for a damaged journal.
	Frozen error
	// Logger gets what happens inside, never keys or contents; nil means none.
	Logger *slog.Logger

	openFile openFile      // opens the anchor; nil means the system
	stall    time.Duration // 0 means stallLimit
}

// Journal is an open journal. Its methods may be called from any number of goroutines.
type Journal struct {
	opts   Options
	log    *slog.Logger
	anchor *anchor
	lock   *os.File

	keeper   *keeper
	requests chan *request

	working sync.WaitGroup // the committer's goroutine and the keeper's

	purging   sync.Mutex // held for the whole of a purge
	replaying sync.Mutex // held by who has the replay folder

	mu      sync.Mutex // protects current and its users, closing, and calls against starting after it
	current *store
	closing bool
	calls   sync.WaitGroup // Update, View and Verify in flight

	closeOnce sync.Once
	closeErr  error
}

// Open opens the journal in o.Dir, or makes an empty one if there is none.
func Open(o Options) (*Journal, error) {
	const op = "cannot open the journal"
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, internal(op, err)
	}
	lock, err := takeLock(o.AnchorFile + ".lock")
	if err != nil {
		return nil, asError(op, err)
	}
	j := &Journal{opts: o, log: o.Logger, lock: lock}
	if err := j.open(); err != nil {
		j.giveBack()
		return nil, asError(op, err)
	}
	return j, nil
}

func (o Options) complete() (Options, error) {
	const op = "cannot open the journal"
	if o.Dir == "" {
		return o, invalid(op, "no folder is given")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, internal(op, err)
	}
	o.Dir = dir
	if o.AnchorFile == "" {
		o.AnchorFile = dir + ".anchor"
	}
	if o.AnchorFile, err = filepath.Abs(o.AnchorFile); err != nil {
		return o, internal(op, err)
	}
	if rel, err := filepath.Rel(dir, o.AnchorFile); err == nil && filepath.IsLocal(rel) {
		return o, invalid(op, "the anchor file may not be inside the journal's folder")
	}
	if o.Key != nil && len(o.Key) != 32 {
		return o, invalid(op, "the key has %d bytes instead of 32", len(o.Key))
	}
	if o.Project == nil {
		o.Project = func(Record, Writer) error { return nil }
	}
	if o.FreeSpace == nil {
		o.FreeSpace = freeSpace
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.stall == 0 {
		o.stall = stallLimit
	}
	if o.openFile == nil {
		o.openFile = openOSFile
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

func (j *Journal) open() error {
	if err := os.RemoveAll(j.opts.replayFolder()); err != nil {
		return err
	}
	// Badger maps the files that it makes here: on a full disk it would take the process down.
	if err := j.opts.checkSpace("cannot open the journal", openMark); err != nil {
		return err
	}
	if err := j.openAnchor(); err != nil {
		return err
	}
	a := j.anchor.witness()
	s, t, err := j.openStore(a)
	if err != nil {
		return err
	}
	j.current = s
	if err := j.opts.removeLeftovers(a); err != nil {
		return err
	}
	j.requests = make(chan *request, maxBatch)
	c := &committer{j: j, store: s, tail: t}
	j.keeper = newKeeper(j)
	j.working.Go(c.run)
	j.working.Go(j.keeper.run)
	return nil
}

func (o Options) replayFolder() string { return o.Dir + ".replay" }

// removeLeftovers removes what a purge or a rebuilding that was cut short has left, once the journal that the anchor names is
// known to be whole.
func (o Options) removeLeftovers(a slot) error {
	return errors.Join(o.clear(o.folder(a.purge.epoch+1)), os.RemoveAll(o.rebuildMark()))
}

// giveBack gives back what a failed open or a close still holds.
func (j *Journal) giveBack() error {
	var errs []error
	if j.current != nil {
		errs = append(errs, closeEngine(j.current.db))
	}
	if j.anchor != nil {
		errs = append(errs, j.anchor.close())
	}
	errs = append(errs, j.lock.Close())
	return errors.Join(errs...)
}

// Close waits for the calls in flight, makes everything durable and gives the journal free. Later calls of any method get
// a Closed error; closing again does nothing. It must not be called from inside a decide or View function.
func (j *Journal) Close() error {
	j.closeOnce.Do(func() {
		j.mu.Lock()
		j.closing = true
		j.mu.Unlock()
		j.calls.Wait()
		close(j.requests)
		close(j.keeper.stop)
		j.working.Wait()
		if err := j.giveBack(); err != nil {
			j.closeErr = internal("cannot close the journal", cause(err))
		}
	})
	return j.closeErr
}

// enter counts a call in, until j.calls.Done; it refuses once the journal is closing.
func (j *Journal) enter(op string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closing {
		return &Error{Kind: Closed, Op: op}
	}
	j.calls.Add(1)
	return nil
}

// View calls f with the state after the last update that is on the disk; it may be one whose caller has no answer yet.
// What f sees does not change while it runs.
// An error of f is returned as it is.
func (j *Journal) View(f func(State) error) error {
	if err := j.enter("cannot read the journal"); err != nil {
		return err
	}
	defer j.calls.Done()
	return j.view(f)
}

func (j *Journal) view(f func(State) error) error {
	st := j.acquire()
	defer j.release(st)
	return st.view(f)
}

func (st *store) view(f func(State) error) error {
	txn := st.db.NewTransaction(false)
	defer discard(txn)
	s := State{txn: txn, gate: st.gate, base: st.base}
	t, _, err := s.tail()
	if err != nil {
		return err
	}
	s.last = t.last
	return f(s)
}

// Update runs decide against the state as of every earlier record, appends the entries that it returns, applies the
// projection to each, and returns the records once they are on the disk.
//
// Decides run one at a time, in the committer's goroutine: they must be quick and must not call Update, Verify or Close.
// If decide or the projection returns an error, nothing of the update is written and the error is returned as it is; if one
// panics, the error is Internal. An answer without entries, an error included, is also given only when everything that
// decide could see is on the disk.
//
// If ctx ends before decide has begun, nothing is written and the error of ctx is returned; after that it is ignored.
func (j *Journal) Update(ctx context.Context, decide func(State) ([]Entry, error)) ([]Record, error) {
	if err := j.enter("cannot write to the journal"); err != nil {
		return nil, err
	}
	defer j.calls.Done()
	if j.opts.Frozen != nil {
		return nil, j.opts.Frozen
	}
	r := &request{decide: decide, done: make(chan struct{})}
	err := j.ask(ctx, r)
	return r.records, err
}

// ask has the committer serve a request.
func (j *Journal) ask(ctx context.Context, r *request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case j.requests <- r:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		if r.begun.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		<-r.done
	}
	return r.err
}

// Err returns why the journal writes nothing and won't: Options.Frozen, or a Damaged or an Internal error. It is nil while all is
// well; a full disk is not for good.
func (j *Journal) Err() error {
	s := j.acquire()
	defer j.release(s)
	if err := s.gate.err(); err != nil {
		return err
	}
	return j.opts.Frozen
}

// checkSpace returns a DiskFull error if less than need bytes are free.
func (o Options) checkSpace(op string, need uint64) error {
	free, err := o.FreeSpace(o.Dir)
	if err != nil {
		return internal(op, fmt.Errorf("cannot tell the free space: %w", err))
	}
	if free < need {
		return &Error{Kind: DiskFull, Op: op,
			Expected: fmt.Sprintf("%d MiB free", need>>20), Found: fmt.Sprintf("%d MiB", free>>20)}
	}
	return nil
}

// asError makes err an *Error that says what could not be done.
func asError(op string, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		c := *e
		c.Op = op
		return &c
	}
	return internal(op, err)
}
