package noemie

import (
	"fmt"
	"strings"
)

// Reason says what is wrong. The list is closed.
type Reason uint8

// The reasons of a Problem. The last three are notices: the file is accepted.
const (
	Tronque        Reason = iota + 1 // the file ends within a record, or without 999
	Type                             // a record does not begin with three digits
	Longueur                         // no delimiter where the record should end
	Caractere                        // control character or delimiter in a text
	Chiffres                         // something else than digits
	Constante                        // another value than the only one known
	DateImpossible                   // no such day
	Ordre                            // 000 that is not first, or something after 999
	Limite                           // more bytes, records or problems than are read
	ChampInconnu                     // no such entity or field, or of another format
	TropLong                         // value that does not fit the field
	SansPlace                        // value for which the layout has no field
	EntiteInconnue                   // entity in no table: kept as it is
	CodeInconnu                      // code in no table: kept as it is
	Compte                           // 999 counts the records otherwise
)

// reasonTexts holds, per reason, the English text of the error and the French
// text for the screen.
var reasonTexts = [...][2]string{
	Tronque:        {"the file is truncated: fetch it again", "fichier tronqué"},
	Type:           {"a record begins with its number, three digits", "numéro d'entité attendu"},
	Longueur:       {"the record does not end where its layout says", "entité de longueur inattendue"},
	Caractere:      {"character that a text may not hold", "caractère interdit"},
	Chiffres:       {"digits expected", "chiffres attendus"},
	Constante:      {"differs from the only value known", "valeur différente de la seule connue"},
	DateImpossible: {"not a day of the calendar", "date impossible"},
	Ordre:          {"record may not stand here", "enregistrement mal placé"},
	Limite:         {"more than is read of one file", "fichier trop grand ou trop abîmé"},
	ChampInconnu:   {"no such entity, or field of this format, in the layout", "entité ou champ inconnu"},
	TropLong:       {"value does not fit the field", "valeur plus longue que le champ"},
	SansPlace:      {"the layout has no field for a value of it", "valeur sans place dans le format"},
	EntiteInconnue: {"entity in no table, kept as it is", "entité inconnue, gardée telle quelle"},
	CodeInconnu:    {"code in no table, kept as it is", "code inconnu, gardé tel quel"},
	Compte:         {"999 counts the records otherwise", "nombre d'enregistrements différent de celui annoncé"},
}

// String describes the reason in English.
func (r Reason) String() string { return r.text(0) }

func (r Reason) text(language int) string {
	if int(r) >= len(reasonTexts) {
		return "?"
	}
	return reasonTexts[r][language]
}

// Notice tells whether a file is accepted in spite of it.
func (r Reason) Notice() bool { return r >= EntiteInconnue }

// Problem is one fault of a file, or a notice. It never holds what the file
// holds: only places, reasons and lengths.
type Problem struct {
	Record     int    // number of the record in the file, from 1; 0 outside of a file
	Offset     int    // of the record's first byte in the file, from 0
	Entite     string // its number, empty when it has none
	Field      string // name of the field, empty for the whole record
	Start, End int    // columns, from 1, both included; 0 for the whole record
	Reason     Reason
}

// Error describes the problem in English, with the place to look at.
func (p *Problem) Error() string {
	return "cannot accept return " + p.place("record", "byte", "columns") + ": " + p.Reason.String()
}

// Message describes the problem in French, for the screen.
func (p *Problem) Message() string {
	return p.place("enregistrement", "octet", "colonnes") + " : " + p.Reason.text(1)
}

func (p *Problem) place(record, offset, columns string) string {
	var b strings.Builder
	b.WriteString(record)
	if p.Record > 0 {
		fmt.Fprintf(&b, " %d", p.Record)
	}
	if p.Entite != "" {
		fmt.Fprintf(&b, " (%s)", p.Entite)
	}
	if p.Record > 0 {
		fmt.Fprintf(&b, ", %s %d", offset, p.Offset+1)
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
		return "cannot accept return: no reason"
	case 1:
		return p[0].Error()
	}
	return fmt.Sprintf("%v (and %d more)", p[0], len(p)-1)
}

// Faults returns the problems for which a file is refused.
func (p Problems) Faults() Problems {
	var faults Problems
	for _, x := range p {
		if !x.Reason.Notice() {
			faults = append(faults, x)
		}
	}
	return faults
}
