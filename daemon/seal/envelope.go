package seal

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
)

// Errors of Encrypt, Decrypt, Enclose, Extract and ReadPart. The list is closed;
// certificates have a CertificateError.
var (
	// ErrEnvelope: what was given is no envelope, or its content is not what the
	// names say.
	ErrEnvelope = errors.New("cannot open the envelope: it is malformed, fetch it again")
	// ErrCipher: it is enciphered in a way that is not read.
	ErrCipher = errors.New("cannot open the envelope: only RSA key transport with AES-256, AES-128 or triple DES in CBC is read")
	// ErrRecipient: it is for the holders of other certificates.
	ErrRecipient = errors.New("cannot open the envelope: it is not for this certificate")
	// ErrKey: the key does not open it, or it was changed on the way. Which of the
	// two is not told: that would help to guess keys.
	ErrKey = errors.New("cannot open the envelope: the key does not open it")
	// ErrTooLarge: it holds more than MaxEnvelope bytes, or the bound that was given,
	// or MaxSeals seals.
	ErrTooLarge = errors.New("cannot handle the envelope: it is larger than what is read here, 100 MB at most, or holds more than 999 seals")
)

// MaxEnvelope bounds every size: of a message, of what it holds, and of that after
// decompression. Files of B2 are a thousand times smaller.
const MaxEnvelope = 100 << 20

var (
	oidEnvelopedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 3}
	oidAES256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
)

// contentCipher is a way to encipher the content, in CBC.
type contentCipher struct {
	oid     asn1.ObjectIdentifier
	keySize int
	block   func([]byte) (cipher.Block, error)
}

// ciphers are those that are read. AES-256 alone is written; triple DES is that of
// old files.
var ciphers = []contentCipher{
	{oidAES256, 32, aes.NewCipher},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}, 16, aes.NewCipher},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}, 24, des.NewTripleDESCipher},
}

type envelopedData struct {
	Version    int
	Recipients []keyTransport `asn1:"set"`
	Content    encryptedContent
}

type keyTransport struct {
	Version   int
	Recipient issuerAndSerial
	Algorithm pkix.AlgorithmIdentifier
	Key       []byte
}

type encryptedContent struct {
	Type      asn1.ObjectIdentifier
	Algorithm pkix.AlgorithmIdentifier
	Content   []byte `asn1:"tag:0"`
}

// Encrypt returns content as CMS EnvelopedData (RFC 5652) in DER, with AES-256 in
// CBC, for the holder of the certificate, whose key must be RSA: that is how the
// key of the content travels (PKCS#1 v1.5, as the payers read it).
//
// The general libraries that write this keep the cipher in a global variable, and
// those that read it trust lengths and padding; so both are done here.
func Encrypt(content []byte, to *x509.Certificate) ([]byte, error) {
	if len(content) > MaxEnvelope {
		return nil, ErrTooLarge
	}
	public, ok := to.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, &CertificateError{Reason: CertificateWeak}
	}
	key, iv := make([]byte, 32), make([]byte, aes.BlockSize)
	rand.Read(key)
	rand.Read(iv)
	//lint:ignore SA1019 RSA key transport of PKCS#1 v1.5 is what the payers read
	wrapped, err := rsa.EncryptPKCS1v15(rand.Reader, public, key)
	if err != nil {
		return nil, fmt.Errorf("cannot encrypt for this certificate: %w", err)
	}
	parameters, err := asn1.Marshal(iv)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	padded := pad(content)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(padded, padded)
	inner, err := asn1.Marshal(envelopedData{
		Recipients: []keyTransport{{
			Recipient: issuerAndSerial{asn1.RawValue{FullBytes: to.RawIssuer}, to.SerialNumber},
			Algorithm: algRSA, Key: wrapped,
		}},
		Content: encryptedContent{oidData, pkix.AlgorithmIdentifier{Algorithm: oidAES256, Parameters: asn1.RawValue{FullBytes: parameters}}, padded},
	})
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(contentInfo{oidEnvelopedData, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
}

// pad copies content and fills its last block (RFC 5652, 6.3).
func pad(content []byte) []byte {
	n := aes.BlockSize - len(content)%aes.BlockSize
	padded := make([]byte, 0, len(content)+n)
	padded = append(padded, content...)
	return append(padded, bytes.Repeat([]byte{byte(n)}, n)...)
}

// Decrypt opens CMS EnvelopedData, in DER or in the BER that streaming programs
// write, with the key of the certificate that it is for.
func Decrypt(data []byte, cert *x509.Certificate, key crypto.Decrypter) ([]byte, error) {
	if len(data) > MaxEnvelope {
		return nil, ErrTooLarge
	}
	e, err := readEnvelope(data)
	if err != nil {
		return nil, err
	}
	wrapped, err := e.keyFor(cert)
	if err != nil {
		return nil, err
	}
	way := e.cipher()
	if way == nil {
		return nil, ErrCipher
	}
	// With a length given, a wrong padding yields a random key instead of an error
	// that tells it: what follows fails alike for a wrong key.
	//lint:ignore SA1019 as in Encrypt
	contentKey, err := key.Decrypt(rand.Reader, wrapped, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: way.keySize})
	if err != nil {
		return nil, ErrKey
	}
	block, err := way.block(contentKey)
	if err != nil {
		return nil, ErrKey
	}
	size := block.BlockSize()
	if len(e.iv) != size || len(e.content) == 0 || len(e.content)%size != 0 {
		return nil, ErrEnvelope
	}
	content := make([]byte, len(e.content))
	cipher.NewCBCDecrypter(block, e.iv).CryptBlocks(content, e.content)
	n := int(content[len(content)-1])
	if n == 0 || n > size || !bytes.Equal(content[len(content)-n:], bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, ErrKey
	}
	return content[:len(content)-n], nil
}
