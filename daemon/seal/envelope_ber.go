package seal

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
)

// Limits of what is read of an envelope: levels of nesting and recipients.
const (
	maxDepth      = 16
	maxRecipients = 100
)

// envelope is what Decrypt needs of EnvelopedData.
type envelope struct {
	recipients [][]byte // the contents of the RecipientInfos for RSA keys
	algorithm  asn1.ObjectIdentifier
	iv         []byte
	content    []byte
}

// The tags that are met.
const (
	tagInteger    = 0x02
	tagOctets     = 0x04
	tagOID        = 0x06
	tagSequence   = 0x30
	tagSet        = 0x31
	tagExplicit0  = 0xA0 // [0] EXPLICIT, or IMPLICIT of a constructed value
	tagImplicit0  = 0x80 // [0] IMPLICIT of a primitive value
	tagOctetParts = 0x24 // octet string in parts
)

// readEnvelope reads ContentInfo with EnvelopedData.
func readEnvelope(data []byte) (*envelope, error) {
	c := cursor{rest: data}
	info := c.enter(tagSequence)
	kind := info.oid()
	wrapper := info.enter(tagExplicit0)
	enveloped := wrapper.enter(tagSequence)
	enveloped.next(tagInteger)
	if enveloped.peek() == tagExplicit0 { // originator
		enveloped.next(tagExplicit0)
	}
	recipients := enveloped.enter(tagSet)
	e := &envelope{}
	for len(recipients.rest) > 0 && !recipients.bad {
		tag, content := recipients.any()
		if tag == tagSequence {
			e.recipients = append(e.recipients, content)
		}
		if len(e.recipients) > maxRecipients {
			return nil, ErrEnvelope
		}
	}
	encrypted := enveloped.enter(tagSequence)
	encrypted.oid()
	algorithm := encrypted.enter(tagSequence)
	e.algorithm = algorithm.oid()
	if algorithm.peek() == tagOctets {
		e.iv = algorithm.next(tagOctets)
	}
	e.content = encrypted.octets()
	if c.bad || len(c.rest) > 0 || info.bad || wrapper.bad || enveloped.bad || recipients.bad || encrypted.bad || algorithm.bad ||
		!kind.Equal(oidEnvelopedData) {
		return nil, ErrEnvelope
	}
	return e, nil
}

// cipher returns how the content is enciphered, nil when it is not read.
func (e *envelope) cipher() *contentCipher {
	for i := range ciphers {
		if ciphers[i].oid.Equal(e.algorithm) {
			return &ciphers[i]
		}
	}
	return nil
}

// keyFor returns the enciphered key for the holder of the certificate.
func (e *envelope) keyFor(cert *x509.Certificate) ([]byte, error) {
	for _, content := range e.recipients {
		r := cursor{rest: content}
		r.next(tagInteger)
		mine := r.names(cert)
		algorithm := r.enter(tagSequence)
		oid := algorithm.oid()
		key := r.octetString()
		if r.bad || algorithm.bad {
			return nil, ErrEnvelope
		}
		if mine && !oid.Equal(oidRSA) {
			return nil, ErrCipher
		}
		if mine {
			return key, nil
		}
	}
	return nil, ErrRecipient
}

// names reads who a key is for: issuer and serial number, or the identifier of the
// key.
func (c *cursor) names(cert *x509.Certificate) bool {
	if c.peek() == tagImplicit0 {
		id := c.next(tagImplicit0)
		return len(id) > 0 && bytes.Equal(id, cert.SubjectKeyId)
	}
	r := c.enter(tagSequence)
	before := r.rest
	r.next(tagSequence)
	issuer := before[:len(before)-len(r.rest)]
	serial := r.next(tagInteger)
	c.bad = c.bad || r.bad
	return bytes.Equal(issuer, cert.RawIssuer) && new(big.Int).SetBytes(serial).Cmp(cert.SerialNumber) == 0
}

// cursor goes through BER values one after the other. Once something is not as
// expected it is bad and yields nothing more.
type cursor struct {
	rest []byte
	bad  bool
}

// peek returns the next tag, 0 at the end.
func (c *cursor) peek() byte {
	if c.bad || len(c.rest) == 0 {
		return 0
	}
	return c.rest[0]
}

// any returns the next value, its ends of contents removed.
func (c *cursor) any() (tag byte, content []byte) {
	tag, content, rest, ok := readBER(c.rest, 0)
	if c.bad || !ok {
		c.bad = true
		return 0, nil
	}
	c.rest = rest
	return tag, content
}

// next returns the content of the next value, which must have the tag.
func (c *cursor) next(tag byte) []byte {
	found, content := c.any()
	if found != tag {
		c.bad = true
		return nil
	}
	return content
}

// enter goes into the next value, which must have the tag.
func (c *cursor) enter(tag byte) cursor {
	content := c.next(tag)
	return cursor{content, c.bad}
}

func (c *cursor) oid() asn1.ObjectIdentifier {
	content := c.next(tagOID)
	if len(content) > 127 {
		c.bad = true
		return nil
	}
	var oid asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(append([]byte{tagOID, byte(len(content))}, content...), &oid); err != nil {
		c.bad = true
	}
	return oid
}

// octetString reads an octet string, whole or in parts.
func (c *cursor) octetString() []byte {
	if c.peek() == tagOctetParts {
		return c.parts(tagOctetParts)
	}
	return c.next(tagOctets)
}

// octets reads an octet string with the implicit tag 0, whole or in parts.
func (c *cursor) octets() []byte {
	if c.peek() == tagExplicit0 {
		return c.parts(tagExplicit0)
	}
	return c.next(tagImplicit0)
}

func (c *cursor) parts(tag byte) []byte {
	p := c.enter(tag)
	var all []byte
	for len(p.rest) > 0 && !p.bad {
		all = append(all, p.next(tagOctets)...)
	}
	c.bad = c.bad || p.bad
	return all
}

// readBER reads one value: its tag of one byte, its content and what follows. The
// end of a content of indefinite length is found by going through what it holds.
func readBER(b []byte, depth int) (tag byte, content, rest []byte, ok bool) {
	if len(b) < 2 || b[0]&0x1F == 0x1F || depth > maxDepth {
		return 0, nil, nil, false
	}
	tag, length, b := b[0], int(b[1]), b[2:]
	switch {
	case length == 0x80 && tag&0x20 != 0:
		return readIndefinite(tag, b, depth)
	case length > 0x84 || length == 0x80:
		return 0, nil, nil, false
	case length > 0x80:
		n := length - 0x80
		if len(b) < n {
			return 0, nil, nil, false
		}
		length = 0
		for _, c := range b[:n] {
			length = length<<8 | int(c)
		}
		b = b[n:]
	}
	if length < 0 || length > len(b) {
		return 0, nil, nil, false
	}
	return tag, b[:length], b[length:], true
}

func readIndefinite(tag byte, b []byte, depth int) (byte, []byte, []byte, bool) {
	for rest := b; len(rest) >= 2; {
		if rest[0] == 0 && rest[1] == 0 {
			return tag, b[:len(b)-len(rest)], rest[2:], true
		}
		_, _, after, ok := readBER(rest, depth+1)
		if !ok {
			break
		}
		rest = after
	}
	return 0, nil, nil, false
}
