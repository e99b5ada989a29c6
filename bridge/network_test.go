package bridge

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// ask sends text as it is and returns all that comes back until the other end
// closes.
func ask(t *testing.T, network, addr, text string) string {
	t.Helper()
	c, err := net.Dial(network, addr)
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

// upgradeTo is a request for a WebSocket with these header lines beside.
func upgradeTo(target string, lines ...string) string {
	lines = append([]string{"GET " + target + " HTTP/1.1"}, lines...)
	return strings.Join(append(lines, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol: "+subprotocol), "\r\n") + "\r\n\r\n"
}

// once makes the server close after its answer, so that ask ends.
func once(request string) string {
	return strings.Replace(request, "Connection: Upgrade", "Connection: Upgrade, close", 1)
}

func statusOf(t *testing.T, answer string) (int, http.Header, string) {
	t.Helper()
	r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(answer)), nil)
	if err != nil {
		t.Fatalf("%v in %q", err, answer)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, r.Header, string(body)
}

// ours is whatever would tell a stranger what listens here.
var ours = regexp.MustCompile(`(?i)agrafe|\bfse\b|vitale|websocket|v1|server:|access-control|set-cookie|www-authenticate|go-http|panic|goroutine`)

// innocent checks that a refusal tells nothing.
func innocent(t *testing.T, answer string) {
	t.Helper()
	if found := ours.FindString(answer); found != "" {
		t.Errorf("the refusal says %q: %q", found, answer)
	}
}

var date = regexp.MustCompile(`Date: [^\r]*\r\n`)

func TestS01OnlyLoopbackListens(t *testing.T) {
	r := start(t)
	inodes := socketsOf(t)
	port := fmt.Sprintf("%04X", r.server.listeners[0].Addr().(*net.TCPAddr).Port)
	loopback := map[string]bool{"0100007F": true, "00000000000000000000000001000000": true}
	found := 0
	for _, file := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			if len(f) < 10 || f[3] != "0A" || !inodes[f[9]] {
				continue
			}
			host, p, _ := strings.Cut(f[1], ":")
			if !loopback[host] {
				t.Errorf("listening on %s", f[1])
			}
			if p == port {
				found++
			}
		}
	}
	if found != len(r.server.listeners) {
		t.Errorf("%d listeners on our port, want %d", found, len(r.server.listeners))
	}
	for _, l := range r.server.listeners {
		if !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
			t.Errorf("listening on %s", l.Addr())
		}
	}
}

// socketsOf is the inodes of this process's sockets.
func socketsOf(t *testing.T) map[string]bool {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	inodes := map[string]bool{}
	for _, e := range list {
		to, _ := os.Readlink("/proc/self/fd/" + e.Name())
		if inode, ok := strings.CutPrefix(to, "socket:["); ok {
			inodes[strings.TrimSuffix(inode, "]")] = true
		}
	}
	return inodes
}

