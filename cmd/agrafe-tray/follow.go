package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
	"github.com/agrafe-fse/agrafe/daemon/port"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// defaultPort is that of a service with its defaults, until it says otherwise.
const defaultPort = 17373

// How often what no event tells is asked for, and how soon after an event that may
// have changed it.
const (
	surveyEvery = 15 * time.Minute
	surveyAfter = time.Second
)

// patience bounds a call to the service.
const patience = 10 * time.Second

// follow shows the service's state, and looks for the service while it is away.
func (t *tray) follow() {
	for t.ctx.Err() == nil {
		err := t.session()
		t.change(func(s *view.Seen) { s.Link, s.PortBy = link(err, s.Port) })
		select {
		case <-t.ctx.Done():
		case <-time.After(retryEvery):
		}
	}
}

// link is why there is no connection, and who has the port while the service is down.
func link(err error, number int) (view.Link, string) {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return view.Denied, ""
	case err != nil && !errors.Is(err, local.ErrDown):
		if refused, ok := errors.AsType[*refusedError](err); ok {
			return refused.why, ""
		}
		return view.Refused, ""
	}
	return view.Down, holderOf(number)
}

// holderOf names the program that has a port or, where this user may not see it, its
// user; "" if nobody has it.
func holderOf(number int) string {
	h, err := port.Find("", number)
	switch {
	case err != nil:
		return ""
	case h.PID == 0:
		return h.User
	}
	return strconv.Quote(h.Program) + " (PID " + strconv.Itoa(h.PID) + ")"
}

// session is one connection to the service. It returns why there was none, nil if
// there was one.
func (t *tray) session() error {
	news, stale := make(chan struct{}, 1), make(chan struct{}, 1)
	socket, err := t.socket.place()
	if err != nil {
		return err
	}
	c, err := local.DialSocket(t.ctx, socket, func(e state.Event) {
		t.event(e)
		ring(news)
		if slices.Contains([]state.EventType{state.EventOrigin, state.EventQueue, state.EventLot}, e.Type) {
			ring(stale)
		}
	})
	if err != nil {
		return t.refusal(err)
	}
	defer c.Close()
	defer t.reach(nil)
	t.reach(c)
	due := time.NewTimer(0)
	defer due.Stop()
	for {
		select {
		case <-news:
			err = t.refresh(c)
		case <-stale:
			due.Reset(surveyAfter)
		case <-due.C:
			err = t.survey(c)
			due.Reset(surveyEvery)
		case <-c.Done():
			return nil
		case <-t.ctx.Done():
			return nil
		}
		if err != nil {
			return nil
		}
	}
}

// ring makes a bell ring, unless it rings already.
func ring(bell chan<- struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// reach notes the connection, nil when it is over.
func (t *tray) reach(c *local.Client) {
	t.mu.Lock()
	t.client = c
	t.mu.Unlock()
	if c == nil {
		return
	}
	t.mu.Lock()
	t.version, t.environ = c.Hello.Version, c.Hello.Environment
	t.mu.Unlock()
	t.change(func(s *view.Seen) { s.Link, s.Snapshot = view.Attached, c.Hello.Snapshot })
}

// event tells the user what only an event tells.
func (t *tray) event(e state.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	news := t.notices.Event(e, func(id string) string {
		for _, r := range t.seen.Snapshot.Readers {
			if r.ID == id {
				return r.Name
			}
		}
		return id
	})
	if !t.seen.Paused {
		t.notify(news)
	}
}

func (t *tray) refresh(c *local.Client) error {
	var now state.Snapshot
	if err := t.call(c, "system.snapshot", &now); err != nil {
		return err
	}
	t.change(func(s *view.Seen) { s.Snapshot = now })
	return nil
}

// call calls a method without parameters.
func (t *tray) call(c *local.Client, method string, result any) error {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	return c.Call(ctx, method, nil, result)
}

// survey asks for what no event tells. Only the end of the connection is an error: a
// service that can't tell one of these things still tells the others.
func (t *tray) survey(c *local.Client) error {
	var status struct{ Adresse string }
	var origins struct {
		Origins []struct {
			Origin, Unicode string
			Policy, Revoked bool
			Keys            []struct{ Revoked bool }
			Allowed         []string
		}
		Fault string
	}
	var tls struct {
		Phase  string
		Expire time.Time
		Defaut string
	}
	var late struct{ Nombres state.LateCount }
	for method, result := range map[string]any{"system.status": &status, "origins.list": &origins, "tls.status": &tls, "lots.late": &late} {
		if err := t.call(c, method, result); errors.Is(err, local.ErrDown) || t.ctx.Err() != nil {
			return err
		}
	}
	found := view.Survey{SitesFault: origins.Fault, TLS: view.TLS{Phase: tls.Phase, Expires: tls.Expire, Fault: tls.Defaut}, Late: late.Nombres}
	for _, o := range origins.Origins {
		if open := slices.ContainsFunc(o.Keys, func(k struct{ Revoked bool }) bool { return !k.Revoked }); !o.Revoked && (open || len(o.Allowed) > 0) {
			found.Sites = append(found.Sites, view.Site{Origin: o.Origin, Unicode: o.Unicode, Policy: o.Policy})
		}
	}
	t.change(func(s *view.Seen) {
		s.Survey = found
		if _, number, err := net.SplitHostPort(status.Adresse); err == nil {
			s.Port, _ = strconv.Atoi(number)
		}
	})
	return nil
}

// sentence is err as a user reads it.
func sentence(err error) string {
	if e, ok := errors.AsType[*state.Error](err); ok {
		return e.Message
	}
	return fmt.Sprint(err)
}
