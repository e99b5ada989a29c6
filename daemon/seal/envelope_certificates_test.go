package seal

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFolder(t *testing.T) {
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	with := func(change func(*x509.Certificate)) []byte { return pemCertificate(payer(t, payerKey(), change)) }
	expired := func(c *x509.Certificate) { c.NotAfter = at.Add(-time.Hour) }
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		file []byte
		want CertificateReason
	}{
		{"good", with(nil), 0},
		{"name in the mail address", with(func(c *x509.Certificate) { c.Subject.CommonName, c.EmailAddresses = "X", []string{payerAddress} }), 0},
		{"usages left open", with(func(c *x509.Certificate) { c.KeyUsage, c.ExtKeyUsage = 0, nil }), 0},
		{"expired, then renewed", append(with(expired), with(nil)...), 0},
		{"absent", nil, CertificateAbsent},
		{"no PEM", []byte("x"), CertificateDamaged},
		{"no certificate", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}), CertificateDamaged},
		{"a key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}), CertificateDamaged},
		{"expired", with(expired), CertificateExpired},
		{"early", with(func(c *x509.Certificate) { c.NotBefore = at.Add(time.Hour) }), CertificateEarly},
		{"another's", with(func(c *x509.Certificate) { c.Subject.CommonName = "01996@996.01.rss.fr" }), CertificateName},
		{"for signatures", with(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature }), CertificateUsage},
		{"for servers", with(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), CertificateUsage},
		{"short key", pemCertificate(payer(t, short, nil)), CertificateWeak},
		{"curve", pemCertificate(payer(t, curve, nil)), CertificateWeak},
		{"of a demonstration", with(func(c *x509.Certificate) { c.Subject.Organization = []string{"Agrafe", "Demonstration"} }), CertificateDemonstration},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if test.file != nil {
				if err := os.WriteFile(filepath.Join(dir, payerAddress+".pem"), test.file, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cert, err := (Folder{Dir: dir}).Certificate("01", "349", at)
			var reason CertificateReason
			var fault *CertificateError
			if errors.As(err, &fault) {
				reason = fault.Reason
			}
			if reason != test.want || (err == nil) != (cert != nil) || (err == nil) != (test.want == 0) {
				t.Errorf("%v, want reason %d", err, test.want)
			}
		})
	}
	if _, err := (Folder{Dir: t.TempDir()}).Certificate("../", "349", at); !errors.Is(err, ErrAddress) {
		t.Errorf("a régime that leaves the folder: %v", err)
	}
	if _, err := Encrypt(nil, payer(t, curve, nil)); err == nil {
		t.Error("encrypted for a key that is not RSA")
	}
}

// Production refuses what looks like a demonstration's, wherever the word stands; a
// demonstration takes only what is marked as ours are.
func TestTheMarkOfADemonstration(t *testing.T) {
	name := func(change func(*pkix.Name)) func(c *x509.Certificate) {
		return func(c *x509.Certificate) { change(&c.Subject) }
	}
	tests := []struct {
		name           string
		change         func(*x509.Certificate)
		inDemo, inProd CertificateReason
	}{
		{"no mark", nil, CertificateProduction, 0},
		{"ours", name(func(n *pkix.Name) { n.Organization = []string{"AGRAFE DEMONSTRATION"} }), 0, CertificateDemonstration},
		{"small letters", name(func(n *pkix.Name) { n.Organization = []string{"Agrafe", "demonstration"} }), 0, CertificateDemonstration},
		{"accents", name(func(n *pkix.Name) { n.Organization = []string{"Autorité de démonstration"} }), CertificateProduction, CertificateDemonstration},
		{"accents apart", name(func(n *pkix.Name) { n.Organization = []string{"DE\u0301MONSTRATION"} }), CertificateProduction, CertificateDemonstration},
		{"unit", name(func(n *pkix.Name) { n.OrganizationalUnit = []string{"Démonstration"} }), CertificateProduction, CertificateDemonstration},
		{"name", name(func(n *pkix.Name) { n.CommonName = "Payeur de démonstration" }), CertificateProduction, CertificateDemonstration},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cert := payer(t, payerKey(), test.change)
			if got := otherSide(cert, true); got != test.inDemo {
				t.Errorf("in a demonstration: reason %d, want %d", got, test.inDemo)
			}
			if got := otherSide(cert, false); got != test.inProd {
				t.Errorf("in production: reason %d, want %d", got, test.inProd)
			}
		})
	}
	issued := payer(t, payerKey(), nil)
	issued.Issuer = pkix.Name{CommonName: "AC de Démonstration"}
	if otherSide(issued, false) != CertificateDemonstration || otherSide(issued, true) != CertificateProduction {
		t.Error("an issuer of demonstrations is not seen")
	}
}

// A file whose end is not read is not used: the certificate in force may stand there.
func TestALargeFileOfCertificatesIsRefused(t *testing.T) {
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	good := pemCertificate(payer(t, payerKey(), nil))
	for name, test := range map[string]struct {
		size int
		want CertificateReason
	}{"as large as allowed": {maxPEM, 0}, "one byte more": {maxPEM + 1, CertificateDamaged}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			text := append(bytes.Clone(good), bytes.Repeat([]byte("\n"), test.size-len(good))...)
			if err := os.WriteFile(filepath.Join(dir, payerAddress+".pem"), text, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Folder{Dir: dir}.Certificate("01", "349", at)
			var reason CertificateReason
			if fault, ok := errors.AsType[*CertificateError](err); ok {
				reason = fault.Reason
			}
			if reason != test.want || (err == nil) != (test.want == 0) {
				t.Errorf("%v, want reason %d", err, test.want)
			}
		})
	}
}
