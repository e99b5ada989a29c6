package bridge

import (
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon"
)

// S36 of what is served over HTTP: a document runs nothing and is framed by nobody,
// and no answer holds anything of the request.
func TestS36NothingRunsAndNothingIsReflected(t *testing.T) {
	r := start(t)
	_, c := r.visitor(t, ehr, scopeReaders, scopeLots)
	code, h, _ := r.get(t, "GET", r.offer(t, "le bordereau", "<script>.pdf"), "Sec-Fetch-Mode: navigate")
	policy := h.Get("Content-Security-Policy")
	if code != 200 || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "sandbox") {
		t.Errorf("a document: %d, policy %q", code, policy)
	}
	if name := h.Get("Content-Disposition"); strings.ContainsAny(name, "<>") {
		t.Errorf("a document is offered as %q", name)
	}
	const mark = "MARQUE-7f3a"
	for _, path := range []string{"/", "/?" + mark, "/" + mark, "/index.html", "/v1?" + mark, "/d/" + mark, "/healthz?" + mark, "/v1/pair#" + mark} {
		code, h, body := r.get(t, "GET", path, "X-"+mark+": "+mark, "Cookie: "+mark, "Referer: https://"+mark+".example/")
		if code < 400 {
			t.Errorf("%s is served: %d", path, code)
		}
		all := body
		for name, values := range h {
			all += name + strings.Join(values, " ")
		}
		if strings.Contains(strings.ToLower(all), strings.ToLower(mark)) {
			t.Errorf("%s: the answer holds what was asked: %q", path, all)
		}
	}
	c.alive()
}

// goes is how a browser asks for the page that a user goes to.
var goes = []string{"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "Sec-Fetch-Site: none"}

// parts are the paths of what the console's page is made of.
func parts(t *testing.T, page string) (paths []string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?:src|href)="(/[^"]*)"`).FindAllStringSubmatch(page, -1) {
		paths = append(paths, m[1])
	}
	return paths
}

// S36 of the console: its headers, on the page and on each of its parts.
func TestS36ConsoleIsStrict(t *testing.T) {
	r := start(t)
	code, h, page := r.get(t, "GET", "/", goes...)
	if code != 200 || !strings.Contains(page, "<html") || h.Get("Cache-Control") != "no-cache" || !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		t.Fatalf("%d %v", code, h)
	}
	at := "127.0.0.1:" + r.port()
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src ws://" + at + " http://" + at +
			"; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "Access-Control-Allow-Origin": "", "Set-Cookie": "", "Server": "",
	}
	strict := func(path string, h http.Header) {
		for name, value := range want {
			if h.Get(name) != value {
				t.Errorf("%s: %s: %q", path, name, h.Get(name))
			}
		}
		if !strings.Contains(h.Get("Permissions-Policy"), "camera=()") {
			t.Errorf("%s: permissions %q", path, h.Get("Permissions-Policy"))
		}
	}
	strict("/", h)
	inline := regexp.MustCompile(`(?i)<script(?:>| [^>]*[^/]>[^<])|<style|\son[a-z]+=|\sstyle=|javascript:`)
	if found := inline.FindString(page); found != "" {
		t.Errorf("the page holds %q, which its policy forbids", found)
	}
	for _, path := range parts(t, page) {
		code, h, text := r.get(t, "GET", path, "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-origin", "Origin: http://"+at)
		if code != 200 || text == "" || h.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %d %v", path, code, h)
		}
		strict(path, h)
		if again, _, _ := r.get(t, "GET", path, "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Site: same-origin", "If-None-Match: "+h.Get("ETag")); again != http.StatusNotModified {
			t.Errorf("%s again: %d", path, again)
		}
	}
	head := ask(t, "tcp", r.addr(), "HEAD / HTTP/1.1\r\nHost: "+at+"\r\nConnection: close\r\n"+strings.Join(goes, "\r\n")+"\r\n\r\n")
	if !strings.HasPrefix(head, "HTTP/1.1 200 ") || !strings.HasSuffix(head, "\r\n\r\n") {
		t.Errorf("HEAD: %q", head)
	}
	code, again, body := r.get(t, "GET", "/", append(goes, "If-None-Match: "+h.Get("ETag"))...)
	if strict("/ again", again); code != http.StatusNotModified || body != "" {
		t.Errorf("/ again: %d %q", code, body)
	}
}

