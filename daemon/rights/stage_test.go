package rights_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/rights"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri/standin"
	"github.com/agrafe-fse/agrafe/testdata"
)

// authority issues the certificates of one test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key}
	a.cert = a.issue(t, &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, &key.PublicKey)
	return a
}

// issue signs template, valid for a day unless it says otherwise.
func (a *authority) issue(t testing.TB, template *x509.Certificate, key crypto.PublicKey) *x509.Certificate {
	t.Helper()
	template.SerialNumber, template.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{Organization: []string{"TEST"}}
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(24 * time.Hour)
	}
	template.NotBefore = template.NotAfter.Add(-48 * time.Hour)
	parent := a.cert
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, a.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// server is the certificate of a server of the names, and its key.
func (a *authority) server(t testing.TB, template *x509.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if template.DNSNames == nil {
		template.IPAddresses, template.DNSNames = []net.IP{net.IPv4(127, 0, 0, 1)}, []string{"localhost"}
	}
	return tls.Certificate{Certificate: [][]byte{a.issue(t, template, &key.PublicKey).Raw}, PrivateKey: key}
}

var softKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // no random numbers: nothing can work
	}
	return key
})

// identity is that of a card whose key is here, and counts its signatures in n.
func (a *authority) identity(t testing.TB, n *int) rights.Identity {
	t.Helper()
	cert := a.issue(t, &x509.Certificate{KeyUsage: x509.KeyUsageDigitalSignature}, &softKey().PublicKey)
	return rights.Identity{Certificate: cert, Sign: func(_ context.Context, digest [sha256.Size]byte) ([]byte, error) {
		*n++
		return rsa.SignPKCS1v15(nil, softKey(), crypto.SHA256, digest[:])
	}}
}

// askingForCards is a server that asks for a certificate of one of clients. It would take
// TLS 1.3, in which a CPS3 can't sign: that the client does not is the client's doing.
func askingForCards(own tls.Certificate, clients *x509.CertPool) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{own}, ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert,
		MinVersion: tls.VersionTLS12}
}

// serve runs h with TLS and returns its address.
func serve(t testing.TB, h http.Handler, config *tls.Config) string {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.TLS = config
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// patient is the public test identity, of the card file "patient".
var patient = adri.Request{NIR: "297022A02077878", Naissance: "19970226", Rang: 1, DateSoins: 20260616, NumeroAM: "991000015", Mode: adri.Targeted}

// known is a stand-in that knows the people of the card files.
func known(t testing.TB, rules ...standin.Rule) http.Handler {
	t.Helper()
	list, err := standin.People(testdata.Cards())
	if err != nil {
		t.Fatal(err)
	}
	return standin.New(standin.Script{People: list, Rules: rules})
}

// client reaches url, whose authority is roots.
func client(t testing.TB, url string, roots *x509.CertPool) *rights.Client {
	t.Helper()
	c, err := rights.New(url, roots)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wantKind checks the kind of an error.
func wantKind(t testing.TB, err error, want rights.Kind) {
	t.Helper()
	if err == nil || rights.KindOf(err) != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
