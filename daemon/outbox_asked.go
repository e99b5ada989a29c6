package daemon

import (
	"context"
	"time"
)

// askedFor are the lots that were asked for before this start and have not left, none where
// the journal can't be read, which is told elsewhere.
func (d *Daemon) askedFor() (ids []string) {
	list, err := d.book.ToDispatch()
	if err != nil {
		return nil
	}
	for _, l := range list {
		if l.Asked != nil {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// wishLife is how long a wish is taken up by itself at a start (ours). A journal that an
// image of the disk brings back does not know what has left since: an old wish waits for a
// click.
const wishLife = 7 * 24 * time.Hour

// takeUp has the lots leave that were asked for before this start, and tells whether there
// are any.
func (o *outbox) takeUp() (some bool) {
	for _, id := range o.before {
		l, err := o.d.book.Lot(id)
		switch {
		case err != nil || l.Asked == nil:
		case o.d.now().Sub(l.Asked.At) > wishLife:
			o.unask(closingActor, id)
		default:
			o.want(id, closingActor)
			some = true
		}
	}
	return some
}

// want keeps that a lot is to leave, and for whom.
func (o *outbox) want(id, actor string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.wanted[id] = actor
	delete(o.trouble, id)
}

// forget has a lot no longer be one that is to leave.
func (o *outbox) forget(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.wanted, id)
	delete(o.trouble, id)
}

// withdraw has lots no longer be asked for, unless it is because the service stops that
// nothing more is done about them: they leave after the next start. A caller ends with
// the service, and its context not before the one of run.
func (o *outbox) withdraw(actor string, ids []string) {
	o.mu.Lock()
	stopped := o.stopped
	o.mu.Unlock()
	if stopped() || len(ids) == 0 {
		return
	}
	for _, id := range ids {
		o.forget(id)
	}
	o.unask(actor, ids...)
	for _, id := range ids {
		if l, err := o.d.book.Lot(id); err == nil {
			o.d.publishLotNow(l)
		}
	}
}

// unask notes that lots are no longer asked for. What can't be noted is asked for again at
// the next start, and shown then.
func (o *outbox) unask(actor string, ids ...string) {
	if err := o.d.book.Unask(context.Background(), actor, ids); err != nil {
		o.d.log.Warn("lots stay asked for: it could not be noted that they are not", "error", err)
	}
}
