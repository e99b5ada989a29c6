package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// A call that works is answered with a result, an empty one too (JSON-RPC 2.0,
// section 5).
func TestEmptyResultIsAResult(t *testing.T) {
	r := start(t)
	c := r.dial(t)
	c.settled(r)
	var lease leaseResult
	c.mustCall("lease.acquire", `{"reader":"a","seconds":10}`, &lease)
	for method, params := range map[string]string{
		"system.ping":   `{}`,
		"lease.release": fmt.Sprintf(`{"reader":"a","id":%q}`, lease.ID),
	} {
		if m := c.call(method, params); m.Error != nil || m.Result == nil {
			t.Errorf("%s is answered %s", method, m.text)
		}
	}
}

// An answer has an id that is a string, a number or null, and the id of a request
// that could not be taken does not depend on the order of its members.
func TestIDOfABadRequest(t *testing.T) {
	c := start(t).dial(t)
	tests := []struct{ name, frame, id string }{
		{"object before the fault", `{"jsonrpc":"2.0","id":{"a":1},"method":5}`, `null`},
		{"id before the fault", `{"jsonrpc":"2.0","id":4,"method":5}`, `4`},
		{"id after the fault", `{"jsonrpc":"2.0","method":5,"id":4}`, `4`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c.t = t
			c.send(tt.frame)
			if m := c.answer(); string(m.ID) != tt.id {
				t.Errorf("the answer is %s", m.text)
			}
		})
	}
}

// A request without an end of its body is given up like one without an end of its
// header (S10).
func TestS10SlowBody(t *testing.T) {
	r := start(t)
	for name, head := range map[string]string{
		"announced": "Content-Length: 100000\r\n",
		"chunked":   "Transfer-Encoding: chunked\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", r.addr())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, _ = io.WriteString(c, "POST /v1 HTTP/1.1\r\nHost: "+r.addr()+"\r\n"+head+"\r\n")
			_ = c.SetReadDeadline(time.Now().Add(patience))
			if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the connection is still held")
			}
		})
	}
}

// At most 128 connections that have shown nothing are held (S10).
func TestS10UnauthenticatedConnectionsAreBounded(t *testing.T) {
	const most = 128
	r := start(t)
	before := descriptors(t)
	const count = 600
	for range count {
		c, err := net.Dial("tcp", r.addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	r.dial(t).alive() // the server has taken all in by then
	if held := descriptors(t) - before - count - 2; held > most {
		t.Errorf("%d connections are held", held)
	}
}

// No request gets more than a refusal, whatever it asks (S02, S07).
func TestS02OptionsForTheServerAreRefused(t *testing.T) {
	r := start(t)
	for name, lines := range map[string]string{
		"evil host": "Host: evil.example\r\n",
		"origin":    "Host: " + r.addr() + "\r\nOrigin: https://evil.example\r\n",
		"nothing":   "Host: " + r.addr() + "\r\n",
	} {
		for _, door := range [][2]string{{"tcp", r.addr()}, {"unix", r.cfg.ControlSocket()}} {
			if name != "origin" && door[0] == "unix" {
				continue
			}
			answer := ask(t, door[0], door[1], "OPTIONS * HTTP/1.1\r\n"+lines+"Connection: close\r\n\r\n")
			if code, _, _ := statusOf(t, answer); code < 400 {
				t.Errorf("%s on %s: status %d", name, door[0], code)
			}
		}
	}
}

// A reader's name is whatever its driver says: it must not keep front ends out,
// nor leave those that are in without events.
func TestReaderNameThatIsNoText(t *testing.T) {
	r := start(t)
	stayed := r.dial(t)
	stayed.settled(r)
	r.readers.AddReader("Lecteur \xe9tage")
	eventually(t, "the reader is seen", func() bool { return len(r.daemon.Snapshot().Readers) == 3 })
	r.readers.AddReader("C")
	eventually(t, "the reader is seen", func() bool { return len(r.daemon.Snapshot().Readers) == 4 })
	seen := false
	for late := time.After(patience); !seen; {
		select {
		case e := <-stayed.events:
			seen = e.Reader != nil && e.Reader.Name == "C"
		case <-late:
			t.Error("a client that was there gets no events any more")
			seen = true
		}
	}
	dialer, header := r.dialer(t)
	ws, _, err := dialer.Dial("ws://"+r.addr()+"/v1", header)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	if _, _, err := ws.ReadMessage(); err != nil {
		t.Errorf("a client that comes gets no hello: %v", err)
	}
}

// Serve returns once nothing of it is left, also of clients that come meanwhile.
func TestServeLeavesNobodyBehind(t *testing.T) {
	for range 5 {
		r := start(t)
		dialer, header := r.dialer(t)
		url, ctx := "ws://"+r.addr()+"/v1", t.Context()
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				for {
					ws, _, err := dialer.DialContext(ctx, url, header)
					if err != nil {
						return
					}
					defer ws.Close()
				}
			})
			if ws, _, err := controlDialer(r.cfg.ControlSocket()).Dial("ws://control/prompt", nil); err == nil {
				defer ws.Close()
			}
		}
		r.dial(t)
		r.stop()
		if n, m := r.server.places.taken(), r.attached(); n+m != 0 {
			t.Errorf("after the stop %d connections and %d prompters are left", n, m)
		}
		all.Wait()
	}
}

