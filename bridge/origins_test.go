package bridge

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

const ehr = "https://ehr.example"

// The exact origin gets in; whatever is like it gets the one answer that unknown
// paths get too.
func TestS05ExactOrigin(t *testing.T) {
	r := start(t)
	p := r.port()
	r.let(t, ehr, scopeReaders)
	if code := r.page(t, ehr).status("/v1", subprotocol); code != http.StatusSwitchingProtocols {
		t.Fatalf("the listed origin itself gets %d", code)
	}
	const pairing = "Sec-WebSocket-Protocol: " + pairProtocol
	tests := []struct {
		name  string
		lines []string
		pairs bool // an https origin, which may ask to be paired
	}{
		{"null", []string{"Origin: null"}, false},
		{"empty", []string{"Origin:"}, false},
		{"http", []string{"Origin: http://ehr.example"}, false},
		{"file", []string{"Origin: file://"}, false},
		{"extension", []string{"Origin: chrome-extension://abcdefghijklmnopabcdefghijklmnop"}, false},
		{"upper case", []string{"Origin: HTTPS://EHR.EXAMPLE"}, false},
		{"trailing dot", []string{"Origin: https://ehr.example."}, false},
		{"trailing slash", []string{"Origin: https://ehr.example/"}, false},
		{"default port", []string{"Origin: https://ehr.example:443"}, false},
		{"user", []string{"Origin: https://ehr.example@evil.example"}, false},
		{"two, ours first", []string{"Origin: " + ehr, "Origin: https://evil.example"}, false},
		{"two, ours last", []string{"Origin: https://evil.example", "Origin: " + ehr}, false},
		{"two alike", []string{"Origin: " + ehr, "Origin: " + ehr}, false},
		{"list", []string{"Origin: " + ehr + ", " + ehr}, false},
		{"suffix", []string{"Origin: https://ehr.example.evil.example"}, true},
		{"prefix", []string{"Origin: https://evilehr.example"}, true},
		{"another host of the site", []string{"Origin: https://www.ehr.example"}, true},
		{"port", []string{"Origin: https://ehr.example:444"}, true},
		{"homograph", []string{"Origin: https://xn--hr-dlc.example"}, true},
	}
	want := date.ReplaceAllString(ask(t, "tcp", r.addr(), once(upgradeTo("/nothing", "Host: 127.0.0.1:"+p))), "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, path := range []string{"/v1", "/healthz", "/", "/nothing", "/d/AAAAAAAAAAAAAAAAAAAAAA", "/prompt", "/v1/pair"} {
				answer := ask(t, "tcp", r.addr(), once(upgradeTo(path, append(tt.lines, "Host: 127.0.0.1:"+p)...)))
				if date.ReplaceAllString(answer, "") != want {
					t.Errorf("%s: the refusal is %q, others get %q", path, answer, want)
				}
				innocent(t, answer)
			}
			if !tt.pairs {
				request := strings.Replace(once(upgradeTo("/v1/pair", append(tt.lines, "Host: 127.0.0.1:"+p)...)), "Sec-WebSocket-Protocol: "+subprotocol, pairing, 1)
				if answer := ask(t, "tcp", r.addr(), request); date.ReplaceAllString(answer, "") != want {
					t.Errorf("the pairing door answers %q", answer)
				}
			}
		})
	}
}

