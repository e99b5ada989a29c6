package key

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"

	"filippo.io/age"
)

// The labels of what is derived. A label is never changed: what was encrypted with it would be lost.
const (
	storeLabel    = "agrafe journal store key 1"
	identityLabel = "agrafe journal backup identity 1"
)

// Secret is the root and what it gives. The zero value is no secret; get one from Load, Create or Recover.
type Secret struct {
	root     root
	store    [32]byte
	identity *age.X25519Identity
}

// Recover returns the secret of a recovery code, as a person types it: case, spaces and dashes do not matter.
// A code with an error in it gives a Mistyped error that names the group.
func Recover(code string) (Secret, error) {
	r, err := parseCode(code)
	if err != nil {
		return Secret{}, err
	}
	return newSecret(r)
}

// generate draws a new secret.
func generate() (Secret, error) {
	var r root
	rand.Read(r[:]) // never fails
	return newSecret(r)
}

func newSecret(r root) (Secret, error) {
	s := Secret{root: r}
	store, err := derive(r, storeLabel)
	if err != nil {
		return Secret{}, err
	}
	copy(s.store[:], store)
	scalar, err := derive(r, identityLabel)
	if err != nil {
		return Secret{}, err
	}
	// age makes an identity of given bytes only from their text.
	if s.identity, err = age.ParseX25519Identity(bech32("AGE-SECRET-KEY-", scalar)); err != nil {
		return Secret{}, &Error{Kind: Internal, Op: "cannot derive the backup identity", Err: err}
	}
	return s, nil
}

func derive(r root, label string) ([]byte, error) {
	b, err := hkdf.Key(sha256.New, r[:], nil, label, 32)
	if err != nil {
		return nil, &Error{Kind: Internal, Op: "cannot derive a key", Err: err}
	}
	return b, nil
}

// Code returns the recovery code, to be shown or printed and nowhere logged.
func (s Secret) Code() string { return s.root.code() }

// Store returns the key of journal.Options.Key.
func (s Secret) Store() [32]byte { return s.store }

// Identity returns the identity that opens the backups; its recipient is what they are encrypted to.
func (s Secret) Identity() *age.X25519Identity { return s.identity }

// Format prints a word instead of the secret, for every verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, "[journal key]") }

// MarshalText gives the same word, so that no encoder shows more.
func (s Secret) MarshalText() ([]byte, error) { return []byte("[journal key]"), nil }
