package seal

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smallstep/pkcs7"
)

// rig is a folder with the payer's certificate and key, for openssl.
type rig struct {
	t         *testing.T
	dir       string
	cert, key string
}

func newRig(t *testing.T, cert *x509.Certificate) *rig {
	r := &rig{t: t, dir: t.TempDir()}
	key, err := x509.MarshalPKCS8PrivateKey(payerKey())
	if err != nil {
		t.Fatal(err)
	}
	r.cert = r.write("cert.pem", pemCertificate(cert))
	r.key = r.write("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	return r
}

func (r *rig) write(name string, data []byte) string {
	path := filepath.Join(r.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		r.t.Fatal(err)
	}
	return path
}

// run runs openssl and returns what it wrote to -out.
func (r *rig) run(args ...string) []byte {
	r.t.Helper()
	out := filepath.Join(r.dir, "out")
	args = append([]string{args[0], "-out", out}, args[1:]...)
	for i, a := range args[3:] {
		args[3+i] = strings.NewReplacer("CERT", r.cert, "KEY", r.key, "IN", filepath.Join(r.dir, "in")).Replace(a)
	}
	if text, err := exec.CommandContext(r.t.Context(), "openssl", args...).CombinedOutput(); err != nil {
		r.t.Fatalf("openssl %s: %v\n%s", args[0], err, text)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		r.t.Fatal(err)
	}
	return data
}

func TestOpenSSLOpensOurs(t *testing.T) {
	cert := payer(t, payerKey(), demonstration)
	message, err := Enclose(Contents{File: sampleB2, Demonstration: true}, cert)
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"cms", "smime"} {
		t.Run(program, func(t *testing.T) {
			r := newRig(t, cert)
			r.write("in", message)
			p, err := ReadPart(r.run(program, "-decrypt", "-binary", "-in", "IN", "-recip", "CERT", "-inkey", "KEY"))
			if err != nil || !bytes.Equal(p.Content, sampleB2) || !p.Demonstration() {
				t.Errorf("%d bytes, %v", len(p.Content), err)
			}
		})
	}
}

func TestPkcs7OpensOurs(t *testing.T) {
	cert := payer(t, payerKey(), nil)
	der, err := Encrypt(sampleB2, cert)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pkcs7.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.Decrypt(cert, payerKey()); err != nil || !bytes.Equal(got, sampleB2) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestWeOpenOpenSSLs(t *testing.T) {
	cert := payer(t, payerKey(), nil)
	other := payer(t, payerKey(), func(c *x509.Certificate) { c.SerialNumber = big.NewInt(1) })
	inner := part("Content-Type: application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\nContent-Description: IRIS/B2\r\n", sampleB2)
	tests := []struct {
		name string
		args string
		want error
	}{
		{"cms", "cms -encrypt -binary -aes256 -in IN CERT", nil},
		{"cms in text mode", "cms -encrypt -aes256 -in IN CERT", nil},
		{"cms streamed", "cms -encrypt -binary -stream -aes256 -in IN CERT", nil},
		{"smime", "smime -encrypt -binary -aes256 -in IN CERT", nil},
		{"smime with AES-128", "smime -encrypt -binary -aes128 -in IN CERT", nil},
		{"smime with triple DES", "smime -encrypt -binary -des3 -in IN CERT", nil},
		{"by key identifier", "cms -encrypt -binary -keyid -aes256 -in IN CERT", nil},
		{"for two", "cms -encrypt -binary -aes256 -in IN OTHER CERT", nil},
		{"for another", "cms -encrypt -binary -aes256 -in IN OTHER", ErrRecipient},
		{"camellia", "cms -encrypt -binary -camellia256 -in IN CERT", ErrCipher},
		{"OAEP", "cms -encrypt -binary -aes256 -in IN -recip CERT -keyopt rsa_padding_mode:oaep", ErrCipher},
		{"GCM", "cms -encrypt -binary -aes-256-gcm -in IN CERT", ErrEnvelope},
		{"signed", "cms -sign -binary -nodetach -signer CERT -inkey KEY -in IN", ErrEnvelope},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, cert)
			r.write("in", inner)
			args := strings.Fields(strings.Replace(test.args, "OTHER", r.write("other.pem", pemCertificate(other)), 1))
			got, err := Extract(r.run(args...), cert, payerKey())
			if !errors.Is(err, test.want) || test.want == nil && (err != nil || !bytes.Equal(got.File, sampleB2)) {
				t.Errorf("%d bytes, %v; want %v", len(got.File), err, test.want)
			}
		})
	}
}

func TestDecryptDER(t *testing.T) {
	cert := payer(t, payerKey(), nil)
	for _, args := range []string{"cms -encrypt -binary -aes256 -outform DER -in IN CERT", "cms -encrypt -binary -stream -aes256 -outform DER -in IN CERT"} {
		r := newRig(t, cert)
		r.write("in", sampleB2)
		if got, err := Decrypt(r.run(strings.Fields(args)...), cert, payerKey()); err != nil || !bytes.Equal(got, sampleB2) {
			t.Errorf("%s: %d bytes, %v", args, len(got), err)
		}
	}
}
