package lot

import (
	"errors"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// The Message-ID of a lot's file names the lot and the file. So it is the same each time
// that this file is sent, and whatever comes back about a message finds its lot, even
// where a restore has lost that it was sent.

const messagePrefix = "agrafe."

// MessageID identifies the message that carries the file of a lot: digest is the SHA-256
// of the B2 file in hex, domain that of the sender's address.
func MessageID(lotID, digest, domain string) string { return messageOf(lotID, digest) + "@" + domain }

// messageOf is what a Message-ID has before its domain.
func messageOf(lotID, digest string) string {
	return messagePrefix + lotID + "." + digest[:min(len(digest), 32)]
}

// sameMessage compares two Message-IDs but for their domains, which are the sender's.
func sameMessage(a, b string) bool {
	a, _, _ = strings.Cut(a, "@")
	b, _, _ = strings.Cut(b, "@")
	return a == b
}

// Dispatched returns the lot that was in a message, and whether the message is that of its
// last attempt: an earlier one carried what the lot held before it was opened again. It is
// ErrNotFound for a message that none of these lots was in.
func (b *Book) Dispatched(messageID string) (l Lot, current bool, err error) {
	name, ours := strings.CutPrefix(messageID, messagePrefix)
	id, rest, found := strings.Cut(name, ".")
	if !ours || !found {
		return l, false, ErrNotFound
	}
	if file, _, _ := strings.Cut(rest, "@"); len(file) != 32 || strings.Trim(file, "0123456789abcdef") != "" {
		return l, false, ErrNotFound
	}
	err = b.journal.View(func(s journal.State) error {
		found, err := lotOf(s, id)
		if err == nil {
			l = *found
		}
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return l, false, ErrNotFound
	}
	return l, err == nil && l.Dispatch != nil && sameMessage(l.Dispatch.MessageID, messageID), err
}
