package bridge

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// consenter attaches a program that answers consents.
func (r *rig) consenter(t testing.TB) *websocket.Conn {
	t.Helper()
	return r.attach(t, "?answers=consents")
}

func (r *rig) attach(t testing.TB, query string) *websocket.Conn {
	t.Helper()
	ws, _, err := controlDialer(r.cfg.ControlSocket()).Dial("ws://control/prompt"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	return ws
}

// asks begins a pairing: the page has made its call.
func (p *webPage) asks(scopes ...string) (c *client, server, mine string) {
	p.t.Helper()
	c, _, err := p.open("/v1/pair", pairProtocol)
	if err != nil {
		p.t.Fatal(err)
	}
	server, mine = c.challenged().Nonce, nonce()
	c.sendCall("pair", p.pair(server, mine, scopes...))
	return c, server, mine
}

func (p *webPage) pair(server, client string, scopes ...string) map[string]any {
	return map[string]any{"publicKey": p.publicKey(), "clientNonce": client, "signature": p.sign("agrafe.v1.pair", server, client),
		"scopes": scopes, "name": "Logiciel du cabinet"}
}

// shown is what the page shows while the user is asked.
func (c *client) shown() (got asked) {
	c.t.Helper()
	m := c.read()
	if m.Error != nil || json.Unmarshal(m.Result, &got) != nil || len(got.Code) != 6 {
		c.t.Fatalf("the call is answered %s", m.text)
	}
	return got
}

// outcome reads how the pairing ended, to the end of the connection.
func (c *client) outcome() (done paired, why trust.Refusal) {
	c.t.Helper()
	m := c.read()
	var no refused
	switch {
	case m.Method == "paired" && json.Unmarshal(m.Params, &done) == nil:
	case m.Method == "refused" && json.Unmarshal(m.Params, &no) == nil && no.Reason != "":
	default:
		c.t.Fatalf("it ends with %s", m.text)
	}
	_ = c.ws.SetReadDeadline(time.Now().Add(patience))
	if _, text, err := c.ws.ReadMessage(); !closedWith(err, websocket.CloseNormalClosure) {
		c.t.Fatalf("after that comes %s, %v", text, err)
	}
	return done, no.Reason
}

func consentQuestion(t testing.TB, ws *websocket.Conn) (c Consent) {
	t.Helper()
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	if err := ws.ReadJSON(&c); err != nil || c.Kind != "consent" {
		t.Fatalf("no question: %+v, %v", c, err)
	}
	return c
}

func TestS15Pairing(t *testing.T) {
	r := start(t)
	tray := r.consenter(t)
	p := r.page(t, "https://xn--sant-epa.example:8443")
	c, server, mine := p.asks("fse", "readers")
	q := consentQuestion(t, tray)
	if got := c.shown(); got.Code != q.Code || got.Seconds != 60 {
		t.Errorf("the page shows %+v, the dialog %s", got, q.Code)
	}
	if q.Origin != p.origin || q.Unicode != "https://santé.example:8443" || q.Letters != trust.Latin || q.Name != "Logiciel du cabinet" ||
		!slices.Equal(q.Scopes, []trust.Scope{trust.Readers, trust.FSE}) || q.Seconds != 60 {
		t.Errorf("the question is %+v", q)
	}
	reply(t, tray, "\x01")
	done, why := c.outcome()
	if why != "" || string(done.KeyID) != p.keyID() || !slices.Equal(done.Scopes, q.Scopes) {
		t.Fatalf("%+v %q", done, why)
	}
	if !signedBy(t, done.Machine, "agrafe.v1.paired", p.origin, server, mine) {
		t.Error("the machine's signature does not hold")
	}
	in, met := p.dial("auth")
	in.alive()
	if met.Machine.PublicKey != done.Machine.PublicKey {
		t.Error("the machine has two keys")
	}
	if strings.Contains(r.log.String(), q.Code) {
		t.Error("the code is in the log")
	}
}

func TestS15Refusals(t *testing.T) {
	tests := []struct {
		name   string
		answer string // of the user
		want   trust.Refusal
	}{
		{"no", "\x00", trust.RefusedByUser},
		{"nothing", "", trust.RefusedByUser},
		{"two bytes", "\x01\x01", trust.RefusedByUser},
		{"another value", "\x02", trust.RefusedByUser},
		{"a code", "\x001234", trust.RefusedByUser},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := start(t)
			tray := r.consenter(t)
			p := r.page(t, ehr)
			c, _, _ := p.asks("fse")
			c.shown()
			consentQuestion(t, tray)
			reply(t, tray, tt.answer)
			if done, why := c.outcome(); why != tt.want {
				t.Errorf("%+v %q", done, why)
			}
			if code := p.status("/v1", subprotocol); code != 403 {
				t.Errorf("/v1 gives %d", code)
			}
			again, _, _ := p.asks("fse")
			if _, why := again.outcome(); why != trust.RefusedBusy {
				t.Errorf("at once again: %q", why)
			}
		})
	}
}

// There is one dialog on the machine; who comes meanwhile is told at once, and so is
// who finds nobody to ask. Programs that answer codes only are not asked.
func TestS15OneDialog(t *testing.T) {
	r := start(t)
	r.attach(t, "")
	nobody, _, _ := r.page(t, ehr).asks("fse")
	if _, why := nobody.outcome(); why != trust.RefusedNobody {
		t.Errorf("without a program: %q", why)
	}
	tray := r.consenter(t)
	r.attach(t, "?answers=codes") // attached later, and yet not asked
	first, _, _ := r.page(t, ehr).asks("fse")
	first.shown()
	consentQuestion(t, tray)
	second, _, _ := r.page(t, "https://other.example").asks("fse")
	if _, why := second.outcome(); why != trust.RefusedBusy {
		t.Errorf("a second dialog: %q", why)
	}
	reply(t, tray, "\x01")
	if _, why := first.outcome(); why != "" {
		t.Errorf("the first: %q", why)
	}
}

