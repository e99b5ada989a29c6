package cps

import (
	"crypto/x509"
	"encoding/asn1"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

// Labels of the certificates in the card's directory (GIP-CPS profile).
const (
	LabelSign = "Certificat de Signature CPS"
	LabelAuth = "Certificat d'Authentification CPS"
)

// Limits of what is read; real files are a few hundred bytes and some 2 kB.
const (
	maxDirectory   = 4 << 10
	maxCertificate = 8 << 10
)

// pathODF is the path of the PKCS#15 object directory, from the root.
var pathODF = []byte{0x3F, 0x00, 0x00, 0x01, 0x50, 0x31}

// CertificateFile is an entry of the card's certificate directory.
type CertificateFile struct {
	Label string
	path  []byte
}

// CertificateFiles lists the card's certificates (PKCS#15: object directory,
// then certificate directories).
func (c *Card) CertificateFiles() ([]CertificateFile, error) {
	const op = "list the certificates"
	odf, err := c.readObjects(op, pathODF)
	if err != nil {
		return nil, err
	}
	var files []CertificateFile
	for _, entry := range odf {
		if entry.Tag != tagCertificates {
			continue
		}
		path, ok := firstPath(entry)
		if !ok {
			return nil, reader.Failf(reader.Malformed, op, "a directory without a path")
		}
		cdf, err := c.readObjects(op, absolute(path))
		if err != nil {
			return nil, err
		}
		for _, object := range cdf {
			if f, ok := certificateFile(object); ok {
				files = append(files, f)
			}
		}
	}
	return files, nil
}

// Tags of PKCS#15 v1.1 directories.
const (
	tagCertificates = 0xA4 // [4] in PKCS15Objects: directories of certificates
	tagSequence     = 0x30
	tagUTF8         = 0x0C
	tagOctets       = 0x04
	tagTypeSpecific = 0xA1 // [1] in PKCS15Object: the type's own attributes
)

// certificateFile reads one entry of a certificate directory: common attributes
// with the label, then the type's attributes with the path of the value.
func certificateFile(object iso7816.TLV) (f CertificateFile, ok bool) {
	if object.Tag != tagSequence || len(object.Children) == 0 {
		return f, false
	}
	f.Label = object.Children[0].Text(tagUTF8)
	own, ok := iso7816.Find(object.Children, tagTypeSpecific)
	if !ok {
		return f, false
	}
	path, ok := firstPath(own)
	f.path = absolute(path)
	return f, ok
}

// firstPath finds the first OCTET STRING that sits first in a SEQUENCE within t:
// the Path of PKCS#15, whatever wraps it.
func firstPath(t iso7816.TLV) ([]byte, bool) {
	for i, child := range t.Children {
		if i == 0 && child.Tag == tagOctets && len(child.Value) >= 2 {
			return child.Value, true
		}
		if path, ok := firstPath(child); ok {
			return path, ok
		}
	}
	return nil, false
}

// absolute makes path begin at the root; a relative one starts in the PKCS#15
// application.
func absolute(path []byte) []byte {
	if len(path) >= 2 && path[0] == 0x3F && path[1] == 0x00 {
		return path
	}
	application := pathODF[:4:4]
	return append(application, path...)
}

func (c *Card) readObjects(op string, path []byte) ([]iso7816.TLV, error) {
	data, err := c.readFile(op, path, maxDirectory)
	if err != nil {
		return nil, err
	}
	objects, err := iso7816.Parse(data)
	if err != nil {
		return nil, reader.Failf(reader.Malformed, op, "%w", err)
	}
	return objects, nil
}

// Certificate reads one certificate.
func (c *Card) Certificate(f CertificateFile) (*x509.Certificate, error) {
	const op = "read a certificate"
	data, err := c.readFile(op, f.path, maxCertificate)
	if err != nil {
		return nil, err
	}
	var raw asn1.RawValue // the file may be longer than the certificate
	if _, err := asn1.Unmarshal(data, &raw); err != nil {
		return nil, reader.Failf(reader.Malformed, op, "not DER")
	}
	cert, err := x509.ParseCertificate(raw.FullBytes)
	if err != nil {
		return nil, reader.Failf(reader.Malformed, op, "not an X.509 certificate")
	}
	return cert, nil
}
