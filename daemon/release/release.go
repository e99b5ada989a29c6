// Package release learns that there is a newer version of Agrafe. It never fetches or
// runs a program: it tells, and somebody decides.
//
// Its contract:
//
//   - What is believed is one small JSON file, the manifest, over HTTPS, whose bytes
//     are signed by the key of the configuration (Ed25519, RFC 8032). The signature is
//     beside it, in a file with .sig behind its name. TLS protects the reader's privacy;
//     the signature is what counts.
//   - A manifest has an end, so that an old one can't be shown for ever, and one that
//     was published before the last that was seen is refused, so that a version with
//     a known fault can't be presented as the newest.
//   - Nothing goes out at a start: the first question comes ten minutes later at the
//     earliest, and there is one a day at most, at no fixed hour. It names neither
//     the machine nor its version.
//   - Sizes and times are bounded. A failure is told and harms nothing.
package release

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Kind says why nothing was learned.
type Kind uint8

// The kinds of failure.
const (
	Unreachable Kind = iota + 1 // no connection, no answer in time, not an answer of 200
	Insecure                    // another scheme than https on the way
	TooLarge                    // a file above its bound
	Unsigned                    // the signature is not that of the key
	Unreadable                  // signed, and yet no manifest
	Expired                     // its end is over
	Older                       // published before one that was seen
	TooEarly                    // published after today: this machine's clock is behind
)

var reasons = map[Kind]string{
	Unreachable: "the site does not answer, or the network is closed to this program",
	Insecure:    "the address leads away from https",
	TooLarge:    "the file is larger than a manifest can be",
	Unsigned:    "the manifest is not signed by the key of update.key: do not trust that site",
	Unreadable:  "the manifest can't be read: its maker has to mend it",
	Expired:     "the manifest is out of date: its maker has to sign another, or this machine's clock is ahead",
	Older:       "the manifest is older than one that was seen: somebody may be hiding the newest version",
	TooEarly:    "the manifest was published after today: this machine's clock is behind",
}

// Error is why nothing was learned.
type Error struct {
	Kind Kind
	Err  error // cause, or nil
}

func (e *Error) Error() string {
	text := "cannot tell whether there is a newer version: " + reasons[e.Kind]
	if e.Err != nil {
		text += fmt.Sprintf(" (%v)", e.Err)
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the Kind of the first *Error in err's tree, 0 if there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return 0
}

// ParseKey reads a public key: its 32 bytes in base64 (RFC 4648, section 4).
func ParseKey(text string) (ed25519.PublicKey, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, errors.New("not the 32 bytes of a public key in base64")
	}
	return raw, nil
}
