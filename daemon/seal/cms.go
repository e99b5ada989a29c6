// Package seal puts the signature of a CPS on the bytes of an FSE and verifies it, and
// closes lots in envelopes for their payers.
//
// Its contract: a seal is a CMS SignedData (RFC 5652) in DER, SHA-256 with RSA
// PKCS#1 v1.5, content and signing certificate included, with the content type,
// the signing time and the digest of the content as signed attributes, as
// `openssl cms -verify` accepts it. It is the open implementation: the sealed
// envelope of the GIE SESAM-Vitale needs its libraries and is not imitated.
//
// The card's signature key finishes the hash itself and so signs a message, not
// a digest. General CMS libraries hash first and ask a crypto.Signer for the
// rest, which this key can't do; so the SignedData is built here, in two steps:
// Prepare gives the message for the card, Seal takes its signature.
//
// An envelope is S/MIME (RFC 8551) for the payer's certificate, AES-256-CBC, holding
// the gzip of a B2 file; old ones with triple DES are read. What is read is bounded:
// depth, size, number of parts, and what a gzip may grow to.
//
// The seals of the invoices travel beside the file, and that is ours: how sealed FSE
// reach a payer in the field is not public. With seals the envelope holds
// multipart/mixed: first the file, as it would be alone, then one part
// application/pkcs7-mime for each seal, in the order of the invoices in the file.
//
// Demonstration and production keep apart: addresses of the one end in .test, its
// certificates have DEMONSTRATION in their organisation, and neither Folder nor
// Enclose takes a certificate of the other side. One that has the word elsewhere, or
// with accents, is taken by neither.
package seal

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// Object identifiers of RFC 5652, RFC 8017 and RFC 5754.
var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidRSA           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
)

// ErrSeal is wrapped by every error of Seal and Open: what was given is not a
// seal, or not the seal of that content by that certificate.
var ErrSeal = errors.New("invalid seal")

// Draft is a seal that waits for the card's signature.
type Draft struct {
	content    []byte
	cert       *x509.Certificate
	attributes []byte // DER of the SET OF, as it is signed
}

type attribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue `asn1:"set"`
}

// Prepare begins the seal of content by the holder of cert, at the given time,
// of which only the seconds count.
func Prepare(content []byte, cert *x509.Certificate, at time.Time) (*Draft, error) {
	if _, ok := cert.PublicKey.(*rsa.PublicKey); !ok {
		return nil, fmt.Errorf("cannot seal: the certificate's key is not RSA")
	}
	digest := sha256.Sum256(content)
	var set [][]byte
	for _, a := range []struct {
		oid   asn1.ObjectIdentifier
		value any
	}{{oidContentType, oidData}, {oidSigningTime, at.UTC().Truncate(time.Second)}, {oidMessageDigest, digest[:]}} {
		der, err := marshalAttribute(a.oid, a.value)
		if err != nil {
			return nil, err
		}
		set = append(set, der)
	}
	slices.SortFunc(set, bytes.Compare) // DER orders a SET OF by its encodings
	attributes, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: bytes.Join(set, nil)})
	if err != nil {
		return nil, err
	}
	return &Draft{content: content, cert: cert, attributes: attributes}, nil
}

func marshalAttribute(oid asn1.ObjectIdentifier, value any) ([]byte, error) {
	v, err := asn1.Marshal(value)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(attribute{oid, asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: v}})
}

// Message is what the card signs.
func (d *Draft) Message() []byte { return d.attributes }

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,tag:0"`
}

type signedData struct {
	Version          int
	DigestAlgorithms []pkix.AlgorithmIdentifier `asn1:"set"`
	Content          encapsulated
	Certificates     asn1.RawValue // [0] IMPLICIT SET OF Certificate
	Signers          []signerInfo  `asn1:"set"`
}

type encapsulated struct {
	Type    asn1.ObjectIdentifier
	Content []byte `asn1:"explicit,tag:0"`
}