// Pages of other http servers of this machine are refused, unless a developer has
// asked for them, and then front ends are told.
func TestS06HTTPOfThisMachine(t *testing.T) {
	const local = "http://localhost:3000"
	r := start(t)
	for _, origin := range []string{local, "http://127.0.0.1:3000", "http://[::1]:3000", "http://localhost:" + r.port()} {
		for path, protocol := range map[string]string{"/v1": subprotocol, "/v1/pair": pairProtocol} {
			if code := r.page(t, origin).status(path, protocol); code != http.StatusForbidden {
				t.Errorf("%s gets %d at %s", origin, code, path)
			}
		}
	}
	if kind := r.dial(t).call("origins.allow", `{"origin":"`+local+`","scopes":["readers"]}`).kind(); kind != state.Invalid {
		t.Errorf("it can be let in by hand: %q", kind)
	}
	if c, _, err := r.page(t, "http://127.0.0.1:"+r.port()).open("/v1/pair", pairProtocol); err != nil {
		t.Errorf("the daemon's own pages can't be paired: %v", err)
	} else {
		c.challenged()
	}

	cfg := r.cfg
	cfg.State, cfg.Origins.Dev = t.TempDir(), true
	dev := startWith(t, cfg)
	_, c := dev.visitor(t, local, scopeReaders)
	var s statusResult
	c.mustCall("system.status", "", &s)
	if !c.hello.Snapshot.Developer || !s.Developer || !dev.dial(t).hello.Snapshot.Developer {
		t.Error("front ends are not told that the developer's flag is set")
	}
	if plain := r.dial(t); plain.hello.Snapshot.Developer {
		t.Error("front ends are told of a flag that is not set")
	}
}

// The door for pages that are not listed is open as the policy says; what is closed
// answers as any unknown path does.
func TestS07PairingDoor(t *testing.T) {
	tests := []struct {
		name, mode, policy  string
		before, after, late bool
	}{
		{"on request", daemon.PairingOnRequest, "", true, true, true},
		{"window", daemon.PairingWindow, "", false, true, false},
		{"policy only", daemon.PairingPolicyOnly, "", false, false, false},
		{"locked", daemon.PairingOnRequest, "locked = true\n", false, false, false},
		{"policy that can't be read", daemon.PairingOnRequest, "locked = maybe\n", false, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := daemon.DefaultConfig()
			cfg.State, cfg.Port, cfg.Origins.Pairing, cfg.Origins.Policy = t.TempDir(), 0, tt.mode, t.TempDir()
			if err := os.WriteFile(filepath.Join(cfg.Origins.Policy, "a.toml"), []byte(tt.policy), 0o600); err != nil {
				t.Fatal(err)
			}
			h := &hand{}
			r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) { s.pairings = trust.NewPairings(trust.Mode(tt.mode), h.since) })
			open := func() bool { return r.page(t, ehr).status("/v1/pair", pairProtocol) == http.StatusSwitchingProtocols }
			got := []bool{open()}
			m := r.dial(t).call("pair.open", "")
			if (m.Error == nil) != tt.after {
				t.Errorf("pair.open is answered %s", m.text)
			}
			got = append(got, open())
			h.add(120)
			if got = append(got, open()); !slices.Equal(got, []bool{tt.before, tt.after, tt.late}) {
				t.Errorf("open: %v", got)
			}
		})
	}
}

// What the browser says of a request is looked at.
func TestS08FetchMetadata(t *testing.T) {
	r := start(t)
	r.let(t, ehr, scopeReaders)
	dialer := &websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{subprotocol}}
	for mode, want := range map[string]int{"websocket": 101, "navigate": 403, "no-cors": 403, "cors": 403, "websocket, websocket": 403, "": 403} {
		ws, answer, err := dialer.Dial("ws://"+r.addr()+"/v1", http.Header{"Origin": {ehr}, "Sec-Fetch-Mode": {mode}})
		if answer == nil || answer.StatusCode != want {
			t.Fatalf("a WebSocket of mode %q gets %+v, %v", mode, answer, err)
		}
		if err == nil {
			_ = ws.Close()
		}
	}
	for mode, want := range map[string]int{"cors": 204, "navigate": 403, "no-cors": 403, "websocket": 403} {
		if code, _, _ := r.get(t, "GET", "/healthz", "Origin: "+ehr, "Sec-Fetch-Mode: "+mode); code != want {
			t.Errorf("/healthz with mode %q gets %d", mode, code)
		}
	}
}

