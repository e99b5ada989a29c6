// Package localca makes the certificate with which this machine answers wss on its
// own loopback addresses, for the browsers that open no ws there (Safari), and keeps
// it in a folder.
//
// Its contract:
//
//   - Issue makes an authority that is this machine's own, has it sign one leaf, and
//     lets go of its key. The key is never encoded, so no file can hold it; the one
//     who trusts the authority trusts one leaf, whose key only the service reads.
//   - The authority may only sign for localhost, 127.0.0.1 and ::1, as servers of TLS
//     (critical name constraints, extended key usage, no authority below it): were its
//     key not gone, it still could not speak for a web site.
//   - There is no renewal, for the key that would sign it is gone: Ensure makes another
//     authority once the end is near, which has to be trusted anew. The old one is used
//     until then. It is never replaced without being asked for, which would cut off
//     browsers that still trust it.
//   - The key of the leaf is readable by its owner alone, and refused if it is not.
//
// Go has no way to wipe a key from memory: the authority's is unreachable once Issue
// returns, and gone when its memory is used again.
package localca

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"time"
)

// Life is how long a certificate lasts, a day under the most that Safari takes, 398
// days ("About upcoming limits on trusted certificates", support.apple.com).
const Life = 397 * 24 * time.Hour

// Notice is how long before the end another one is made when it is asked for.
const Notice = 30 * 24 * time.Hour

// Issued is an authority and its one leaf.
type Issued struct {
	CA   *x509.Certificate // to be trusted by browsers
	Leaf tls.Certificate   // with its key and, parsed, its Leaf
}

// Phase is where a certificate is in its life.
type Phase string

// The phases.
const (
	Good Phase = "good"
	Due  Phase = "due"  // good, but for less than Notice
	Dead Phase = "dead" // over or, by a clock that goes wrong, not begun
)

// Phase is where i is at this time.
func (i *Issued) Phase(now time.Time) Phase {
	switch {
	case now.Before(i.Leaf.Leaf.NotBefore), now.After(i.Expires()):
		return Dead
	case now.Add(Notice).After(i.Expires()):
		return Due
	}
	return Good
}

// Expires is the end of i's life.
func (i *Issued) Expires() time.Time { return i.Leaf.Leaf.NotAfter }

// PEM is the authority's certificate as browsers and systems take it.
func (i *Issued) PEM() []byte { return encode("CERTIFICATE", i.CA.Raw) }

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
