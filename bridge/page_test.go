package bridge

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// webPage is a page as a browser would run it: an origin and a key. It signs the
// texts of the protocol by itself, without the code that checks them.
type webPage struct {
	t      testing.TB
	r      *rig
	origin string
	key    *ecdsa.PrivateKey

	door   string            // "wss://localhost:17374"; empty: that of ws
	dialer *websocket.Dialer // to that door
}

func (r *rig) page(t testing.TB, origin string) *webPage {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &webPage{t: t, r: r, origin: origin, key: key}
}

var b64 = base64.RawURLEncoding.EncodeToString

func (p *webPage) publicKey() string {
	point, err := p.key.PublicKey.Bytes()
	if err != nil {
		p.t.Fatal(err)
	}
	return b64(point)
}

func (p *webPage) keyID() string {
	point, _ := p.key.PublicKey.Bytes()
	sum := sha256.Sum256(point)
	return b64(sum[:])
}

func (p *webPage) name() string { return p.origin + "#" + p.keyID()[:16] }

// sign signs the four lines.
func (p *webPage) sign(purpose, server, client string) string {
	sum := sha256.Sum256([]byte(purpose + "\n" + p.origin + "\n" + server + "\n" + client))
	r, s, err := ecdsa.Sign(rand.Reader, p.key, sum[:])
	if err != nil {
		p.t.Fatal(err)
	}
	return b64(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

// signedBy says whether the machine's signature over the four lines holds.
func signedBy(t testing.TB, m trust.Proof, purpose, origin, server, client string) bool {
	t.Helper()
	point, err := base64.RawURLEncoding.DecodeString(string(m.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(m.Signature)
	if err != nil || len(raw) != 64 {
		t.Fatalf("the signature has %d bytes, %v", len(raw), err)
	}
	sum := sha256.Sum256([]byte(purpose + "\n" + origin + "\n" + server + "\n" + client))
	return ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:]))
}

func nonce() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return b64(b)
}

// open opens a WebSocket as the page would.
func (p *webPage) open(path, protocol string) (*client, *http.Response, error) {
	p.t.Helper()
	door, dialer := p.door, p.dialer
	if door == "" {
		door, dialer = "ws://"+p.r.addr(), &websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{protocol}}
	}
	ws, answer, err := dialer.Dial(door+path, http.Header{"Origin": {p.origin}})
	if err != nil {
		return nil, answer, err
	}
	p.t.Cleanup(func() { _ = ws.Close() })
	return &client{t: p.t, ws: ws, answers: make(chan message, 4096), events: make(chan state.Event, 4096), ended: make(chan error, 1)}, answer, nil
}

// meet opens /v1 and returns the challenge.
func (p *webPage) meet() (*client, challenge) {
	p.t.Helper()
	c, _, err := p.open("/v1", subprotocol)
	if err != nil {
		p.t.Fatal(err)
	}
	return c, c.challenged()
}

func (c *client) challenged() (got challenge) {
	c.t.Helper()
	first := c.read()
	if first.Method != "challenge" {
		c.t.Fatalf("the first message is %s", first.text)
	}
	if err := json.Unmarshal(first.Params, &got); err != nil {
		c.t.Fatal(err)
	}
	return got
}

func (c *client) sendCall(method string, params map[string]any) {
	c.t.Helper()
	text, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 0, "method": method, "params": params})
	if err != nil {
		c.t.Fatal(err)
	}
	c.send(string(text))
}

// auth is the call that shows who p is.
func (p *webPage) auth(server, client string) map[string]any {
	return map[string]any{"apiLevel": 1, "keyId": p.keyID(), "clientNonce": client, "signature": p.sign("agrafe.v1.auth", server, client)}
}

func (p *webPage) enrol(server, client string) map[string]any {
	return map[string]any{"apiLevel": 1, "publicKey": p.publicKey(), "clientNonce": client, "signature": p.sign("agrafe.v1.enrol", server, client)}
}

// dial connects the page, with method auth or enrol, as far as the hello.
func (p *webPage) dial(method string) (*client, meeting) {
	p.t.Helper()
	c, ch := p.meet()
	mine := nonce()
	show := map[string]func(string, string) map[string]any{"auth": p.auth, "enrol": p.enrol}[method]
	c.sendCall(method, show(ch.Nonce, mine))
	m := c.read()
	if m.Error != nil {
		p.t.Fatalf("%s is answered %s", method, m.text)
	}
	var met meeting
	if err := json.Unmarshal(m.Result, &met); err != nil {
		p.t.Fatal(err)
	}
	if !signedBy(p.t, met.Machine, "agrafe.v1.hello", p.origin, ch.Nonce, mine) {
		p.t.Fatal("the machine's signature does not hold")
	}
	hello := c.read()
	if hello.Method != "hello" {
		p.t.Fatalf("after the %s comes %s", method, hello.text)
	}
	if err := json.Unmarshal(hello.Params, &c.hello); err != nil {
		p.t.Fatal(err)
	}
	go c.follow()
	return c, met
}

// refused reads to the end of a connection and returns the error that was told
// and the close code.
func (c *client) refused() (kind state.Kind, code int) {
	c.t.Helper()
	_ = c.ws.SetReadDeadline(time.Now().Add(patience))
	for {
		_, text, err := c.ws.ReadMessage()
		if end, ok := err.(*websocket.CloseError); ok {
			return kind, end.Code
		}
		if err != nil {
			c.t.Fatal(err)
		}
		var m message
		if err := json.Unmarshal(text, &m); err != nil {
			c.t.Fatal(err)
		}
		if m.Error == nil {
			c.t.Fatalf("%s was told", text)
		}
		kind = m.kind()
	}
}

// let lets the pages of an origin bring their keys.
func (r *rig) let(t testing.TB, origin string, scopes ...scope) {
	t.Helper()
	o, err := trust.ParseOrigin(origin)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.server.book.Allow(o, scopes); err != nil {
		t.Fatal(err)
	}
}

// visitor lets an origin in, enrols a page of it and connects it.
func (r *rig) visitor(t testing.TB, origin string, scopes ...scope) (*webPage, *client) {
	t.Helper()
	r.let(t, origin, scopes...)
	p := r.page(t, origin)
	c, _ := p.dial("enrol")
	return p, c
}

// status is the HTTP status that a page gets.
func (p *webPage) status(path, protocol string) int {
	p.t.Helper()
	c, answer, err := p.open(path, protocol)
	if err == nil {
		_ = c.ws.Close()
		return http.StatusSwitchingProtocols
	}
	if answer == nil {
		p.t.Fatal(err)
	}
	return answer.StatusCode
}

// get sends a request without a body and returns the answer as it came.
func (r *rig) get(t *testing.T, method, path string, lines ...string) (int, http.Header, string) {
	t.Helper()
	head := append([]string{fmt.Sprintf("%s %s HTTP/1.1", method, path), "Host: 127.0.0.1:" + r.port(), "Connection: close"}, lines...)
	return statusOf(t, ask(t, "tcp", r.addr(), strings.Join(head, "\r\n")+"\r\n\r\n"))
}
