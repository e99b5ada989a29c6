package main

import (
	"context"
	"errors"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/dialog"
)

// answer answers the service's questions in windows, while this session can show any
// and is not paused. Which session is asked is the service's to say.
func (t *tray) answer() {
	a := &answering{tray: t, tries: make(map[string]int)}
	for t.ctx.Err() == nil {
		err := a.attach()
		if errors.Is(err, local.ErrWithdrawn) {
			continue
		}
		select {
		case <-t.ctx.Done():
		case <-time.After(retryEvery):
		}
	}
}

// answering is what is kept from one question to the next.
type answering struct {
	tray  *tray
	stop  context.CancelFunc // ends the connection without an answer
	given *dialog.Answer     // to be wiped when it has gone out
	tries map[string]int     // by reader: those left when a code was last given
}

// attach answers questions for one connection.
func (a *answering) attach() error {
	ctx, stop := context.WithCancel(a.tray.ctx)
	defer stop()
	if dialog.Possible() != nil || !a.tray.attach(stop) {
		return nil
	}
	defer a.wipe()
	a.stop = stop
	socket, err := a.tray.socket.place()
	if err != nil {
		return err
	}
	return local.Attach(ctx, socket, local.Answers{Code: a.code, Consent: a.consent, Sent: a.wipe})
}

// attach notes how to end the connection that answers; false while paused.
func (t *tray) attach(stop context.CancelFunc) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.attached = stop
	return !t.seen.Paused
}

func (a *answering) wipe() {
	if a.given != nil {
		a.given.Wipe()
		a.given = nil
	}
}

// code asks for the code porteur. Where no window can be shown the connection ends: a
// terminal may be asked instead.
func (a *answering) code(ctx context.Context, q local.Question) local.Reply {
	before, given := a.tries[q.Reader]
	delete(a.tries, q.Reader)
	if !a.put(ctx, dialog.ForCode(q, given && q.Tries < before, a.tray.words)) || !a.given.Accepted {
		return local.Reply{}
	}
	a.tries[q.Reader] = q.Tries
	return local.Reply{Code: a.given.Code, LastTry: q.Tries == 1, GoOn: q.Pinpad}
}

// consent asks whether a page may be paired.
func (a *answering) consent(ctx context.Context, c local.Consent) bool {
	return a.put(ctx, dialog.ForSite(c, a.tray.words)) && a.given.Accepted
}

// put shows a window and keeps the answer; false if there is none.
func (a *answering) put(ctx context.Context, r dialog.Request) bool {
	a.wipe()
	answer, err := dialog.Show(ctx, r)
	if err == nil {
		a.given = answer
		return true
	}
	if ctx.Err() == nil {
		a.tray.tell(a.tray.words.Notice.NoDialog)
		a.stop()
	}
	return false
}