func TestS08Health(t *testing.T) {
	r := start(t)
	r.let(t, ehr, scopeReaders)
	origin := "Origin: " + ehr
	tests := []struct {
		name, method string
		lines        []string
		want         int
		header       map[string]string
	}{
		{"listed", "GET", []string{origin}, 204, map[string]string{"Access-Control-Allow-Origin": ehr, "Vary": "Origin", "Cache-Control": "no-store"}},
		{"preflight", "OPTIONS", []string{origin, "Access-Control-Request-Method: GET", "Access-Control-Request-Private-Network: true"}, 204,
			map[string]string{"Access-Control-Allow-Origin": ehr, "Vary": "Origin", "Cache-Control": "no-store", "Access-Control-Allow-Private-Network": "true", "Access-Control-Allow-Methods": "GET"}},
		{"preflight of a POST", "OPTIONS", []string{origin, "Access-Control-Request-Method: POST"}, 403, nil},
		{"POST", "POST", []string{origin, "Content-Length: 0"}, 403, nil},
		{"HEAD", "HEAD", []string{origin}, 403, nil},
		{"not listed", "GET", []string{"Origin: https://evil.example"}, 403, nil},
		{"preflight, not listed", "OPTIONS", []string{"Origin: https://evil.example", "Access-Control-Request-Method: GET"}, 403, nil},
		{"no origin", "GET", nil, 403, nil},
		{"no origin, a page's", "GET", []string{"Sec-Fetch-Mode: no-cors", "Sec-Fetch-Site: cross-site"}, 403, nil},
		{"no origin, token", "GET", []string{"Authorization: Bearer " + r.token(t)}, 403, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, h, body := r.get(t, tt.method, "/healthz", tt.lines...)
			if code != tt.want || body != "" {
				t.Fatalf("%d %q", code, body)
			}
			for _, name := range []string{"Access-Control-Allow-Origin", "Vary", "Cache-Control", "Access-Control-Allow-Private-Network",
				"Access-Control-Allow-Methods", "Access-Control-Allow-Credentials", "Set-Cookie", "Server"} {
				if h.Get(name) != tt.header[name] {
					t.Errorf("%s: %q, want %q", name, h.Get(name), tt.header[name])
				}
			}
		})
	}
}

// A revocation ends the page's connections within a second, and gives back what it
// had reserved; the other pages go on.
func TestS19Revoke(t *testing.T) {
	r := start(t, "medecin-secteur1", "patient")
	p, c := r.visitor(t, ehr, scopeReaders, scopeCards)
	sibling := r.page(t, ehr)
	other, _ := sibling.dial("enrol")
	again, _ := p.dial("auth")
	admin := r.dial(t)
	admin.settled(r)
	c.mustCall("lease.steal", `{"reader":"a","seconds":60}`, nil)
	begun := since()
	admin.mustCall("origins.revoke", fmt.Sprintf(`{"origin":%q,"keyId":%q}`, ehr, p.keyID()), nil)
	for _, gone := range []*client{c, again} {
		if err := gone.end(); !closedWith(err, closeNotPaired) {
			t.Errorf("the connection ended with %v", err)
		}
	}
	admin.mustCall("lease.acquire", `{"reader":"a","seconds":10}`, nil)
	if took := begun(); took.Seconds() > 1 {
		t.Errorf("it took %v", took)
	}
	other.alive()
	c2, ch := p.meet()
	c2.sendCall("auth", p.auth(ch.Nonce, nonce()))
	if kind, code := c2.refused(); kind != state.NotPaired || code != closeNotPaired {
		t.Errorf("it comes back: %q, %d", kind, code)
	}
	admin.mustCall("origins.revoke", fmt.Sprintf(`{"origin":%q}`, ehr), nil)
	if err := other.end(); !closedWith(err, closeNotPaired) {
		t.Errorf("the sibling ended with %v", err)
	}
	if code := sibling.status("/v1", subprotocol); code != http.StatusForbidden {
		t.Errorf("the origin gets %d", code)
	}
	eventually(t, "no page is left", func() bool { return len(r.server.pages.all()) == 0 })
}

