package bridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// hand is a clock that is moved by hand.
type hand struct{ seconds atomic.Int64 }

func (h *hand) since() time.Duration { return time.Duration(h.seconds.Load()) * time.Second }
func (h *hand) add(seconds int64)    { h.seconds.Add(seconds) }

func closedWith(err error, code int) bool {
	end, ok := errors.AsType[*websocket.CloseError](err)
	return ok && end.Code == code
}

// with is params with one member changed.
func with1(params map[string]any, name string, value any) map[string]any {
	params[name] = value
	return params
}

// A page that is not let in gets the pairing door and nothing else: no path, no
// method, no word of what there is.
func TestS14OnlyThePairingDoor(t *testing.T) {
	r := start(t, "medecin-secteur1", "patient")
	r.dial(t).settled(r)
	p := r.page(t, ehr)
	if code := p.status("/v1", subprotocol); code != http.StatusForbidden {
		t.Errorf("/v1: %d", code)
	}
	for _, method := range []string{"system.ping", "system.status", "readers.list", "auth", "enrol", "rpc.discover", ""} {
		c, _, err := p.open("/v1/pair", pairProtocol)
		if err != nil {
			t.Fatal(err)
		}
		first := c.read()
		if first.Method != "challenge" || len(first.text) > 150 {
			t.Errorf("the door says %s", first.text)
		}
		c.sendCall(method, map[string]any{})
		if kind, code := c.refused(); kind != state.Denied && method != "" || code != closeDenied {
			t.Errorf("%q: %q, %d", method, kind, code)
		}
	}
	r.let(t, "https://listed.example", scopeReaders)
	for _, method := range []string{"system.ping", "system.status", "readers.list", "events.resync", "pair"} {
		c, _ := r.page(t, "https://listed.example").meet()
		c.sendCall(method, map[string]any{})
		if kind, code := c.refused(); kind != state.Denied || code != closeDenied {
			t.Errorf("before auth %s: %q, %d", method, kind, code)
		}
	}
}

func TestS16Handshake(t *testing.T) {
	r := start(t)
	p, _ := r.visitor(t, ehr, scopeReaders)
	stranger := r.page(t, ehr)
	elsewhere := r.page(t, "https://other.example")
	elsewhere.key = p.key
	tests := []struct {
		name   string
		method string
		params func(server, client string) map[string]any
		kind   state.Kind
		code   int
	}{
		{"unknown key", "auth", stranger.auth, state.NotPaired, closeNotPaired},
		{"another's key id", "auth", func(s, c string) map[string]any { return with1(stranger.auth(s, c), "keyId", p.keyID()) }, state.Denied, closeDenied},
		{"signature for another origin", "auth", elsewhere.auth, state.Denied, closeDenied},
		{"signature for another purpose", "auth", func(s, c string) map[string]any {
			return with1(p.auth(s, c), "signature", p.sign("agrafe.v1.enrol", s, c))
		}, state.Denied, closeDenied},
		{"another nonce of ours", "auth", func(_, c string) map[string]any { return p.auth(nonce(), c) }, state.Denied, closeDenied},
		{"another nonce of its own", "auth", func(s, c string) map[string]any { return with1(p.auth(s, c), "clientNonce", nonce()) }, state.Denied, closeDenied},
		{"no nonce of its own", "auth", func(s, _ string) map[string]any { return p.auth(s, "") }, state.Denied, closeDenied},
		{"no signature", "auth", func(s, c string) map[string]any { return with1(p.auth(s, c), "signature", "") }, state.Denied, closeDenied},
		{"unknown member", "auth", func(s, c string) map[string]any { return with1(p.auth(s, c), "scopes", "all") }, state.Denied, closeDenied},
		{"API level to come", "auth", func(s, c string) map[string]any { return with1(p.auth(s, c), "apiLevel", 2) }, state.Unsupported, closeAPILevel},
		{"no API level", "auth", func(s, c string) map[string]any { return with1(p.auth(s, c), "apiLevel", 0) }, state.Unsupported, closeAPILevel},
		{"enrols a key that it does not have", "enrol", func(s, c string) map[string]any {
			return with1(stranger.enrol(s, c), "publicKey", p.publicKey())
		}, state.Denied, closeDenied},
		{"enrols no key", "enrol", func(s, c string) map[string]any { return with1(p.enrol(s, c), "publicKey", "AAAA") }, state.Denied, closeDenied},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, ch := p.meet()
			c.t = t
			c.sendCall(tt.method, tt.params(ch.Nonce, nonce()))
			if kind, code := c.refused(); kind != tt.kind || code != tt.code {
				t.Errorf("%q, %d; want %q, %d", kind, code, tt.kind, tt.code)
			}
		})
	}
	t.Run("replayed", func(t *testing.T) {
		c, ch := p.meet()
		said := p.auth(ch.Nonce, nonce())
		c.sendCall("auth", said)
		if m := c.read(); m.Error != nil {
			t.Fatalf("the original: %s", m.text)
		}
		again, ch2 := p.meet()
		again.sendCall("auth", said)
		if kind, code := again.refused(); kind != state.Denied || code != closeDenied || ch2.Nonce == ch.Nonce {
			t.Errorf("the replay: %q, %d", kind, code)
		}
	})
	t.Run("paired by the user only", func(t *testing.T) {
		o, _ := trust.ParseOrigin("https://paired.example")
		mine, late := r.page(t, "https://paired.example"), r.page(t, "https://paired.example")
		if _, _, err := r.server.book.Pair(o, trust.PublicKey(mine.publicKey()), "", []scope{scopeReaders}, time.Now()); err != nil {
			t.Fatal(err)
		}
		c, ch := late.meet()
		if ch.Enrol {
			t.Error("its pages are told to enrol")
		}
		c.sendCall("enrol", late.enrol(ch.Nonce, nonce()))
		if kind, code := c.refused(); kind != state.NotPaired || code != closeNotPaired {
			t.Errorf("it enrols: %q, %d", kind, code)
		}
	})
}

