package virtual

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"
)

// Object identifiers of a holder's name, in the order of ANS certificates.
var (
	oidCountry      = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidOrganization = asn1.ObjectIdentifier{2, 5, 4, 10}
	oidTitle        = asn1.ObjectIdentifier{2, 5, 4, 12}
	oidCommonName   = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidSurname      = asn1.ObjectIdentifier{2, 5, 4, 4}
	oidGivenName    = asn1.ObjectIdentifier{2, 5, 4, 42}

	oidPolicies   = asn1.ObjectIdentifier{2, 5, 29, 32}
	oidUserNotice = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 2, 2}
	// A policy of our own, under the arc that needs no registration (ITU-T X.667).
	oidTestPolicy = asn1.ObjectIdentifier{2, 25, 1206534471}
)

// testNotice marks every certificate.
const testNotice = "TEST - carte de demonstration Agrafe, sans valeur"

// Every certificate has the same fixed life. It is a long one: a demonstration
// must not stop on a date, and a test must not depend on the clock.
var (
	validFrom = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	validTo   = time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC)
)

// authority is the test authority of a keyring.
type authority struct {
	key         *rsa.PrivateKey
	certificate *x509.Certificate
}

func newAuthority(newKey func() (*rsa.PrivateKey, error)) (*authority, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	subject, err := asn1.Marshal(pkix.RDNSequence{
		attribute(oidCountry, "FR"),
		attribute(oidOrganization, "TEST Agrafe"),
		attribute(oidCommonName, "TEST AC cartes de demonstration Agrafe"),
	})
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          newCertificateNumber(),
		RawSubject:            subject,
		NotBefore:             validFrom,
		NotAfter:              validTo,
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return &authority{key: key, certificate: certificate}, err
}

// certify returns a certificate of the holder for key, whose usage is
// nonRepudiation (signature) or digitalSignature (authentication).
func (a *authority) certify(p *Professional, usage x509.KeyUsage, key *rsa.PublicKey) ([]byte, error) {
	subject, err := asn1.Marshal(pkix.RDNSequence{
		attribute(oidCountry, "FR"),
		attribute(oidOrganization, "TEST Agrafe"),
		attribute(oidTitle, p.Title),
		attribute(oidCommonName, p.NationalID),
		attribute(oidSurname, p.Surname),
		attribute(oidGivenName, p.GivenName),
	})
	if err != nil {
		return nil, err
	}
	policy, err := testPolicy()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          newCertificateNumber(),
		RawSubject:            subject,
		NotBefore:             validFrom,
		NotAfter:              validTo,
		BasicConstraintsValid: true,
		KeyUsage:              usage,
		ExtraExtensions:       []pkix.Extension{policy},
	}
	if usage == x509.KeyUsageDigitalSignature {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	return x509.CreateCertificate(rand.Reader, template, a.certificate, key, a.key)
}

func attribute(oid asn1.ObjectIdentifier, value string) pkix.RelativeDistinguishedNameSET {
	return pkix.RelativeDistinguishedNameSET{{Type: oid, Value: value}}
}

// testPolicy is the extension certificatePolicies with a notice to the reader
// (RFC 5280, 4.2.1.4).
func testPolicy() (pkix.Extension, error) {
	type userNotice struct {
		Text string `asn1:"utf8"`
	}
	type qualifier struct {
		ID     asn1.ObjectIdentifier
		Notice userNotice
	}
	type policy struct {
		ID         asn1.ObjectIdentifier
		Qualifiers []qualifier
	}
	value, err := asn1.Marshal([]policy{{oidTestPolicy, []qualifier{{oidUserNotice, userNotice{testNotice}}}}})
	return pkix.Extension{Id: oidPolicies, Value: value}, err
}

func newCertificateNumber() *big.Int {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[0] = b[0]&0x7F | 0x40
	return new(big.Int).SetBytes(b[:])
}
