package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
)

// ask makes a plain request of the control socket, where no connection is to stay.
func (t *tray) ask(method, path string) (status int, header http.Header, err error) {
	socket, err := t.socket.place()
	if err != nil {
		return 0, nil, err
	}
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, "http://control"+path, nil)
	if err != nil {
		return 0, nil, err
	}
	answer, err := (&http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}).RoundTrip(request)
	if err != nil {
		return 0, nil, err
	}
	_ = answer.Body.Close()
	return answer.StatusCode, answer.Header, nil
}

// refusedError is a service that does not talk to this session.
type refusedError struct {
	why view.Link
	err error
}

func (e *refusedError) Error() string { return e.err.Error() }
func (e *refusedError) Unwrap() error { return e.err }

// reasons are what the service says in its header Agrafe-Refused.
var reasons = map[string]view.Link{"other-user": view.Other, "not-member": view.Denied}

// refusal is err, with the reason where the service has refused to talk.
func (t *tray) refusal(err error) error {
	if errors.Is(err, local.ErrDown) {
		return err
	}
	refused := &refusedError{view.Refused, err}
	if status, header, askErr := t.ask(http.MethodGet, "/v1"); askErr == nil && status == http.StatusForbidden {
		if why, known := reasons[header.Get("Agrafe-Refused")]; known {
			refused.why = why
		}
	}
	return refused
}

// toldAgain is how often the service is told that the screen is locked, should it just
// be starting or busy. One that is not there keeps no code, and one that refuses does
// not keep this user's.
const toldAgain = 3

// locked has the service forget every code: the user has left the screen.
func (t *tray) locked() {
	for range toldAgain {
		if _, _, err := t.ask(http.MethodPost, "/locked"); err == nil {
			return
		}
		select {
		case <-t.ctx.Done():
		case <-time.After(time.Second):
		}
	}
}