// Rights that change while a page is connected are in force at once: it is sent
// away and comes back with the new ones.
func TestRightsThatChange(t *testing.T) {
	r := start(t)
	p, c := r.visitor(t, ehr, scopeReaders, scopeFSE)
	r.dial(t).mustCall("origins.allow", `{"origin":"`+ehr+`","scopes":["readers"]}`, nil)
	if err := c.end(); !closedWith(err, 1012) {
		t.Errorf("the connection ended with %v", err)
	}
	c, met := p.dial("auth")
	if !slices.Equal(met.Scopes, []scope{scopeReaders}) {
		t.Errorf("the rights are %v", met.Scopes)
	}
	if kind := c.call("fse.list", "").kind(); kind != state.Denied {
		t.Errorf("fse.list is answered %q", kind)
	}
}

func TestOriginMethods(t *testing.T) {
	r := start(t)
	p, c := r.visitor(t, ehr, allScopes...)
	for method, params := range map[string]string{"origins.list": "", "origins.allow": `{"origin":"https://evil.example","scopes":["fse"]}`,
		"origins.revoke": `{"origin":"https://ehr.example"}`, "pair.open": ""} {
		if kind := c.call(method, params).kind(); kind != state.Denied {
			t.Errorf("a page calls %s: %q", method, kind)
		}
	}
	var me meResult
	c.mustCall("origins.me", "", &me)
	if me.Principal != p.name() || me.Origin.String() != ehr || string(me.KeyID) != p.keyID() || !slices.Equal(me.Scopes, allScopes) {
		t.Errorf("me: %+v", me)
	}
	admin := r.dialControl(t)
	admin.mustCall("origins.me", "", &me)
	if me.Principal != fmt.Sprintf("uid:%d", os.Getuid()) {
		t.Errorf("me: %+v", me)
	}
	var list originsResult
	admin.mustCall("origins.list", "", &list)
	if len(list.Origins) != 1 || len(list.Origins[0].Keys) != 1 || string(list.Origins[0].Keys[0].ID) != p.keyID() || list.Fault != "" || !list.Open {
		t.Errorf("the list is %+v", list)
	}
	tests := []struct {
		name, method, params string
		want                 state.Kind
	}{
		{"bad origin", "origins.allow", `{"origin":"https://EHR.example","scopes":["fse"]}`, state.Invalid},
		{"bad scope", "origins.allow", `{"origin":"https://a.example","scopes":["all"]}`, state.Invalid},
		{"no scope", "origins.allow", `{"origin":"https://a.example","scopes":[]}`, state.Invalid},
		{"unknown origin", "origins.revoke", `{"origin":"https://a.example"}`, state.NotFound},
		{"unknown key", "origins.revoke", `{"origin":"https://ehr.example","keyId":"A"}`, state.NotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			admin.t = t
			if kind := admin.call(tt.method, tt.params).kind(); kind != tt.want {
				t.Errorf("kind %q", kind)
			}
		})
	}
}

// A list that is damaged refuses all pages, and local programs are told why.
func TestDamagedListIsTold(t *testing.T) {
	r := start(t)
	r.let(t, ehr, scopeReaders)
	r.stop()
	if err := os.Truncate(filepath.Join(r.cfg.State, "origins.json"), 10); err != nil {
		t.Fatal(err)
	}
	again := startWith(t, r.cfg)
	for path, protocol := range map[string]string{"/v1": subprotocol, "/v1/pair": pairProtocol} {
		if code := again.page(t, ehr).status(path, protocol); code != http.StatusForbidden {
			t.Errorf("%s: %d", path, code)
		}
	}
	var s statusResult
	again.dial(t).mustCall("system.status", "", &s)
	if !strings.Contains(s.Fault, "origins.json") || !strings.Contains(again.log.String(), "no web page is let in") {
		t.Errorf("the fault is %q", s.Fault)
	}
}
