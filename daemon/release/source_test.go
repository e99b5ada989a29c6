package release

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

var (
	noon      = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)
	private   = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	stranger  = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, 32))
	yesterday = noon.AddDate(0, 0, -1)
)

// good is a manifest that is believed at noon.
func good() Manifest {
	return Manifest{Format: Format, Version: "1.2.3", Published: yesterday, Expires: noon.AddDate(0, 1, 0), Notes: "https://agrafe.example/1.2.3",
		Packages: []Package{{"agrafe.deb", strings.Repeat("ab", 32)}}}
}

func text(m Manifest) []byte {
	out, err := json.Marshal(m)
	if err != nil {
		panic(err) // of plain values
	}
	return out
}

// site serves a manifest and its signature.
type site struct {
	text, sig []byte
	serve     func(w http.ResponseWriter, r *http.Request) bool // true: it has answered
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.serve != nil && s.serve(w, r) {
		return
	}
	out := s.text
	if strings.HasSuffix(r.URL.Path, ".sig") {
		out = s.sig
	}
	_, _ = w.Write(out)
}

// sourceOf is a Source that trusts the server.
func sourceOf(server *httptest.Server) Source {
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return Source{URL: server.URL + "/agrafe.json", Key: private.Public().(ed25519.PublicKey), roots: pool}
}

func TestCheck(t *testing.T) {
	plain := httptest.NewServer(&site{text: text(good()), sig: Sign(private, text(good()))})
	defer plain.Close()
	with := func(change func(*Manifest)) func(*site) {
		return func(s *site) {
			m := good()
			change(&m)
			s.text = text(m)
			s.sig = Sign(private, s.text)
		}
	}
	answer := func(f func(w http.ResponseWriter, r *http.Request) bool) func(*site) {
		return func(s *site) { s.serve = f }
	}
	signed := func(content string) func(*site) {
		return func(s *site) { s.text = []byte(content); s.sig = Sign(private, s.text) }
	}
	tests := []struct {
		name   string
		change func(*site)
		want   Kind
	}{
		{"as it should be", func(*site) {}, 0},
		{"signed by another key", func(s *site) { s.sig = Sign(stranger, s.text) }, Unsigned},
		{"one byte changed", func(s *site) { s.text = bytes.Replace(s.text, []byte("1.2.3"), []byte("1.2.4"), 1) }, Unsigned},
		{"white space added", func(s *site) { s.text = append(s.text, '\n') }, Unsigned},
		{"no signature", func(s *site) { s.sig = nil }, Unsigned},
		{"a signature that is none", func(s *site) { s.sig = []byte("!") }, Unsigned},
		{"over", with(func(m *Manifest) { m.Published, m.Expires = noon.AddDate(0, -2, 0), noon }), Expired},
		{"older than what was seen", with(func(m *Manifest) { m.Published = yesterday.Add(-time.Second) }), Older},
		{"of the days to come", with(func(m *Manifest) { m.Published = noon.AddDate(0, 0, 2) }), TooEarly},
		{"of another format", with(func(m *Manifest) { m.Format = "agrafe-update/2" }), Unreadable},
		{"no version", with(func(m *Manifest) { m.Version = "1.2" }), Unreadable},
		{"notes that run", with(func(m *Manifest) { m.Notes = "javascript:alert(1)" }), Unreadable},
		{"good for ever", with(func(m *Manifest) { m.Expires = noon.AddDate(9, 0, 0) }), Unreadable},
		{"a package without hash", with(func(m *Manifest) { m.Packages[0].SHA256 = "ab" }), Unreadable},
		{"not JSON", signed("<html>"), Unreadable},
		{"two manifests", signed(string(text(good())) + string(text(good()))), Unreadable},
		{"an unknown field", signed(`{"run":"rm"}`), Unreadable},
		{"huge", func(s *site) { s.text = bytes.Repeat([]byte(" "), maxManifest+1) }, TooLarge},
		{"a huge signature", func(s *site) { s.sig = bytes.Repeat([]byte("A"), maxSignature+1) }, TooLarge},
		{"endless", answer(func(w http.ResponseWriter, _ *http.Request) bool {
			for chunk := make([]byte, 32<<10); ; {
				if _, err := w.Write(chunk); err != nil {
					return true
				}
			}
		}), TooLarge},
		{"not there", answer(func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(404); return true }), Unreachable},
		{"a detour by https", answer(func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasPrefix(r.URL.Path, "/moved") {
				return false
			}
			http.Redirect(w, r, "/moved"+r.URL.Path, http.StatusFound)
			return true
		}), 0},
		{"a detour by http", answer(func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, plain.URL+r.URL.Path, http.StatusFound)
			return true
		}), Insecure},
		{"round and round", answer(func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return true
		}), Unreachable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &site{text: text(good())}
			s.sig = Sign(private, s.text)
			tt.change(s)
			server := httptest.NewTLSServer(s)
			defer server.Close()
			m, err := sourceOf(server).Check(t.Context(), noon, yesterday)
			if KindOf(err) != tt.want || (err == nil) != (m.Version == "1.2.3") {
				t.Errorf("%+v, %v", m, err)
			}
		})
	}
}

