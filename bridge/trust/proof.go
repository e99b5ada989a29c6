package trust

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
)

// Purpose is what a signature is for. It is the first line of the text that is
// signed, so that a signature for one thing never serves for another.
type Purpose string

// The purposes. Pages sign the first three, this machine the last two.
const (
	ForAuth   Purpose = "agrafe.v1.auth"
	ForEnrol  Purpose = "agrafe.v1.enrol"
	ForPair   Purpose = "agrafe.v1.pair"
	ForHello  Purpose = "agrafe.v1.hello"
	ForPaired Purpose = "agrafe.v1.paired"
)

// nonceSize is the length of a nonce, in bytes.
const nonceSize = 32

// wire is how bytes are written: base64url without padding.
var wire = base64.RawURLEncoding

// errForm is bytes that are not written in their one form.
var errForm = errors.New("not base64url without padding")

// decode reads bytes in their one form: what is signed or compared as text must
// not have another, with line ends say, which the decoder skips.
func decode(text string) ([]byte, error) {
	b, err := wire.DecodeString(text)
	if err != nil || wire.EncodeToString(b) != text {
		return nil, errForm
	}
	return b, nil
}

// Nonce returns 32 random bytes as they go over the wire.
func Nonce() string {
	b := make([]byte, nonceSize)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return wire.EncodeToString(b)
}

// ErrProof is a proof that does not hold. It says no more to whoever gave it.
var ErrProof = errors.New("cannot believe this page: its signature is not that of its key")

// ErrNonce is a client's nonce that is not 32 bytes in base64url.
var ErrNonce = errors.New("cannot use this nonce: it is not 32 bytes in base64url without padding")

// Statement is what both sides sign: that this origin answers this nonce of the
// server and gives this one of its own.
type Statement struct {
	Origin Origin
	Server string // nonce
	Client string // nonce
}

// Check makes sure that the client's nonce is one.
func (s Statement) Check() error {
	if b, err := decode(s.Client); err != nil || len(b) != nonceSize {
		return ErrNonce
	}
	return nil
}

// Text is what is signed for p: four lines without an end of the last one.
func (s Statement) Text(p Purpose) string {
	return strings.Join([]string{string(p), s.Origin.String(), s.Server, s.Client}, "\n")
}

// digest is the SHA-256 of what is signed for p.
func (s Statement) digest(p Purpose) []byte {
	sum := sha256.Sum256([]byte(s.Text(p)))
	return sum[:]
}

// PublicKey is a page's ECDSA key on P-256, as an uncompressed point of 65 bytes
// (SEC 1, section 2.3.3) in base64url.
type PublicKey string

func (k PublicKey) parse() (*ecdsa.PublicKey, error) {
	point, err := decode(string(k))
	if err != nil {
		return nil, err
	}
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
}

// KeyID names a public key: base64url of the SHA-256 of its point.
type KeyID string

// shortID is how many characters of a KeyID name it among those of one origin.
const shortID = 16

// Short is the beginning of k, for screens and the names of principals.
func (k KeyID) Short() string { return string(k[:min(shortID, len(k))]) }

// ID names k. It fails with ErrKey for a key that is not a point of P-256.
func (k PublicKey) ID() (KeyID, error) {
	if _, err := k.parse(); err != nil {
		return "", ErrKey
	}
	point, _ := decode(string(k)) // parse has taken it
	sum := sha256.Sum256(point)
	return KeyID(wire.EncodeToString(sum[:])), nil
}

// ErrKey is a public key that is not a point of P-256.
var ErrKey = errors.New("cannot use this key: it is not an uncompressed point of P-256 in base64url without padding")

// Verify checks a signature of s for p by k: 64 bytes r‖s (IEEE P1363, as
// WebCrypto gives them) in base64url. It fails with ErrKey, ErrNonce or ErrProof.
func (k PublicKey) Verify(p Purpose, s Statement, signature string) error {
	key, err := k.parse()
	if err != nil {
		return ErrKey
	}
	if err := s.Check(); err != nil {
		return err
	}
	raw, err := decode(signature)
	if err != nil || len(raw) != 2*coordinate {
		return ErrProof
	}
	r, v := new(big.Int).SetBytes(raw[:coordinate]), new(big.Int).SetBytes(raw[coordinate:])
	if !ecdsa.Verify(key, s.digest(p), r, v) {
		return ErrProof
	}
	return nil
}

// coordinate is the length of r, and of s, in a signature, in bytes.
const coordinate = 32
