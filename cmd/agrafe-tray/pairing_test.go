//go:build desktop

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// page asks to be paired as a web page does and gives the names of the messages that
// it is sent.
func (d *desk) page(t *testing.T, origin string) <-chan string {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"agrafe.pair.v1"}}
	ws, _, err := dialer.Dial("ws://"+d.addr+"/v1/pair", http.Header{"Origin": {origin}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	var challenge struct{ Params struct{ Nonce string } }
	if err := ws.ReadJSON(&challenge); err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	mine := b64(make([]byte, 32))
	sum := sha256.Sum256([]byte("agrafe.v1.pair\n" + origin + "\n" + challenge.Params.Nonce + "\n" + mine))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := b64(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
	err = ws.WriteJSON(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "pair", "params": map[string]any{
		"publicKey": b64(point), "clientNonce": mine, "signature": signature, "scopes": []string{"readers", "fse"}, "name": "Essai"}})
	if err != nil {
		t.Fatal(err)
	}
	messages := make(chan string, 10)
	go func() {
		defer close(messages)
		for {
			var m struct {
				Method string
				Error  struct{ Data state.Error }
			}
			if ws.ReadJSON(&m) != nil {
				return
			}
			messages <- m.Method + m.Error.Data.Code
		}
	}()
	return messages
}

// last is the last message that a page was sent.
func last(t *testing.T, messages <-chan string) (text string) {
	t.Helper()
	for deadline := time.After(2 * within); ; {
		select {
		case m, ok := <-messages:
			if !ok {
				return text
			}
			text = m
		case <-deadline:
			t.Fatalf("the page still waits, after %q", text)
		}
	}
}

// One window at a time: a second page is turned away, a question for a code waits. Who
// is let in is in the menu, and can be shut out there.
func TestPairingAndRevoking(t *testing.T) {
	d := newDesk(t, func(c *daemon.Config) { c.PIN.Policy = daemon.PINEach })
	d.ready(t)
	first := d.page(t, "https://un.example")
	d.screen.Window(siteWindow)
	if text := d.windowText(t); !strings.Contains(text, "https://un.example") || !strings.Contains(text, "créer et signer des FSE") {
		t.Errorf("the window says %q", text)
	}
	if got := last(t, d.page(t, "https://deux.example")); got != "refused" {
		t.Errorf("the second page is told %q", got)
	}
	ended := d.asks(t)
	if d.screen.Has(codeWindow) {
		t.Error("two windows are open")
	}
	d.screen.Key("Tab", "Return")
	if got := last(t, first); got != "paired" {
		t.Errorf("the first page is told %q", got)
	}
	d.types(t, goodCode)
	if err := result(t, ended); err != nil {
		t.Errorf("the call gives %v", err)
	}
	d.icon.shows(t, "Révoquer https://un.example")
	d.icon.click(t, "Révoquer https://un.example")
	d.screen.Window("^Agrafe$")
	d.screen.Key("Return") // keeps it
	d.screen.Gone("^Agrafe$")
	d.icon.shows(t, "Révoquer https://un.example")
	d.icon.click(t, "Révoquer https://un.example")
	d.screen.Window("^Agrafe$")
	d.screen.Key("Tab", "Return")
	d.icon.hides(t, "https://un.example")
}
