package bridge

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
)

// Identifiers come back as they were sent, whatever they are; two calls with the
// same one are two calls.
func TestS12Identifiers(t *testing.T) {
	r := start(t)
	c := r.dial(t)
	for name, id := range map[string]string{
		"long text":    `"` + strings.Repeat("é", 100_000) + `"`,
		"long number":  strings.Repeat("9", 200_000),
		"exponent":     "1e999999",
		"not a double": "9007199254740993",
		"fraction":     "-0.0",
		"escapes":      `"\u0000\u001b[31m\r\n"`,
		"empty text":   `""`,
	} {
		t.Run(name, func(t *testing.T) {
			c.t = t
			for range 2 {
				c.send(`{"jsonrpc":"2.0","id":` + id + `,"method":"system.ping"}`)
			}
			for range 2 {
				if m := c.answer(); m.Error != nil || string(m.ID) != id {
					t.Errorf("%.80s", m.text)
				}
			}
		})
	}
	for name, id := range map[string]string{"null": "null", "object": "{}", "list": "[1]", "true": "true"} {
		t.Run(name, func(t *testing.T) {
			c.t = t
			c.send(`{"jsonrpc":"2.0","id":` + id + `,"method":"system.ping"}`)
			if m := c.answer(); m.Error == nil || m.Error.Code != codeRequest || string(m.ID) != "null" {
				t.Errorf("%s", m.text)
			}
		})
	}
}

// The address of a document is good for one of those who come for it together, and
// for none with another method or more path.
func TestS09DocumentRace(t *testing.T) {
	r := start(t)
	_, c := r.visitor(t, ehr, scopeLots)
	c.alive()
	path := r.offer(t, "contenu", "nom\r\nSet-Cookie: a=b")
	for _, method := range []string{"HEAD", "POST", "OPTIONS", "PUT"} {
		if code, h, _ := r.get(t, method, path, "Origin: "+ehr); code != http.StatusForbidden || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d", method, code)
		}
	}
	for _, other := range []string{path + "/", path + "%00", path + "=", "/d//" + path[3:], "/d/../d" + path[2:] + "x", strings.ToUpper(path)} {
		if code, _, _ := r.get(t, "GET", other, "Origin: "+ehr); code != http.StatusForbidden {
			t.Errorf("%s: %d", other, code)
		}
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	given := 0
	for range 20 {
		all.Go(func() {
			code, h, body := r.get(t, "GET", path, "Origin: "+ehr)
			mu.Lock()
			defer mu.Unlock()
			if code == http.StatusOK && body == "contenu" {
				given++
			}
			if h.Get("Set-Cookie") != "" {
				t.Error("a name wrote a header")
			}
		})
	}
	all.Wait()
	if given != 1 {
		t.Errorf("it was given %d times", given)
	}
}

// A connection that misbehaves is its own end and nobody else's, of the same page
// either.
func TestS11NobodyClosesAnother(t *testing.T) {
	r := start(t)
	p, stays := r.visitor(t, ehr, scopeReaders)
	other := r.dial(t)
	for i, frame := range []struct {
		kind int
		text string
	}{{websocket.BinaryMessage, "x"}, {websocket.TextMessage, strings.Repeat("x", maxFrame+1)}, {websocket.CloseMessage, "\x03"}, {websocket.CloseMessage, "\x03\xe8\xff"}} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			bad, _ := p.dial("auth")
			bad.t = t
			if err := bad.ws.WriteMessage(frame.kind, []byte(frame.text)); err != nil {
				t.Fatal(err)
			}
			_ = bad.end()
			stays.alive()
			other.alive()
		})
	}
}
