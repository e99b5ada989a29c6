package virtual

import (
	"bytes"
)

// object is one answer of GET DATA: a security data object of IAS-ECC, or its
// control parameters (DOCP).
type object struct {
	value    func() []byte
	fromRoot bool // only while the MF is the current folder
}

// Classes of security data objects, as the second byte of their tag.
const (
	classCode        = 0x81 // the code, in the MF
	classPrivateKey  = 0x90 // a private key, in the application
	classEnvironment = 0xFB // a security environment
)

// dataObjects lists what GET DATA answers, by the request's data. The requests
// are those of the card's middleware; the access rules in the answers are [ours],
// except the counters of the code.
func (c *cps) dataObjects() map[string]object {
	list := map[string]object{}
	add := func(class, ref byte, part uint16, fromRoot bool, value func() []byte) {
		wanted := append(tag(part), 0x80)
		list[string(extended(0x4D, 0x70, class, ref, wanted))] = object{
			fromRoot: fromRoot,
			value:    func() []byte { return template(class, ref, tlv(part, value())) },
		}
	}
	add(classCode, 1, 0xA0, false, c.codeParameters)
	add(classCode, 1, 0x7F41, false, func() []byte {
		n := byte(len(c.code))
		return append(tlv(0x80, []byte{n}), tlv(0x81, []byte{n})...)
	})
	for ref, usage := range map[byte]byte{keySIG &^ 0x80: templateSignature, keyAUT &^ 0x80: templateAuth} {
		add(classPrivateKey, ref, 0x7F48, false, func() []byte { return tlv(0x80, []byte{usage}) })
		add(classPrivateKey, ref, 0xA0, false, func() []byte { return keyParameters(usage) })
	}
	add(classEnvironment, 5, 0x7B, true, func() []byte {
		// Authentication of the user (08) by the code of reference 01.
		return tlv(templateAuth, tlv(0x95, []byte{0x08}), tlv(0x83, []byte{0x01}))
	})
	return list
}

func (c *cps) getObject(cmd command) ([]byte, uint16) {
	if cmd.p1 != 0x3F || cmd.p2 != 0xFF {
		return nil, swWrongP1P2
	}
	o, ok := c.objects[string(cmd.data)]
	if !ok || (o.fromRoot && c.df != c.root) {
		return nil, swObjectNotFound
	}
	return o.value(), swOK
}

// codeParameters are the counters of the code, then its access rules: changing
// it takes the old one, verifying is free, resetting takes secure messaging.
func (c *cps) codeParameters() []byte {
	return bytes.Join([][]byte{
		tlv(0x9A, []byte{maxTries}),
		tlv(0x9B, []byte{byte(c.tries)}),
		tlv(0xA1, tlv(0x8C, []byte{0x73, 0x15, 0x00, 0x45, 0xFF, 0x00})),
	}, nil)
}

// keyParameters are the access rules of a private key, then its size in bytes.
// The one operation that the key is for takes the code (15: user authentication
// in security environment 5).
func keyParameters(usage byte) []byte {
	allowed := byte(0x40) // PSO COMPUTE DIGITAL SIGNATURE
	if usage == templateAuth {
		allowed = 0x20 // INTERNAL AUTHENTICATE
	}
	return append(
		tlv(0xA1, tlv(0x8C, []byte{allowed | 0x01, 0x15, 0x00})),
		tlv(0x80, u16(keyBits/8))...)
}

// template is the answer 70 { BF class ref { content } }.
func template(class, ref byte, content []byte) []byte {
	return tlv(0x70, threeByteTag(class, ref, content))
}

// extended is the request 4D { 70 { BF class ref { wanted } } }.
func extended(outer, inner uint16, class, ref byte, wanted []byte) []byte {
	return tlv(outer, tlv(inner, threeByteTag(class, ref, wanted)))
}

// threeByteTag encodes an object whose tag is BF, class, ref. It is shorter than
// 128 bytes.
func threeByteTag(class, ref byte, content []byte) []byte {
	return append([]byte{0xBF, class, ref, byte(len(content))}, content...)
}

func tag(t uint16) []byte {
	if t > 0xFF {
		return u16(t)
	}
	return []byte{byte(t)}
}
