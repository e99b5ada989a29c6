package bridge

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/trust"
)

// Bounds of the documents that wait to be fetched.
const (
	documentTime  = 60 * time.Second // life of an address
	documentsEach = 8                // of one connection; one more takes the oldest's place
	documentWrite = 30 * time.Second // to take a document
)

// documentPath begins the address of every document.
const documentPath = "/d/"

// handout is bytes that may be fetched once, over HTTP, by whoever was given its
// address.
type handout struct {
	data  []byte
	kind  string // media type
	name  string // of the file that the user keeps
	owner *conn  // its address dies with it
	made  uint64 // order among the documents
	end   *time.Timer
}

// documents wait to be fetched. Their addresses are kept as hashes, so that how
// long a look-up takes tells nothing of them.
type documents struct {
	mu      sync.Mutex // protects the fields below
	made    uint64
	waiting map[[sha256.Size]byte]*handout
}

func newDocuments() *documents {
	return &documents{waiting: make(map[[sha256.Size]byte]*handout)}
}

// put keeps data for a minute and returns the path at which it can be fetched,
// once, while owner's connection lasts. kind is a media type, name that of a file.
func (d *documents) put(data []byte, kind, name string, owner *conn) (path string) {
	secret := make([]byte, 16)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	token := base64.RawURLEncoding.EncodeToString(secret)
	at := sha256.Sum256([]byte(token))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.makeRoom(owner)
	d.made++
	d.waiting[at] = &handout{data: data, kind: kind, name: name, owner: owner, made: d.made,
		end: time.AfterFunc(documentTime, func() { d.drop(at) })}
	return documentPath + token
}

// makeRoom drops the oldest of owner's documents if it has as many as it may.
func (d *documents) makeRoom(owner *conn) {
	count, oldest := 0, [sha256.Size]byte{}
	for at, one := range d.waiting {
		if one.owner != owner {
			continue
		}
		if count++; count == 1 || one.made < d.waiting[oldest].made {
			oldest = at
		}
	}
	if count >= documentsEach {
		d.waiting[oldest].end.Stop()
		delete(d.waiting, oldest)
	}
}

func (d *documents) drop(at [sha256.Size]byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.waiting, at)
}

// forget drops the documents of a connection that has ended.
func (d *documents) forget(owner *conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for at, one := range d.waiting {
		if one.owner == owner {
			one.end.Stop()
			delete(d.waiting, at)
		}
	}
}

// take gives the document of token away if may agrees; nil if there is none.
func (d *documents) take(token string, may func(principal) bool) *handout {
	at := sha256.Sum256([]byte(token))
	d.mu.Lock()
	defer d.mu.Unlock()
	one, ok := d.waiting[at]
	if !ok || !may(one.owner.who) {
		return nil
	}
	one.end.Stop()
	delete(d.waiting, at)
	return one
}

// serveDocument gives a document to a browser that goes to its address, or to a
// page of the origin that was given it.
func (s *Server) serveDocument(w http.ResponseWriter, r *http.Request, v visitor) {
	said := r.Header["Sec-Fetch-Mode"]
	goes := !v.web && len(said) == 1 && said[0] == "navigate"
	fetches := v.web && fetched(r, "cors") && s.book.Listed(v.origin)
	if r.Method != http.MethodGet || !goes && !fetches || s.peers.admitRequest(r) != nil {
		refuse(w)
		return
	}
	token := strings.TrimPrefix(r.URL.Path, documentPath)
	one := s.documents.take(token, func(p principal) bool { return goes || p.origin == v.origin })
	if one == nil {
		refuse(w)
		return
	}
	h := w.Header()
	if fetches {
		allow(h, v.origin)
	}
	h.Set("Content-Type", one.kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": safeName(one.name)}))
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set("Connection", "close")
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(documentWrite))
	_, _ = w.Write(one.data) // who gives up asks for another address
}

// safeName leaves of a file's name what no system takes for anything else.
func safeName(name string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.' {
			return r
		}
		return '_'
	}, name)
	if kept = strings.TrimLeft(kept, "._-"); kept == "" {
		return "document"
	}
	return kept[:min(len(kept), 100)]
}

// allow lets pages of o read the answer (CORS protocol, Fetch standard).
func allow(h http.Header, o trust.Origin) {
	h.Set("Access-Control-Allow-Origin", o.String())
	h.Add("Vary", "Origin")
}
