package seal

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"
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

func TestReadPart(t *testing.T) {
	zip := func(data []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(data)
		w.Close()
		return b.Bytes()
	}
	headers := func(kind, encoding string) string {
		return "Content-Type: " + kind + "\r\nContent-Transfer-Encoding: " + encoding + "\r\n"
	}
	const edi = "application/EDI-consent"
	zipped := zip(sampleB2)
	tests := []struct {
		name string
		data []byte
		want error
	}{
		{"base64", part(headers(edi, "base64"), sampleB2), nil},
		{"base64 and gzip", part(headers("Application/edi-CONSENT; name=x", "BASE64"), zipped), nil},
		{"as it is", append([]byte(headers(edi, "7bit")+"\r\n"), sampleB2...), nil},
		{"bomb", part(headers(edi, "base64"), zip(make([]byte, MaxEnvelope+1))), ErrTooLarge},
		{"gzip cut", part(headers(edi, "base64"), zipped[:len(zipped)-4]), ErrEnvelope},
		{"gzip header cut", part(headers(edi, "base64"), zipped[:4]), ErrEnvelope},
		{"gzip changed", part(headers(edi, "base64"), append(zipped[:len(zipped)-8:len(zipped)-8], 0, 0, 0, 0, 0, 0, 0, 0)), ErrEnvelope},
		{"not base64", []byte(headers(edi, "base64") + "\r\n!!!!"), ErrEnvelope},
		{"another encoding", part(headers(edi, "quoted-printable"), sampleB2), ErrEnvelope},
		{"another type", part(headers("text/plain", "base64"), sampleB2), ErrEnvelope},
		{"no type", part("X: y\r\n", sampleB2), ErrEnvelope},
		{"no headers", []byte("\x00"), ErrEnvelope},
		{"too large", make([]byte, MaxEnvelope+1), ErrTooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := ReadPart(test.data)
			if !errors.Is(err, test.want) || test.want == nil && (err != nil || !bytes.Equal(p.Content, sampleB2)) {
				t.Errorf("%d bytes, %v; want %v", len(p.Content), err, test.want)
			}
		})
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

func FuzzReadPart(f *testing.F) {
	f.Add(part("Content-Type: application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\n", sampleB2[:64]))
	f.Add([]byte("Content-Type: application/EDI-consent\r\n\r\n\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := ReadPart(data); err != nil && !closed(err) {
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
