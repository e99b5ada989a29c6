package bridge

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/localca"
	"github.com/agrafe-fse/agrafe/daemon"
)

// secured is a rig that answers wss.
type secured struct {
	*rig
	at    string // "127.0.0.1:17374"
	trust *x509.CertPool
}

// startSecured runs a daemon and has wss enabled by the command line's way.
func startSecured(t *testing.T) *secured {
	t.Helper()
	return enabled(t, startWith(t, tlsConfig(t)))
}

// tlsConfig is a configuration with any free port for wss, which is off.
func tlsConfig(t *testing.T) daemon.Config {
	t.Helper()
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.TLS.Port, cfg.Origins.Policy = t.TempDir(), 0, 0, ""
	return cfg
}

func enabled(t *testing.T, r *rig) *secured {
	t.Helper()
	var on tlsResult
	r.dialControl(t).mustCall("tls.enable", "", &on)
	return r.securedBy(t, on)
}

func (r *rig) securedBy(t *testing.T, on tlsResult) *secured {
	t.Helper()
	at, ok := strings.CutPrefix(on.Address, "wss://")
	if !ok || on.Fault != "" {
		t.Fatalf("wss is not answered: %+v", on)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(on.Authority)) {
		t.Fatal("the authority is no certificate")
	}
	return &secured{r, at, pool}
}

func (s *secured) port() string {
	_, port, _ := net.SplitHostPort(s.at)
	return port
}

// config is that of a browser that trusts the machine's authority alone.
func (s *secured) config() *tls.Config { return &tls.Config{RootCAs: s.trust} }

// ask is ask by the TLS port.
func (s *secured) ask(t *testing.T, text string) string {
	t.Helper()
	c, err := tls.Dial("tcp", s.at, s.config())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// listening is how many of this process's sockets listen.
func listening(t *testing.T) (n int) {
	t.Helper()
	inodes := socketsOf(t)
	for _, file := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 9 && f[3] == "0A" && inodes[f[9]] {
				n++
			}
		}
	}
	return n
}

// Off, which is the default: nothing listens, and there is no certificate.
func TestS33OffByDefault(t *testing.T) {
	before := listening(t)
	r := startWith(t, tlsConfig(t))
	if daemon.DefaultConfig().TLS.Enabled {
		t.Error("on by default")
	}
	if n := listening(t) - before; n != len(r.server.listeners) {
		t.Errorf("%d sockets listen, want %d", n, len(r.server.listeners))
	}
	if _, err := localca.Load(r.cfg.State); err == nil {
		t.Error("there is a certificate")
	}
	var off tlsResult
	r.dialControl(t).mustCall("tls.status", "", &off)
	if off != (tlsResult{}) {
		t.Errorf("the status is %+v", off)
	}
}

// A page meets the daemon by wss as it does by ws: the same texts, signed by both.
func TestS33PageByTLS(t *testing.T) {
	s := startSecured(t)
	s.let(t, ehr, scopeReaders)
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]"} {
		t.Run(host, func(t *testing.T) {
			p := s.page(t, ehr)
			dialer := &websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{subprotocol}, TLSClientConfig: s.config()}
			p.door, p.dialer = "wss://"+host+":"+s.port(), dialer
			c, met := p.dial("enrol")
			if len(met.Scopes) != 1 {
				t.Errorf("scopes %v", met.Scopes)
			}
			c.alive()
			_ = c.ws.Close()
			c, _ = p.dial("auth")
			c.alive()
		})
	}
}

