package bridge

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// principal is who makes a call.
type principal struct {
	name   string // "local", "uid:1000"
	scopes []scope
}

func (p principal) has(s scope) bool { return s == scopeNone || slices.Contains(p.scopes, s) }

// scope is a right that a method needs.
type scope string

// The scopes.
const (
	scopeNone    scope = ""        // no more than being let in
	scopeReaders scope = "readers" // presence and kind of cards
	scopeCards   scope = "cards"   // what is on them
	scopeFSE     scope = "fse"     // one's own FSE
	scopeLots    scope = "lots"    // the practice's lots
	scopeAdmin   scope = "admin"   // the daemon itself
)

var allScopes = []scope{scopeReaders, scopeCards, scopeFSE, scopeLots, scopeAdmin}

// gate decides who gets in over TCP. It refuses by default, in this order: the
// host, the origin, the token; only then is the path looked at. All refusals
// look alike and say nothing of what there is.
type gate struct {
	hosts []string // the only values of Host
	token [sha256.Size]byte
}

func newGate(port int, token string) gate {
	p := strconv.Itoa(port)
	return gate{
		hosts: []string{"127.0.0.1:" + p, "localhost:" + p, "[::1]:" + p},
		token: sha256.Sum256([]byte(token)),
	}
}

// admit returns the principal of r, or the HTTP status that refuses it.
//
// No web page is let in yet: a request that carries an Origin, whatever it says,
// is refused. Local programs show the token, which only the user that the daemon
// runs as can read.
func (g gate) admit(r *http.Request) (principal, int) {
	if !slices.Contains(g.hosts, r.Host) || r.URL.IsAbs() {
		return principal{}, http.StatusMisdirectedRequest
	}
	if _, ok := r.Header["Origin"]; ok {
		return principal{}, http.StatusForbidden
	}
	shown, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(shown))
	if !ok || subtle.ConstantTimeCompare(sum[:], g.token[:]) != 1 {
		return principal{}, http.StatusForbidden
	}
	return principal{name: "local", scopes: allScopes}, 0
}
