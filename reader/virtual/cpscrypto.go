package virtual

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"hash"
	"math/big"

	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

// Control reference templates of MANAGE SECURITY ENVIRONMENT, in P2.
const (
	templateHash      = 0xAA
	templateSignature = 0xB6
	templateAuth      = 0xA4
	templateCipher    = 0xB8
)

// Algorithm references of the CPS3.
const (
	algSHA1        = 0x10
	algSHA256      = 0x40
	algSHA1RSA     = 0x12
	algSHA256RSA   = 0x42
	algRSA         = 0x02
	algRSADecipher = 0x1A
)

// Key references. Both keys are behind the code.
const (
	keySIG     = 0x81
	keyAUT     = 0x82
	keyAUTCPS4 = 0x20
)

// environment is the security environment that MANAGE SECURITY ENVIRONMENT sets,
// and the digest that PSO HASH leaves for PSO COMPUTE DIGITAL SIGNATURE.
type environment struct {
	hash   crypto.Hash // 0 when not set
	sign   crypto.Hash // the signature key is chosen, for digests of this hash; 0 when not
	auth   bool        // the authentication key is chosen
	cipher bool        // the same, for raw RSA (CPS4)

	digest     []byte
	digestHash crypto.Hash
}

func (c *cps) manageEnvironment(cmd command) uint16 {
	crt, err := iso7816.Parse(cmd.data)
	if err != nil {
		return swWrongData
	}
	alg, key, alg91, key83 := single(crt, 0x80), single(crt, 0x84), pair(crt, 0x91), single(crt, 0x83)
	switch {
	case c.channel == 0 && cmd.p1 == 0x41 && cmd.p2 == templateHash:
		c.env.hash = hashOf(alg)
		c.env.digest = nil
		return chosen(c.env.hash != 0)
	case c.channel == 0 && cmd.p1 == 0x41 && cmd.p2 == templateSignature:
		c.env.sign = 0
		if key == keySIG {
			c.env.sign = signatureHashOf(alg)
		}
		return chosen(c.env.sign != 0)
	case c.channel == 0 && cmd.p1 == 0x41 && cmd.p2 == templateAuth:
		c.env.auth = alg == algRSA && key == keyAUT
		return chosen(c.env.auth)
	case c.channel == 1 && cmd.p1 == 0x81 && cmd.p2 == templateSignature:
		c.env.sign = 0
		if byte(alg91) == keySIG {
			c.env.sign = signatureHashOf(alg91 >> 8)
		}
		c.env.hash = c.env.sign
		return chosen(c.env.sign != 0)
	case c.channel == 1 && cmd.p1 == 0x41 && cmd.p2 == templateCipher:
		c.env.cipher = key83 == keyAUTCPS4
		return chosen(c.env.cipher)
	}
	return swWrongP1P2
}

func chosen(ok bool) uint16 {
	if !ok {
		return swObjectNotFound
	}
	return swOK
}

// single returns the one-byte value of tag, 0 when there is none.
func single(list []iso7816.TLV, tag uint16) uint16 {
	if t, ok := iso7816.Find(list, tag); ok && len(t.Value) == 1 {
		return uint16(t.Value[0])
	}
	return 0
}

// pair returns the two-byte value of tag, 0 when there is none.
func pair(list []iso7816.TLV, tag uint16) uint16 {
	if t, ok := iso7816.Find(list, tag); ok && len(t.Value) == 2 {
		return binary.BigEndian.Uint16(t.Value)
	}
	return 0
}

func hashOf(alg uint16) crypto.Hash {
	switch alg {
	case algSHA1:
		return crypto.SHA1
	case algSHA256:
		return crypto.SHA256
	}
	return 0
}

func signatureHashOf(alg uint16) crypto.Hash {
	switch alg {
	case algSHA1RSA:
		return crypto.SHA1
	case algSHA256RSA:
		return crypto.SHA256
	}
	return 0
}

func (c *cps) performOperation(cmd command) ([]byte, uint16) {
	switch {
	case cmd.p1 == 0x90 && cmd.p2 == 0xA0:
		return nil, c.finishHash(cmd.data)
	case cmd.p1 == 0x9E && cmd.p2 == 0x9A:
		return c.sign()
	case cmd.p1 == 0x80 && cmd.p2 == 0x86 && c.channel == 1:
		return c.rawRSA(cmd.data)
	}
	return nil, swWrongP1P2
}

