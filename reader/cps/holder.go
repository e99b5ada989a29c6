package cps

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

// Holder is the professional to whom a card was issued, as its certificates say.
type Holder struct {
	NationalID string    // subject common name
	Nom        string    // surname
	Prenom     string    // given name
	Profession string    // title
	Expires    time.Time // end of the certificate's validity
	Test       bool      // issued under a test authority: all that the card signs is a demonstration
}

// RPPS is the holder's 11-digit number in the national directory, "" if the card
// has another kind of identifier: the national identifier is its kind, 8, and the
// number.
func (h Holder) RPPS() string {
	if len(h.NationalID) == 12 && h.NationalID[0] == '8' {
		return h.NationalID[1:]
	}
	return ""
}

// Attribute types of a subject (X.520).
var (
	oidSurname   = asn1.ObjectIdentifier{2, 5, 4, 4}
	oidTitle     = asn1.ObjectIdentifier{2, 5, 4, 12}
	oidGivenName = asn1.ObjectIdentifier{2, 5, 4, 42}
)

// TestMark stands in the issuer's organisation of every certificate of a
// virtual card, and in those of the ANS's own test cards.
const TestMark = "TEST"

// HolderOf reads the holder from a certificate.
func HolderOf(cert *x509.Certificate) Holder {
	h := Holder{NationalID: cert.Subject.CommonName, Expires: cert.NotAfter}
	for _, name := range cert.Subject.Names {
		text := fmt.Sprint(name.Value)
		switch {
		case name.Type.Equal(oidSurname):
			h.Nom = text
		case name.Type.Equal(oidGivenName):
			h.Prenom = text
		case name.Type.Equal(oidTitle):
			h.Profession = text
		}
	}
	for _, o := range cert.Issuer.Organization {
		h.Test = h.Test || strings.Contains(o, TestMark)
	}
	h.Test = h.Test || strings.Contains(cert.Issuer.CommonName, TestMark)
	return h
}

// Situation is one situation d'exercice: a place and a way of practising.
//
// On a virtual card it is a BER-TLV object of our own, E0 { 80 index, 81 numéro
// AM, 82 spécialité, 83 convention, 84 OPTAM, 85 zone tarif, 86 zone IK,
// 87 structure, 88 its identifier, 89 exercice }.
type Situation struct {
	Index      int    // 0 to 15
	NumeroAM   string // 9 digits, key included
	Specialite string // two digits, table of specialities
	Convention int    // 0 none, 1 secteur 1, 2 DP, 3 secteur 2
	OPTAM      bool
	ZoneTarif  string
	ZoneIK     string
	Structure  string // name of the place
	StructID   string // its national identifier
	Exercice   string // L libéral, S salarié, R remplaçant
}

// maxSituations is how many a card has room for, in the files D120 to D12F.
const maxSituations = 16

// maxSituation bounds one of them.
const maxSituation = 255

// Situations reads the situations d'exercice. The code must have been verified
// in the same transaction; PINRequired otherwise. The list ends at the first file
// that is missing or empty: each file costs two commands, and a card rarely has
// more than two situations.
func (c *Card) Situations() ([]Situation, error) {
	const op = "read the situations d'exercice"
	var list []Situation
	for i := range maxSituations {
		data, err := c.readFile(op, []byte{0x3F, 0x00, 0xD1, 0x20 | byte(i)}, maxSituation)
		switch {
		case reader.KindOf(err) == reader.Unsupported: // no such file
			return list, nil
		case err != nil:
			return nil, err
		}
		objects, err := iso7816.Parse(data)
		if err != nil {
			return nil, reader.Failf(reader.Malformed, op, "%w", err)
		}
		s, ok := iso7816.Find(objects, 0xE0)
		if !ok {
			return list, nil
		}
		list = append(list, situation(i, s))
	}
	return list, nil
}

func situation(index int, t iso7816.TLV) Situation {
	s := Situation{
		Index:      index,
		NumeroAM:   t.Text(0x81),
		Specialite: t.Text(0x82),
		OPTAM:      t.Text(0x84) == "1",
		ZoneTarif:  t.Text(0x85),
		ZoneIK:     t.Text(0x86),
		Structure:  t.Text(0x87),
		StructID:   t.Text(0x88),
		Exercice:   t.Text(0x89),
	}
	if c := t.Text(0x83); len(c) == 1 && c[0] >= '0' && c[0] <= '9' {
		s.Convention = int(c[0] - '0')
	}
	return s
}
