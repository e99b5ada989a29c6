package rights_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/rights"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri/standin"
)

// One signature opens a connection that serves several questions, refused ones among them.
func TestOneSignatureServesManyQuestions(t *testing.T) {
	a, n := newAuthority(t), 0
	c := client(t, serve(t, known(t), askingForCards(a.server(t, &x509.Certificate{}), a.pool())), a.pool())
	if err := c.Probe(t.Context()); err != nil || n != 0 {
		t.Fatalf("Probe: %v, %d signatures", err, n)
	}
	conn, err := c.Connect(t.Context(), a.identity(t, &n))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	unknown := patient
	unknown.Rang = 3
	for range 3 {
		got, err := conn.Ask(t.Context(), patient)
		if err != nil || len(got.Persons) != 1 || got.Persons[0].NIR != patient.NIR || !conn.Usable() {
			t.Fatalf("%d persons, %v", len(got.Persons), err)
		}
		_, err = conn.Ask(t.Context(), unknown)
		wantKind(t, err, rights.NoRights)
		if fault, ok := errors.AsType[*adri.Fault](err); !ok || fault.Reason != adri.Unknown || !conn.Usable() {
			t.Errorf("an unknown person: %v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d signatures", n)
	}
}

// A server that is not who it has to be is known before the card signs, by a probe too.
func TestServersNotTrusted(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	good := a.server(t, &x509.Certificate{})
	no12 := askingForCards(good, a.pool())
	no12.MinVersion = tls.VersionTLS13
	tests := []struct {
		name   string
		config *tls.Config
		roots  *x509.CertPool
		kind   rights.Kind
	}{
		{"authority", askingForCards(good, a.pool()), stranger.pool(), rights.Insecure},
		{"authorities of the system", askingForCards(good, a.pool()), nil, rights.Insecure},
		{"expired", askingForCards(a.server(t, &x509.Certificate{NotAfter: time.Now().Add(-time.Hour)}), a.pool()), a.pool(), rights.Insecure},
		{"name", askingForCards(a.server(t, &x509.Certificate{DNSNames: []string{"adri.test"}}), a.pool()), a.pool(), rights.Insecure},
		{"TLS 1.3 only", no12, a.pool(), rights.Insecure},
		{"no card asked for", &tls.Config{Certificates: []tls.Certificate{good}}, a.pool(), rights.Insecure},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			c := client(t, serve(t, known(t), tt.config), tt.roots)
			wantKind(t, c.Probe(t.Context()), tt.kind)
			_, err := c.Connect(t.Context(), a.identity(t, &n))
			wantKind(t, err, tt.kind)
			if n != 0 {
				t.Error("the card signed")
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	a, n := newAuthority(t), 0
	silent := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	closed := listen(t, func(c net.Conn) { c.Close() })
	http11 := listen(t, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") })
	for name, tt := range map[string]struct {
		address string
		kind    rights.Kind
	}{
		"refused": {"127.0.0.1:1", rights.Unreachable}, "no such host": {"adri.invalid:443", rights.Unreachable},
		"hangs up": {closed, rights.Unreachable}, "no TLS": {http11, rights.Insecure}, "silent": {silent, rights.TimedOut},
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, "https://"+tt.address+"/", a.pool())
			if tt.kind == rights.TimedOut {
				c.SetPatience(300 * time.Millisecond)
			}
			wantKind(t, c.Probe(t.Context()), tt.kind)
			_, err := c.Connect(t.Context(), a.identity(t, &n))
			wantKind(t, err, tt.kind)
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	wantKind(t, client(t, "https://"+silent, a.pool()).Probe(ctx), rights.Canceled)
	if n != 0 {
		t.Error("the card signed")
	}
}

// listen answers each connection with serve; nil refuses them.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return l.Addr().String()
}

// A card that the server does not accept, and one that does not sign.
func TestCardsNotAccepted(t *testing.T) {
	a, other, n := newAuthority(t), newAuthority(t), 0
	c := client(t, serve(t, known(t), askingForCards(a.server(t, &x509.Certificate{}), a.pool())), a.pool())
	if _, err := c.Connect(t.Context(), other.identity(t, &n)); err == nil || n > 1 {
		t.Errorf("a card of another authority: %v, %d signatures", err, n)
	} else {
		wantKind(t, err, rights.Rejected)
	}
	pulled := errors.New("pulled")
	id := a.identity(t, &n)
	id.Sign = func(context.Context, [sha256.Size]byte) ([]byte, error) { return nil, pulled }
	_, err := c.Connect(t.Context(), id)
	wantKind(t, err, rights.Card)
	if !errors.Is(err, pulled) {
		t.Errorf("the card's own error is lost: %v", err)
	}
	id.Sign = func(context.Context, [sha256.Size]byte) ([]byte, error) { return make([]byte, 256), nil }
	_, err = c.Connect(t.Context(), id)
	wantKind(t, err, rights.Rejected)
}

// The time of the user and of the card is not the network's.
func TestPatienceWaitsForTheCard(t *testing.T) {
	a, n := newAuthority(t), 0
	c := client(t, serve(t, known(t), askingForCards(a.server(t, &x509.Certificate{}), a.pool())), a.pool())
	c.SetPatience(5 * time.Second) // for the handshake, with its keys, on a busy machine
	id := a.identity(t, &n)
	sign := id.Sign
	id.Sign = func(ctx context.Context, digest [sha256.Size]byte) ([]byte, error) {
		select {
		case <-time.After(5500 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return sign(ctx, digest)
	}
	conn, err := c.Connect(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Ask(t.Context(), patient); err != nil {
		t.Error(err)
	}
}

// What a server answers is bounded, and has to be about the person asked for.
func TestAnswersNotUsable(t *testing.T) {
	answer, err := adri.EncodeResponse(adri.Response{Persons: []adri.Person{{NIR: "251063417200151", Nom: "TESTARD", Naissance: patient.Naissance,
		Rang: 1, Qualite: "0", AMO: adri.AMO{Du: 20240101, Regime: "01", Caisse: "349", Centre: "9881"}}}})
	if err != nil {
		t.Fatal(err)
	}
	write := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); _, _ = io.WriteString(w, body) }
	}
	tests := []struct {
		name string
		h    http.Handler
		kind rights.Kind
	}{
		{"another person", write(200, string(answer)), rights.Nonsense},
		{"10 MB", write(200, strings.Repeat("x", 10<<20)), rights.Nonsense},
		{"10 MB that say so", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10485760")
			_, _ = w.Write(make([]byte, 10<<20))
		}), rights.Nonsense},
		{"garbage", write(200, "garbage"), rights.Nonsense},
		{"nothing", write(200, ""), rights.Nonsense},
		{"page of a proxy", write(200, "<html><body>Bonjour</body></html>"), rights.Nonsense},
		{"refused", write(403, "no"), rights.Rejected},
		{"broken", write(500, "oops"), rights.Unreachable},
		{"elsewhere", http.RedirectHandler("https://autre.test/", http.StatusFound), rights.Nonsense},
		{"cut header", raw("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n"), rights.Unreachable},
		{"cut body", raw("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<env:Env"), rights.Unreachable},
		{"no HTTP", raw("SSH-2.0-OpenSSH\r\n\r\n"), rights.Nonsense},
		{"endless header", raw("HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 400_000)), rights.Nonsense},
		{"hangs up", raw(""), rights.Unreachable},
		{"slow", known(t, standin.Rule{Wait: 10 * time.Second}), rights.TimedOut},
		{"busy", known(t, standin.Rule{Reason: adri.Unavailable}), rights.NoRights},
	}
	a, n := newAuthority(t), 0
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := client(t, serve(t, tt.h, askingForCards(a.server(t, &x509.Certificate{}), a.pool())), a.pool())
			if tt.kind == rights.TimedOut {
				c.SetPatience(5 * time.Second)
			}
			conn, err := c.Connect(t.Context(), a.identity(t, &n))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_, err = conn.Ask(t.Context(), patient)
			wantKind(t, err, tt.kind)
			if conn.Usable() != (tt.kind == rights.NoRights) {
				t.Errorf("usable: %v", conn.Usable())
			}
			if err != nil && (strings.Contains(err.Error(), "TESTARD") || strings.Contains(err.Error(), patient.NIR) || strings.Contains(err.Error(), "OpenSSH")) {
				t.Errorf("the error quotes what was said: %v", err)
			}
		})
	}
}

