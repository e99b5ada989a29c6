// Package vitale drives the card of an insured person (Vitale 2).
//
// Its contract:
//
//   - Read takes what the card shows to anybody: identity and NIR of each
//     person, without key and without code. The commands are those of public
//     readers of the card.
//   - The rights (organisms, ALD, complementary insurance) are protected on a
//     real card and need the licensed library of the GIE SESAM-Vitale. They come
//     through the Rights interface; the driver here, Simulated, reads a data
//     object of our own that only virtual cards have.
//   - A Vitale 1 is recognised and not driven: Unsupported.
//   - Errors are *reader.Error.
package vitale

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

// aid is the application that holds the NIRs: RID D250000002, "VITALE".
var aid = []byte{0xD2, 0x50, 0x00, 0x00, 0x02, 'V', 'I', 'T', 'A', 'L', 'E'}

// sfi is the short identifier of both files read, one in the root and one in
// the application.
const sfi = 0x02

// maxFile bounds a file; one for 20 persons has some 1,500 bytes.
const maxFile = 4 << 10

// Person is somebody on the card. The first is the assuré.
type Person struct {
	Nom         string
	Prenom      string
	Naissance   string // as on the card, AAAAMMJJ; lunar dates occur
	Nationalite string
	Debut       string // beginning of validity, as on the card, "" if not there
	NIR         string // 13 characters and the key
}

// Card is what a Vitale shows without key.
type Card struct {
	Persons []Person
}

// Read reads the public part of the card: five commands for a card whose files
// have at most 254 bytes.
func Read(ch iso7816.Channel, family reader.Family) (Card, error) {
	const op = "read the Carte Vitale"
	if family != reader.FamilyVitale2 {
		return Card{}, reader.Fail(reader.Unsupported, op)
	}
	root := iso7816.Command{INS: 0xA4, Data: []byte{0x3F, 0x00}, Le: iso7816.NoLe}
	identities, err := readObjects(ch, op, root, 0)
	if err != nil {
		return Card{}, err
	}
	persons := 0
	for _, o := range identities {
		if o.Tag == tagPerson {
			persons++
		}
	}
	numbers, err := readNumbers(ch, op, persons)
	if err != nil {
		return Card{}, err
	}
	return join(op, identities, numbers)
}

// numberSize is what the number of one person takes: 65 11 93 0F and the number.
const numberSize = 4 + nirSize

// readNumbers reads the file of the numbers. With the right count of persons its
// size is known, which spares a command; more of them than that are read anew.
func readNumbers(ch iso7816.Channel, op string, persons int) ([]iso7816.TLV, error) {
	application := iso7816.Command{INS: 0xA4, P1: 0x04, Data: aid, Le: iso7816.NoLe}
	numbers, err := readObjects(ch, op, application, persons*numberSize)
	if err == nil && len(numbers) == persons || reader.KindOf(err) != reader.Malformed && err != nil {
		return numbers, err
	}
	return readObjects(ch, op, application, 0)
}

// ReadNIR reads only the NIRs, in the card's order: two commands that tell
// whether the card is still the one that was read, which had so many persons.
func ReadNIR(ch iso7816.Channel, persons int) ([]string, error) {
	const op = "check the Carte Vitale"
	objects, err := readNumbers(ch, op, persons)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, o := range objects {
		if o.Tag == tagPerson {
			list = append(list, o.Text(tagNIR))
		}
	}
	return list, nil
}

// readObjects selects a directory and reads the objects of its file, which has
// size bytes if that is known, else 0.
func readObjects(ch iso7816.Channel, op string, directory iso7816.Command, size int) ([]iso7816.TLV, error) {
	_, status, err := iso7816.Send(ch, directory)
	if err == nil {
		err = status.Err(op)
	}
	if err != nil {
		return nil, err
	}
	data, status, err := iso7816.ReadSFI(ch, 0, sfi, size, maxFile)
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
	return objects, nil
}

// Tags of the files.
const (
	tagPerson      = 0x65
	tagValidity    = 0x66
	tagNom         = 0x80
	tagPrenom      = 0x81
	tagNaissance   = 0x82
	tagNationalite = 0x90
	tagDebut       = 0x80 // in tagValidity
	tagNIR         = 0x93
)

// nirSize is the length of a NIR with its key.
const nirSize = 15

// join puts together the two files, which list the persons in the same order.
func join(op string, identities, numbers []iso7816.TLV) (Card, error) {
	var c Card
	for _, o := range identities {
		switch {
		case o.Tag == tagPerson:
			c.Persons = append(c.Persons, Person{
				Nom:         name(o.Text(tagNom)),
				Prenom:      name(o.Text(tagPrenom)),
				Naissance:   o.Text(tagNaissance),
				Nationalite: o.Text(tagNationalite),
			})
		case o.Tag == tagValidity && len(c.Persons) > 0:
			c.Persons[len(c.Persons)-1].Debut = o.Text(tagDebut)
		}
	}
	i := 0
	for _, o := range numbers {
		if o.Tag != tagPerson {
			continue
		}
		if i == len(c.Persons) {
			return Card{}, reader.Failf(reader.Malformed, op, "more numbers than persons")
		}
		c.Persons[i].NIR = o.Text(tagNIR)
		i++
	}
	if i != len(c.Persons) || i == 0 {
		return Card{}, reader.Failf(reader.Malformed, op, "%d persons and %d numbers", len(c.Persons), i)
	}
	for _, p := range c.Persons {
		if len(p.NIR) != nirSize || !only(p.NIR, isNIR) || !only(p.Nom+p.Prenom+p.Naissance+p.Nationalite+p.Debut, isText) {
			return Card{}, reader.Failf(reader.Malformed, op, "what is no NIR or no text")
		}
	}
	return c, nil
}

// name reads a name: ASCII on the cards that are known, ISO 8859-1 if it is no
// valid UTF-8.
func name(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

func isNIR(r rune) bool  { return r >= '0' && r <= '9' || r == 'A' || r == 'B' }
func isText(r rune) bool { return unicode.IsPrint(r) }

func only(s string, ok func(rune) bool) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !ok(r) }) < 0
}
