package bridge

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// offer puts a document for the page's only connection.
func (r *rig) offer(t *testing.T, text, name string) (path string) {
	t.Helper()
	all := r.server.pages.all()
	if len(all) != 1 {
		t.Fatalf("%d pages are connected", len(all))
	}
	return r.server.documents.put([]byte(text), "application/pdf", name, all[0])
}

func TestS09Document(t *testing.T) {
	r := start(t)
	_, c := r.visitor(t, ehr, scopeReaders, scopeLots)
	r.let(t, "https://other.example", scopeReaders)
	mine, goes := "Origin: "+ehr, "Sec-Fetch-Mode: navigate"
	tests := []struct {
		name, method string
		lines        []string
		want         int
	}{
		{"its own page", "GET", []string{mine}, 200},
		{"its own page, fetching", "GET", []string{mine, "Sec-Fetch-Mode: cors"}, 200},
		{"the browser goes there", "GET", []string{goes}, 200},
		{"another listed page", "GET", []string{"Origin: https://other.example"}, 403},
		{"a page that is not listed", "GET", []string{"Origin: https://evil.example"}, 403},
		{"null", "GET", []string{"Origin: null", goes}, 403},
		{"an image of another page", "GET", []string{"Sec-Fetch-Mode: no-cors"}, 403},
		{"no browser", "GET", nil, 403},
		{"two modes", "GET", []string{goes, goes}, 403},
		{"HEAD", "HEAD", []string{goes}, 403},
		{"POST", "POST", []string{goes, "Content-Length: 0"}, 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := r.offer(t, "le bordereau", "bordereau 042.pdf")
			code, h, body := r.get(t, tt.method, path, tt.lines...)
			if code != tt.want || (code == 200) != (body == "le bordereau") {
				t.Fatalf("%d %q", code, body)
			}
			again, _, _ := r.get(t, "GET", path, goes)
			if want := map[bool]int{true: http.StatusForbidden, false: http.StatusOK}[code == 200]; again != want {
				t.Errorf("then it gives %d, want %d", again, want)
			}
			if code != 200 {
				return
			}
			for name, want := range map[string]string{"Content-Type": "application/pdf", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
				"X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment; filename=bordereau_042.pdf", "Set-Cookie": "", "Server": ""} {
				if h.Get(name) != want {
					t.Errorf("%s: %q", name, h.Get(name))
				}
			}
			if cors := h.Get("Access-Control-Allow-Origin"); cors != "" && (cors != ehr || tt.lines[0] != mine) {
				t.Errorf("it may be read by %q", cors)
			}
		})
	}
	path := r.offer(t, "x", "x")
	_ = c.ws.Close()
	eventually(t, "it died with its connection", func() bool { code, _, _ := r.get(t, "GET", path, goes); return code == 403 })
	if n := len(r.server.documents.waiting); n != 0 {
		t.Errorf("%d documents are left", n)
	}
}

func TestDocumentNames(t *testing.T) {
	tests := []struct{ name, given, want string }{
		{"plain", "lot-042.b2", "lot-042.b2"},
		{"header", "a\r\nSet-Cookie: x", "a__Set-Cookie__x"},
		{"path", "../../etc/passwd", "etc_passwd"},
		{"Windows path", `C:\x`, "C__x"},
		{"hidden", ".bashrc", "bashrc"},
		{"quotes", `a"b`, "a_b"},
		{"accents", "reçu.pdf", "re_u.pdf"},
		{"nothing", "", "document"},
		{"long", strings.Repeat("a", 200), strings.Repeat("a", 100)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := safeName(tt.given); got != tt.want {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestDocumentsEndAndAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, owner := newDocuments(), &conn{}
		all := func(principal) bool { return true }
		kept := d.put([]byte("a"), "text/plain", "a", owner)
		time.Sleep(documentTime - time.Second)
		late := d.put([]byte("b"), "text/plain", "b", owner)
		time.Sleep(2 * time.Second)
		if d.take(strings.TrimPrefix(kept, documentPath), all) != nil {
			t.Error("a document is there after a minute")
		}
		if d.take(strings.TrimPrefix(late, documentPath), all) == nil {
			t.Error("a document is gone before its time")
		}
		var paths []string
		for i := range documentsEach + 3 {
			paths = append(paths, d.put([]byte{byte(i)}, "text/plain", "c", owner))
		}
		d.put([]byte("x"), "text/plain", "x", &conn{})
		if len(d.waiting) != documentsEach+1 {
			t.Errorf("%d documents wait", len(d.waiting))
		}
		for i, path := range paths {
			if one := d.take(strings.TrimPrefix(path, documentPath), all); (one != nil) != (i >= 3) {
				t.Errorf("document %d: %v", i, one != nil)
			}
		}
	})
}

// An address has 128 random bits, and is not kept itself.
func TestDocumentAddresses(t *testing.T) {
	d := newDocuments()
	seen := map[string]bool{}
	for range 100 {
		path := d.put(nil, "text/plain", "x", &conn{})
		token := strings.TrimPrefix(path, documentPath)
		if raw, err := base64.RawURLEncoding.DecodeString(token); err != nil || len(raw) != 16 || seen[path] {
			t.Fatalf("address %s (%v)", path, err)
		}
		if d.waiting[sha256.Sum256([]byte(token))] == nil {
			t.Fatal("what is kept is not the hash of the address")
		}
		seen[path] = true
	}
}
