package bridge

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/agrafe-fse/agrafe/bridge/trust"
)

// principal is who makes a call.
type principal struct {
	name   string // "local", "uid:1000", "https://ehr.example#Xy12_-9a"
	scopes []scope
	local  bool // a program of this machine, not a web page

	// Of a web page: the origin and the key that it has shown to have.
	origin trust.Origin
	key    trust.KeyID

	console bool // the daemon's own page, which serves the whole practice
}

// practice says whether p reads, prints, collects, remakes, cancels and ends on paper
// what every front end has made, as the programs of the practice's own machine do, the
// console among them. The console signs it too. A draft is changed by who has made it.
func (p principal) practice() bool { return p.local || p.console }

// pageName names the page of o with the key id among principals.
func pageName(o trust.Origin, id trust.KeyID) string { return o.String() + "#" + id.Short() }

// consoleOwner is to whom the FSE of the console belong. Its origin would not do: that
// has the port in it, which the practice may change.
const consoleOwner = "console"

// owner is to whom the FSE that p makes belong: to the site, whatever key its page has,
// since a browser that forgets the key must not lose the practice's FSE. Leases, codes
// and jobs are the page's own.
func (p principal) owner() string {
	switch {
	case p.console:
		return consoleOwner
	case p.key == "":
		return p.name
	}
	return p.origin.String()
}

func (p principal) has(s scope) bool { return s == scopeNone || slices.Contains(p.scopes, s) }

// scope is a right that a method needs.
type scope = trust.Scope

// The scopes.
const (
	scopeNone    scope = "" // no more than being let in
	scopeReaders       = trust.Readers
	scopeCards         = trust.Cards
	scopeFSE           = trust.FSE
	scopeLots          = trust.Lots
	scopeAdmin         = trust.Admin
)

var allScopes = trust.AllScopes

// gate tells who asks over TCP. It refuses by default, in this order: the host,
// the origin, the token; only then is the path looked at.
type gate struct {
	hosts []string // the only values of Host
	token [sha256.Size]byte
}

func newGate(port int, token string) gate {
	return gate{token: sha256.Sum256([]byte(token))}.at(port)
}

// at is the same gate on another port.
func (g gate) at(port int) gate {
	p := strconv.Itoa(port)
	return gate{hosts: []string{"127.0.0.1:" + p, "localhost:" + p, "[::1]:" + p}, token: g.token}
}

// visitor is who asks, as far as the request tells: a page of an origin, a local
// program that has shown the token, or neither.
type visitor struct {
	web    bool
	origin trust.Origin // of a page
	local  bool
}

// admit looks at r and returns who asks, or the HTTP status that refuses it. A
// request with an Origin is a web page's whatever else it shows. Two Origins are
// none: programs on the way could each believe another one.
func (g gate) admit(r *http.Request) (visitor, int) {
	if !slices.Contains(g.hosts, r.Host) || r.URL.IsAbs() {
		return visitor{}, http.StatusMisdirectedRequest
	}
	if origins, web := r.Header["Origin"]; web {
		if len(origins) != 1 {
			return visitor{}, http.StatusForbidden
		}
		o, err := trust.ParseOrigin(origins[0])
		if err != nil {
			return visitor{}, http.StatusForbidden
		}
		return visitor{web: true, origin: o}, 0
	}
	shown, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(shown))
	return visitor{local: ok && subtle.ConstantTimeCompare(sum[:], g.token[:]) == 1}, 0
}

// fetched says whether the browser's own account of the request, where it gives
// one (Fetch Metadata, W3C), is that of mode. Pages can't write these headers.
func fetched(r *http.Request, mode string) bool {
	said, ok := r.Header["Sec-Fetch-Mode"]
	return !ok || len(said) == 1 && said[0] == mode
}