func TestS02WrongHost(t *testing.T) {
	r := start(t)
	p, bearer := r.port(), "Authorization: Bearer "+r.token(t)
	tests := []struct {
		name    string
		request string
	}{
		{"evil", upgradeTo("/v1", "Host: evil.example:"+p, bearer)},
		{"evil without a port", upgradeTo("/v1", "Host: evil.example", bearer)},
		{"begins with ours", upgradeTo("/v1", "Host: 127.0.0.1:"+p+".evil.example", bearer)},
		{"any address", upgradeTo("/v1", "Host: 0.0.0.0:"+p, bearer)},
		{"another loopback", upgradeTo("/v1", "Host: 127.0.0.2:"+p, bearer)},
		{"short form", upgradeTo("/v1", "Host: 127.1:"+p, bearer)},
		{"decimal form", upgradeTo("/v1", "Host: 2130706433:"+p, bearer)},
		{"mapped", upgradeTo("/v1", "Host: [::ffff:127.0.0.1]:"+p, bearer)},
		{"trailing dot", upgradeTo("/v1", "Host: localhost.:"+p, bearer)},
		{"upper case", upgradeTo("/v1", "Host: LOCALHOST:"+p, bearer)},
		{"no port", upgradeTo("/v1", "Host: localhost", bearer)},
		{"other port", upgradeTo("/v1", "Host: localhost:1", bearer)},
		{"leading zero", upgradeTo("/v1", "Host: localhost:0"+p, bearer)},
		{"user", upgradeTo("/v1", "Host: a@localhost:"+p, bearer)},
		{"empty", upgradeTo("/v1", "Host:", bearer)},
		{"none", upgradeTo("/v1", bearer)},
		{"none in HTTP/1.0", strings.Replace(upgradeTo("/v1", bearer), "HTTP/1.1", "HTTP/1.0", 1)},
		{"two", upgradeTo("/v1", "Host: localhost:"+p, "Host: evil.example", bearer)},
		{"two alike", upgradeTo("/v1", "Host: localhost:"+p, "Host: localhost:"+p, bearer)},
		{"absolute URI, ours", upgradeTo("http://127.0.0.1:"+p+"/v1", "Host: evil.example", bearer)},
		{"absolute URI, evil", upgradeTo("http://evil.example/v1", "Host: 127.0.0.1:"+p, bearer)},
		{"absolute URI of a WebSocket", upgradeTo("ws://127.0.0.1:"+p+"/v1", "Host: 127.0.0.1:"+p, bearer)},
		{"authority", "CONNECT 127.0.0.1:" + p + " HTTP/1.1\r\nHost: 127.0.0.1:" + p + "\r\nConnection: close\r\n\r\n"},
		{"HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := ask(t, "tcp", r.addr(), once(tt.request))
			code, _, body := statusOf(t, answer)
			if !slices.Contains([]int{400, 403, 421, 505}, code) || code == 505 && tt.name != "HTTP/2 without TLS" {
				t.Errorf("status %d", code)
			}
			innocent(t, answer)
			innocent(t, body)
		})
	}
}

func TestRightHosts(t *testing.T) {
	r := start(t)
	for _, host := range []string{"127.0.0.1:", "localhost:", "[::1]:"} {
		for _, l := range r.server.listeners {
			t.Run(host+" at "+l.Addr().Network(), func(t *testing.T) {
				dialer, header := r.dialer(t)
				header.Set("Host", host+r.port())
				c := dialWith(t, dialer, "ws://"+l.Addr().String()+"/v1", header)
				c.alive()
				if c.ws.Subprotocol() != subprotocol {
					t.Errorf("subprotocol %q", c.ws.Subprotocol())
				}
			})
		}
	}
}

func TestS03NoToken(t *testing.T) {
	r := start(t)
	host, token := "Host: 127.0.0.1:"+r.port(), r.token(t)
	tests := []struct {
		name  string
		lines []string
	}{
		{"none", nil},
		{"empty", []string{"Authorization: Bearer "}},
		{"no scheme", []string{"Authorization: " + token}},
		{"another scheme", []string{"Authorization: Basic " + token}},
		{"cut short", []string{"Authorization: Bearer " + token[:len(token)-1]}},
		{"longer", []string{"Authorization: Bearer " + token + "A"}},
		{"lower case", []string{"Authorization: Bearer " + strings.ToLower(token)}},
		{"in a cookie", []string{"Cookie: token=" + token}},
		{"the second of two", []string{"Authorization: Bearer X", "Authorization: Bearer " + token}},
		{"in the subprotocol", []string{"Sec-WebSocket-Protocol: " + token}},
	}
	want := ""
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := ask(t, "tcp", r.addr(), once(upgradeTo("/v1", append([]string{host}, tt.lines...)...)))
			if code, _, _ := statusOf(t, answer); code != http.StatusForbidden {
				t.Errorf("status %d", code)
			}
			innocent(t, answer)
			answer = date.ReplaceAllString(answer, "")
			if want == "" {
				want = answer
			}
			if answer != want {
				t.Errorf("the refusal is %q, others get %q", answer, want)
			}
		})
	}
	t.Run("in the URL", func(t *testing.T) {
		answer := ask(t, "tcp", r.addr(), once(upgradeTo("/v1?token="+token, host)))
		if date.ReplaceAllString(answer, "") != want {
			t.Errorf("the refusal is %q", answer)
		}
	})
}

