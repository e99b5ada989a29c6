package bridge

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/localca"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Disabled, nothing is left: no socket, no connection, no file; ws goes on.
func TestS33DisableLeavesNothing(t *testing.T) {
	before := listening(t)
	s := startSecured(t)
	s.let(t, ehr, scopeReaders)
	p := s.page(t, ehr)
	p.door, p.dialer = "wss://"+s.at, &websocket.Dialer{Subprotocols: []string{subprotocol}, TLSClientConfig: s.config()}
	byTLS, _ := p.dial("enrol")
	p.door, p.dialer = "", nil
	plain, _ := p.dial("auth")
	control := s.dialControl(t)
	files := entries(t, s.cfg.State)
	control.mustCall("tls.disable", "", nil)
	_ = byTLS.end()
	plain.alive()
	if n := listening(t) - before; n != len(s.server.listeners) {
		t.Errorf("%d sockets listen, want %d", n, len(s.server.listeners))
	}
	if now := entries(t, s.cfg.State); now != files-2 {
		t.Errorf("%d names in the folder, %d before", now, files)
	}
	if _, err := localca.Load(s.cfg.State); err == nil {
		t.Error("the certificate is still there")
	}
	again := enabled(t, s.rig)
	if again.trust.Equal(s.trust) {
		t.Error("the authority came back")
	}
	again.send(t, upgradeTo("/v1", "Host: 127.0.0.1:"+again.port()))
}

func entries(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// The door opens again by itself after a restart; it needs the same trust.
func TestS33Restart(t *testing.T) {
	s := startSecured(t)
	s.stop()
	if c, err := net.Dial("tcp", s.at); err == nil {
		_ = c.Close()
		t.Error("something listens after the stop")
	}
	r := startWith(t, s.cfg)
	var on tlsResult
	r.dialControl(t).mustCall("tls.status", "", &on)
	if again := r.securedBy(t, on); !again.trust.Equal(s.trust) {
		t.Error("the authority is another one")
	}
}

// By the configuration: the certificate is made at the first start, and the command
// line does not overrule the administrator.
func TestS33ByConfiguration(t *testing.T) {
	cfg := tlsConfig(t)
	cfg.TLS.Enabled = true
	r := startWith(t, cfg)
	control := r.dialControl(t)
	var on tlsResult
	control.mustCall("tls.status", "", &on)
	r.securedBy(t, on)
	if m := control.call("tls.disable", ""); m.kind() != state.Denied {
		t.Errorf("disable is answered %s", m.text)
	}
	control.mustCall("tls.status", "", &on)
	r.securedBy(t, on).send(t, upgradeTo("/v1", "Host: x"))
}

// Only programs of this machine may open or shut it.
func TestS33PagesMayNot(t *testing.T) {
	r := startWith(t, tlsConfig(t))
	_, c := r.visitor(t, ehr, allScopes...)
	for _, name := range []string{"tls.status", "tls.enable", "tls.disable"} {
		if m := c.call(name, ""); m.kind() != state.Denied {
			t.Errorf("%s is answered %s", name, m.text)
		}
	}
}

// At the end of its life the certificate is told of, then no longer shown; ws is not
// concerned. Another one is made when it is asked for, and shown at once.
func TestS33Expiry(t *testing.T) {
	var ahead atomic.Int64 // of the clock, in ns
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	r := startChanged(t, tlsConfig(t), func(s *Server, _ *daemon.Deps) { s.secure.now = now })
	s := enabled(t, r)
	control := r.dialControl(t)
	config := s.config()
	config.Time = now
	tests := []struct {
		name  string
		left  time.Duration
		phase localca.Phase
		shown bool
	}{
		{"two months left", 60 * 24 * time.Hour, localca.Good, true},
		{"29 days left", 29 * 24 * time.Hour, localca.Due, true},
		{"over", -time.Hour, localca.Dead, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var on tlsResult
			control.mustCall("tls.status", "", &on)
			ahead.Store(int64(time.Until(on.Expires.Add(-tt.left))))
			control.mustCall("tls.status", "", &on)
			if on.Phase != tt.phase || on.Address == "" {
				t.Errorf("the status is %+v", on)
			}
			c, err := tls.Dial("tcp", s.at, config)
			if (err == nil) != tt.shown {
				t.Errorf("the handshake: %v", err)
			}
			if err == nil {
				_ = c.Close()
			}
			r.dial(t).alive()
		})
	}
	next := enabled(t, r)
	if next.at != s.at || next.trust.Equal(s.trust) {
		t.Error("the certificate was not replaced in the same door")
	}
	config.RootCAs = next.trust
	c, err := tls.Dial("tcp", next.at, config)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
}

// Whatever is wrong with wss is told and stops nothing else.
func TestS33FaultsStopNothing(t *testing.T) {
	squatter, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer squatter.Close()
	taken := squatter.Addr().(*net.TCPAddr).Port
	tests := []struct {
		name  string
		spoil func(cfg *daemon.Config) error
		says  string
	}{
		{"port taken", func(cfg *daemon.Config) error { cfg.TLS.Port = taken; return nil }, fmt.Sprint(taken)},
		{"authority lost", func(cfg *daemon.Config) error { return os.Remove(localca.CAFile(cfg.State)) }, "agrafe tls enable"},
		{"authority damaged", func(cfg *daemon.Config) error { return os.WriteFile(localca.CAFile(cfg.State), []byte("x"), 0o644) }, "agrafe tls enable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := startSecured(t)
			s.stop()
			if err := tt.spoil(&s.cfg); err != nil {
				t.Fatal(err)
			}
			r := startWith(t, s.cfg)
			r.dial(t).alive()
			control := r.dialControl(t)
			var on tlsResult
			control.mustCall("tls.status", "", &on)
			if on.Address != "" || !strings.Contains(on.Fault, tt.says) || !strings.HasPrefix(on.Fault, "cannot ") {
				t.Errorf("the status is %+v", on)
			}
			if s.cfg.TLS.Port == 0 { // enabling mends it
				enabled(t, r)
			}
		})
	}
}
