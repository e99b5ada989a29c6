package daemon

import (
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// certificates keeps the certificates of the CPS seen on this machine, by
// serial: they never change for a card, and reading them takes a real card two
// seconds. A file that can't be read or written costs that time, nothing else.
type certificates struct {
	dir string
	log *slog.Logger
}

func (c *certificates) file(serial string) string { return filepath.Join(c.dir, serial+".pem") }

// load returns the signature and the authentication certificate.
func (c *certificates) load(serial string) (sign, auth *x509.Certificate, ok bool) {
	text, err := os.ReadFile(c.file(serial))
	if err != nil {
		return nil, nil, false
	}
	var list []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, nil, false
		}
		list = append(list, cert)
	}
	if len(list) != 2 {
		return nil, nil, false
	}
	return list[0], list[1], true
}

// forget drops the certificates of a serial: they are read again from the card.
func (c *certificates) forget(serial string) {
	if err := os.Remove(c.file(serial)); err != nil && !os.IsNotExist(err) {
		c.log.Warn("certificates not dropped", "error", err)
	}
}

func (c *certificates) store(serial string, sign, auth *x509.Certificate) {
	var text strings.Builder
	for _, cert := range []*x509.Certificate{sign, auth} {
		_ = pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}) // a Builder does not fail
	}
	temporary := c.file(serial) + ".new"
	err := os.WriteFile(temporary, []byte(text.String()), 0o600)
	if err == nil {
		err = os.Rename(temporary, c.file(serial))
	}
	if err != nil {
		c.log.Warn("certificates not kept", "error", err)
	}
}
