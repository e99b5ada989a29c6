package virtual

import (
	"encoding/hex"
	"strings"
)

// Identifiers of the files that the ODF points to, and of the certificates: [ours].
const (
	idAODF    = 0x4401
	idPrKDF   = 0x4402
	idCDF     = 0x4403
	idCertSIG = 0x4411
	idCertAUT = 0x4412
)

// Labels of the objects, as on the card.
const (
	labelCode    = "Code porteur"
	labelKeySIG  = "CPS_PRIV_SIG"
	labelKeyAUT  = "CPS_PRIV_AUT"
	labelCertSIG = "Certificat de Signature CPS"
	labelCertAUT = "Certificat d'Authentification CPS"
)

// Identifiers that tie a key to its certificate, and the code: [ours].
var (
	objectSIG  = []byte{keySIG}
	objectAUT  = []byte{keyAUT}
	objectCode = []byte{0x01}
)

// DER tags of PKCS #15.
const (
	derInteger  = 0x02
	derBits     = 0x03
	derOctets   = 0x04
	derNull     = 0x05
	derEnum     = 0x0A
	derUTF8     = 0x0C
	derSequence = 0x30
)

// pkcs15Files are the files of the PKCS #15 application.
func pkcs15Files(spec *Spec, keys *identity) []*file {
	return []*file{
		{id: idODF, sfi: 0x11, data: odf()},
		{id: idTokenInfo, sfi: 0x12, data: tokenInfo(spec, keys)},
		{id: idAODF, data: aodf()},
		{id: idPrKDF, data: append(
			keyEntry(labelKeySIG, objectSIG, keySIG, bits(2, 9)), // sign, nonRepudiation
			keyEntry(labelKeyAUT, objectAUT, keyAUT, bits(2))...)},
		{id: idCDF, data: append(
			certEntry(labelCertSIG, objectSIG, idCertSIG),
			certEntry(labelCertAUT, objectAUT, idCertAUT)...)},
		{id: idCertSIG, data: keys.certSIG},
		{id: idCertAUT, data: keys.certAUT},
	}
}

// odf lists the directory files: codes, private keys, certificates.
func odf() []byte {
	var b []byte
	b = append(b, tlv(0xA8, pathTo(idAODF))...)
	b = append(b, tlv(0xA0, pathTo(idPrKDF))...)
	return append(b, tlv(0xA4, pathTo(idCDF))...)
}

// pathTo is the PKCS #15 path of a file of the application.
func pathTo(id uint16) []byte {
	return tlv(derSequence, tlv(derOctets, u16(idMF), u16(idPKCS15), u16(id)))
}

// PKCS #11 mechanisms named in TokenInfo.
const (
	mechRSA       = 0x0001
	mechSHA1RSA   = 0x0006
	mechSHA256RSA = 0x0040
	mechSHA1      = 0x0220
	mechSHA256    = 0x0250
)

// Operations of an algorithm in TokenInfo, as bit numbers.
const (
	opSign     = 1
	opDecipher = 5
	opHash     = 6
)

func tokenInfo(spec *Spec, keys *identity) []byte {
	label := "CPS3v3-"
	if spec.Kind == KindCPS4 {
		label = "CPS4v1-" // [ours]
	}
	label += strings.TrimRight(hex.EncodeToString(keys.serial[5:]), "f")
	return tlv(derSequence,
		integer(0),
		tlv(derOctets, keys.serial),
		tlv(derUTF8, []byte("ASIP SANTE")),
		tlv(0x80, []byte(label)),
		bits(0, 1), // read-only, login required
		tlv(0xA2,
			algorithm(1, mechSHA1, opHash, algSHA1),
			algorithm(2, mechSHA256, opHash, algSHA256),
			algorithm(3, mechSHA1RSA, opSign, algSHA1RSA),
			algorithm(4, mechSHA256RSA, opSign, algSHA256RSA),
			algorithm(5, mechRSA, opDecipher, algRSADecipher),
			algorithm(6, mechRSA, opSign, algRSA)))
}

func algorithm(reference, mechanism uint16, operation int, cardReference uint16) []byte {
	return tlv(derSequence,
		integer(reference), integer(mechanism), tlv(derNull), bits(operation), integer(cardReference))
}

// aodf describes the code porteur: 4 digits, reference 01 in the MF.
func aodf() []byte {
	return tlv(derSequence,
		tlv(derSequence, tlv(derUTF8, []byte(labelCode)), bits(0)),
		tlv(derSequence, tlv(derOctets, objectCode)),
		tlv(0xA1, tlv(derSequence,
			bits(4),                 // initialized
			tlv(derEnum, []byte{1}), // ASCII digits
			integer(4), integer(4),  // shortest, as stored
			integer(4),              // longest
			tlv(0x80, []byte{0x01}), // reference
			tlv(derSequence, tlv(derOctets, u16(idMF))))))
}

func keyEntry(label string, id []byte, reference uint16, usage []byte) []byte {
	return tlv(derSequence,
		tlv(derSequence, tlv(derUTF8, []byte(label)), bits(0), tlv(derOctets, objectCode)), // private, behind the code
		tlv(derSequence, tlv(derOctets, id), usage, bits(0, 2, 3), integer(reference)),     // sensitive, never extractable
		tlv(0xA1, tlv(derSequence,
			tlv(derSequence, tlv(derOctets, u16(idMF), u16(idPKCS15))),
			integer(keyBits))))
}

func certEntry(label string, id []byte, file uint16) []byte {
	return tlv(derSequence,
		tlv(derSequence, tlv(derUTF8, []byte(label))),
		tlv(derSequence, tlv(derOctets, id)),
		tlv(0xA1, tlv(derSequence, pathTo(file))))
}

func integer(v uint16) []byte {
	switch {
	case v < 0x80:
		return tlv(derInteger, []byte{byte(v)})
	case v < 0x8000:
		return tlv(derInteger, u16(v))
	}
	return tlv(derInteger, append([]byte{0}, u16(v)...))
}

// bits encodes a named bit list of DER: bit 0 is the highest of the first byte,
// trailing zeros are left out.
func bits(set ...int) []byte {
	last := set[len(set)-1] // in ascending order
	b := make([]byte, 1+last/8+1)
	b[0] = byte(7 - last%8)
	for _, n := range set {
		b[1+n/8] |= 0x80 >> (n % 8)
	}
	return tlv(derBits, b)
}
