package frontal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// organisation marks every certificate.
const organisation = "AGRAFE DEMONSTRATION"

// Every certificate has the same fixed life: a demonstration does not stop on a date.
var (
	validFrom = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	validTo   = time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC)
)

// Names of the files in the folder.
const (
	authorityFile = "ac.pem"
	authorityKey  = "ac.key"
	serverFile    = "serveur.pem"
	serverKey     = "serveur.key"
	payersKey     = "payeurs.key"
	passwordFile  = "mot-de-passe"
	payersDir     = "certificats"
	boxesDir      = "boites"
	ledgerFile    = "registre.jsonl"
	lockFile      = "verrou"
)

// keys are the secrets of the payer, made once and kept in its folder.
type keys struct {
	authority *x509.Certificate
	signer    *ecdsa.PrivateKey
	server    tls.Certificate
	payers    *rsa.PrivateKey // one key for all payers
	password  string
}

// openKeys reads the keys of dir, and makes those that are not there.
func openKeys(dir string) (*keys, error) {
	k := &keys{}
	if err := k.openAuthority(dir); err != nil {
		return nil, err
	}
	if err := k.openServer(dir); err != nil {
		return nil, err
	}
	der, err := keep(filepath.Join(dir, payersKey), "PRIVATE KEY", func() ([]byte, error) {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, err
		}
		return x509.MarshalPKCS8PrivateKey(key)
	})
	if err != nil {
		return nil, err
	}
	if k.payers, err = parseKey[*rsa.PrivateKey](der); err != nil {
		return nil, damaged(dir, payersKey, err)
	}
	password, err := keepRaw(filepath.Join(dir, passwordFile), func() ([]byte, error) { return []byte(rand.Text() + "\n"), nil })
	if err != nil {
		return nil, err
	}
	k.password = string(password[:max(0, len(password)-1)])
	if len(k.password) < 16 {
		return nil, damaged(dir, passwordFile, errors.New("too short"))
	}
	return k, nil
}

func damaged(dir, name string, err error) error {
	return fmt.Errorf("cannot use %s: %w: remove the folder to begin again", filepath.Join(dir, name), err)
}

func (k *keys) openAuthority(dir string) error {
	var err error
	if k.signer, err = openECKey(dir, authorityKey); err != nil {
		return err
	}
	der, err := keep(filepath.Join(dir, authorityFile), "CERTIFICATE", func() ([]byte, error) {
		template := template("AGRAFE DEMONSTRATION AC du frontal")
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
		return x509.CreateCertificate(rand.Reader, template, template, k.signer.Public(), k.signer)
	})
	if err != nil {
		return err
	}
	if k.authority, err = x509.ParseCertificate(der); err != nil || !k.signer.PublicKey.Equal(k.authority.PublicKey) {
		return damaged(dir, authorityFile, errors.Join(errors.New("not the certificate of its key"), err))
	}
	return nil
}

func (k *keys) openServer(dir string) error {
	key, err := openECKey(dir, serverKey)
	if err != nil {
		return err
	}
	der, err := keep(filepath.Join(dir, serverFile), "CERTIFICATE", func() ([]byte, error) {
		template := template("localhost")
		template.DNSNames = []string{"localhost"}
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
		template.KeyUsage = x509.KeyUsageDigitalSignature
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		return k.certify(template, key.Public())
	})
	if err != nil {
		return err
	}
	k.server = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	leaf, err := x509.ParseCertificate(der)
	if err != nil || leaf.CheckSignatureFrom(k.authority) != nil || !key.PublicKey.Equal(leaf.PublicKey) {
		return damaged(dir, serverFile, errors.Join(errors.New("not a certificate of its key by the authority"), err))
	}
	return nil
}

// certify has the authority sign a certificate.
func (k *keys) certify(template *x509.Certificate, public any) ([]byte, error) {
	return x509.CreateCertificate(rand.Reader, template, k.authority, public, k.signer)
}

func template(name string) *x509.Certificate {
	var number [16]byte
	rand.Read(number[:]) // never fails
	number[0] = number[0]&0x7F | 0x40
	return &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(number[:]),
		Subject:      pkix.Name{CommonName: name, Organization: []string{organisation}},
		NotBefore:    validFrom, NotAfter: validTo,
	}
}

// openECKey reads or makes a key on the curve P-256.
func openECKey(dir, name string) (*ecdsa.PrivateKey, error) {
	der, err := keep(filepath.Join(dir, name), "PRIVATE KEY", func() ([]byte, error) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		return x509.MarshalPKCS8PrivateKey(key)
	})
	if err != nil {
		return nil, err
	}
	key, err := parseKey[*ecdsa.PrivateKey](der)
	if err != nil {
		return nil, damaged(dir, name, err)
	}
	return key, nil
}

func parseKey[K any](der []byte) (key K, err error) {
	any, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return key, err
	}
	key, ok := any.(K)
	if !ok {
		return key, errors.New("another kind of key")
	}
	return key, nil
}

// keep returns the PEM block of a file, and makes the file when it is not there.
func keep(path, kind string, produce func() ([]byte, error)) ([]byte, error) {
	data, err := keepRaw(path, func() ([]byte, error) {
		der, err := produce()
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), err
	})
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != kind {
		return nil, damaged(filepath.Dir(path), filepath.Base(path), errors.New("no "+kind+" in it"))
	}
	return block.Bytes, nil
}

func keepRaw(path string, produce func() ([]byte, error)) ([]byte, error) {
	data, err := os.ReadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return data, err
	}
	if data, err = produce(); err != nil {
		return nil, fmt.Errorf("cannot make %s: %w", path, err)
	}
	return data, durable.WriteFile(path, data)
}
