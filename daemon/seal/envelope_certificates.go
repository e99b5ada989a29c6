package seal

import (
	"cmp"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Certificates finds the certificate that a payer's files are encrypted for.
type Certificates interface {
	// Certificate returns the one of an organism that is good at that moment. It
	// fails with a *CertificateError when there is none, with ErrAddress when the
	// organism has no address.
	Certificate(regime, organisme string, at time.Time) (*x509.Certificate, error)
}

// CertificateReason says why a certificate is not used. The list is closed.
type CertificateReason uint8

// The reasons of a CertificateError.
const (
	CertificateAbsent  CertificateReason = iota + 1 // no file for this payer
	CertificateDamaged                              // the file holds no certificate that can be read, or is too large
	CertificateName                                 // it is another one's
	CertificateExpired
	CertificateEarly         // it is not valid yet
	CertificateUsage         // it is not meant for encryption of mail
	CertificateWeak          // its key is not RSA of 2048 bits or more
	CertificateDemonstration // it is a demonstration's, and this is production
	CertificateProduction    // it is no demonstration's, and this is one
)

var certificateTexts = [...]string{
	CertificateAbsent:  "no certificate is in the folder: add the PEM file of this payer",
	CertificateDamaged: "the PEM file holds no certificate that can be read, or more than 1 MiB: replace it",
	CertificateName:    "the certificate in the file is another one's: replace the file",
	CertificateExpired: "the certificate has expired: replace the file with the payer's new one",
	CertificateEarly:   "the certificate is not valid yet: check the clock, or keep the former one in the file",
	CertificateUsage:   "the certificate is not meant for encryption of mail: replace the file",
	CertificateWeak:    "the key of the certificate is not RSA of at least 2048 bits",

	CertificateDemonstration: "the certificate is a demonstration's: put the payer's own one in the folder",
	CertificateProduction:    "the certificate has no DEMONSTRATION in its organisation: use those that the demonstration has made",
}

// CertificateError says why there is no certificate to encrypt for.
type CertificateError struct {
	Address string // of the payer, empty when not known
	Reason  CertificateReason
	Err     error // of the file system or of the parser, or nil
}

// Error tells the payer, the reason and what to do.
func (e *CertificateError) Error() string {
	text := "cannot encrypt"
	if e.Address != "" {
		text += " for " + e.Address
	}
	return text + ": " + certificateTexts[e.Reason]
}

// Unwrap returns the cause.
func (e *CertificateError) Unwrap() error { return e.Err }

// Folder is a folder of PEM files, one for each payer, named by its address:
// 01349@349.01.rss.fr.pem, in a demonstration 01349@349.01.rss.test.pem. A file may
// hold several certificates, as around a renewal: of those that are good the one that
// began last is taken. What is in the folder is trusted: neither issuers nor
// revocations are checked.
type Folder struct {
	Dir           string
	Demonstration bool // whose addresses and certificates are looked for
}

var _ Certificates = Folder{}

// maxPEM bounds a file of certificates, in bytes.
const maxPEM = 1 << 20

var errLargePEM = errors.New("the file is larger than 1 MiB")

// Certificate implements Certificates.
func (d Folder) Certificate(regime, organisme string, at time.Time) (*x509.Certificate, error) {
	address, err := Address(regime, organisme, d.Demonstration)
	if err != nil {
		return nil, err
	}
	all, err := d.read(address)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b *x509.Certificate) int { return cmp.Compare(b.NotBefore.Unix(), a.NotBefore.Unix()) })
	var first error
	for _, cert := range all {
		if err = CheckCertificate(cert, address, at, d.Demonstration); err == nil {
			return cert, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// read returns the certificates of a file, at least one.
func (d Folder) read(address string) ([]*x509.Certificate, error) {
	fail := func(r CertificateReason, err error) ([]*x509.Certificate, error) {
		return nil, &CertificateError{address, r, err}
	}
	file, err := os.Open(filepath.Join(d.Dir, address+".pem"))
	if errors.Is(err, fs.ErrNotExist) {
		return fail(CertificateAbsent, err)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the certificate of %s: %w", address, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxPEM+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read the certificate of %s: %w", address, err)
	}
	if len(data) > maxPEM { // the good one may be in what would be cut
		return fail(CertificateDamaged, errLargePEM)
	}
	var all []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fail(CertificateDamaged, err)
		}
		all = append(all, cert)
	}
	if len(all) == 0 {
		return fail(CertificateDamaged, nil)
	}
	return all, nil
}

// CheckCertificate tells with a *CertificateError why a certificate may not be used
// to write to an address at that moment, in a demonstration or not. Usages that the
// certificate leaves open are allowed.
func CheckCertificate(cert *x509.Certificate, address string, at time.Time, demonstration bool) error {
	var reason CertificateReason
	key, isRSA := cert.PublicKey.(*rsa.PublicKey)
	switch {
	case cert.Subject.CommonName != address && !slices.Contains(cert.EmailAddresses, address):
		reason = CertificateName
	case at.After(cert.NotAfter):
		reason = CertificateExpired
	case at.Before(cert.NotBefore):
		reason = CertificateEarly
	case cert.KeyUsage != 0 && cert.KeyUsage&x509.KeyUsageKeyEncipherment == 0 || !forMail(cert):
		reason = CertificateUsage
	case !isRSA || key.N.BitLen() < 2048:
		reason = CertificateWeak
	default:
		if reason = otherSide(cert, demonstration); reason == 0 {
			return nil
		}
	}
	return &CertificateError{Address: address, Reason: reason}
}

// otherSide tells whether a certificate is one of a demonstration while this is none,
// or the reverse; 0 when it is on the right side. Whichever side takes it has to be
// sure: a demonstration wants the word as ours are marked, production refuses
// whatever looks like it.
func otherSide(cert *x509.Certificate, demonstration bool) CertificateReason {
	switch {
	case !demonstration && suspect(cert):
		return CertificateDemonstration
	case demonstration && !marked(cert):
		return CertificateProduction
	}
	return 0
}

// mark is the word in the certificates of a demonstration.
const mark = "DEMONSTRATION"

// marked tells whether a certificate is surely one of a demonstration.
func marked(cert *x509.Certificate) bool {
	return slices.ContainsFunc(cert.Subject.Organization, func(o string) bool { return strings.Contains(strings.ToUpper(o), mark) })
}

// suspect tells whether a certificate may be one of a demonstration: the word stands
// somewhere in its subject or its issuer, with or without accents.
func suspect(cert *x509.Certificate) bool {
	for _, n := range []pkix.Name{cert.Subject, cert.Issuer} {
		for _, text := range slices.Concat(n.Organization, n.OrganizationalUnit, []string{n.CommonName}) {
			if strings.Contains(folded(text), mark) {
				return true
			}
		}
	}
	return false
}

// folded is a text in capitals without accents.
func folded(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, norm.NFKD.String(text))
}

func forMail(cert *x509.Certificate) bool {
	return len(cert.ExtKeyUsage)+len(cert.UnknownExtKeyUsage) == 0 || slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageAny) ||
		slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageEmailProtection)
}
