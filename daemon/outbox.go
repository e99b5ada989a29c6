package daemon

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/seal"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Times of the outbox (ours).
const (
	firstDelay   = 30 * time.Second // before lots that did not leave are tried again
	longestDelay = 30 * time.Minute
	offlineAfter = 10 * time.Minute // without any server
	stopGrace    = 5 * time.Second  // that a lot on its way has when the service stops
)

// outbox sends lots, one after the other, from the one goroutine of run. That a lot was
// asked for stands in the book, and is taken up again at the next start; why it did not
// leave yet is lost at a stop. What the book knows decides: a lot leaves only once its
// dispatch is begun there, and one that is begun, undecided, refused or sent is never
// sent again by itself, whoever asks.
type outbox struct {
	d            *Daemon
	mailer       Mailer
	certificates seal.Certificates
	itself       bool     // closed lots leave without being asked for
	before       []string // that were asked for when the service started

	asked chan *transmission
	poked chan bool     // holds one while there is a reason not to wait, true where a server was reached
	ended chan struct{} // closed when run has ended

	turn sync.Mutex // held while a lot is dispatched or a dispatch is settled; before telling

	mu      sync.Mutex  // protects the fields below; nothing is waited for under it
	stopped func() bool // whether the service stops, which withdraws no wish; set by run
	wanted  map[string]string
	trouble map[string]*state.Error // of lots that were to leave and did not

	// Of the goroutine of run.
	owed    []ending     // what the book could not take yet
	owedBy  *state.Error // why
	delay   time.Duration
	next    time.Time // of the next try, zero where nothing is to be tried
	silence time.Time // since when no server is reached, zero while one is
}

// ending is the end of a dispatch.
type ending struct {
	actor, lot, message string
	end                 lot.DispatchEnd
}

// transmission is a call for lots to leave.
type transmission struct {
	ctx      context.Context // of the caller, looked at between two lots
	actor    string
	lots     []string // that may leave
	own      []string // of lots: those that nobody has asked for before
	progress func(int)
	out      []Sent
	done     chan struct{}
}

// Sent is what became of a lot that was to leave: it is transmis, or the reason why not.
type Sent struct {
	Lot   state.Lot
	Error *state.Error
}

func newOutbox(d *Daemon, mailer Mailer, certificates seal.Certificates) *outbox {
	return &outbox{d: d, mailer: mailer, certificates: certificates, itself: d.cfg.Mail.Send == SendByItself, before: d.askedFor(),
		asked: make(chan *transmission), poked: make(chan bool, 1), ended: make(chan struct{}),
		stopped: func() bool { return false }, wanted: make(map[string]string), trouble: make(map[string]*state.Error)}
}

// poke has lots that wait tried now.
func (o *outbox) poke(reached bool) {
	select {
	case o.poked <- reached:
	default:
	}
}

// run sends lots until ctx ends. A lot on its way then has stopGrace to arrive.
func (o *outbox) run(ctx context.Context) {
	defer close(o.ended)
	o.mu.Lock()
	o.stopped = func() bool { return ctx.Err() != nil }
	o.mu.Unlock()
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopGrace, cut) })()
	o.interrupted(sending)
	if o.d.cfg.Mail.Configured() && (o.takeUp() || o.itself) {
		o.poke(false)
	}
	for ctx.Err() == nil {
		var passed <-chan time.Time
		if wait, ok := o.wait(); ok {
			passed = time.After(wait)
		}
		select {
		case <-ctx.Done():
		case t := <-o.asked:
			o.serve(ctx, sending, t)
		case reached := <-o.poked:
			o.delay, o.next = 0, time.Time{}
			if reached {
				o.silence = time.Time{}
			}
			o.pass(ctx, sending)
		case <-passed:
			if !o.next.IsZero() && !o.d.now().Before(o.next) {
				o.pass(ctx, sending)
			}
		}
		o.tell()
	}
}

