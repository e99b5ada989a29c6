package trust

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// page is a browser's side: a key and what it signs.
type page struct{ key *Identity }

func newPage(t testing.TB) page {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id, err := identityOf(key)
	if err != nil {
		t.Fatal(err)
	}
	return page{id}
}

func (p page) public() PublicKey { return p.key.public }

func (p page) id(t testing.TB) KeyID {
	t.Helper()
	id, err := p.public().ID()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (p page) sign(t testing.TB, why Purpose, s Statement) string {
	t.Helper()
	proof, err := p.key.Sign(why, s)
	if err != nil {
		t.Fatal(err)
	}
	return proof.Signature
}

func origin(t testing.TB, text string) Origin {
	t.Helper()
	o, err := ParseOrigin(text)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// The text that is signed is part of the protocol.
func TestStatementText(t *testing.T) {
	s := Statement{Origin: origin(t, "https://ehr.example"), Server: "AAAA", Client: "BBBB"}
	want := map[Purpose]string{
		ForAuth:   "agrafe.v1.auth\nhttps://ehr.example\nAAAA\nBBBB",
		ForEnrol:  "agrafe.v1.enrol\nhttps://ehr.example\nAAAA\nBBBB",
		ForPair:   "agrafe.v1.pair\nhttps://ehr.example\nAAAA\nBBBB",
		ForHello:  "agrafe.v1.hello\nhttps://ehr.example\nAAAA\nBBBB",
		ForPaired: "agrafe.v1.paired\nhttps://ehr.example\nAAAA\nBBBB",
	}
	for p, text := range want {
		if got := s.Text(p); got != text {
			t.Errorf("%s: %q", p, got)
		}
	}
}

func TestVerify(t *testing.T) {
	one, other := newPage(t), newPage(t)
	s := Statement{Origin: origin(t, "https://ehr.example"), Server: Nonce(), Client: Nonce()}
	good := one.sign(t, ForAuth, s)
	raw, _ := wire.DecodeString(good)
	flipped := append([]byte{}, raw...)
	flipped[63] ^= 1
	with := func(change func(*Statement)) Statement { c := s; change(&c); return c }
	tests := []struct {
		name      string
		key       PublicKey
		purpose   Purpose
		said      Statement
		signature string
		want      error
	}{
		{"good", one.public(), ForAuth, s, good, nil},
		{"another key", other.public(), ForAuth, s, good, ErrProof},
		{"another purpose", one.public(), ForEnrol, s, good, ErrProof},
		{"another origin", one.public(), ForAuth, with(func(s *Statement) { s.Origin = origin(t, "https://evil.example") }), good, ErrProof},
		{"another nonce of the server", one.public(), ForAuth, with(func(s *Statement) { s.Server = Nonce() }), good, ErrProof},
		{"another nonce of the client", one.public(), ForAuth, with(func(s *Statement) { s.Client = Nonce() }), good, ErrProof},
		{"one bit", one.public(), ForAuth, s, wire.EncodeToString(flipped), ErrProof},
		{"all zero", one.public(), ForAuth, s, wire.EncodeToString(make([]byte, 64)), ErrProof},
		{"short", one.public(), ForAuth, s, wire.EncodeToString(raw[:63]), ErrProof},
		{"long", one.public(), ForAuth, s, wire.EncodeToString(append(raw, 0)), ErrProof},
		{"padded", one.public(), ForAuth, s, good + "==", ErrProof},
		{"standard alphabet", one.public(), ForAuth, s, base64.StdEncoding.EncodeToString(raw), ErrProof},
		{"empty", one.public(), ForAuth, s, "", ErrProof},
		{"no key", "", ForAuth, s, good, ErrKey},
		{"compressed key", PublicKey(wire.EncodeToString(make([]byte, 33))), ForAuth, s, good, ErrKey},
		{"not on the curve", PublicKey(wire.EncodeToString(append([]byte{4}, make([]byte, 64)...))), ForAuth, s, good, ErrKey},
		{"key with a new line", one.public() + "\n", ForAuth, s, good, ErrKey},
		{"short client nonce", one.public(), ForAuth, with(func(s *Statement) { s.Client = "AAAA" }), good, ErrNonce},
		{"no client nonce", one.public(), ForAuth, with(func(s *Statement) { s.Client = "" }), good, ErrNonce},
		{"client nonce of two lines", one.public(), ForAuth, with(func(s *Statement) { s.Client += "\n" }), good, ErrNonce},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.key.Verify(tt.purpose, tt.said, tt.signature); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

func TestNonceIsNew(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		n := Nonce()
		if err := (Statement{Client: n}).Check(); err != nil || seen[n] {
			t.Fatalf("nonce %q: %v", n, err)
		}
		seen[n] = true
	}
}

func TestIdentity(t *testing.T) {
	file := filepath.Join(t.TempDir(), "identity.key")
	first, err := LoadIdentity(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	second, err := LoadIdentity(file)
	if err != nil || second.public != first.public {
		t.Fatalf("read back: %v", err)
	}
	s := Statement{Origin: origin(t, "https://ehr.example"), Server: Nonce(), Client: Nonce()}
	proof, err := second.Sign(ForHello, s)
	if err != nil || proof.PublicKey.Verify(ForHello, s, proof.Signature) != nil {
		t.Errorf("the machine's proof does not hold (%v)", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func() error{
		"cut short":      func() error { return os.WriteFile(file, text[:len(text)/2], 0o600) },
		"empty":          func() error { return os.WriteFile(file, nil, 0o600) },
		"more behind":    func() error { return os.WriteFile(file, append(text, 'x'), 0o600) },
		"others read it": func() error { return os.Chmod(file, 0o644) },
	} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadIdentity(file); err == nil || !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("%s: %v", name, err)
		}
		_ = os.Chmod(file, 0o600)
	}
}