// A page that does not show who it is in time is sent away, and is a stranger until
// then.
func TestS10PagesThatSayNothing(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy = t.TempDir(), 0, ""
	r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) { s.waits.show = time.Second })
	r.let(t, ehr, scopeReaders)
	begun := time.Now()
	c, _ := r.page(t, ehr).meet()
	if n := r.server.strangers.count(); n != 1 {
		t.Errorf("%d strangers", n)
	}
	_ = c.ws.SetReadDeadline(time.Now().Add(patience))
	if _, text, err := c.ws.ReadMessage(); err == nil || time.Since(begun) > strangerTime || time.Since(begun) < time.Second {
		t.Errorf("after %v: %q, %v", time.Since(begun), text, err)
	}
	eventually(t, "no stranger is left", func() bool { return r.server.strangers.count() == 0 })
}

// Pages that have not shown who they are count among the 128 strangers; those that
// have do not, and stay whatever comes.
func TestS10StrangersArePages(t *testing.T) {
	r := start(t)
	_, in := r.visitor(t, ehr, scopeReaders)
	p := r.page(t, ehr)
	for range maxStrangers + 40 {
		if _, _, err := p.open("/v1", subprotocol); err != nil {
			t.Fatal(err)
		}
		if n := r.server.strangers.count(); n > maxStrangers {
			t.Fatalf("%d strangers", n)
		}
	}
	in.alive()
	r.dial(t).alive()
	if _, c := r.visitor(t, "https://late.example", scopeReaders); c != nil {
		c.alive()
	}
}

// The machine signs with the key that it had when the page was paired, also after
// a restart; a program that has taken the port has not that key.
func TestS37ImpostorHasNotTheKey(t *testing.T) {
	r := start(t)
	p, _ := r.visitor(t, ehr, scopeReaders)
	_, first := p.dial("auth")
	r.stop()
	again := startWith(t, r.cfg)
	p.r = again
	if _, second := p.dial("auth"); second.Machine.PublicKey != first.Machine.PublicKey {
		t.Error("after a restart the machine has another key")
	}
	impostor := start(t)
	p.r = impostor
	impostor.let(t, ehr, scopeReaders)
	if _, met := p.dial("enrol"); met.Machine.PublicKey == first.Machine.PublicKey {
		t.Error("another machine has the same key")
	}
}

