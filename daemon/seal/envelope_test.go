package seal

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	payerAddress = "01349@349.01.rss.fr"
	testAddress  = "01349@349.01.rss.test"
)

// payerKey is the key of an invented payer, made once.
var payerKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// payer is a certificate of that payer; change makes another of it.
func payer(t testing.TB, key crypto.Signer, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(4242),
		Subject:      pkix.Name{CommonName: payerAddress, Organization: []string{"TEST"}},
		NotBefore:    time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:     x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
		SubjectKeyId: []byte{1, 2, 3, 4},
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// demonstration makes it a certificate of a demonstration.
func demonstration(c *x509.Certificate) {
	c.Subject.CommonName, c.Subject.Organization = testAddress, []string{"AGRAFE DEMONSTRATION"}
}

func pemCertificate(certs ...*x509.Certificate) []byte {
	var out []byte
	for _, cert := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...)
	}
	return out
}

// sampleB2 stands for a file of B2: records of 128 characters.
var sampleB2 = []byte(strings.Repeat("2"+strings.Repeat("0", 127), 40))

func TestEncloseExtract(t *testing.T) {
	cert := payer(t, payerKey(), demonstration)
	tests := []struct {
		name string
		demo bool
		cert *x509.Certificate
		file []byte
	}{
		{"production", false, payer(t, payerKey(), nil), sampleB2},
		{"demonstration", true, cert, sampleB2},
		{"empty", true, cert, []byte{}},
		{"a whole block", true, cert, sampleB2[:aesBlocks]},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			message, err := Enclose(Contents{File: test.file, Demonstration: test.demo}, test.cert)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Extract(message, test.cert, payerKey())
			if err != nil {
				t.Fatal(err)
			}
			if got.Demonstration != test.demo || got.Seals != nil || !bytes.Equal(got.File, test.file) {
				t.Errorf("demonstration %v, %d bytes, %d seals", got.Demonstration, len(got.File), len(got.Seals))
			}
			for line := range strings.Lines(string(message)) {
				if len(line) > 200 || !strings.HasSuffix(line, "\r\n") {
					t.Fatalf("line of %d bytes", len(line))
				}
			}
			if bytes.Contains(message, test.file[:min(64, len(test.file))]) && len(test.file) > 0 {
				t.Error("the file travels in clear")
			}
		})
	}
}

const aesBlocks = 16 * 8

func closed(err error) bool {
	for _, kind := range []error{ErrEnvelope, ErrCipher, ErrRecipient, ErrKey, ErrTooLarge} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

func TestDecryptRefusesDamage(t *testing.T) {
	cert := payer(t, payerKey(), nil)
	content := []byte("un fichier")
	der, err := Encrypt(content, cert)
	if err != nil {
		t.Fatal(err)
	}
	for n := range der {
		if _, err := Decrypt(der[:n], cert, payerKey()); !errors.Is(err, ErrEnvelope) {
			t.Fatalf("cut at %d: %v, want ErrEnvelope", n, err)
		}
	}
	for i := 0; i < len(der); i += 7 {
		bad := bytes.Clone(der)
		bad[i] ^= 0x40
		if _, err := Decrypt(bad, cert, payerKey()); err != nil && !closed(err) {
			t.Fatalf("byte %d changed: %v is of no known kind", i, err)
		}
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Decrypt(der, cert, other); err == nil && bytes.Equal(got, content) || err != nil && !errors.Is(err, ErrKey) {
		t.Errorf("another key: %v, want ErrKey", err)
	}
	if _, err := Decrypt(append(der, 0), cert, payerKey()); !errors.Is(err, ErrEnvelope) {
		t.Errorf("something behind: %v, want ErrEnvelope", err)
	}
	deep := bytes.Repeat([]byte{0x30, 0x80}, 1<<20)
	if _, err := Decrypt(deep, cert, payerKey()); !errors.Is(err, ErrEnvelope) {
		t.Errorf("a million levels: %v, want ErrEnvelope", err)
	}
}

func TestWords(t *testing.T) {
	at := time.Date(2025, 8, 20, 14, 5, 6, 123_456_789, time.FixedZone("", 7200))
	subject, err := Subject("00000991000015", at, 42)
	if want := "IR100500/00000991000015/2025082012050612345/00042"; err != nil || subject != want {
		t.Errorf("Subject = %q, %v; want %q", subject, err, want)
	}
	for demo, want := range map[bool]string{false: payerAddress, true: testAddress} {
		if address, err := Address("01", "349", demo); err != nil || address != want {
			t.Errorf("Address = %q, %v; want %q", address, err, want)
		}
	}
	for _, bad := range [][2]string{{"1", "349"}, {"01", "34"}, {"01", "../"}, {"01", "3490"}, {"", ""}} {
		if _, err := Address(bad[0], bad[1], true); !errors.Is(err, ErrAddress) {
			t.Errorf("Address(%q): %v, want ErrAddress", bad, err)
		}
	}
	if _, err := Subject("991000015", at, 1); !errors.Is(err, ErrAddress) {
		t.Errorf("short emitter: %v", err)
	}
	if _, err := Subject("00000991000015", at, 100_000); !errors.Is(err, ErrAddress) {
		t.Errorf("too many invoices: %v", err)
	}
}

func FuzzDecrypt(f *testing.F) {
	cert := payer(f, payerKey(), nil)
	der, err := Encrypt([]byte("un fichier"), cert)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Add(der[:len(der)/2])
	f.Add([]byte{0x30, 0x80, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x03, 0xA0, 0x80, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Decrypt(data, cert, payerKey()); err != nil && !closed(err) {
			t.Errorf("%v is of no known kind", err)
		}
	})
}

func BenchmarkEnclose(b *testing.B) {
	cert := payer(b, payerKey(), demonstration)
	c := Contents{File: bytes.Repeat(sampleB2, 24), Demonstration: true} // 960 records, as a full lot
	one, _ := make1(b, bytes.Repeat([]byte("x"), 2000), time.Now())
	for range 200 {
		c.Seals = append(c.Seals, one)
	}
	b.SetBytes(int64(len(c.File) + 200*len(one)))
	for b.Loop() {
		if _, err := Enclose(c, cert); err != nil {
			b.Fatal(err)
		}
	}
}