// raw answers bytes that net/http would not, and hangs up.
func raw(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, text)
		conn.Close()
	})
}

// A server that closes a connection which had served says nothing of the next question.
func TestStale(t *testing.T) {
	a, n := newAuthority(t), 0
	inner := known(t)
	once := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kept := httptest.NewRecorder()
		inner.ServeHTTP(kept, r)
		raw(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", kept.Body.Len(), kept.Body)).ServeHTTP(w, r)
	})
	url := serve(t, once, askingForCards(a.server(t, &x509.Certificate{}), a.pool()))
	conn, err := client(t, url, a.pool()).Connect(t.Context(), a.identity(t, &n))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Ask(t.Context(), patient); err != nil {
		t.Fatal(err)
	}
	_, err = conn.Ask(t.Context(), patient)
	wantKind(t, err, rights.Stale)
	if conn.Usable() {
		t.Error("still usable")
	}
}

func TestAddresses(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://127.0.0.1:8443/adri": true, "https://[::1]/": true, "https://localhost": true, "https://adri.test/x?y": true,
		"https://ADRI.Example./": true, "https://adri.payeur.invalid": true, "https://[::ffff:127.0.0.1]:1/": true,
		"http://127.0.0.1/": false, "https://": false, "https://user@127.0.0.1/": false, "https://adri.rss.fr/": false,
		"https://192.0.2.1/": false, "https://test.fr/": false, "https://adritest/": false, "https://127.0.0.1.nip.io/": false,
		"adri.test": false, "https://adri.test/#x": false, "https://%zz/": false, "https://test": true,
	} {
		if err := rights.CheckAddress(address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}