// Every Origin is refused with one answer, which is that of a missing token too:
// a page can't tell what is here.
func TestS04S05S06S07AnyOrigin(t *testing.T) {
	r := start(t)
	p := r.port()
	origins := []struct {
		name  string
		lines []string
	}{
		{"null", []string{"Origin: null"}},
		{"empty", []string{"Origin:"}},
		{"file", []string{"Origin: file://"}},
		{"http", []string{"Origin: http://ehr.example"}},
		{"https", []string{"Origin: https://ehr.example"}},
		{"extension", []string{"Origin: chrome-extension://abcdefghijklmnopabcdefghijklmnop"}},
		{"Firefox extension", []string{"Origin: moz-extension://00000000-0000-0000-0000-000000000000"}},
		{"exact localhost", []string{"Origin: http://localhost:" + p}},
		{"exact address", []string{"Origin: http://127.0.0.1:" + p}},
		{"suffix", []string{"Origin: https://ehr.example.evil.example"}},
		{"prefix", []string{"Origin: https://evilehr.example"}},
		{"port", []string{"Origin: https://ehr.example:444"}},
		{"user", []string{"Origin: https://ehr.example@evil.example"}},
		{"homograph", []string{"Origin: https://xn--hr-xza.example"}},
		{"trailing dot", []string{"Origin: https://ehr.example."}},
		{"two", []string{"Origin: http://localhost:" + p, "Origin: https://evil.example"}},
		{"lower case name", []string{"origin: https://ehr.example"}},
	}
	doors := []struct {
		name, network, addr string
		lines               []string
	}{
		{"address", "tcp", r.addr(), []string{"Host: 127.0.0.1:" + p, "Authorization: Bearer " + r.token(t)}},
		{"control socket", "unix", r.cfg.ControlSocket(), []string{"Host: control"}},
	}
	paths := []string{"/v1", "/", "/prompt", "/nothing", "/v1/pair", "/healthz", "/v1?x=1"}
	for _, door := range doors {
		want := ""
		for _, tt := range origins {
			t.Run(door.name+" "+tt.name, func(t *testing.T) {
				for _, path := range paths {
					answer := ask(t, door.network, door.addr, once(upgradeTo(path, slices.Concat(door.lines, tt.lines)...)))
					if code, h, body := statusOf(t, answer); code != http.StatusForbidden || body != "" || len(h) > 3 {
						t.Errorf("%s: status %d, header %v, body %q", path, code, h, body)
					}
					innocent(t, answer)
					answer = date.ReplaceAllString(answer, "")
					if want == "" {
						want = answer
					}
					if answer != want {
						t.Errorf("%s: the refusal is %q, others get %q", path, answer, want)
					}
				}
			})
		}
	}
}

// Nothing but the upgrade does anything, and no answer sets a cookie.
func TestS08S09NoRouteWithSideEffects(t *testing.T) {
	r := start(t, "medecin-secteur1", "patient")
	watcher := r.dial(t)
	before := watcher.settled(r)
	bodies := []string{"", `{"jsonrpc":"2.0","id":1,"method":"lease.steal","params":{"reader":"a","seconds":9}}`}
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND"} {
		for _, path := range []string{"/", "/v1", "/prompt", "/lease.steal", "/d/0", "/../v1", "//v1", "/v1/"} {
			for _, body := range bodies {
				request := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nAuthorization: Bearer %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
					method, path, r.port(), r.token(t), len(body), body)
				code, h, text := statusOf(t, ask(t, "tcp", r.addr(), request))
				if code < 400 || code >= 500 || text != "" {
					t.Errorf("%s %s: status %d, body %q", method, path, code, text)
				}
				if h.Get("Set-Cookie") != "" || h.Get("Access-Control-Allow-Origin") != "" || h.Get("Server") != "" {
					t.Errorf("%s %s: header %v", method, path, h)
				}
			}
		}
	}
	if after := r.daemon.Snapshot(); after.Seq != before.Seq {
		t.Errorf("%d events came of it", after.Seq-before.Seq)
	}
}

