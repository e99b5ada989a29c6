package b2

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Reason says what is wrong. The list is closed.
type Reason uint8

// The reasons of a Problem.
const (
	Tronque        Reason = iota + 1 // record that does not have Size bytes
	Separateur                       // records are separated by line ends
	TypeInconnu                      // no known kind of record
	ChampInconnu                     // no such field in this kind of record, or of another format
	Caractere                        // character outside B2: accent, lower case, control
	Chiffres                         // something else than digits in a numeric field
	Cadrage                          // text that is not left-justified
	NonBlanc                         // reserved columns that are not blank
	Constant                         // another value than the only one known
	Repetition                       // differs from the record that it repeats
	Absent                           // compulsory field left blank
	TropLong                         // text longer than the field
	Largeur                          // code that does not have the field's number of digits
	TropGrand                        // number that does not fit, or below zero
	DateImpossible                   // no such day
	Ordre                            // record that may not stand there
	Compte                           // count that differs from what the file holds
	Total                            // total that differs from the sum
	Limite                           // more records than a file may hold
	Doublon                          // number used twice
	Regle                            // fields that contradict each other
)

// reasonTexts holds, per reason, the English text of the error and the French
// text for the screen.
var reasonTexts = [...][2]string{
	Tronque:        {"the record does not have 128 bytes: fetch the file again", "enregistrement incomplet"},
	Separateur:     {"records are separated by line ends: remove them", "enregistrements séparés par des fins de ligne"},
	TypeInconnu:    {"unknown kind of record", "type d'enregistrement inconnu"},
	ChampInconnu:   {"no such field of this format in the layout", "champ inconnu dans cet enregistrement"},
	Caractere:      {"character outside B2: use upper case without accents", "caractère interdit (majuscules sans accent attendues)"},
	Chiffres:       {"digits expected", "chiffres attendus"},
	Cadrage:        {"text must start at the first column", "texte non cadré à gauche"},
	NonBlanc:       {"reserved columns must be blank", "zone réservée non blanche"},
	Constant:       {"differs from the only value known", "valeur différente de la seule connue"},
	Repetition:     {"differs from the record that it repeats", "différent de l'enregistrement répété"},
	Absent:         {"compulsory field is blank: fill it", "champ obligatoire absent"},
	TropLong:       {"longer than the field: shorten it", "texte plus long que le champ"},
	Largeur:        {"code must have all its digits", "code incomplet"},
	TropGrand:      {"number does not fit the field", "nombre hors du champ"},
	DateImpossible: {"not a day of the calendar", "date impossible"},
	Ordre:          {"record may not stand here", "enregistrement mal placé"},
	Compte:         {"count differs from what the file holds", "nombre différent du contenu"},
	Total:          {"total differs from the sum", "total différent de la somme"},
	Limite:         {"too many records: cut the lot", "trop d'enregistrements : couper le lot"},
	Doublon:        {"number used twice", "numéro utilisé deux fois"},
	Regle:          {"fields contradict each other", "champs contradictoires"},
}

// String gives the reason in English.
func (r Reason) String() string { return r.text(0) }

func (r Reason) text(language int) string {
	if int(r) >= len(reasonTexts) || r == 0 {
		return "unknown reason"
	}
	return reasonTexts[r][language]
}

// Problem is one fault of a file or of a value to be encoded. It never holds a
// field's content that could identify a person: only places, reasons, counts
// and amounts.
type Problem struct {
	Record     int    // number of the record in the file, from 1; 0 outside of a file
	Kind       Kind   // of that record
	Lot        int    // number of the lot, 0 outside of one and when its record 1 is damaged
	Facture    int    // number of the invoice, 0 outside of one and when its record 2 is damaged
	Field      string // name of the field, empty for the whole record
	Start, End int    // columns, from 1, both included; 0 for the whole record
	Reason     Reason
	Detail     string // in French: what was found and expected, or which rule
}

// Error describes the problem in English, with the place to look at.
func (p *Problem) Error() string {
	return "cannot accept B2 " + p.place("record", "columns", "in lot", "invoice") + ": " + p.Reason.String()
}

// Message describes the problem in French, for the screen.
func (p *Problem) Message() string {
	return p.place("enregistrement", "colonnes", "lot", "facture") + " : " + p.explication()
}

// explication is the message without the place.
func (p *Problem) explication() string {
	if p.Detail == "" {
		return p.Reason.text(1)
	}
	return p.Reason.text(1) + " (" + p.Detail + ")"
}

func (p *Problem) place(record, columns, lot, facture string) string {
	var b strings.Builder
	b.WriteString(record)
	if p.Record > 0 {
		fmt.Fprintf(&b, " %d", p.Record)
	}
	if p.Kind != KindInconnu {
		fmt.Fprintf(&b, " (type %s)", p.Kind)
	}
	if p.Lot > 0 {
		fmt.Fprintf(&b, ", %s %03d", lot, p.Lot)
	}
	if p.Facture > 0 {
		fmt.Fprintf(&b, ", %s %09d", facture, p.Facture)
	}
	if p.Start > 0 {
		fmt.Fprintf(&b, ", %s %d-%d", columns, p.Start, p.End)
	}
	if p.Field != "" {
		fmt.Fprintf(&b, ", %s", p.Field)
	}
	return b.String()
}

// Problems is every problem found, in the order of the records; as an error it
// tells the first and their number.
type Problems []*Problem

// Error describes the first problem and counts the others.
func (p Problems) Error() string {
	switch len(p) {
	case 0:
		return "cannot accept B2: no reason"
	case 1:
		return p[0].Error()
	}
	return fmt.Sprintf("%v (and %d more)", p[0], len(p)-1)
}

// physical tells whether one of the problems says that the bytes are not what
// the layout expects. What such a record holds may be anything, a NIR too, and is
// not repeated in a message.
func (p Problems) physical() bool {
	return slices.ContainsFunc(p, func(p *Problem) bool {
		switch p.Reason {
		case Tronque, TypeInconnu, Caractere, Chiffres, Cadrage, NonBlanc, Constant, Repetition:
			return true
		}
		return false
	})
}

// err returns p as an error, nil when there is none.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// collector gathers problems and knows where the codec is.
type collector struct {
	problems Problems
	record   int
	kind     Kind
	lot      int
	facture  int
}

// at moves the collector to a record.
func (c *collector) at(record int, k Kind) { c.record, c.kind = record, k }

// field reports a problem of a field of the current record.
func (c *collector) field(f *Field, r Reason, detail string) {
	c.add(&Problem{Field: f.Name, Start: f.Start, End: f.End, Reason: r, Detail: detail})
}

// since returns the problems reported after the first n.
func (c *collector) since(n int) Problems { return c.problems[n:] }

// named reports a problem of the field of the current record that has this name.
func (c *collector) named(name string, r Reason, detail string) {
	if f := theLayout.field(c.kind, name); f != nil {
		c.field(f, r, detail)
		return
	}
	c.add(&Problem{Field: name, Reason: r, Detail: detail})
}

// whole reports a problem of the current record as a whole.
func (c *collector) whole(r Reason, detail string) { c.add(&Problem{Reason: r, Detail: detail}) }

func (c *collector) add(p *Problem) {
	p.Record, p.Kind, p.Lot, p.Facture = c.record, c.kind, c.lot, c.facture
	c.problems = append(c.problems, p)
}

// sorted returns the problems in the order of the records and columns.
func (c *collector) sorted() Problems {
	slices.SortStableFunc(c.problems, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(a.Record, b.Record), cmp.Compare(a.Start, b.Start))
	})
	return c.problems
}
