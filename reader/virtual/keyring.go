package virtual

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
)

// keyBits is the size of the keys of a CPS.
const keyBits = 2048

// Keyring makes and remembers what is secret in virtual CPS: for each card two
// keys, their certificates and a serial number. It is its own test authority.
// It is safe for concurrent use.
//
// A card is remembered by its file's name and its holder. A card file whose
// holder changes is another card, with a new serial number: certificates never
// change for a serial number, and other software caches them by it.
type Keyring struct {
	dir  string // "" when in memory
	pool []*rsa.PrivateKey

	mu         sync.Mutex // protects what follows
	authority  *authority
	identities map[string]*identity
}

// identity is what a Keyring keeps for one card.
type identity struct {
	serial           []byte // value of EF.SN, 10 bytes
	sig, aut         *rsa.PrivateKey
	certSIG, certAUT []byte // DER
}

// OpenKeyring opens the keyring kept in dir, which it creates when there is none.
// The files are readable by their owner alone.
func OpenKeyring(dir string) (*Keyring, error) {
	k := &Keyring{dir: dir, identities: map[string]*identity{}}
	if err := k.openDir(); err != nil {
		return nil, fmt.Errorf("cannot open the keys of the demonstration cards: %w", err)
	}
	return k, nil
}

// NewKeyring returns a keyring in memory: its cards are new ones each time the
// program starts.
func NewKeyring() *Keyring { return &Keyring{identities: map[string]*identity{}} }

// TestKeyring returns the keyring in memory that the tests of this process share.
// All its cards have the same two keys, because making an RSA key takes long.
var TestKeyring = sync.OnceValue(func() *Keyring {
	k := NewKeyring()
	for range 2 {
		key, err := rsa.GenerateKey(rand.Reader, keyBits)
		if err != nil {
			panic(err) // no random numbers: nothing can work
		}
		k.pool = append(k.pool, key)
	}
	return k
})

// Authority returns the certificate of the test authority that signed the
// certificates of the cards.
func (k *Keyring) Authority() (*x509.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	ca, err := k.openAuthority()
	if err != nil {
		return nil, err
	}
	return ca.certificate, nil
}

// openAuthority returns the authority, made on first use. k.mu is held.
func (k *Keyring) openAuthority() (*authority, error) {
	if k.authority != nil {
		return k.authority, nil
	}
	ca, err := newAuthority(k.newKey(0))
	if err != nil {
		return nil, err
	}
	if k.dir != "" {
		if ca, err = k.saveAuthority(ca); err != nil {
			return nil, err
		}
	}
	k.authority = ca
	return ca, nil
}

// identity returns the keys and the serial number of the card that spec
// describes, made on first use.
func (k *Keyring) identity(spec *Spec) (*identity, error) {
	id, err := cardID(spec)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if known, ok := k.identities[id]; ok {
		return known, nil
	}
	made, err := k.makeIdentity(spec)
	if err != nil {
		return nil, fmt.Errorf("cannot make its keys: %w", err)
	}
	if k.dir != "" {
		if made, err = k.saveIdentity(id, made); err != nil {
			return nil, fmt.Errorf("cannot keep its keys: %w", err)
		}
	}
	k.identities[id] = made
	return made, nil
}

func (k *Keyring) makeIdentity(spec *Spec) (*identity, error) {
	ca, err := k.openAuthority()
	if err != nil {
		return nil, err
	}
	sig, err := k.newKey(0)()
	if err != nil {
		return nil, err
	}
	aut, err := k.newKey(1)()
	if err != nil {
		return nil, err
	}
	made := &identity{serial: newSerial(), sig: sig, aut: aut}
	if made.certSIG, err = ca.certify(spec.Professional, x509.KeyUsageContentCommitment, &sig.PublicKey); err != nil {
		return nil, err
	}
	made.certAUT, err = ca.certify(spec.Professional, x509.KeyUsageDigitalSignature, &aut.PublicKey)
	return made, err
}

// newKey returns what makes a key, or hands out the n-th of the pool.
func (k *Keyring) newKey(n int) func() (*rsa.PrivateKey, error) {
	if k.pool != nil {
		return func() (*rsa.PrivateKey, error) { return k.pool[n], nil }
	}
	return func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) }
}

// newSerial returns the value of an EF.SN: the issuer's prefix, nine random
// digits, a filler (GIP-CPS IAS-ECC).
func newSerial() []byte {
	var random [8]byte
	rand.Read(random[:]) // never fails
	digits := fmt.Sprintf("%09d", binary.BigEndian.Uint64(random[:])%1_000_000_000)
	return mustHex("8025000001" + digits + "F")
}

// cardID is the name under which a card is remembered.
func cardID(spec *Spec) (string, error) {
	b, err := json.Marshal(struct {
		Name, Kind   string
		Professional *Professional
	}{spec.Name, string(spec.Kind), spec.Professional})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8]), nil
}