// An answer is for the question that was asked when it was sent, never for a
// later one: it may be about another card.
func TestAnswerBeforeTheQuestionIsNotTaken(t *testing.T) {
	r := start(t)
	ws := r.prompter(t)
	reply(t, ws, "\x00"+code)
	eventually(t, "the program is sent away", func() bool { return r.attached() == 0 })
	if a, err := r.prompts.AskPIN(t.Context(), daemon.PINRequest{Operation: "essai"}); err == nil {
		t.Errorf("%d digits were taken for an answer", len(a.Code))
	}
}

// A question whose caller has left is not asked, and does not cost the program at
// the door its connection.
func TestQuestionOfACallerThatLeftIsNotAsked(t *testing.T) {
	r := start(t)
	ws := r.prompter(t)
	first := make(chan error, 1)
	go func() {
		_, err := r.prompts.AskPIN(t.Context(), daemon.PINRequest{Operation: "première"})
		first <- err
	}()
	question(t, ws)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	second := make(chan error, 1)
	go func() {
		_, err := r.prompts.AskPIN(ctx, daemon.PINRequest{Operation: "seconde"})
		second <- err
	}()
	select {
	case <-second:
	case <-time.After(patience):
		t.Error("a caller that has left waits for the answer to another's question")
	}
	reply(t, ws, "\x00"+code)
	if err := <-first; err != nil {
		t.Error(err)
	}
	_ = ws.SetReadDeadline(time.Now().Add(time.Second))
	var timeout net.Error
	if _, text, err := ws.ReadMessage(); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("the program was asked %q and then got %v", text, err)
	}
}

// The control socket takes the place of a socket that was left, of nothing else.
func TestControlSocketDoesNotReplaceAFile(t *testing.T) {
	r := start(t)
	r.stop()
	r.cfg.Control = filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(r.cfg.Control, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := New(r.reopened(t), "test", r.server.log)
	text, readErr := os.ReadFile(r.cfg.Control)
	if err == nil || readErr != nil || string(text) != "keep" {
		t.Errorf("the error is %v; the file reads %q, %v", err, text, readErr)
	}
}

// A New that fails leaves nothing behind, the token included.
func TestFailedStartLeavesNoToken(t *testing.T) {
	first, second := start(t), start(t)
	second.stop()
	if err := os.Remove(second.cfg.TokenFile()); err != nil {
		t.Fatal(err)
	}
	second.cfg.Control = first.cfg.ControlSocket()
	if _, err := New(second.reopened(t), "test", second.server.log); err == nil {
		t.Fatal("a second daemon was let in")
	}
	if _, err := os.Stat(second.cfg.TokenFile()); !os.IsNotExist(err) {
		t.Errorf("a token was left behind (%v)", err)
	}
}

// A key of the caller's, however long, is taken or refused: it is no internal
// failure.
func TestIdempotencyKeyIsBounded(t *testing.T) {
	c := start(t).dial(t)
	for _, n := range []int{1, 1_000, 60_000, 70_000, 200_000} {
		key := strings.Repeat("k", n)
		m := c.call("fse.create", fmt.Sprintf(`{"facture":{"mode":"degrade"},"idempotencyKey":%q}`, key))
		if kind := m.kind(); kind != "" && kind != state.Invalid {
			t.Errorf("a key of %d characters gives %.300s", n, m.text)
		}
	}
}

// A lease that is granted is in force: its life is bounded on both sides.
func TestLeaseIsInForce(t *testing.T) {
	r := start(t)
	c := r.dial(t)
	c.settled(r)
	for _, params := range []string{`{"reader":"a"}`, `{"reader":"a","seconds":0}`, `{"reader":"a","seconds":-1}`, `{"reader":"a","seconds":9223372036854775807}`} {
		var l leaseResult
		m := c.call("lease.steal", params)
		if m.Error != nil {
			continue
		}
		if err := json.Unmarshal(m.Result, &l); err != nil {
			t.Fatal(err)
		}
		if !l.Expires.After(time.Now()) {
			t.Errorf("%s gives a lease that ended %v ago", params, time.Since(l.Expires).Round(time.Second))
		}
	}
}
