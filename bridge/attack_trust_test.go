package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// A signature serves for what it was made for: those of a page for one method do
// not serve for another, and this machine's serve for none.
func TestS16SignaturesDoNotCross(t *testing.T) {
	r := start(t)
	tray := r.consenter(t)
	p, _ := r.visitor(t, ehr, scopeReaders)
	o, _ := trust.ParseOrigin(ehr)
	methods := map[string]struct {
		path, protocol string
		params         func(server, client string) map[string]any
	}{
		"auth":  {"/v1", subprotocol, p.auth},
		"enrol": {"/v1", subprotocol, p.enrol},
		"pair":  {"/v1/pair", pairProtocol, func(s, c string) map[string]any { return p.pair(s, c, "admin") }},
	}
	purposes := []string{"agrafe.v1.auth", "agrafe.v1.enrol", "agrafe.v1.pair", "agrafe.v1.hello", "agrafe.v1.paired", "agrafe.v2.auth", ""}
	for name, m := range methods {
		for _, purpose := range purposes {
			if purpose == "agrafe.v1."+name {
				continue
			}
			t.Run(name+" signed as "+purpose, func(t *testing.T) {
				c, _, err := p.open(m.path, m.protocol)
				if err != nil {
					t.Fatal(err)
				}
				c.t = t
				server, mine := c.challenged().Nonce, nonce()
				c.sendCall(name, with1(m.params(server, mine), "signature", p.sign(purpose, server, mine)))
				if kind, code := c.refused(); kind != state.Denied || code != closeDenied {
					t.Errorf("%q, %d", kind, code)
				}
			})
		}
		for _, purpose := range []trust.Purpose{trust.ForHello, trust.ForPaired} {
			t.Run(fmt.Sprintf("%s with the machine's %s", name, purpose), func(t *testing.T) {
				c, _, err := p.open(m.path, m.protocol)
				if err != nil {
					t.Fatal(err)
				}
				c.t = t
				said := trust.Statement{Origin: o, Server: c.challenged().Nonce, Client: nonce()}
				proof, err := r.server.book.Sign(purpose, said)
				if err != nil {
					t.Fatal(err)
				}
				params := with1(m.params(said.Server, said.Client), "signature", proof.Signature)
				if name != "auth" {
					params["publicKey"] = proof.PublicKey
				}
				c.sendCall(name, params)
				if kind, code := c.refused(); kind != state.Denied || code != closeDenied {
					t.Errorf("%q, %d", kind, code)
				}
			})
		}
	}
	_ = tray.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, text, err := tray.ReadMessage(); err == nil {
		t.Errorf("the user was asked %s", text)
	}
}

// A page that shows who it is and wants no answer has shown nothing.
func TestS16NotificationsAreNoProof(t *testing.T) {
	r := start(t)
	p, _ := r.visitor(t, ehr, scopeReaders)
	for method, door := range map[string][2]string{"auth": {"/v1", subprotocol}, "enrol": {"/v1", subprotocol}, "pair": {"/v1/pair", pairProtocol}} {
		t.Run(method, func(t *testing.T) {
			c, _, err := p.open(door[0], door[1])
			if err != nil {
				t.Fatal(err)
			}
			c.t = t
			server, mine := c.challenged().Nonce, nonce()
			params := map[string]map[string]any{"auth": p.auth(server, mine), "enrol": p.enrol(server, mine), "pair": p.pair(server, mine, "fse")}[method]
			text, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
			if err != nil {
				t.Fatal(err)
			}
			c.send(string(text))
			if kind, code := c.refused(); kind != "" || code != closeDenied {
				t.Errorf("%q, %d", kind, code)
			}
		})
	}
}

// A policy that changes while pages are connected is in force soon: rights that were
// cut send the page away, and one that was taken out comes in no more.
func TestS19PolicyThatChanges(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port = t.TempDir(), 0
	cfg.Origins.Policy = filepath.Join(t.TempDir(), "origins.d")
	if err := os.Mkdir(cfg.Origins.Policy, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(text string) { // whole at once: the server reads it at any moment
		t.Helper()
		draft := filepath.Join(t.TempDir(), "draft")
		if err := os.WriteFile(draft, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(draft, filepath.Join(cfg.Origins.Policy, "a.toml")); err != nil {
			t.Fatal(err)
		}
	}
	site := func(scopes string) string {
		return fmt.Sprintf("[[origin]]\norigin = %q\nscopes = [%s]\n", ehr, scopes)
	}
	write(site(`"readers", "cards", "fse"`))
	r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) { s.waits.check = 20 * time.Millisecond }, "medecin-secteur1")
	admin := r.dial(t)
	admin.settled(r)
	p := r.page(t, ehr)
	c, _ := p.dial("enrol")
	c.mustCall("lease.acquire", `{"reader":"a","seconds":300}`, nil)
	time.Sleep(5 * r.server.waits.check)
	c.alive()
	write(site(`"readers"`))
	if err := c.end(); !closedWith(err, websocket.CloseServiceRestart) {
		t.Errorf("cut: the connection ended with %v", err)
	}
	c, met := p.dial("auth")
	if !slices.Equal(met.Scopes, []scope{scopeReaders}) {
		t.Errorf("cut: the rights are %v", met.Scopes)
	}
	write("locked = true\n")
	if err := c.end(); !closedWith(err, closeNotPaired) {
		t.Errorf("taken out: the connection ended with %v", err)
	}
	eventually(t, "the card is free", func() bool { return len(r.daemon.Snapshot().Leases) == 0 })
	if code := p.status("/v1", subprotocol); code != 403 {
		t.Errorf("taken out: it gets %d", code)
	}
	admin.alive()
}