// Another scheme, a certificate that nobody has signed, a server that says nothing.
func TestCheckConnections(t *testing.T) {
	s := &site{text: text(good())}
	s.sig = Sign(private, s.text)
	server := httptest.NewTLSServer(s)
	defer server.Close()
	of := sourceOf(server)
	if _, err := (Source{URL: strings.Replace(of.URL, "https", "http", 1), Key: of.Key}).Check(t.Context(), noon, yesterday); KindOf(err) != Insecure {
		t.Errorf("http: %v", err)
	}
	if _, err := (Source{URL: of.URL, Key: of.Key}).Check(t.Context(), noon, yesterday); KindOf(err) != Unreachable {
		t.Errorf("a certificate that the system does not know: %v", err)
	}
	hold := make(chan struct{})
	s.serve = func(_ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
		return true
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := of.Check(ctx, noon, yesterday); KindOf(err) != Unreachable {
		t.Errorf("a silent server: %v", err)
	}
	close(hold)
}

// What is asked names neither the machine nor its version.
func TestAskingTellsNothing(t *testing.T) {
	var headers []http.Header
	s := &site{text: text(good())}
	s.sig = Sign(private, s.text)
	s.serve = func(_ http.ResponseWriter, r *http.Request) bool { headers = append(headers, r.Header); return false }
	server := httptest.NewTLSServer(s)
	defer server.Close()
	if _, err := sourceOf(server).Check(t.Context(), noon, yesterday); err != nil || len(headers) != 2 {
		t.Fatalf("%d questions, %v", len(headers), err)
	}
	for _, h := range headers {
		if h.Del("Connection"); len(h) != 1 || h.Get("User-Agent") != "agrafe" {
			t.Errorf("%v", h)
		}
	}
}

func TestNewer(t *testing.T) {
	tests := []struct {
		name, version, running string
		want                   bool
	}{
		{"the next", "1.2.4", "1.2.3", true},
		{"the same", "1.2.3", "1.2.3", false},
		{"the one before", "1.2.2", "1.2.3", false},
		{"ten is more than nine", "1.10.0", "1.9.9", true},
		{"with a v", "v2.0.0", "v1.9.9", true},
		{"a developer's", "9.9.9", "dev", false},
		{"none", "", "1.2.3", false},
		{"four numbers", "1.2.3.4", "1.2.3", false},
		{"leading zero", "1.2.04", "1.2.3", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Newer(tt.version, tt.running); got != tt.want {
				t.Errorf("%v", got)
			}
		})
	}
}

// Whatever is signed, Parse ends, and what it accepts it writes and accepts again.
func FuzzParse(f *testing.F) {
	f.Add(text(good()))
	f.Add([]byte(`{"format":"agrafe-update/1","version":"1.2.3"}`))
	f.Add([]byte("[]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse(data)
		if err != nil {
			return
		}
		if _, err := Parse(text(m)); err != nil {
			t.Errorf("accepted once only: %v", err)
		}
	})
}
