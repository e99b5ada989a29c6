package frontal

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/seal"
)

// issuer is an authority of cards, with one card: the certificates of its two uses,
// which have one key here.
type issuer struct {
	ca, sign, auth *x509.Certificate
	key            *rsa.PrivateKey
}

var cards = sync.OnceValue(func() issuer { return newIssuer("TEST Agrafe") })

func newIssuer(organization string) issuer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	sign := func(template, parent *x509.Certificate) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), key)
		if err != nil {
			panic(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			panic(err)
		}
		return cert
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{organization}, CommonName: organization},
		NotBefore: validFrom, NotAfter: validTo, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	root := sign(ca, ca)
	card := func(serial int64, usage x509.KeyUsage) *x509.Certificate {
		return sign(&x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "899900000015"},
			NotBefore: validFrom, NotAfter: validTo, KeyUsage: usage}, root)
	}
	return issuer{root, card(2, x509.KeyUsageContentCommitment), card(3, x509.KeyUsageDigitalSignature), key}
}

// sealed signs contents with the card of an issuer.
func (i issuer) seal(t testing.TB, contents ...[]byte) [][]byte {
	t.Helper()
	var all [][]byte
	for _, content := range contents {
		draft, err := seal.Prepare(content, i.sign, start)
		if err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256(draft.Message())
		signature, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		der, err := draft.Seal(signature)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, der)
	}
	return all
}