func TestS33Health(t *testing.T) {
	s := startSecured(t)
	s.let(t, ehr, scopeReaders)
	answer := s.ask(t, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:"+s.port()+"\r\nOrigin: "+ehr+"\r\nConnection: close\r\n\r\n")
	if code, h, _ := statusOf(t, answer); code != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != ehr {
		t.Errorf("status %d, header %v", code, h)
	}
}

// The gate is that of ws, on the hosts of its own port: S02 to S05.
func TestS33SameGate(t *testing.T) {
	s := startSecured(t)
	s.let(t, ehr, scopeReaders)
	p, bearer := s.port(), "Authorization: Bearer "+s.token(t)
	host := "Host: 127.0.0.1:" + p
	tests := []struct {
		name  string
		path  string
		lines []string
		want  int
	}{
		{"S02 evil host", "/v1", []string{"Host: evil.example:" + p, bearer}, 421},
		{"S02 host of the port of ws", "/v1", []string{"Host: 127.0.0.1:" + s.rig.port(), bearer}, 421},
		{"S02 any address", "/v1", []string{"Host: 0.0.0.0:" + p, bearer}, 421},
		{"S02 trailing dot", "/v1", []string{"Host: localhost.:" + p, bearer}, 421},
		{"S02 no port", "/v1", []string{"Host: localhost", bearer}, 421},
		{"S02 two", "/v1", []string{host, "Host: evil.example", bearer}, 400},
		{"S02 empty", "/v1", []string{"Host:", bearer}, 421},
		{"S02 absolute URI", "https://127.0.0.1:" + p + "/v1", []string{host, bearer}, 421},
		{"S03 no origin, no token", "/v1", []string{host}, 403},
		{"S03 wrong token", "/v1", []string{host, bearer + "A"}, 403},
		{"S04 null", "/v1", []string{host, "Origin: null"}, 403},
		{"S04 file", "/v1", []string{host, "Origin: file://"}, 403},
		{"S04 http", "/v1", []string{host, "Origin: http://ehr.example"}, 403},
		{"S04 extension", "/v1", []string{host, "Origin: chrome-extension://abcdefghijklmnopabcdefghijklmnop"}, 403},
		{"S05 unlisted", "/v1", []string{host, "Origin: https://autre.example"}, 403},
		{"S05 suffix", "/v1", []string{host, "Origin: " + ehr + ".evil.example"}, 403},
		{"S05 port", "/v1", []string{host, "Origin: " + ehr + ":444"}, 403},
		{"S05 user", "/v1", []string{host, "Origin: " + ehr + "@evil.example"}, 403},
		{"S05 two", "/v1", []string{host, "Origin: " + ehr, "Origin: " + ehr}, 403},
		{"S05 the door itself", "/v1", []string{host, "Origin: https://127.0.0.1:" + p}, 403},
		{"S07 unknown path", "/nothing", []string{host, bearer}, 403},
		{"prompt door", "/prompt", []string{host, bearer}, 403},
		{"listed, so that the test can tell", "/v1", []string{host, "Origin: " + ehr}, 101},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			request := once(upgradeTo(tt.path, tt.lines...))
			if tt.want == http.StatusSwitchingProtocols {
				if c := s.send(t, request); c != tt.want {
					t.Errorf("status %d", c)
				}
				return
			}
			answer := s.ask(t, request)
			if code, _, _ := statusOf(t, answer); code != tt.want {
				t.Errorf("status %d, want %d", code, tt.want)
			}
			innocent(t, answer)
		})
	}
}

// send is ask for a request that is not closed after; it returns the status.
func (s *secured) send(t *testing.T, text string) int {
	t.Helper()
	c, err := tls.Dial("tcp", s.at, s.config())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode
}

// What the handshake offers, and what it refuses.
func TestS33Handshake(t *testing.T) {
	s := startSecured(t)
	tests := []struct {
		name   string
		change func(*tls.Config)
		ok     bool
	}{
		{"TLS 1.3", func(c *tls.Config) {}, true},
		{"TLS 1.2", func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, true},
		{"TLS 1.1", func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, false},
		{"nobody trusts it by itself", func(c *tls.Config) { c.RootCAs = x509.NewCertPool() }, false},
		{"localhost", func(c *tls.Config) { c.ServerName = "localhost" }, true},
		{"another name", func(c *tls.Config) { c.ServerName, c.InsecureSkipVerify = "evil.example", true }, false},
		{"HTTP/2 alone", func(c *tls.Config) { c.NextProtos = []string{"h2"} }, false},
		{"HTTP/2 first", func(c *tls.Config) { c.NextProtos = []string{"h2", "http/1.1"} }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := s.config()
			config.ClientSessionCache = tls.NewLRUClientSessionCache(4)
			tt.change(config)
			for range 2 { // the second would resume the first's session
				c, err := tls.Dial("tcp", s.at, config)
				if (err == nil) != tt.ok {
					t.Fatalf("the handshake: %v", err)
				}
				if err != nil {
					return
				}
				defer c.Close()
				// A ticket of TLS 1.3 comes after the handshake: one answer is awaited.
				_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				if _, err := c.Read(make([]byte, 512)); err != nil {
					t.Fatal(err)
				}
				if got := c.ConnectionState(); got.DidResume || got.NegotiatedProtocol == "h2" {
					t.Errorf("resumed %v, protocol %q", got.DidResume, got.NegotiatedProtocol)
				}
			}
		})
	}
	t.Run("no TLS at all", func(t *testing.T) {
		answer := ask(t, "tcp", s.at, once(upgradeTo("/v1", "Host: 127.0.0.1:"+s.port())))
		if !strings.HasPrefix(answer, "HTTP/1.0 400 ") {
			t.Errorf("answered %q", answer)
		}
	})
}

// A connection that begins no handshake is ended like one that sends no request.
func TestS33SilentHandshake(t *testing.T) {
	s := startSecured(t)
	c, err := net.Dial("tcp", s.at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	start := time.Now()
	_ = c.SetReadDeadline(start.Add(patience))
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) || time.Since(start) > patience/2 {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}