// No answer in time is a refusal, and an answer after it meets no other question.
func TestS15Expiry(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy = t.TempDir(), 0, ""
	r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) { s.waits.answer = 2 * time.Second })
	tray := r.consenter(t)
	c, _, _ := r.page(t, ehr).asks("fse")
	c.shown()
	consentQuestion(t, tray)
	if _, why := c.outcome(); why != trust.RefusedExpired {
		t.Errorf("%q", why)
	}
	if _, _, err := tray.ReadMessage(); !closedWith(err, closeWithdrawn) {
		t.Errorf("the program is told %v", err)
	}
}

// A page that goes away takes its question with it.
func TestS15Withdrawal(t *testing.T) {
	r := start(t)
	tray := r.consenter(t)
	p := r.page(t, ehr)
	c, _, _ := p.asks("fse")
	c.shown()
	consentQuestion(t, tray)
	_ = c.ws.Close()
	if _, _, err := tray.ReadMessage(); !closedWith(err, closeWithdrawn) {
		t.Errorf("the program is told %v", err)
	}
	_ = tray.WriteMessage(websocket.BinaryMessage, []byte{1})
	if list, _ := r.server.book.List(); len(list) != 0 {
		t.Errorf("it was let in: %+v", list)
	}
}

func TestS15CooldownOfTheMachine(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy = t.TempDir(), 0, ""
	h := &hand{}
	r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) { s.pairings = trust.NewPairings(trust.OnRequest, h.since) })
	tray := r.consenter(t)
	for i := range 5 {
		c, _, _ := r.page(t, "https://"+string(rune('a'+i))+".example").asks("fse")
		c.shown()
		consentQuestion(t, tray)
		reply(t, tray, "\x00")
		c.outcome()
	}
	c, _, _ := r.page(t, ehr).asks("fse")
	if _, why := c.outcome(); why != trust.RefusedCooldown {
		t.Errorf("the sixth: %q", why)
	}
	h.add(600)
	c, _, _ = r.page(t, ehr).asks("fse")
	c.shown()
}

// What a page shows at the door is checked before anybody is asked.
func TestS15PairCallIsChecked(t *testing.T) {
	r := start(t)
	tray := r.consenter(t)
	p, other := r.page(t, ehr), r.page(t, ehr)
	tests := []struct {
		name   string
		change func(params map[string]any, server, client string)
	}{
		{"another's key", func(m map[string]any, _, _ string) { m["publicKey"] = other.publicKey() }},
		{"another purpose", func(m map[string]any, s, c string) { m["signature"] = p.sign("agrafe.v1.auth", s, c) }},
		{"another nonce", func(m map[string]any, _, c string) { m["signature"] = p.sign("agrafe.v1.pair", nonce(), c) }},
		{"no scope", func(m map[string]any, _, _ string) { m["scopes"] = []string{} }},
		{"unknown scope", func(m map[string]any, _, _ string) { m["scopes"] = []string{"fse", "root"} }},
		{"long name", func(m map[string]any, _, _ string) { m["name"] = strings.Repeat("n", maxPageName+1) }},
		{"unknown member", func(m map[string]any, _, _ string) { m["pin"] = "1234" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _, err := p.open("/v1/pair", pairProtocol)
			if err != nil {
				t.Fatal(err)
			}
			c.t = t
			server, mine := c.challenged().Nonce, nonce()
			params := p.pair(server, mine, "fse")
			tt.change(params, server, mine)
			c.sendCall("pair", params)
			if kind, code := c.refused(); kind != state.Denied || code != closeDenied {
				t.Errorf("%q, %d", kind, code)
			}
		})
	}
	_ = tray.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if _, text, err := tray.ReadMessage(); err == nil {
		t.Errorf("the user was asked: %s", text)
	}
}

// What a page calls itself goes on a screen and in no log as it is.
func TestS35NamesThatWouldMoveACursor(t *testing.T) {
	r := start(t)
	r.consenter(t)
	for name, bad := range map[string]string{
		"CR": "a\rb", "LF": "a\nb", "ANSI": "\x1b[2Ja", "NUL": "a\x00", "DEL": "a\x7f", "C1": "a\u009b2J",
		"right to left": "a\u202eb", "isolate": "a\u2066b", "line separator": "a\u2028b", "zero width": "a\u200bb", "BOM": "\ufeffa",
	} {
		t.Run(name, func(t *testing.T) {
			p := r.page(t, ehr)
			c, _, err := p.open("/v1/pair", pairProtocol)
			if err != nil {
				t.Fatal(err)
			}
			c.t = t
			server, mine := c.challenged().Nonce, nonce()
			c.sendCall("pair", with1(p.pair(server, mine, "fse"), "name", bad))
			if kind, code := c.refused(); kind != state.Denied || code != closeDenied {
				t.Errorf("%q, %d", kind, code)
			}
		})
	}
	for _, method := range []string{"a\r\nb", "\x1b[2J"} { // what is logged of a call
		r.dial(t).call("system.ping", `{"echo":1,"`+"x"+`":`+quoted(method)+`}`)
	}
	if i := bytes.IndexFunc([]byte(r.log.String()), func(c rune) bool { return c < ' ' && c != '\n' || c >= 0x7f && c < 0xa0 }); i >= 0 {
		t.Errorf("a control character is in the log at %d", i)
	}
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}