// wait is how long nothing has to be done, false where nothing will be. A machine that
// was suspended comes back to what is due in lookAgain.
func (o *outbox) wait() (time.Duration, bool) {
	if o.next.IsZero() {
		return 0, false
	}
	wait := o.next.Sub(o.d.now())
	if !o.silence.IsZero() {
		if flag := o.silence.Add(offlineAfter).Sub(o.d.now()); flag > 0 {
			wait = min(wait, flag)
		}
	}
	return min(lookAgain, max(wait, time.Second)), true
}

// interrupted makes the dispatches undecided that a stop has cut short.
func (o *outbox) interrupted(ctx context.Context) {
	o.turn.Lock()
	defer o.turn.Unlock()
	list, err := o.d.book.Interrupted()
	if err != nil {
		o.d.log.Warn("dispatches not read", "error", err)
		return
	}
	for _, l := range list {
		o.end(ctx, ending{closingActor, l.ID, l.Dispatch.MessageID,
			lot.DispatchEnd{State: lot.DispatchUndecided, Problem: "Le service s’est arrêté pendant l’envoi : le serveur a peut-être pris ce lot."}})
	}
}

// serve does what a caller has asked for.
func (o *outbox) serve(ctx, sending context.Context, t *transmission) {
	defer close(t.done)
	o.delay = 0
	ids := t.lots
	again, err := o.d.book.Ask(sending, t.actor, ids) // whoever else had asked may have withdrawn it while this waited
	if err != nil {
		o.d.log.Warn("lots are asked for until the service stops only", "error", err)
	}
	t.own = append(t.own, again...)
	for _, id := range ids {
		o.want(id, t.actor)
	}
	later := o.each(ctx, sending, ids, func(i int, e *state.Error) bool {
		shown, _, err := o.d.Lot(ids[i])
		if err != nil {
			shown = state.Lot{ID: ids[i]}
		}
		t.out = append(t.out, Sent{shown, e})
		t.progress(i + 1)
		return t.ctx.Err() == nil
	})
	var left []string // that the caller wants no more, and nobody else has asked for
	for _, id := range ids[len(t.out):] {
		if slices.Contains(t.own, id) {
			left = append(left, id)
		}
	}
	o.withdraw(t.actor, left)
	o.schedule(later)
}

// pass tries all lots that are to leave.
func (o *outbox) pass(ctx, sending context.Context) {
	ids := o.toSend()
	if len(ids)+len(o.owed) == 0 {
		o.next = time.Time{}
		return
	}
	o.schedule(o.each(ctx, sending, ids, func(int, *state.Error) bool { return true }))
}

