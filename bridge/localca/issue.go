package localca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"fmt"
	"net"
	"time"
)

// early is how long before now a certificate begins, for clocks that go wrong.
const early = time.Hour

var (
	loopback4 = net.IPv4(127, 0, 0, 1).To4()
	loopback6 = net.IPv6loopback
)

// Issue makes an authority and its leaf.
func Issue(now time.Time) (*Issued, error) {
	a, err := newAuthority(now)
	if err != nil {
		return nil, fmt.Errorf("cannot make an authority: %w", err)
	}
	i, err := a.finish(now)
	if err != nil {
		return nil, fmt.Errorf("cannot make a certificate: %w", err)
	}
	return i, nil
}

// authority is one that can still sign.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	// Systems list what they trust by name: one that was replaced is told from its
	// successor by the number, which says nothing of the machine.
	number := sha256.Sum256(point)
	cert, err := sign(&x509.Certificate{
		Subject:               pkix.Name{CommonName: "Agrafe localhost " + hex.EncodeToString(number[:4])},
		NotBefore:             now.Add(-early),
		NotAfter:              now.Add(Life - early),
		KeyUsage:              x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,

		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         []string{"localhost"},
		PermittedIPRanges: []*net.IPNet{
			{IP: loopback4, Mask: net.CIDRMask(32, 32)},
			{IP: loopback6, Mask: net.CIDRMask(128, 128)},
		},
	}, nil, &key.PublicKey, key)
	return &authority{cert, key}, err
}

// finish issues the leaf and lets go of the authority's key.
func (a *authority) finish(now time.Time) (*Issued, error) {
	defer func() { a.key = nil }()
	leaf, err := a.issue(now, []string{"localhost"}, []net.IP{loopback4, loopback6})
	if err != nil {
		return nil, err
	}
	return &Issued{CA: a.cert, Leaf: leaf}, nil
}

// issue signs a certificate for a server of these names.
func (a *authority) issue(now time.Time, names []string, addresses []net.IP) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	cert, err := sign(&x509.Certificate{
		Subject:               pkix.Name{CommonName: names[0]},
		NotBefore:             now.Add(-early),
		NotAfter:              a.cert.NotAfter,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              names,
		IPAddresses:           addresses,
	}, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}

// sign has parent sign template; nil has it sign itself.
func sign(template, parent *x509.Certificate, of *ecdsa.PublicKey, by *ecdsa.PrivateKey) (*x509.Certificate, error) {
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, of, by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
