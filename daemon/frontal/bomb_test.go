package frontal

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/seal"
)

// A small mail that grows beyond all bounds when it is decompressed is given up.
func TestAZipBombIsRefused(t *testing.T) {
	r := newRig(t, "")
	var bomb bytes.Buffer
	z, err := gzip.NewWriterLevel(&bomb, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	chunk := make([]byte, 1<<20)
	for range seal.MaxEnvelope>>20 + 1 {
		if _, err := z.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	to, err := seal.Folder{Dir: filepath.Join(r.dir, payersDir), Demonstration: true}.Certificate("01", "999", start)
	if err != nil {
		t.Fatal(err)
	}
	inner := "Content-Type: application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\nContent-Description: IRISTEST/B2\r\n\r\n" +
		base64.StdEncoding.EncodeToString(bomb.Bytes())
	der, err := seal.Encrypt([]byte(inner), to)
	if err != nil {
		t.Fatal(err)
	}
	var raw strings.Builder
	raw.WriteString("Message-ID: <bombe@agrafe.test>\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	for len(der) > 0 {
		n := min(len(der), 57)
		fmt.Fprintf(&raw, "%s\r\n", base64.StdEncoding.EncodeToString(der[:n]))
		der = der[n:]
	}
	r.stop()
	var problem reception
	problem.Payer, problem.At = testPayer, start
	r.open(&problem, []byte(raw.String()))
	if problem.Problem != "l'enveloppe est trop grande" || problem.Lots != nil {
		t.Errorf("%q, %d lots from %d bytes", problem.Problem, len(problem.Lots), raw.Len())
	}
}
