package cps

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

// Key references and algorithms of the CPS3 (PKCS#15 TokenInfo of the card).
const (
	keySign    = 0x81
	keyAuth    = 0x82
	algSHA256  = 0x40 // hash
	algRSA256  = 0x42 // SHA-256 with RSA, PKCS#1 v1.5
	algRSAPure = 0x02 // PKCS#1 v1.5 over a DigestInfo
)

// signatureSize is the length of a signature by an RSA 2048 key.
const signatureSize = 256

// Signer signs messages with the signature key. The code must have been
// verified in the same transaction. The key and the algorithm are set once:
// each message after the first costs three commands on a CPS3.
type Signer struct {
	card  *Card
	ready bool
}

// Signer returns a Signer of the card.
func (c *Card) Signer() *Signer { return &Signer{card: c} }

// Sign returns the RSA PKCS#1 v1.5 signature of the SHA-256 digest of message.
// The host hashes all but the last block, the card that one, so the card knows
// that it signs a hash it has finished itself.
func (s *Signer) Sign(message []byte) ([]byte, error) {
	const op = "sign"
	c := s.card
	if !s.ready {
		if err := s.prepare(op); err != nil {
			return nil, err
		}
	}
	if err := c.do(op, iso7816.Command{INS: 0x2A, P1: 0x90, P2: 0xA0, Data: hashCommand(message), Le: iso7816.NoLe}); err != nil {
		return nil, err
	}
	if err := s.selectKey(op); err != nil {
		return nil, err
	}
	signature, err := c.get(op, iso7816.Command{INS: 0x2A, P1: 0x9E, P2: 0x9A, Le: 0})
	if err != nil {
		return nil, err
	}
	if len(signature) != signatureSize {
		return nil, reader.Failf(reader.Malformed, op, "a signature of %d bytes", len(signature))
	}
	s.ready = true
	return signature, nil
}

// prepare sets what must stand before the hash.
func (s *Signer) prepare(op string) error {
	if s.card.cps4 { // MSE SET DST of the CPS4 names key and algorithm at once
		return s.card.do(op, iso7816.Command{INS: 0x22, P1: 0x81, P2: 0xB6,
			Data: []byte{0x91, 0x02, algRSA256, keySign | 0x80}, Le: iso7816.NoLe})
	}
	return s.card.do(op, iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xAA,
		Data: []byte{0x80, 0x01, algSHA256}, Le: iso7816.NoLe})
}

// selectKey names the signature key, once.
func (s *Signer) selectKey(op string) error {
	if s.ready || s.card.cps4 {
		return nil
	}
	return s.card.do(op, iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xB6,
		Data: []byte{0x80, 0x01, algRSA256, 0x84, 0x01, keySign}, Le: iso7816.NoLe})
}

// hashCommand is the data of PSO HASH for message: the intermediate state and
// the number of bits hashed so far (tag 90), then the last block (tag 80), of
// 1 to 64 bytes, or none for an empty message.
func hashCommand(message []byte) []byte {
	whole := 0
	if n := len(message); n > 0 {
		whole = (n - 1) / sha256.BlockSize * sha256.BlockSize
	}
	last := message[whole:]
	h := sha256.New()
	h.Write(message[:whole])
	// The marshalled form is "sha\x03", the eight words of the state in
	// big-endian order, the pending block and the byte count.
	state, _ := h.(encoding.BinaryMarshaler).MarshalBinary() // can't fail for a new SHA-256
	const magic = 4

	data := append(make([]byte, 0, 44+len(last)), 0x90, sha256.Size+8)
	data = append(data, state[magic:magic+sha256.Size]...)
	data = binary.BigEndian.AppendUint64(data, uint64(whole)*8)
	data = append(data, 0x80, byte(len(last)))
	return append(data, last...)
}

// digestInfoSHA256 precedes a SHA-256 digest in a DigestInfo (RFC 8017, 9.2).
var digestInfoSHA256 = []byte{
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
}

// Authenticate signs a SHA-256 digest with the authentication key, RSA PKCS#1
// v1.5, as TLS client authentication does. The code must have been verified in
// the same transaction.
func (c *Card) Authenticate(digest [sha256.Size]byte) ([]byte, error) {
	const op = "authenticate"
	info := append(digestInfoSHA256[:len(digestInfoSHA256):len(digestInfoSHA256)], digest[:]...)
	var signature []byte
	var err error
	if c.cps4 {
		signature, err = c.rawRSA(op, padPKCS1(info))
	} else {
		signature, err = c.internalAuthenticate(op, info)
	}
	if err != nil {
		return nil, err
	}
	if len(signature) != signatureSize {
		return nil, reader.Failf(reader.Malformed, op, "a signature of %d bytes", len(signature))
	}
	return signature, nil
}

func (c *Card) internalAuthenticate(op string, info []byte) ([]byte, error) {
	set := iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xA4, Data: []byte{0x80, 0x01, algRSAPure, 0x84, 0x01, keyAuth}, Le: iso7816.NoLe}
	if err := c.do(op, set); err != nil {
		return nil, err
	}
	return c.get(op, iso7816.Command{INS: 0x88, Data: info, Le: 0})
}

// keyAuthCPS4 is the authentication key of the CPS4.
const keyAuthCPS4 = 0x20

// rawRSA has the authentication key of a CPS4 work on a padded block. 256 bytes
// don't fit one short command: the first of two chained ones carries most.
func (c *Card) rawRSA(op string, block []byte) ([]byte, error) {
	set := iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xB8, Data: []byte{0x83, 0x01, keyAuthCPS4}, Le: iso7816.NoLe}
	if err := c.do(op, set); err != nil {
		return nil, err
	}
	const first, chained = 255, 0x10
	if err := c.do(op, iso7816.Command{CLA: chained, INS: 0x2A, P1: 0x80, P2: 0x86, Data: block[:first], Le: iso7816.NoLe}); err != nil {
		return nil, err
	}
	return c.get(op, iso7816.Command{INS: 0x2A, P1: 0x80, P2: 0x86, Data: block[first:], Le: 0})
}

// padPKCS1 returns the 256-byte PKCS#1 v1.5 signature block of info.
func padPKCS1(info []byte) []byte {
	block := make([]byte, signatureSize)
	block[1] = 0x01
	end := signatureSize - len(info) - 1
	for i := 2; i < end; i++ {
		block[i] = 0xFF
	}
	copy(block[end+1:], info)
	return block
}