type signerInfo struct {
	Version         int
	Signer          issuerAndSerial
	DigestAlgorithm pkix.AlgorithmIdentifier
	Attributes      asn1.RawValue // [0] IMPLICIT SET OF Attribute
	Algorithm       pkix.AlgorithmIdentifier
	Signature       []byte
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

var (
	algSHA256 = pkix.AlgorithmIdentifier{Algorithm: oidSHA256}
	algRSA    = pkix.AlgorithmIdentifier{Algorithm: oidRSA, Parameters: asn1.NullRawValue}
)

// Seal completes the seal with the card's signature of Message. A signature that
// the certificate does not bear out is refused: it is never written down.
func (d *Draft) Seal(signature []byte) ([]byte, error) {
	if err := checkSignature(d.cert, d.attributes, signature); err != nil {
		return nil, err
	}
	signer := signerInfo{
		Version:         1,
		Signer:          issuerAndSerial{asn1.RawValue{FullBytes: d.cert.RawIssuer}, d.cert.SerialNumber},
		DigestAlgorithm: algSHA256,
		Attributes:      retag(d.attributes),
		Algorithm:       algRSA,
		Signature:       signature,
	}
	inner, err := asn1.Marshal(signedData{
		Version:          1,
		DigestAlgorithms: []pkix.AlgorithmIdentifier{algSHA256},
		Content:          encapsulated{oidData, d.content},
		Certificates:     asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: d.cert.Raw},
		Signers:          []signerInfo{signer},
	})
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(contentInfo{oidSignedData, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
}

// retag gives the signed attributes the tag that they have in a SignerInfo.
func retag(attributes []byte) asn1.RawValue {
	implicit := bytes.Clone(attributes)
	implicit[0] = 0xA0
	return asn1.RawValue{FullBytes: implicit}
}

func checkSignature(cert *x509.Certificate, attributes, signature []byte) error {
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return fmt.Errorf("%w: the certificate's key is not RSA", ErrSeal)
	}
	digest := sha256.Sum256(attributes)
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); err != nil {
		return fmt.Errorf("%w: the signature is not by the certificate's key", ErrSeal)
	}
	return nil
}

// Opened is a verified seal.
type Opened struct {
	Content []byte
	Cert    *x509.Certificate
	At      time.Time // signing time, second precision, UTC
}

// Open verifies a seal made by Seal and returns what it holds. It does not say
// whether the certificate is to be trusted.
func Open(der []byte) (Opened, error) {
	data, err := parse(der)
	if err != nil {
		return Opened{}, err
	}
	cert, err := x509.ParseCertificate(data.Certificates.Bytes)
	if err != nil {
		return Opened{}, fmt.Errorf("%w: no single certificate", ErrSeal)
	}
	s := data.Signers[0]
	if !bytes.Equal(s.Signer.Issuer.FullBytes, cert.RawIssuer) || s.Signer.Serial.Cmp(cert.SerialNumber) != 0 {
		return Opened{}, fmt.Errorf("%w: the certificate is not the signer's", ErrSeal)
	}
	if !s.DigestAlgorithm.Algorithm.Equal(oidSHA256) || !s.Algorithm.Algorithm.Equal(oidRSA) {
		return Opened{}, fmt.Errorf("%w: not SHA-256 with RSA", ErrSeal)
	}
	attributes := bytes.Clone(s.Attributes.FullBytes)
	if len(attributes) == 0 || attributes[0] != 0xA0 {
		return Opened{}, fmt.Errorf("%w: no signed attributes", ErrSeal)
	}
	attributes[0] = asn1.TagSet | 0x20
	if err := checkSignature(cert, attributes, s.Signature); err != nil {
		return Opened{}, err
	}
	at, err := checkAttributes(attributes, data.Content)
	if err != nil {
		return Opened{}, err
	}
	return Opened{Content: data.Content.Content, Cert: cert, At: at}, nil
}

func parse(der []byte) (signedData, error) {
	var info contentInfo
	var data signedData
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 || !info.Type.Equal(oidSignedData) {
		return data, fmt.Errorf("%w: not a CMS SignedData", ErrSeal)
	}
	if rest, err := asn1.Unmarshal(info.Content.Bytes, &data); err != nil || len(rest) > 0 {
		return data, fmt.Errorf("%w: malformed SignedData", ErrSeal)
	}
	if len(data.Signers) != 1 || data.Signers[0].Signer.Serial == nil {
		return data, fmt.Errorf("%w: %d signers", ErrSeal, len(data.Signers))
	}
	return data, nil
}

// checkAttributes compares the signed attributes with the content.
func checkAttributes(der []byte, content encapsulated) (at time.Time, err error) {
	var list []attribute
	if _, err := asn1.UnmarshalWithParams(der, &list, "set"); err != nil {
		return at, fmt.Errorf("%w: malformed attributes", ErrSeal)
	}
	digest := sha256.Sum256(content.Content)
	var sameDigest, sameType bool
	for _, a := range list {
		switch {
		case a.Type.Equal(oidMessageDigest):
			var d []byte
			_, err = asn1.Unmarshal(a.Value.Bytes, &d)
			sameDigest = bytes.Equal(d, digest[:])
		case a.Type.Equal(oidContentType):
			var t asn1.ObjectIdentifier
			_, err = asn1.Unmarshal(a.Value.Bytes, &t)
			sameType = t.Equal(content.Type)
		case a.Type.Equal(oidSigningTime):
			_, err = asn1.Unmarshal(a.Value.Bytes, &at)
		}
		if err != nil {
			return at, fmt.Errorf("%w: malformed attributes", ErrSeal)
		}
	}
	if !sameDigest || !sameType || at.IsZero() {
		return at, fmt.Errorf("%w: the content is not what was signed", ErrSeal)
	}
	return at, nil
}