// The machine's clock may jump by a year: leases, pairing and handshakes go on.
func TestS38ClockJumps(t *testing.T) {
	for _, years := range []int{1, -1} {
		t.Run(fmt.Sprint(years), func(t *testing.T) {
			var jumped atomic.Bool
			cfg := daemon.DefaultConfig()
			cfg.State, cfg.Port, cfg.Origins.Policy, cfg.Origins.Pairing = t.TempDir(), 0, "", daemon.PairingWindow
			r := startChanged(t, cfg, func(_ *Server, d *daemon.Deps) {
				d.Now = func() time.Time {
					if jumped.Load() {
						return time.Now().Round(0).AddDate(years, 0, 0)
					}
					return time.Now()
				}
			}, "medecin-secteur1")
			p, c := r.visitor(t, ehr, scopeReaders, scopeCards)
			c.settled(r)
			admin := r.dial(t)
			c.mustCall("lease.acquire", `{"reader":"a","seconds":60}`, nil)
			admin.mustCall("pair.open", "", nil)
			jumped.Store(true)
			if kind := admin.call("lease.acquire", `{"reader":"a"}`).kind(); kind != state.Busy {
				t.Errorf("another takes the lease: %q", kind)
			}
			c.mustCall("cards.readCPS", `{"reader":"a"}`, nil)
			if code := r.page(t, "https://new.example").status("/v1/pair", pairProtocol); code != http.StatusSwitchingProtocols {
				t.Errorf("the window has closed: %d", code)
			}
			late, _ := p.dial("auth")
			late.alive()
		})
	}
}

// What a page may not see is in no message: neither in the hello, nor in events,
// nor in any answer.
func TestS18ScopesCutWhatIsSeen(t *testing.T) {
	r := start(t)
	watcher := r.dial(t)
	_, c := r.visitor(t, ehr, scopeReaders)
	var seen []string
	_ = r.readers.Insert("A", virtualCard(t, "medecin-secteur1"))
	_ = r.readers.Insert("B", virtualCard(t, "patient"))
	var full state.Snapshot
	eventually(t, "both cards are read", func() bool {
		full = r.daemon.Snapshot()
		return len(full.Cards) == 2 && full.Cards[0].Holder != nil && full.Cards[1].Persons > 0
	})
	watcher.mustCall("fse.create", `{"facture":{"mode":"degrade"}}`, nil)
	watcher.mustCall("lease.steal", `{"reader":"a","seconds":9}`, nil)
	for _, call := range []string{"system.snapshot", "readers.list", "system.status", "events.resync", "origins.me"} {
		params := ""
		if call == "events.resync" {
			params = `{"since":0}`
		}
		seen = append(seen, string(c.call(call, params).text))
	}
	_, late := r.visitor(t, "https://late.example", scopeReaders)
	hello, err := json.Marshal(late.hello)
	if err != nil {
		t.Fatal(err)
	}
	seen = append(seen, string(hello))
	for len(c.events) > 0 {
		e := <-c.events
		if e.Type == state.EventQueue || e.Type == state.EventFSE || e.Type == state.EventLot {
			t.Errorf("it is told of %s", e.Type)
		}
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, string(text))
	}
	cps := full.Cards[0]
	if cps.Holder == nil || cps.Serial == "" || full.Cards[1].Persons == 0 {
		t.Fatalf("the test sees nothing itself: %+v", full.Cards)
	}
	for _, secret := range []string{cps.Serial, cps.Holder.Nom, cps.Holder.NationalID, "pinTriesLeft", fmt.Sprintf(`"persons":%d`, full.Cards[1].Persons), `"brouillons":1`, "local"} {
		for _, text := range seen {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in %s", secret, text)
			}
		}
	}
	if late.hello.Snapshot.Cards[0].State != state.CardCPS || late.hello.Snapshot.Cards[0].Kind == "" {
		t.Errorf("presence and kind are %+v", late.hello.Snapshot.Cards[0])
	}
	for _, method := range []string{"cards.readVitale", "cards.readCPS", "fse.list", "lots.list", "lease.acquire", "cards.openPinSession"} {
		if kind := c.call(method, `{}`).kind(); kind != state.Denied {
			t.Errorf("%s is answered %q", method, kind)
		}
	}
}
