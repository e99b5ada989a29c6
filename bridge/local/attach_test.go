package local_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/local"
)

// asks opens the pairing door as a page would and asks to be paired. The messages
// that follow are the caller's to read.
func (r *rig) asks(t *testing.T, origin string) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"agrafe.pair.v1"}}
	ws, _, err := dialer.Dial("ws://"+r.addr+"/v1/pair", http.Header{"Origin": {origin}})
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
	rr, ss, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := b64(append(rr.FillBytes(make([]byte, 32)), ss.FillBytes(make([]byte, 32))...))
	err = ws.WriteJSON(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "pair", "params": map[string]any{
		"publicKey": b64(point), "clientNonce": mine, "signature": signature, "scopes": []string{"readers"}, "name": "essai"}})
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

// next is the name of the next message, "" for an answer.
func next(t *testing.T, ws *websocket.Conn) string {
	t.Helper()
	var m struct{ Method string }
	if err := ws.ReadJSON(&m); err != nil {
		t.Fatal(err)
	}
	return m.Method
}

// attached waits until a program answers consents: a page that comes before is told
// that nobody is there.
func (r *rig) attached(t *testing.T, origin string) *websocket.Conn {
	t.Helper()
	for {
		ws := r.asks(t, origin)
		if next(t, ws) == "" {
			return ws
		}
		_ = ws.Close()
	}
}

func TestAttachAnswersConsents(t *testing.T) {
	r := start(t)
	for name, accept := range map[string]bool{"accepted": true, "refused": false} {
		t.Run(name, func(t *testing.T) {
			origin := "https://" + name + ".example"
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended, asked := make(chan error, 1), make(chan local.Consent, 1)
			go func() {
				ended <- local.Attach(ctx, r.cfg.ControlSocket(), local.Answers{
					Consent: func(_ context.Context, c local.Consent) bool { asked <- c; return accept },
					Sent:    cancel, // the answer is on its way: it counts though the program leaves
				})
			}()
			page := r.attached(t, origin)
			if c := wait(t, asked); c.Origin != origin || c.Unicode != origin || c.Letters != "latin" || len(c.Code) != 6 || c.Scopes[0] != "readers" || c.Seconds != 60 {
				t.Errorf("the question is %+v", c)
			}
			if got := next(t, page); (got == "paired") != accept {
				t.Errorf("the page is %s", got)
			}
			if err := wait(t, ended); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAttachIsToldOfAWithdrawal(t *testing.T) {
	r := start(t)
	ended := make(chan error, 1)
	asked := make(chan struct{}, 1)
	go func() {
		ended <- local.Attach(t.Context(), r.cfg.ControlSocket(), local.Answers{
			Consent: func(ctx context.Context, _ local.Consent) bool { asked <- struct{}{}; <-ctx.Done(); return true }})
	}()
	page := r.attached(t, "https://gone.example")
	wait(t, asked)
	_ = page.Close()
	if err := wait(t, ended); !errors.Is(err, local.ErrWithdrawn) {
		t.Errorf("the error is %v", err)
	}
}