// finishHash executes PSO HASH: the host hashed all but the last block, the card
// resumes from the intermediate state (90) and hashes the rest (80). An empty 90
// means that the message has one block only.
func (c *cps) finishHash(data []byte) uint16 {
	c.env.digest = nil
	if c.env.hash == 0 {
		return swConditions
	}
	objects, err := iso7816.Parse(data)
	if err != nil {
		return swWrongData
	}
	state, ok1 := iso7816.Find(objects, 0x90)
	last, ok2 := iso7816.Find(objects, 0x80)
	if !ok1 || !ok2 || len(last.Value) > sha256.BlockSize {
		return swWrongData
	}
	h, ok := resume(c.env.hash, state.Value)
	if !ok {
		return swWrongData
	}
	h.Write(last.Value)
	c.env.digest, c.env.digestHash = h.Sum(nil), c.env.hash
	return swOK
}

// resume returns the hash in the state that the host reached: the chaining value
// and the count of bits so far. The Go hashes read that state in their own form
// (crypto/sha256, crypto/sha1: magic, chaining value, block buffer, byte count).
func resume(alg crypto.Hash, state []byte) (hash.Hash, bool) {
	h, magic := sha256.New(), "sha\x03"
	if alg == crypto.SHA1 {
		h, magic = sha1.New(), "sha\x01"
	}
	if len(state) == 0 {
		return h, true
	}
	size := alg.Size()
	if len(state) != size+8 {
		return nil, false
	}
	bits := binary.BigEndian.Uint64(state[size:])
	if bits%(sha256.BlockSize*8) != 0 {
		return nil, false
	}
	form := append([]byte(magic), state[:size]...)
	form = append(form, make([]byte, sha256.BlockSize)...)
	form = binary.BigEndian.AppendUint64(form, bits/8)
	if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(form); err != nil {
		return nil, false
	}
	return h, true
}

// sign executes PSO COMPUTE DIGITAL SIGNATURE over the digest, once.
func (c *cps) sign() ([]byte, uint16) {
	switch {
	case c.env.sign == 0 || c.env.digest == nil || c.env.digestHash != c.env.sign:
		return nil, swConditions
	case !c.verified:
		return nil, swSecurity
	}
	digest := c.env.digest
	c.env.digest = nil
	signature, err := rsa.SignPKCS1v15(nil, c.keys.sig, c.env.sign, digest)
	if err != nil {
		return nil, swNoDiagnosis
	}
	return signature, swOK
}

// maxDigestInfo is what INTERNAL AUTHENTICATE takes: 40 % of the modulus.
const maxDigestInfo = 102

// internalAuthenticate pads and signs a DigestInfo with the authentication key.
func (c *cps) internalAuthenticate(cmd command) ([]byte, uint16) {
	switch {
	case c.channel != 0:
		return nil, swINS
	case cmd.p1 != 0 || cmd.p2 != 0:
		return nil, swWrongP1P2
	case !c.env.auth:
		return nil, swConditions
	case !c.verified:
		return nil, swSecurity
	case len(cmd.data) == 0 || len(cmd.data) > maxDigestInfo:
		return nil, swWrongLength
	}
	signature, err := rsa.SignPKCS1v15(nil, c.keys.aut, 0, cmd.data)
	if err != nil {
		return nil, swNoDiagnosis
	}
	return signature, swOK
}

// rawRSA is the private operation of a CPS4 on a block that the host padded. The
// block comes alone or behind a padding indicator (00 or 81), in a chain of two
// commands [ours].
func (c *cps) rawRSA(block []byte) ([]byte, uint16) {
	key := c.keys.aut
	switch {
	case !c.env.cipher:
		return nil, swConditions
	case !c.verified:
		return nil, swSecurity
	}
	if len(block) == key.Size()+1 && (block[0] == 0x00 || block[0] == 0x81) {
		block = block[1:]
	}
	if len(block) != key.Size() {
		return nil, swWrongLength
	}
	m := new(big.Int).SetBytes(block)
	if m.Cmp(key.N) >= 0 {
		return nil, swWrongData
	}
	return m.Exp(m, key.D, key.N).FillBytes(make([]byte, key.Size())), swOK
}
