package vitale

import (
	"strings"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

// Right is the cover of one person, as the card or a teleservice gives it. An
// empty field is one that was not given.
type Right struct {
	Regime, Caisse, Centre string // 2, 3 and 4 digits
	Qualite                string // 0 assuré, 1 to 9 the kinds of ayant droit
	Rang                   string // rang de naissance
	Du, Au                 string // period of the rights, AAAAMMJJ
	ALD, ASPA, AME, C2S    bool   //
	RegimeLocal            string // alsace-moselle, frontalier
	Exonere                string // pension-militaire, invalidite, rente-at
	Organisme              string // complementary insurer
	Contrat                string // type of its contract
	Adherent               string // member number there
	NIRAssure              string // of the assuré, when the person is an ayant droit
}

// Rights reads what a Vitale says of the persons' cover, in the order of
// Card.Persons, on the card that was just read, in the same transaction. It
// fails with Unsupported when this card, or this driver, can't give them; the
// caller then goes on by teleservice or by hand.
type Rights interface {
	Rights(ch iso7816.Channel) ([]Right, error)
	// Demonstration says whether all that is made from these rights is one.
	Demonstration() bool
}

// Simulated reads the rights of virtual cards: a data object of our own (tag
// DF68) in the Vitale application, one 68 { 80 régime, 81 caisse, 82 centre,
// 83 qualité, 84 rang, 85 du, 86 au, 87 flags, 88 régime local, 89 exonéré,
// 8A organisme, 8B contrat, 8C adhérent, 8D NIR de l'assuré } for each person.
// What is made from it is a demonstration.
type Simulated struct{}

// Demonstration is true.
func (Simulated) Demonstration() bool { return true }

// Rights reads the rights of a virtual card. The Vitale application must be the
// current directory, as Read leaves it.
func (Simulated) Rights(ch iso7816.Channel) ([]Right, error) {
	const op = "read the rights"
	data, status, err := iso7816.Send(ch, iso7816.Command{INS: 0xCA, P1: 0xDF, P2: 0x68, Le: 0})
	if err == nil {
		err = status.Err(op)
	}
	if err != nil {
		return nil, err
	}
	objects, err := iso7816.Parse(data)
	if err != nil {
		return nil, reader.Failf(reader.Malformed, op, "%w", err)
	}
	var list []Right
	for _, o := range objects {
		if o.Tag == 0x68 {
			list = append(list, right(o))
		}
	}
	return list, nil
}

func right(o iso7816.TLV) Right {
	flags := o.Text(0x87)
	return Right{
		Regime:      o.Text(0x80),
		Caisse:      o.Text(0x81),
		Centre:      o.Text(0x82),
		Qualite:     o.Text(0x83),
		Rang:        o.Text(0x84),
		Du:          o.Text(0x85),
		Au:          o.Text(0x86),
		ALD:         strings.Contains(flags, "A"),
		ASPA:        strings.Contains(flags, "S"),
		AME:         strings.Contains(flags, "M"),
		C2S:         strings.Contains(flags, "C"),
		RegimeLocal: o.Text(0x88),
		Exonere:     o.Text(0x89),
		Organisme:   o.Text(0x8A),
		Contrat:     o.Text(0x8B),
		Adherent:    o.Text(0x8C),
		NIRAssure:   o.Text(0x8D),
	}
}
