package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// firstFetch is how long after its start the service looks for returns by itself
// (ours): a workstation that is switched on has better things to do.
const firstFetch = time.Minute

// maxLeft bounds the mails left in the mailbox that are remembered, so that they are
// not fetched again and again; beyond, they are.
const maxLeft = 20_000

// inbox fetches the payers' returns, one fetch at a time. A mail leaves the mailbox once
// the journal has all that it brought.
type inbox struct {
	d    *Daemon
	box  Mailbox
	turn chan struct{}   // holds one while nothing is fetched; whoever took it has the field below
	left map[string]bool // identifiers of mails that stay in the mailbox
}

func newInbox(d *Daemon, box Mailbox) *inbox {
	i := &inbox{d: d, box: box, turn: make(chan struct{}, 1), left: make(map[string]bool)}
	i.turn <- struct{}{}
	return i
}

// Fetched counts what a look for returns has brought.
type Fetched struct {
	Received  int `json:"recus"`       // files that had not come before
	Known     int `json:"connus"`      // that had
	Applied   int `json:"rapproches"`  // returns
	Waiting   int `json:"aRapprocher"` // returns, for somebody
	Problems  int `json:"problemes"`   // files that can't be read, or are too large
	Strangers int `json:"etrangers"`   // messages of nobody who pays, left where they are
	Copies    int `json:"copies"`      // of the files that had not come before: our own copies of what has left

	// The returns by what they say; the six below make up the first. Our own copies are
	// none of them.
	Returns    int `json:"retours"`
	Payments   int `json:"paiements"` // whole or partial
	Rejects    int `json:"rejets"`    // of FSE, and refusals of lots
	Accepted   int `json:"accuses"`   // positive ARL
	Duplicates int `json:"doublons"`  // that had come before, in this file or in another
	Others     int `json:"autres"`    // payments that are deferred or taken back
	Unknown    int `json:"inconnus"`  // whose code says nothing that we know
}

func (f *Fetched) add(d lot.Delivery, known bool) {
	f.tally(d.Tally)
	if known {
		f.Known++
		return
	}
	if d.Kind == lot.DeliveryCopy {
		f.Copies++
	}
	f.Received++
	f.Applied += d.Applied
	f.Waiting += d.Waiting
	if d.Problem != "" {
		f.Problems++
	}
}

// tally counts returns by what they say.
func (f *Fetched) tally(t lot.Tally) {
	f.Returns, f.Duplicates = f.Returns+t.Repeated, f.Duplicates+t.Repeated
	for says, n := range t.Says {
		f.Returns += n
		switch says {
		case lot.SaysPaid, lot.SaysPartly:
			f.Payments += n
		case lot.SaysRejected, lot.SaysRefused:
			f.Rejects += n
		case lot.SaysAccepted:
			f.Accepted += n
		case lot.SaysDeferred, lot.SaysTakenBack:
			f.Others += n
		case lot.SaysOther:
			f.Unknown += n
		}
	}
}

// run finishes what a stop has cut short, and fetches at its times until ctx ends.
func (i *inbox) run(ctx context.Context) {
	if err := i.d.book.ResumeDeliveries(ctx); err != nil {
		i.d.log.Error("returns that were begun are not taken in yet", "error", err)
	}
	every := time.Duration(i.d.cfg.Mail.FetchMinutes) * time.Minute
	if !i.d.cfg.Mail.Configured() || every == 0 {
		return
	}
	for wait := min(firstFetch, every); ; wait = every {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if _, err := i.fetch(ctx, closingActor, func(int) {}); err != nil && ctx.Err() == nil {
			i.d.log.Warn("returns were not fetched", "error", err)
		}
	}
}

// FetchReturns fetches the returns of the payers for actor, and counts files with
// progress.
func (d *Daemon) FetchReturns(ctx context.Context, actor string, progress func(done int)) (Fetched, error) {
	if err := d.MayMail(); err != nil {
		return Fetched{}, err
	}
	return d.in.fetch(ctx, actor, progress)
}

// MayMail refuses to send and to fetch where nothing is set, or nothing can be kept.
func (d *Daemon) MayMail() error {
	switch {
	case !d.cfg.Mail.Configured():
		return errNoMail
	case d.keeping.damage != nil:
		return Failure(d.keeping.damage)
	}
	return nil
}

func (i *inbox) fetch(ctx context.Context, actor string, progress func(int)) (got Fetched, err error) {
	select {
	case <-i.turn:
		defer func() { i.turn <- struct{}{} }()
	case <-ctx.Done():
		return got, mailFailure(ctx.Err())
	}
	f := &fetching{d: i.d, actor: actor, left: i.left, progress: progress}
	for more := true; more && err == nil; {
		var r mail.Result
		left := len(i.left)
		r, err = i.box.Fetch(ctx, func(uid string) bool { return i.left[uid] }, f.take)
		more = r.More && (r.Deleted > 0 || len(i.left) > left) // else the same ones would come again
	}
	f.got.Strangers = f.strangers
	i.d.changeMail(func(m *state.Mail) {
		m.Foreign += f.strangers
		if m.Problem = nil; err != nil {
			m.Problem = mailFailure(err)
			return
		}
		now := i.d.now().UTC()
		m.LastFetch = &now
	})
	if err != nil {
		return f.got, mailFailure(err)
	}
	i.d.out.poke(true)
	return f.got, nil
}

// fetching is one look for returns.
type fetching struct {
	d         *Daemon
	actor     string
	left      map[string]bool
	progress  func(int)
	got       Fetched
	strangers int
	done      int
}

// take takes one mail in. Nil lets the server delete it.
func (f *fetching) take(ctx context.Context, m mail.Mail) error {
	err := f.deliver(ctx, m)
	if errors.Is(err, mail.ErrLeave) {
		f.leave(m.UID)
	}
	if err == nil || errors.Is(err, mail.ErrLeave) {
		f.done++
		f.progress(f.done)
	}
	return err
}

// leave remembers a mail that stays in the mailbox.
func (f *fetching) leave(uid string) {
	if uid != "" && len(f.left) < maxLeft {
		f.left[uid] = true
	}
}

// deliver puts what a mail brings in the journal. It fails with mail.ErrLeave for a mail
// that stays in the mailbox.
func (f *fetching) deliver(ctx context.Context, m mail.Mail) error {
	brings, err := f.d.open(ctx, m)
	if err != nil {
		if errors.Is(err, mail.ErrLeave) {
			f.strangers++
		}
		return err
	}
	for _, in := range brings.list {
		d, known, err := f.d.receive(ctx, f.actor, in)
		if err != nil && mayPass[state.KindOf(err)] {
			return err
		}
		if err != nil { // one that nothing helps does not keep the others
			f.got.Problems++
			f.d.log.Error("a mail stays in the mailbox: the journal can't take it", "error", err)
			return mail.ErrLeave
		}
		f.got.add(d, known)
	}
	if brings.stay {
		return mail.ErrLeave
	}
	return nil
}

// mayPass are the failures of the journal that pass: what comes is fetched later.
var mayPass = map[state.Kind]bool{state.DiskFull: true, state.Offline: true, state.Timeout: true, state.Busy: true, state.JournalDamaged: true}

// receive puts one delivery in the journal and tells what it has changed.
func (d *Daemon) receive(ctx context.Context, actor string, in lot.Incoming) (lot.Delivery, bool, error) {
	got, known, err := d.book.Receive(ctx, actor, in)
	if err != nil {
		return got, known, bookFailure(err)
	}
	if len(got.FSE)+len(got.Lots) > 0 || got.Waiting > 0 {
		d.publishReceived(got)
	}
	return got, known, nil
}
