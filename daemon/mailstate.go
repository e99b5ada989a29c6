package daemon

import (
	"context"
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/seal"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// mailStatus is how sending and fetching are now.
type mailStatus struct {
	mu  sync.Mutex // protects now; held while it is told; taken after telling or desk.mu, before the hub's
	now state.Mail
}

// sendWords are the values of mail.send on the wire.
var sendWords = map[string]string{SendOnClick: "clic", SendByItself: "auto"}

// firstMail is the state of mail at a start.
func firstMail(c MailConfig) state.Mail {
	if !c.Configured() {
		return state.Mail{}
	}
	return state.Mail{Configured: true, Environment: c.Environment, Address: c.From, SMTP: c.SMTP, POP3: c.POP3,
		Send: sendWords[c.Send], Fetch: c.FetchMinutes}
}

// openMail makes ready what exchanges mail; nothing is dialled.
func (d *Daemon) openMail() {
	d.mail.now = firstMail(d.cfg.Mail)
	mailer, box := d.deps.Mailer, d.deps.Mailbox
	if mailer == nil {
		mailer = servers{d.cfg}
	}
	if box == nil {
		box = mailbox{servers{d.cfg}}
	}
	d.out = newOutbox(d, mailer, seal.Folder{Dir: d.cfg.Mail.Certificates, Demonstration: d.cfg.Mail.Demonstration()})
	d.in = newInbox(d, box)
}

// followMail sends, fetches and puts away until ctx ends. In a copy of a damaged journal
// nothing can be noted, and so nothing is done.
func (d *Daemon) followMail(ctx context.Context) {
	if d.keeping.damage != nil {
		close(d.out.ended)
		return
	}
	var all sync.WaitGroup
	all.Go(func() { d.out.run(ctx) })
	all.Go(func() { d.in.run(ctx) })
	all.Go(func() { d.putAway(ctx) })
	all.Wait()
}

// mailState is how sending and fetching are now, with what waits.
func (d *Daemon) mailState(q state.Queue) *state.Mail {
	waiting := d.toLeave()
	d.mail.mu.Lock()
	defer d.mail.mu.Unlock()
	return d.mail.with(q, waiting)
}

// with is now with what waits; the mutex is held.
func (m *mailStatus) with(q state.Queue, waiting int) *state.Mail {
	shown := m.now
	if shown.Configured {
		shown.Undecided, shown.Waiting = q.Undecided, waiting
	}
	return &shown
}

// toLeave counts the closed lots that may leave; the counts of the queue do not tell them
// from those that came back. It is 0 where the journal can't be read, which is told
// elsewhere.
func (d *Daemon) toLeave() int {
	if !d.cfg.Mail.Configured() {
		return 0
	}
	list, err := d.book.ToDispatch()
	if err != nil {
		return 0
	}
	return len(list)
}

// MailState is how sending and fetching are now.
func (d *Daemon) MailState() state.Mail { return *d.mailState(d.book.Queue()) }

// changeMail changes the state of mail, and tells it where it is another one then.
func (d *Daemon) changeMail(change func(*state.Mail)) {
	d.mail.mu.Lock()
	defer d.mail.mu.Unlock()
	q, waiting := d.book.Queue(), d.toLeave()
	before := d.mail.now
	change(&d.mail.now)
	if !d.mail.now.Configured || sameMail(before, d.mail.now) {
		return
	}
	d.hub.publish(state.Event{Type: state.EventMail, Mail: d.mail.with(q, waiting)})
}

// sameMail tells whether a screen shows both alike.
func sameMail(a, b state.Mail) bool {
	same := sameMoment(a.NextTry, b.NextTry) && sameMoment(a.LastSent, b.LastSent) && sameMoment(a.LastFetch, b.LastFetch) &&
		(a.Problem == nil) == (b.Problem == nil) && (a.Problem == nil || a.Problem.Message == b.Problem.Message)
	a.NextTry, a.LastSent, a.LastFetch, a.Problem = b.NextTry, b.LastSent, b.LastFetch, b.Problem
	return same && a == b
}

// publishMail tells how much waits to leave, after lots have changed.
func (d *Daemon) publishMail(q state.Queue) {
	d.mail.mu.Lock()
	defer d.mail.mu.Unlock()
	waiting := d.toLeave() // under the lock: the newest count is told last
	if d.mail.now.Configured {
		d.hub.publish(state.Event{Type: state.EventMail, Mail: d.mail.with(q, waiting)})
	}
}

// publishDispatched tells of a lot whose dispatch has ended and, where it has left or
// somebody has said that it had not, of its FSE.
func (d *Daemon) publishDispatched(l lot.Lot) {
	d.telling.Lock()
	defer d.telling.Unlock()
	if l.Sent != nil || l.Dispatch != nil && l.Dispatch.By == lot.ByUser {
		if members, err := d.book.InLot(l.ID); err == nil { // who asks for them is told why not
			for _, f := range members {
				d.tellFSE(f)
			}
		}
	}
	d.publishLot(l)
	d.publishQueue()
}

// publishLotNow tells of a lot that has changed.
func (d *Daemon) publishLotNow(l lot.Lot) {
	d.telling.Lock()
	defer d.telling.Unlock()
	d.publishLot(l)
	d.publishQueue()
}

// maxTold bounds the FSE of which one delivery tells by events (ours): who follows them
// would else lose its place. The others are told of by their lots.
const maxTold = 200

// publishReceived tells of what a delivery has changed.
func (d *Daemon) publishReceived(got lot.Delivery) {
	d.telling.Lock()
	defer d.telling.Unlock()
	for _, id := range got.FSE[:min(len(got.FSE), maxTold)] {
		if f, err := d.book.Get(lot.Practice, id); err == nil { // who asks for it is told why not
			d.tellFSE(f)
		}
	}
	for _, id := range got.Lots {
		d.publishLot(lot.Lot{ID: id})
	}
	d.publishQueue()
}

func sameMoment(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}
