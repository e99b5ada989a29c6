package localca

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// CAFile is where the authority's certificate is in a folder, mode 0644.
func CAFile(dir string) string { return filepath.Join(dir, "localhost-ca.crt") }

// leafFile is where the leaf and its key are, mode 0600: one file, so that they
// always belong together.
func leafFile(dir string) string { return filepath.Join(dir, "localhost.pem") }

// DamagedError is a certificate that can't be used. Ensure makes another one. It does
// not unwrap: a file that is missing beside the other is no absence of both.
type DamagedError struct{ Err error }

func (e *DamagedError) Error() string {
	return fmt.Sprintf("cannot use the certificate of wss: %v; make another one: agrafe tls enable", e.Err)
}

// Load reads what Save wrote. It fails with fs.ErrNotExist when there is nothing and
// with a *DamagedError when what there is can't be used, but not for its age.
func Load(dir string) (*Issued, error) {
	ca, errCA := os.ReadFile(CAFile(dir))
	leaf, errLeaf := os.ReadFile(leafFile(dir))
	if errors.Is(errCA, fs.ErrNotExist) && errors.Is(errLeaf, fs.ErrNotExist) {
		return nil, fs.ErrNotExist
	}
	err := errors.Join(errCA, errLeaf)
	if err == nil {
		err = private(leafFile(dir))
	}
	if err != nil {
		return nil, &DamagedError{err}
	}
	i, err := parse(ca, leaf)
	if err != nil {
		return nil, &DamagedError{err}
	}
	return i, nil
}

// private fails unless file is its owner's alone. Windows has no modes: there the
// access list of the folder is what protects it.
func private(file string) error {
	info, err := os.Lstat(file)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file", file)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("others may read %s", file)
	}
	return nil
}

func parse(ca, leaf []byte) (*Issued, error) {
	pair, err := tls.X509KeyPair(leaf, leaf)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(ca)
	if block == nil {
		return nil, errors.New("the authority's file holds no certificate")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	if err := pair.Leaf.CheckSignatureFrom(cert); err != nil {
		return nil, fmt.Errorf("it is another authority's: %w", err)
	}
	return &Issued{CA: cert, Leaf: pair}, nil
}

// Save writes i in a folder that is there, in the place of what was.
func (i *Issued) Save(dir string) error {
	key, err := x509.MarshalPKCS8PrivateKey(i.Leaf.PrivateKey)
	if err != nil {
		return fmt.Errorf("cannot keep the certificate of wss: %w", err)
	}
	leaf := append(encode("CERTIFICATE", i.Leaf.Leaf.Raw), encode("PRIVATE KEY", key)...)
	if err := durable.WriteFile(leafFile(dir), leaf); err != nil {
		return err
	}
	if err := durable.WriteFile(CAFile(dir), i.PEM()); err != nil {
		return err
	}
	return os.Chmod(CAFile(dir), 0o644) // it is public
}

// Ensure returns what is in a folder if it is Good, or else makes it anew: also in the
// place of what can't be used, for nothing of it is worth keeping.
func Ensure(dir string, now time.Time) (i *Issued, made bool, err error) {
	i, err = Load(dir)
	if err == nil && i.Phase(now) == Good {
		return i, false, nil
	}
	if i, err = Issue(now); err == nil {
		err = i.Save(dir)
	}
	return i, err == nil, err
}

// Remove removes what Save wrote; that nothing is there is no error.
func Remove(dir string) error {
	for _, file := range []string{leafFile(dir), CAFile(dir)} {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot remove the certificate of wss: %w", err)
		}
	}
	return durable.SyncDir(dir)
}