// toSend are the closed lots that are to leave, in their order.
func (o *outbox) toSend() (ids []string) {
	list, err := o.d.book.ToDispatch()
	if err != nil {
		o.d.log.Warn("lots not read", "error", err)
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range list {
		if _, ok := o.wanted[l.ID]; ok {
			ids = append(ids, l.ID)
		} else if o.itself && o.trouble[l.ID] == nil {
			o.wanted[l.ID] = closingActor
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// setback is why a lot has not left; the zero value says that it has.
type setback struct {
	why   *state.Error
	final bool // only a person can help
	all   bool // no other lot would leave now
	mute  bool // no server was reached
}

// each tries lots one after the other until done says stop, and tells whether some have
// to be tried again. Where no lot can leave, the others share the reason.
func (o *outbox) each(ctx, sending context.Context, ids []string, done func(int, *state.Error) bool) (again bool) {
	down := o.pay(sending)
	again = down.why != nil
	for i, id := range ids {
		s := down
		switch {
		case ctx.Err() != nil:
			s = setback{why: failure{state.Offline, "ARRET", "Le service s'arrête.", true}.error(ctx.Err()), all: true}
		case s.why == nil:
			s = o.dispatch(sending, id)
		}
		o.note(id, s)
		switch {
		case len(o.owed) > 0:
			down = setback{why: o.owedBy, all: true}
		case s.all:
			down = s
		}
		again = again || down.why != nil || s.why != nil && !s.final
		if !done(i, s.why) {
			break
		}
	}
	return again
}

// pay gives the book the ends that it could not take: until then nothing leaves.
func (o *outbox) pay(ctx context.Context) setback {
	o.turn.Lock()
	defer o.turn.Unlock()
	list := o.owed
	o.owed = nil
	for _, e := range list {
		o.end(ctx, e)
	}
	if len(o.owed) > 0 {
		return setback{why: o.owedBy, all: true}
	}
	return setback{}
}

// end notes the end of a dispatch, with turn held, and tells of its lot. What the book
// can't take is owed to it.
func (o *outbox) end(ctx context.Context, e ending) {
	l, err := o.d.book.EndDispatch(ctx, e.actor, e.lot, e.message, e.end)
	switch {
	case errors.Is(err, lot.ErrState) || errors.Is(err, lot.ErrDispatch) || errors.Is(err, lot.ErrNotFound):
		o.d.log.Warn("the end of a dispatch came too late", "error", err) // somebody has settled it
	case err != nil:
		o.owed, o.owedBy = append(o.owed, e), Failure(bookFailure(err))
		o.d.log.Error("the end of a dispatch is not in the journal yet", "error", err)
		return
	}
	if err == nil {
		o.d.publishDispatched(l)
	}
}

// witness notes, with turn held, that our own copy of a lot has come back. What a server
// takes in spite of an answer that says otherwise has left as well.
func (o *outbox) witness(ctx context.Context, l lot.Lot) error {
	l, err := o.d.book.EndDispatch(ctx, closingActor, l.ID, l.Dispatch.MessageID, lot.DispatchEnd{State: lot.DispatchSent, By: lot.ByCopy})
	if err != nil {
		return err
	}
	o.forget(l.ID)
	o.d.publishDispatched(l)
	return nil
}

// schedule sets when lots are tried again, later each time.
func (o *outbox) schedule(again bool) {
	if !again {
		o.delay, o.next = 0, time.Time{}
		return
	}
	o.delay = min(max(firstDelay, 2*o.delay), longestDelay)
	o.next = o.d.now().Add(o.delay + time.Duration(rand.Int64N(int64(o.delay/4)))) // not with everybody else
}

// note keeps what became of a lot that is still to leave.
func (o *outbox) note(id string, s setback) {
	switch {
	case s.why == nil:
		o.delay, o.silence = 0, time.Time{}
		o.forget(id)
		return
	case !s.mute:
		o.silence = time.Time{}
	case o.silence.IsZero():
		o.silence = o.d.now()
	}
	l, err := o.d.book.Lot(id)
	if errors.Is(err, lot.ErrNotFound) {
		o.forget(id)
		return
	}
	if o.hinder(id, s) && s.final {
		o.unask(closingActor, id)
		l, err = o.d.book.Lot(id)
	}
	if err == nil {
		o.d.publishLotNow(l)
	}
}

// hinder keeps why a lot has not left, unless it was changed meanwhile and nobody has
// asked for it since; it tells whether it has.
func (o *outbox) hinder(id string, s setback) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.wanted[id]; !ok {
		return false
	}
	o.trouble[id] = s.why
	if s.final {
		delete(o.wanted, id)
	}
	return true
}

// actor is for whom a lot leaves.
func (o *outbox) actor(id string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return cmp.Or(o.wanted[id], closingActor)
}

// waiting is the way of a lot that the book knows nothing of, nil where it has none.
func (o *outbox) waiting(l lot.Lot) *state.Dispatch {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, wanted := o.wanted[l.ID]
	why := o.trouble[l.ID]
	if l.State != fse.LotClos || !wanted && why == nil {
		return nil
	}
	shown := &state.Dispatch{State: state.DispatchWaiting}
	if l.Dispatch != nil {
		shown.Tries = l.Dispatch.Tries
	}
	if l.Asked != nil {
		shown.Asked, shown.AskedBy = &l.Asked.At, l.Asked.By
	}
	if why != nil {
		shown.Problem, shown.Reply = why.Message, replyOf(why)
	}
	return shown
}

// tell keeps the mail's state up to date.
func (o *outbox) tell() {
	o.d.changeMail(func(m *state.Mail) {
		m.NextTry = moment(o.next.UTC())
		if o.next.IsZero() {
			m.NextTry = nil
		}
		m.Offline = !o.silence.IsZero() && o.d.now().Sub(o.silence) >= offlineAfter
	})
}
