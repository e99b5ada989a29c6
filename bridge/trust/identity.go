package trust

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// Identity is the key by which pages know this machine again: they keep its
// public half when they are paired, and refuse a program that has taken our port
// and can't sign with it.
type Identity struct {
	key    *ecdsa.PrivateKey
	public PublicKey
}

// pemType is that of a PKCS #8 key (RFC 7468, section 10).
const pemType = "PRIVATE KEY"

// LoadIdentity reads the key in file, which only its owner may read, or makes one
// if there is none. A key that can't be read is an error and is not replaced:
// pages would take the new one for an impostor's.
func LoadIdentity(file string) (*Identity, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return newIdentity(file)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the key of this machine: %w", err)
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("cannot trust the key of this machine: others may read %s; remove it and pair the web pages again", file)
	}
	damaged := fmt.Errorf("cannot use the key of this machine: %s is damaged; restore it from a backup, or remove it and pair the web pages again", file)
	block, rest := pem.Decode(text)
	if block == nil || block.Type != pemType || len(rest) > 0 {
		return nil, damaged
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok || key.Curve != elliptic.P256() {
		return nil, damaged
	}
	return identityOf(key)
}

func newIdentity(file string) (*Identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("cannot make the key of this machine: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("cannot make the key of this machine: %w", err)
	}
	if err := durable.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der})); err != nil {
		return nil, fmt.Errorf("cannot keep the key of this machine: %w", err)
	}
	return identityOf(key)
}

func identityOf(key *ecdsa.PrivateKey) (*Identity, error) {
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("cannot use the key of this machine: %w", err)
	}
	return &Identity{key: key, public: PublicKey(wire.EncodeToString(point))}, nil
}

// Proof is what this machine shows a page.
type Proof struct {
	PublicKey PublicKey `json:"publicKey"`
	Signature string    `json:"signature"` // 64 bytes r‖s in base64url
}

// Sign proves to a page that it talks to this machine.
func (i *Identity) Sign(p Purpose, s Statement) (Proof, error) {
	r, v, err := ecdsa.Sign(rand.Reader, i.key, s.digest(p))
	if err != nil {
		return Proof{}, fmt.Errorf("cannot sign for a page: %w", err)
	}
	raw := make([]byte, 2*coordinate)
	r.FillBytes(raw[:coordinate])
	v.FillBytes(raw[coordinate:])
	return Proof{PublicKey: i.public, Signature: wire.EncodeToString(raw)}, nil
}