// When another user takes the seat, the pages of the one before are sent away and
// keep nothing. That the system can't tell who sits there ends nobody's work.
func TestS20SeatThatChanges(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy = t.TempDir(), 0, ""
	var sits atomic.Uint32
	sits.Store(1000)
	r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) {
		s.waits.check = 20 * time.Millisecond
		s.peers = peers{own: 990,
			active: func() (owner, bool, error) {
				if at := owner(sits.Load()); at != 0 {
					return at, true, nil
				}
				return 0, true, os.ErrPermission
			},
			of: func(_, _ netip.AddrPort) (owner, error) { return 1000, nil }}
	}, "medecin-secteur1")
	_, c := r.visitor(t, ehr, scopeReaders, scopeCards)
	admin := r.dial(t)
	admin.settled(r)
	c.mustCall("lease.acquire", `{"reader":"a","seconds":300}`, nil)
	sits.Store(0)
	time.Sleep(5 * r.server.waits.check)
	c.alive()
	sits.Store(1001)
	if err := c.end(); !closedWith(err, closeDenied) {
		t.Errorf("the connection ended with %v", err)
	}
	eventually(t, "the card is free", func() bool { return len(r.daemon.Snapshot().Leases) == 0 })
	admin.alive()
}

// A page that no longer reads keeps nothing of what it had for longer than another.
func TestS19PageThatDoesNotRead(t *testing.T) {
	r := start(t, "medecin-secteur1")
	r.dial(t).settled(r)
	r.let(t, ehr, scopeReaders, scopeCards)
	p := r.page(t, ehr)
	c, ch := p.meet()
	c.sendCall("enrol", p.enrol(ch.Nonce, nonce()))
	for c.read().Method != "hello" { // the last that it reads
	}
	c.send(`{"jsonrpc":"2.0","id":1,"method":"lease.acquire","params":{"reader":"a","seconds":300}}`)
	eventually(t, "reserved", func() bool { return len(r.daemon.Snapshot().Leases) == 1 })
	echo := `{"jsonrpc":"2.0","id":2,"method":"system.ping","params":{"echo":"` + strings.Repeat("x", 250_000) + `"}}`
	for err := error(nil); err == nil; { // until neither side can write
		_ = c.ws.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
		err = c.ws.WriteMessage(websocket.TextMessage, []byte(echo))
	}
	o, _ := trust.ParseOrigin(ehr)
	begun := since()
	if err := r.server.revoke(o, trust.KeyID(p.keyID())); err != nil {
		t.Fatal(err)
	}
	if n := len(r.daemon.Snapshot().Leases); n != 0 {
		t.Errorf("%d reservations are left", n)
	}
	eventually(t, "the connection is over", func() bool { return len(r.server.pages.all()) == 0 })
	if took := begun(); took > starving { // less than writeTimeout
		t.Errorf("it took %v", took)
	}
}

// A call that came just before a revocation, and began a job after it, leaves none.
func TestS19JobOfTheLastCall(t *testing.T) {
	r := start(t)
	p, c := r.visitor(t, ehr, scopeFSE)
	c.alive()
	o, _ := trust.ParseOrigin(ehr)
	s := r.server
	if err := s.book.Revoke(o, trust.KeyID(p.keyID())); err != nil {
		t.Fatal(err)
	}
	late := s.pages.all()[0]
	begun, err := s.begin(call{ctx: late.ctx, daemon: s.daemon, server: s, who: late.who, method: "test"}, 2,
		func(ctx context.Context, _ func(int)) (any, error) { <-ctx.Done(); return nil, ctx.Err() })
	if err != nil {
		t.Fatal(err)
	}
	_ = c.ws.Close()
	eventually(t, "the job has ended", func() bool {
		j, _, err := s.jobs.get(p.name(), begun.ID)
		return err == nil && j.State == state.JobCancelled
	})
}

// What a page calls between its revocation and its end is not done.
func TestS19CallsAfterTheRevocation(t *testing.T) {
	r := start(t)
	_, c := r.visitor(t, ehr, scopeReaders)
	c.alive()
	r.server.pages.all()[0].out.Store(true)
	c.send(`{"jsonrpc":"2.0","id":9,"method":"system.ping"}`)
	r.dial(t).alive()
	select {
	case m := <-c.answers:
		t.Errorf("it is answered %s", m.text)
	case <-time.After(50 * time.Millisecond):
	}
}