// S36, S08: who may ask for the page and its parts. Whatever else is asked is refused
// as any other path is.
func TestS36WhoMayAskForTheConsole(t *testing.T) {
	r := start(t)
	_, _, page := r.get(t, "GET", "/", goes...)
	own, nav, frame := "Origin: http://127.0.0.1:"+r.port(), goes[0], []string{goes[0], "Sec-Fetch-Dest: iframe"}
	tests := []struct {
		name, method, path string
		lines              []string
		want               int
	}{
		{"goes there", "GET", "/", goes, 200},
		{"a query", "GET", "/?x=<script>", goes, 200},
		{"POST", "POST", "/", append(goes, "Content-Length: 0"), 403},
		{"no browser", "GET", "/", nil, 403},
		{"no destination", "GET", "/", []string{nav}, 403},
		{"framed", "GET", "/", frame, 403},
		{"two modes", "GET", "/", append(goes, nav), 403},
		{"fetched by a page", "GET", "/", []string{"Origin: " + ehr, "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"}, 403},
		{"a form of a page", "GET", "/", append(goes, "Origin: "+ehr), 403},
		{"null", "GET", "/", append(goes, "Origin: null"), 403},
		{"by its file", "GET", "/index.html", goes, 403},
		{"twice the slash", "GET", "//", goes, 403},
		{"out of its folder", "GET", "/../console.go", goes, 403},
	}
	for _, path := range parts(t, page) {
		tests = append(tests, []struct {
			name, method, path string
			lines              []string
			want               int
		}{
			{"a part", "GET", path, []string{"Sec-Fetch-Mode: no-cors", "Sec-Fetch-Site: same-origin"}, 200},
			{"a module", "GET", path, []string{own, "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-origin"}, 200},
			{"a part, of another page", "GET", path, []string{"Sec-Fetch-Mode: no-cors", "Sec-Fetch-Site: cross-site"}, 403},
			{"a part, of a page of this machine", "GET", path, []string{"Sec-Fetch-Mode: no-cors", "Sec-Fetch-Site: same-site"}, 403},
			{"a part, gone to", "GET", path, goes, 403},
			{"a part, no browser", "GET", path, nil, 403},
		}...)
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.path, func(t *testing.T) {
			code, _, body := r.get(t, tt.method, tt.path, tt.lines...)
			if code != tt.want || (tt.want == 403) != (body == "") || strings.Contains(body, "<script>") {
				t.Errorf("%d %q", code, body)
			}
		})
	}
}

// The console has one origin. The other names of this machine lead to its page, and to
// nothing else; over TLS there is none.
func TestS36ConsoleHasOneOrigin(t *testing.T) {
	r := start(t)
	_, _, page := r.get(t, "GET", "/", goes...)
	for _, host := range []string{"localhost:", "[::1]:"} {
		for _, path := range append(parts(t, page), "/", "/?x") {
			mode := goes
			if !strings.HasPrefix(path, "/?") && path != "/" {
				mode = []string{"Sec-Fetch-Mode: no-cors", "Sec-Fetch-Site: same-origin"}
			}
			head := append([]string{"GET " + path + " HTTP/1.1", "Host: " + host + r.port(), "Connection: close"}, mode...)
			code, h, body := statusOf(t, ask(t, "tcp", r.addr(), strings.Join(head, "\r\n")+"\r\n\r\n"))
			want, to := 403, ""
			if strings.HasPrefix(path, "/?") || path == "/" {
				want, to = 308, "http://127.0.0.1:"+r.port()+"/"
			}
			if code != want || h.Get("Location") != to || body != "" {
				t.Errorf("%s%s: %d to %q, %q", host, path, code, h.Get("Location"), body)
			}
		}
	}
}

// S20 of the console: another user's browser gets nothing.
func TestS20ConsoleOfAnotherUser(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy = t.TempDir(), 0, ""
	r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) {
		s.peers = peers{own: 4_000_001, of: func(_, _ netip.AddrPort) (owner, error) { return 4_000_002, nil },
			active: func() (owner, bool, error) { return 4_000_003, true, nil }}
	})
	if code, _, body := r.get(t, "GET", "/", goes...); code != 403 || body != "" {
		t.Errorf("%d %q", code, body)
	}
}
