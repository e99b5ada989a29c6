package virtual

import (
	"bytes"
	"slices"
)

// aidVitale is the application of the Vitale 2: D2 50 00 00 02 "VITAL" 4C 45.
var aidVitale = mustHex("D25000000256 4954414C45")

// sfiPublic is the short identifier of the public file, of the identities in the
// MF and of the NIR in the Vitale application.
const sfiPublic = 0x02

// tagRights is the tag of the rights data object: [ours].
const tagRights = 0xDF68

// vitale2 is the public part of a Vitale 2. It has neither key nor code.
type vitale2 struct {
	cursor
	app    *file
	rights []byte
}

func newVitale2(spec *Spec) *vitale2 {
	var identities, nirs, rights []byte
	for _, p := range spec.Persons {
		identities = append(identities, encodeIdentity(p)...)
		nirs = append(nirs, tlv(0x65, tlv(0x93, []byte(p.NIR)))...)
		rights = append(rights, encodeRights(p.Droits)...)
	}
	app := &file{id: 0x0001, aid: aidVitale, children: []*file{{id: 0x0002, sfi: sfiPublic, data: nirs}}}
	root := &file{id: idMF, aid: []byte{}, children: []*file{{id: 0x0002, sfi: sfiPublic, data: identities}, app}}
	return &vitale2{cursor: newCursor(root), app: app, rights: rights}
}

func (v *vitale2) execute(cmd command) ([]byte, uint16) {
	if cmd.cla != 0x00 {
		return nil, swCLA
	}
	switch cmd.ins {
	case insSelect:
		// No answer data: a driver needs none, and a T=0 exchange is saved [ours].
		if cmd.p1 != 0x00 && cmd.p1 != 0x04 {
			return nil, swWrongP1P2
		}
		_, sw := v.selectFile(cmd)
		return nil, sw
	case insReadBinary:
		return v.readBinary(cmd, false)
	case insGetData:
		return v.getData(cmd)
	}
	return nil, swINS
}

// getData answers the rights of all persons, in the order of the identities.
func (v *vitale2) getData(cmd command) ([]byte, uint16) {
	if int(cmd.p1)<<8|int(cmd.p2) != tagRights || v.df != v.app || len(v.rights) == 0 {
		return nil, swObjectNotFound
	}
	return v.rights, swOK
}

// encodeIdentity lays out a person of the public file of the MF. Text is ASCII
// upper case without accents: which alphabet a real card uses is [ours].
func encodeIdentity(p Person) []byte {
	return slices.Concat(
		tlv(0x65,
			text(0x80, p.Nom),
			text(0x81, p.Prenom),
			text(0x82, p.Naissance),
			text(0x90, p.Nationalite)),
		tlv(0x66, text(0x80, p.DebutValidite)))
}

// encodeRights lays out the rights of a person, an empty object when the card
// says nothing of them. The whole object is [ours]; absent fields are left out.
func encodeRights(d *Rights) []byte {
	if d == nil {
		return tlv(0x68)
	}
	var amc AMC
	if d.AMC != nil {
		amc = *d.AMC
	}
	return tlv(0x68,
		text(0x80, d.Regime),
		text(0x81, d.Caisse),
		text(0x82, d.Centre),
		text(0x83, d.Qualite),
		text(0x84, d.Rang),
		text(0x85, d.Du),
		text(0x86, d.Au),
		text(0x87, d.flags()),
		text(0x88, d.RegimeLocal),
		text(0x89, d.Exonere),
		text(0x8A, amc.Organisme),
		text(0x8B, amc.Contrat),
		text(0x8C, amc.Adherent),
		text(0x8D, d.NIRAssure))
}

// flags are the letters of the situations that hold, sorted.
func (d *Rights) flags() string {
	var b bytes.Buffer
	for _, f := range []struct {
		holds  bool
		letter byte
	}{{d.ALD, 'A'}, {d.C2S, 'C'}, {d.AME, 'M'}, {d.ASPA, 'S'}} {
		if f.holds {
			b.WriteByte(f.letter)
		}
	}
	return b.String()
}
