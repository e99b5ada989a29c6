// Package console is the reference front end: a page that the daemon serves to the
// browsers of its own machine.
//
// Its contract: the page holds no data and no secret; whatever it shows it asks for
// over the WebSocket, as any other front end does. All of it is built into the
// program, under names that are known beforehand: nothing of a request is looked up
// on a disk or given back. It runs its own scripts and styles only, is framed by
// nobody, and talks to its own daemon only.
package console

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
)

// dist is the page as scripts/build.mjs makes it of src.
//
//go:embed dist
var dist embed.FS

// types are the media types of what a page is made of.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".ico":  "image/x-icon",
}

// hashed are names that change with their content: app-3FJ2K1AB.js.
var hashed = regexp.MustCompile(`-[0-9A-Za-z]{8,}\.[a-z]+$`)

// Page is the console of the daemon on one port.
type Page struct {
	policy string
	files  map[string]file // by path
}

type file struct {
	data []byte
	kind string
	tag  string // ETag
	life string // Cache-Control
}

// New returns the console whose WebSocket and documents are at host, "127.0.0.1:17373".
func New(host string) (*Page, error) {
	p := &Page{files: make(map[string]file), policy: "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
		"connect-src ws://" + host + " http://" + host + "; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'; trusted-types 'none'"}
	err := fs.WalkDir(dist, "dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return p.add(name)
	})
	return p, err
}

func (p *Page) add(name string) error {
	data, err := dist.ReadFile(name)
	if err != nil {
		return err
	}
	kind, ok := types[path.Ext(name)]
	if !ok {
		return fmt.Errorf("cannot serve %s: its type is not known", name)
	}
	sum := sha256.Sum256(data)
	f := file{data: data, kind: kind, life: "no-cache", tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	if hashed.MatchString(name) {
		f.life = "public, max-age=31536000, immutable"
	}
	at := strings.TrimPrefix(name, "dist")
	if at == "/index.html" {
		at = "/"
	}
	p.files[at] = f
	return nil
}

// Has says whether path is the page, "/", or one of its parts.
func (p *Page) Has(path string) bool { _, ok := p.files[path]; return ok }

// ServeHTTP answers a GET or HEAD of a path that the page Has; who may ask was looked
// at before.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := p.files[r.URL.Path]
	p.guard(w.Header())
	w.Header().Set("Cache-Control", f.life)
	w.Header().Set("ETag", f.tag)
	if r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Content-Length", fmt.Sprint(len(f.data)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.data) // who gives up asks again
	}
}

// guard sets what a browser keeps the page to.
func (p *Page) guard(h http.Header) {
	h.Set("Content-Security-Policy", p.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), serial=(), usb=()")
}
