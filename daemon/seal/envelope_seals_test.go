package seal

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSealsTravelBesideTheFile(t *testing.T) {
	cert := payer(t, payerKey(), demonstration)
	for _, count := range []int{1, 3, MaxSeals} {
		t.Run(fmt.Sprintf("%d", count), func(t *testing.T) {
			want := Contents{File: sampleB2, Demonstration: true}
			for i := range count {
				want.Seals = append(want.Seals, fmt.Appendf(nil, "seal %d\r\n--=_agrafe_sceaux--", i))
			}
			message, err := Enclose(want, cert)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Extract(message, cert, payerKey())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	tooMany := Contents{Seals: make([][]byte, MaxSeals+1), Demonstration: true}
	if _, err := Enclose(tooMany, cert); !errors.Is(err, ErrTooLarge) {
		t.Errorf("1000 seals: %v, want ErrTooLarge", err)
	}
}

func TestOpenSSLOpensOursAndVerifiesTheSeals(t *testing.T) {
	cert := payer(t, payerKey(), demonstration)
	content := []byte("une facture")
	der, signer := make1(t, content, time.Now())
	message, err := Enclose(Contents{File: sampleB2, Seals: [][]byte{der}, Demonstration: true}, cert)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, cert)
	r.write("in", message)
	inner := r.run("cms", "-decrypt", "-binary", "-in", "IN", "-recip", "CERT", "-inkey", "KEY")
	got, err := readContents(inner)
	if err != nil || len(got.Seals) != 1 {
		t.Fatalf("%d seals, %v", len(got.Seals), err)
	}
	ca := r.write("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signer.Raw}))
	r.write("in", got.Seals[0])
	if out := r.run("cms", "-verify", "-binary", "-inform", "DER", "-in", "IN", "-CAfile", ca); !bytes.Equal(out, content) {
		t.Errorf("openssl found %q", out)
	}
	_, sealPart, found := bytes.Cut(inner, []byte("\r\nContent-Type: application/pkcs7-mime"))
	if !found {
		t.Fatal("no part for the seal")
	}
	r.write("in", append([]byte("Content-Type: application/pkcs7-mime"), sealPart...))
	if out := r.run("cms", "-verify", "-binary", "-in", "IN", "-CAfile", ca); !bytes.Equal(out, content) {
		t.Errorf("openssl found %q in the part as it stands", out)
	}
}

func TestReadContents(t *testing.T) {
	const edi = "Content-Type: application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\n"
	const signed = "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n"
	file := part(edi, sampleB2)
	whole := together(file, [][]byte{[]byte("sceau 1"), []byte("sceau 2")})
	body := func(parts ...[]byte) []byte {
		out := []byte("Content-Type: multipart/mixed; boundary=x\r\n\r\n")
		for _, p := range parts {
			out = append(append(out, "--x\r\n"...), p...)
		}
		return append(out, "--x--\r\n"...)
	}
	many := [][]byte{file}
	for range MaxSeals + 1 {
		many = append(many, part(signed, []byte("s")))
	}
	tests := []struct {
		name  string
		data  []byte
		seals int
		want  error
	}{
		{"alone", file, 0, nil},
		{"together", whole, 2, nil},
		{"no seal", body(file), 0, nil},
		{"too many seals", body(many...), 0, ErrTooLarge},
		{"no part", body(), 0, ErrEnvelope},
		{"no border", []byte("Content-Type: multipart/mixed\r\n\r\nx"), 0, ErrEnvelope},
		{"seal first", body(part(signed, []byte("s")), file), 0, ErrEnvelope},
		{"another file behind", body(file, file), 0, ErrEnvelope},
		{"an envelope for a seal", body(file, part(strings.Replace(signed, "signed", "enveloped", 1), nil)), 0, ErrEnvelope},
		{"seal not base64", body(file, []byte(signed+"\r\n!!!!\r\n")), 0, ErrEnvelope},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := readContents(test.data)
			if !errors.Is(err, test.want) || len(c.Seals) != test.seals || test.want == nil && (err != nil || !bytes.Equal(c.File, sampleB2)) {
				t.Errorf("%d bytes, %d seals, %v; want %v", len(c.File), len(c.Seals), err, test.want)
			}
		})
	}
	last := len(whole) - len("--"+border+"--\r\n")
	for n := range last {
		if _, err := readContents(whole[:n]); !errors.Is(err, ErrEnvelope) {
			t.Fatalf("cut at %d of %d: %v, want ErrEnvelope", n, len(whole), err)
		}
	}
}

func TestBothSidesKeepApart(t *testing.T) {
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	demo := payer(t, payerKey(), demonstration)
	real := payer(t, payerKey(), nil)
	named := payer(t, payerKey(), func(c *x509.Certificate) { c.Subject.CommonName = testAddress })
	dir := t.TempDir()
	write := func(address string, cert *x509.Certificate) {
		if err := os.WriteFile(filepath.Join(dir, address+".pem"), pemCertificate(cert), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	reason := func(err error) CertificateReason {
		var fault *CertificateError
		if err != nil && !errors.As(err, &fault) {
			t.Fatal(err)
		}
		if err == nil {
			return 0
		}
		return fault.Reason
	}
	write(testAddress, demo)
	if cert, err := (Folder{Dir: dir, Demonstration: true}).Certificate("01", "349", at); err != nil || !cert.Equal(demo) {
		t.Errorf("a demonstration finds no certificate: %v", err)
	}
	if _, err := (Folder{Dir: dir}).Certificate("01", "349", at); reason(err) != CertificateAbsent {
		t.Errorf("production finds the demonstration's: %v", err)
	}
	write(testAddress, named)
	if _, err := (Folder{Dir: dir, Demonstration: true}).Certificate("01", "349", at); reason(err) != CertificateProduction {
		t.Errorf("a demonstration takes one without the mark: %v", err)
	}
	if _, err := Enclose(Contents{Demonstration: true}, real); reason(err) != CertificateProduction {
		t.Errorf("a demonstration enclosed for a payer: %v", err)
	}
	if _, err := Enclose(Contents{}, demo); reason(err) != CertificateDemonstration {
		t.Errorf("production enclosed for a demonstration: %v", err)
	}
}

func FuzzReadContents(f *testing.F) {
	file := part("Content-Type: application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\n", sampleB2[:64])
	f.Add(file)
	f.Add(together(file, [][]byte{[]byte("sceau")}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := readContents(data); err != nil && !closed(err) {
			t.Errorf("%v is of no known kind", err)
		}
	})
}
