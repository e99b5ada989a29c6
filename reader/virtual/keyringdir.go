package virtual

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A keyring's folder holds one PEM file for the authority and one for each card:
//
//	autorite.pem     PRIVATE KEY, CERTIFICATE
//	<card>.pem       PRIVATE KEY and CERTIFICATE of the signature, then of the
//	                 authentication; the header Serial is on the first block
const (
	authorityFile = "autorite.pem"
	serialHeader  = "Serial"
	pemKey        = "PRIVATE KEY"
	pemCert       = "CERTIFICATE"
)

func (k *Keyring) openDir() error {
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(k.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		id, isPEM := strings.CutSuffix(e.Name(), ".pem")
		switch {
		case !isPEM || e.Name()[0] == '.':
			continue
		case e.Name() == authorityFile:
			k.authority, err = k.loadAuthority()
		default:
			k.identities[id], err = k.loadIdentity(id)
		}
		if err != nil {
			return err
		}
	}
	if k.authority == nil && len(k.identities) > 0 {
		return fmt.Errorf("%s: no %s for the cards that it holds: remove the folder to make new cards", k.dir, authorityFile)
	}
	return nil
}

// saveAuthority keeps ca, unless another process was faster: then it returns
// that one's.
func (k *Keyring) saveAuthority(ca *authority) (*authority, error) {
	var b bytes.Buffer
	if err := errors.Join(encodeKey(&b, ca.key, nil), encodeCert(&b, ca.certificate.Raw)); err != nil {
		return nil, err
	}
	made, err := k.create(authorityFile, b.Bytes())
	if err != nil || made {
		return ca, err
	}
	return k.loadAuthority()
}

func (k *Keyring) loadAuthority() (*authority, error) {
	blocks, err := k.read(authorityFile, pemKey, pemCert)
	if err != nil {
		return nil, err
	}
	key, err := decodeKey(blocks[0])
	if err != nil {
		return nil, k.damaged(authorityFile, err)
	}
	certificate, err := x509.ParseCertificate(blocks[1].Bytes)
	if err != nil {
		return nil, k.damaged(authorityFile, err)
	}
	return &authority{key: key, certificate: certificate}, nil
}

// saveIdentity keeps the keys of a card, unless another process was faster.
func (k *Keyring) saveIdentity(id string, made *identity) (*identity, error) {
	var b bytes.Buffer
	headers := map[string]string{serialHeader: hex.EncodeToString(made.serial)}
	err := errors.Join(
		encodeKey(&b, made.sig, headers), encodeCert(&b, made.certSIG),
		encodeKey(&b, made.aut, nil), encodeCert(&b, made.certAUT))
	if err != nil {
		return nil, err
	}
	created, err := k.create(id+".pem", b.Bytes())
	if err != nil || created {
		return made, err
	}
	return k.loadIdentity(id)
}

func (k *Keyring) loadIdentity(id string) (*identity, error) {
	name := id + ".pem"
	blocks, err := k.read(name, pemKey, pemCert, pemKey, pemCert)
	if err != nil {
		return nil, err
	}
	known := &identity{certSIG: blocks[1].Bytes, certAUT: blocks[3].Bytes}
	var err1, err2, err3 error
	known.serial, err1 = hex.DecodeString(blocks[0].Headers[serialHeader])
	known.sig, err2 = decodeKey(blocks[0])
	known.aut, err3 = decodeKey(blocks[2])
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, k.damaged(name, err)
	}
	if len(known.serial) != 10 {
		return nil, k.damaged(name, errors.New("no serial number"))
	}
	return known, nil
}

// create writes a whole new file and reports whether it did: false when there
// was one already. A reader never sees half a file.
func (k *Keyring) create(name string, content []byte) (bool, error) {
	f, err := os.CreateTemp(k.dir, ".new-*") // mode 0600
	if err != nil {
		return false, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return false, err
	}
	err = os.Link(f.Name(), filepath.Join(k.dir, name))
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// read returns the PEM blocks of a file, which are of the wanted types in order.
func (k *Keyring) read(name string, want ...string) ([]*pem.Block, error) {
	content, err := os.ReadFile(filepath.Join(k.dir, name))
	if err != nil {
		return nil, err
	}
	var blocks []*pem.Block
	for _, kind := range want {
		var block *pem.Block
		if block, content = pem.Decode(content); block == nil || block.Type != kind {
			return nil, k.damaged(name, fmt.Errorf("no %s where one is expected", kind))
		}
		blocks = append(blocks, block)
	}
	return blocks, nil
}

func (k *Keyring) damaged(name string, err error) error {
	return fmt.Errorf("%s is damaged (%w): remove it to make a new card", filepath.Join(k.dir, name), err)
}

func encodeKey(b *bytes.Buffer, key *rsa.PrivateKey, headers map[string]string) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return pem.Encode(b, &pem.Block{Type: pemKey, Headers: headers, Bytes: der})
}

func encodeCert(b *bytes.Buffer, der []byte) error {
	return pem.Encode(b, &pem.Block{Type: pemCert, Bytes: der})
}

func decodeKey(block *pem.Block) (*rsa.PrivateKey, error) {
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	if k, ok := key.(*rsa.PrivateKey); ok && k.N.BitLen() == keyBits {
		return k, nil
	}
	return nil, fmt.Errorf("the key is not an RSA key of %d bits", keyBits)
}
