package daemon

import (
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"

	"github.com/agrafe-fse/agrafe/daemon/rights"
)

// RightsConfig says who is asked for the rights of patients.
type RightsConfig struct {
	URL    string `toml:"url" comment:"https address of the teleservice ADRi. Empty: nobody is asked. The message is a stand-in, for the official one is\nunder licence: only addresses of a demonstration are taken (loopback, localhost, .test, .invalid, .example)."`
	CAFile string `toml:"ca_file" comment:"PEM file of the authorities that vouch for that server. Empty: those of the system."`
}

func (c RightsConfig) check(that func(ok bool, format string, args ...any)) {
	if c.URL != "" {
		err := rights.CheckAddress(c.URL)
		that(err == nil, "rights.url: %q can't be used: %v", c.URL, err)
	}
	that(c.CAFile == "" || filepath.IsAbs(c.CAFile), "rights.ca_file: %q is not an absolute path", c.CAFile)
}

// client reaches the teleservice. It is made for each connection, so that a file of
// authorities that comes later, as a simulator writes one, is seen without a restart.
func (c RightsConfig) client() (*rights.Client, error) {
	if c.CAFile == "" {
		return rights.New(c.URL, nil)
	}
	text, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, errors.New("the file of rights.ca_file holds no certificate")
	}
	return rights.New(c.URL, roots)
}
