package seal

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// identity is a test certificate and its key, made once.
func identity(t testing.TB) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(42),
		Subject:      pkix.Name{CommonName: "TEST", Organization: []string{"TEST"}},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IsCA:         true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageContentCommitment | x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// sign plays the card.
func sign(t testing.TB, key *rsa.PrivateKey, message []byte) []byte {
	t.Helper()
	digest := sha256.Sum256(message)
	s, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func make1(t testing.TB, content []byte, at time.Time) ([]byte, *x509.Certificate) {
	t.Helper()
	cert, key := identity(t)
	d, err := Prepare(content, cert, at)
	if err != nil {
		t.Fatal(err)
	}
	der, err := d.Seal(sign(t, key, d.Message()))
	if err != nil {
		t.Fatal(err)
	}
	return der, cert
}

func TestSealOpens(t *testing.T) {
	content, at := []byte("une facture"), time.Date(2025, 8, 8, 10, 30, 0, 0, time.UTC)
	der, cert := make1(t, content, at)
	got, err := Open(der)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Content, content) || !got.At.Equal(at) || !got.Cert.Equal(cert) {
		t.Errorf("Open = %q at %v", got.Content, got.At)
	}
}

func TestSealIsAcceptedByOpenSSL(t *testing.T) {
	dir := t.TempDir()
	content := []byte("une facture\nde deux lignes")
	der, cert := make1(t, content, time.Now())
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	seal := write("seal.p7m", der)
	ca := write("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
	out := filepath.Join(dir, "out")
	cmd := exec.Command("openssl", "cms", "-verify", "-inform", "DER", "-binary", "-in", seal, "-CAfile", ca, "-out", out)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("openssl cms -verify: %v\n%s", err, text)
	}
	if got, _ := os.ReadFile(out); !bytes.Equal(got, content) {
		t.Errorf("openssl found %q", got)
	}
}

func TestSealRefusesForeignSignature(t *testing.T) {
	cert, _ := identity(t)
	_, other := identity(t)
	d, err := Prepare([]byte("x"), cert, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Seal(sign(t, other, d.Message())); !errors.Is(err, ErrSeal) {
		t.Errorf("Seal with another key: %v, want ErrSeal", err)
	}
}

func TestOpenRefusesEveryChangedByte(t *testing.T) {
	content := []byte("une facture")
	der, _ := make1(t, content, time.Now())
	for i := range der {
		bad := bytes.Clone(der)
		bad[i] ^= 0x01
		got, err := Open(bad)
		if err == nil && !bytes.Equal(got.Content, content) {
			t.Fatalf("byte %d changed: opened with other content", i)
		}
		if err != nil && !errors.Is(err, ErrSeal) {
			t.Fatalf("byte %d changed: %v, want ErrSeal", i, err)
		}
	}
	for n := range der {
		if _, err := Open(der[:n]); !errors.Is(err, ErrSeal) {
			t.Fatalf("cut at %d: %v, want ErrSeal", n, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	der, _ := make1(f, []byte("une facture"), time.Now())
	f.Add(der)
	f.Add(der[:len(der)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Open(data); err != nil && !errors.Is(err, ErrSeal) {
			t.Errorf("%v, want ErrSeal", err)
		}
	})
}
