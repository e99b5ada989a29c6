// Package trust decides which web pages the daemon believes: what an origin is,
// which ones the user or the administrator let in and for what, and how a page
// and this machine prove to each other who they are.
//
// Its contract:
//
//   - It refuses by default. What can't be read refuses every web page, and says
//     why: a file that is cut short must not forget that an origin was revoked.
//   - An origin is compared as a whole, scheme, host and port, in the one form in
//     which browsers write it. There are no wildcards.
//   - A page is an origin and a key. The key's private half stays in the browser;
//     it signs a nonce of ours, once, and this machine signs the page's.
//   - Rights come from the pairing that the user accepted, cut by what the
//     administrator's policy says of the origin; a policy may also lock the list.
//   - Nothing here opens a connection or asks a user. Time is a duration since a
//     start, so that no change of the machine's clock opens or closes anything.
package trust

import (
	"fmt"
	"slices"
)

// Scope is a right that a page was given. The names are the wire's.
type Scope string

// The scopes, in the order in which users are shown them.
const (
	Readers Scope = "readers" // presence and kind of cards
	Cards   Scope = "cards"   // what is on them
	FSE     Scope = "fse"     // one's own FSE
	Lots    Scope = "lots"    // the practice's lots
	Admin   Scope = "admin"   // the daemon itself
)

// AllScopes lists every Scope.
var AllScopes = []Scope{Readers, Cards, FSE, Lots, Admin}

// ParseScopes returns the scopes that names name, each once and in the order of
// AllScopes. None at all is an error, as an unknown one is.
func ParseScopes(names []string) ([]Scope, error) {
	for _, n := range names {
		if !slices.Contains(AllScopes, Scope(n)) {
			return nil, fmt.Errorf("cannot use the scope %.20q: there are %v", n, AllScopes)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("cannot let in an origin for nothing: give it some of %v", AllScopes)
	}
	var list []Scope
	for _, s := range AllScopes {
		if slices.Contains(names, string(s)) {
			list = append(list, s)
		}
	}
	return list, nil
}

// common is the scopes of a that are in b too.
func common(a, b []Scope) []Scope {
	list := []Scope{}
	for _, s := range a {
		if slices.Contains(b, s) {
			list = append(list, s)
		}
	}
	return list
}
