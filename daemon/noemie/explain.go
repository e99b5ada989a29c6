package noemie

import (
	"fmt"
	"strings"
)

// Vue chooses what Explain shows of persons.
type Vue uint8

// The views of Explain.
const (
	// VueMasquee hides identities: of a NIR three characters are left, names and
	// dates of birth are stars. In free text, in unknown entities and in damaged
	// records, where an identity may stand anywhere, letters read A and digits 9.
	VueMasquee Vue = iota
	// VueComplete shows every byte, for the screen of the person who made the
	// invoices.
	VueComplete
)

// Explain describes a file in French, field by field: number, entity and place of
// the record, columns, name of the field, bytes, meaning, and below what is wrong or
// unknown. Damaged files are described as far as possible.
func Explain(data []byte, vue Vue) string {
	s := scan(data)
	x := explainer{vue: vue, scanner: s, problems: map[int]Problems{}}
	for _, p := range s.problems {
		x.problems[p.Record] = append(x.problems[p.Record], p)
	}
	for i := range s.spans {
		if i == maxExplained {
			fmt.Fprintf(&x.out, "… %d enregistrements de plus\n", len(s.spans)-i)
			break
		}
		x.record(i+1, &s.spans[i])
	}
	for _, p := range x.problems[len(s.spans)+1] {
		fmt.Fprintf(&x.out, "! %s\n", p.Message())
	}
	return x.out.String()
}

// What is shown of a large file: records, and bytes of one that can't be read.
const (
	maxExplained = 20_000
	maxShown     = maxInconnue
)

type explainer struct {
	*scanner
	out      strings.Builder
	vue      Vue
	problems map[int]Problems // by record
}

func (x *explainer) record(number int, at *span) {
	raw := x.text[at.start : at.start+uint32(at.size)]
	problems := x.problems[number]
	var e *entity
	name := raw[:min(3, len(raw))] + " : entité inconnue"
	switch {
	case at.number == damaged:
		name = "abîmé"
	case x.schema[at.number] != nil:
		e = x.schema[at.number]
		name = e.number + " : " + e.label
	}
	fmt.Fprintf(&x.out, "enregistrement %d, %s (octets %d-%d)\n", number, name, at.start+1, at.start+uint32(at.size))
	for _, p := range problems {
		if p.Start == 0 {
			fmt.Fprintf(&x.out, "  ! %s\n", p.Reason.text(1))
		}
	}
	if e == nil {
		fmt.Fprintf(&x.out, "  |%s|\n\n", shown(raw[:min(maxShown, len(raw))], x.vue == VueMasquee))
		return
	}
	hide := x.vue == VueMasquee && len(problems.Faults()) > 0
	for i := range e.fields {
		x.field(&e.fields[i], e.fields[i].of(raw), hide, problems)
	}
	x.out.WriteByte('\n')
}

func (x *explainer) field(f *Field, raw string, hide bool, problems Problems) {
	if f.Format == FormatBlanc && strings.TrimSpace(raw) == "" || f.Valeur == string(delimiter) {
		return
	}
	text, meaning := shown(raw, hide), f.meaning(raw)
	if x.vue == VueMasquee && (hide || f.Identite != "") {
		meaning = ""
		if !hide {
			text = masked(raw, f.Identite)
		}
	}
	line := fmt.Sprintf("  %3d-%-3d  %s |%s|", f.Start, f.End, f.Name, text)
	if meaning != "" {
		line += "  " + meaning
	}
	if f.Certitude != "V" {
		line += "  [" + f.Certitude + "]"
	}
	x.out.WriteString(line + "\n")
	for _, p := range problems {
		if p.Start == f.Start {
			x.out.WriteString("           ! " + p.Reason.text(1) + "\n")
		}
	}
}

// masked hides an identity; of a NIR the sex and the year of birth are left, of
// free text the shape.
func masked(raw, identite string) string {
	if identite == "libre" {
		return shown(raw, true)
	}
	left := 0
	if identite == "nir" && len(raw) == 13 {
		left = 3
	}
	text := []byte(shown(raw[:left], false))
	for i := left; i < len(raw); i++ {
		c := byte('*')
		if raw[i] == ' ' {
			c = ' '
		}
		text = append(text, c)
	}
	return string(text)
}

// shown makes bytes printable: a control character is a question mark. With hide,
// only the shape is left.
func shown(raw string, hide bool) string {
	var b strings.Builder
	for i := range len(raw) {
		c := raw[i]
		switch {
		case classes[c] == 0:
			c = '?'
		case hide && classes[c]&classDigit != 0:
			c = '9'
		case hide && (c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= 0xC0):
			c = 'A'
		}
		b.WriteRune(rune(c))
	}
	return b.String()
}

// meaning says in French what the bytes of a field mean; nothing when they say it
// themselves.
func (f *Field) meaning(raw string) string {
	code := strings.TrimRight(raw, " ")
	if label := f.codes[code]; label != "" {
		return label
	}
	n, ok := readDigits(raw)
	switch {
	case !ok:
	case f.Format == FormatNombre:
		return fmt.Sprint(n)
	case f.Format == FormatMontant:
		return fmt.Sprintf("%d,%02d €", n/100, n%100)
	case (f.Format == FormatDate || f.Format == FormatNaissance) && n != 0:
		return fmt.Sprintf("%02d/%02d/%02d", n%100, n/100%100, n/10000)
	}
	return ""
}