func TestUpgradeSetsNoCookieAndNoExtension(t *testing.T) {
	r := start(t)
	dialer, header := r.dialer(t)
	dialer.EnableCompression = true
	ws, answer, err := dialer.Dial("ws://"+r.addr()+"/v1", header)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	for name := range answer.Header {
		if !slices.Contains([]string{"Upgrade", "Connection", "Sec-Websocket-Accept", "Sec-Websocket-Protocol"}, name) {
			t.Errorf("the upgrade answers with %s", name)
		}
	}
}

func TestS37PortTaken(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(address, func(t *testing.T) {
			squatter, err := net.Listen("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer squatter.Close()
			r := start(t)
			r.stop()
			r.cfg.Port = squatter.Addr().(*net.TCPAddr).Port
			token, err := os.ReadFile(r.cfg.TokenFile())
			if err != nil {
				t.Fatal(err)
			}
			d := r.reopened(t)
			before := len(socketsOf(t))
			_, err = New(d, "test", r.server.log)
			taken, ok := errors.AsType[*PortTakenError](err)
			if !ok || taken.Port != r.cfg.Port {
				t.Fatalf("the error is %v", err)
			}
			if !strings.Contains(err.Error(), fmt.Sprint(r.cfg.Port)) || !strings.HasPrefix(err.Error(), "cannot ") {
				t.Errorf("the error reads %q", err)
			}
			if after := len(socketsOf(t)); after != before {
				t.Errorf("%d sockets left behind", after-before)
			}
			if _, err := os.Stat(r.cfg.ControlSocket()); !os.IsNotExist(err) {
				t.Errorf("control socket left behind (%v)", err)
			}
			if now, err := os.ReadFile(r.cfg.TokenFile()); err != nil || string(now) != string(token) {
				t.Errorf("the token of the other daemon was touched (%v)", err)
			}
			if other, err := net.Dial("tcp", squatter.Addr().String()); err != nil {
				t.Errorf("the other program was harmed: %v", err)
			} else {
				_ = other.Close()
			}
		})
	}
}

// A token is of one run and of one user.
func TestToken(t *testing.T) {
	r := start(t)
	info, err := os.Lstat(r.cfg.TokenFile())
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	first := r.token(t)
	if len(first) < 26 {
		t.Errorf("a token of %d characters has less than 128 bits", len(first))
	}
	if strings.Contains(r.log.String(), first) {
		t.Error("the token is in the log")
	}
	r.stop()
	if _, err := net.Dial("tcp", r.addr()); err == nil {
		t.Error("something listens after the stop")
	}
	again := startWith(t, r.cfg)
	if again.token(t) == first {
		t.Error("the token is that of the run before")
	}
	dialer, header := again.dialer(t)
	header.Set("Authorization", "Bearer "+first)
	if _, answer, err := dialer.Dial("ws://"+again.addr()+"/v1", header); !errors.Is(err, websocket.ErrBadHandshake) || answer.StatusCode != http.StatusForbidden {
		t.Errorf("the token of the run before: %v", err)
	}
}

// A token file that somebody put there in advance is not written through.
func TestTokenIsNotWrittenThroughALink(t *testing.T) {
	r := start(t)
	r.stop()
	target := r.cfg.State + "/target"
	if err := os.Remove(r.cfg.TokenFile()); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, r.cfg.TokenFile()); err != nil {
		t.Fatal(err)
	}
	startWith(t, r.cfg)
	if _, err := os.Stat(target); !os.IsNotExist(err) {
		t.Errorf("the token went through the link (%v)", err)
	}
}
