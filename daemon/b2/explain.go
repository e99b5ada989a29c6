package b2

import (
	"fmt"
	"strings"
	"sync"
)

// Vue chooses what Explain shows of persons.
type Vue uint8

// The views of Explain.
const (
	// VueMasquee hides identities: of a NIR three characters are left, names and
	// dates of birth are stars. In a damaged record, where an identity may stand in
	// any column, letters read A and digits 9.
	VueMasquee Vue = iota
	// VueComplete shows every byte, for the screen of the person who made the file.
	VueComplete
)

// Explain describes a file in French, field by field: number and kind of the
// record, columns, name of the field, bytes, meaning, the certainty of the layout
// or of the value when it is not V, and below it what is wrong. Damaged files are
// described as far as possible.
func Explain(data []byte, vue Vue) string {
	x := explainer{vue: vue, problems: map[int]Problems{}}
	for _, p := range Check(data) {
		x.problems[p.Record] = append(x.problems[p.Record], p)
	}
	if separated(data) {
		data = withoutSeparators(data)
	}
	pieces := split(data)
	for i, p := range pieces {
		x.record(i+1, p, data)
	}
	for _, p := range x.problems[len(pieces)+1] {
		fmt.Fprintf(&x.out, "! %s\n", p.Message())
	}
	return x.out.String()
}

type explainer struct {
	out      strings.Builder
	vue      Vue
	problems map[int]Problems // by record
}

// record explains one record, or what is left of it.
func (x *explainer) record(number int, p piece, data []byte) {
	rec := data[p.start:p.end]
	k := theLayout.identify(string(p.padded(data)))
	fmt.Fprintf(&x.out, "enregistrement %d, type %s : %s (octets %d-%d)\n", number, k, kindLabels[k], p.start+1, p.end)
	problems := x.problems[number]
	for _, p := range problems {
		if p.Start == 0 {
			fmt.Fprintf(&x.out, "  ! %s\n", p.explication())
		}
	}
	hide := x.vue == VueMasquee && (k == KindInconnu || problems.physical())
	if k == KindInconnu {
		fmt.Fprintf(&x.out, "  |%s|\n", shown(rec, hide))
	}
	for i := range theLayout.fields[k] {
		if f := &theLayout.fields[k][i]; f.End <= len(rec) {
			x.field(f, f.of(rec), hide, problems)
		}
	}
	x.out.WriteByte('\n')
}

func (x *explainer) field(f *Field, raw []byte, hide bool, problems Problems) {
	var wrong Problems
	for _, p := range problems {
		if p.Start == f.Start {
			wrong = append(wrong, p)
		}
	}
	if f.Format == FormatBlanc && len(wrong) == 0 {
		return
	}
	text := shown(raw, hide)
	meaning, certitude := f.meaning(string(raw))
	if domaine := f.origin().Domaine; x.vue == VueMasquee && (hide || domaine == domaineNIR || domaine == domainePersonne) {
		if !hide {
			text = masked(text, domaine)
		}
		meaning = ""
	}
	line := fmt.Sprintf("  %3d-%-3d  %s |%s|", f.Start, f.End, f.Name, text)
	if meaning != "" {
		line += "  " + meaning
	}
	if certitude != "" {
		line += "  [" + certitude + "]"
	}
	x.out.WriteString(line + "\n")
	for _, p := range wrong {
		x.out.WriteString("           ! " + p.explication() + "\n")
	}
}

// The domains of the fields that tell who a person is.
const (
	domaineNIR      = "nir"
	domainePersonne = "personne"
)

// masked hides an identity; of a NIR the sex and the year of birth are left.
func masked(text, domaine string) string {
	left := 0
	if domaine == domaineNIR {
		left = 3
	}
	return strings.Map(func(r rune) rune {
		if left--; left >= 0 || r == ' ' {
			return r
		}
		return '*'
	}, text)
}

// shown makes bytes printable: anything outside ASCII is a question mark. With
// hide, only the shape is left.
func shown(raw []byte, hide bool) string {
	text := make([]byte, len(raw))
	for i, c := range raw {
		switch {
		case c < ' ' || c > '~':
			c = '?'
		case hide && c >= '0' && c <= '9':
			c = '9'
		case hide && (c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'):
			c = 'A'
		}
		text[i] = c
	}
	return string(text)
}

// meaning says in French what the bytes of a field mean, and how sure that is
// when it is not seen verbatim. It is silent when the bytes are wrong or say it
// themselves.
func (f *Field) meaning(raw string) (text, certitude string) {
	certitude = f.Certitude
	for i := range constantes {
		if c := &constantes[i]; c.Kind == f.Kind && c.Start == f.Start {
			certitude = join(certitude, "valeur "+c.Certitude)
		}
	}
	if f.check(raw) == 0 {
		text = f.value(raw)
		if v, known := valeurs()[[2]string{f.Domaine, strings.TrimSpace(raw)}]; known {
			text = v.libelle
			if v.certitude != "V" {
				certitude = join(certitude, "valeur "+v.certitude)
			}
		}
	}
	if certitude == "V" {
		certitude = ""
	}
	return text, certitude
}

// join adds the certainty of a value to that of its field.
func join(certitude, other string) string {
	if certitude == "V" {
		return other
	}
	return certitude + " ; " + other
}

// value words a number, an amount or a date.
func (f *Field) value(raw string) string {
	v, ok := readDigits(raw)
	switch f.Format {
	case FormatRepete:
		return "répète l'enregistrement " + f.Source.String()
	case FormatNombre:
		if ok {
			return fmt.Sprint(v)
		}
	case FormatDecimal:
		if ok {
			return decimals(v, f.Decimals)
		}
	case FormatMontant:
		if ok {
			return decimals(v, 2) + " €"
		}
	case FormatDate, FormatNaissance:
		if ok && v != 0 {
			return fmt.Sprintf("%02d/%02d/%02d", v%100, v/100%100, v/10000)
		}
	}
	return ""
}

// decimals writes v with its last n digits after a comma.
func decimals(v int64, n int) string {
	digits := fmt.Sprintf("%0*d", n+1, v)
	return digits[:len(digits)-n] + "," + digits[len(digits)-n:]
}

type valeur struct{ libelle, certitude string }

// valeurs holds the labels of the codes by domain and code, read at their first
// use.
var valeurs = sync.OnceValue(func() map[[2]string]valeur {
	labels := map[[2]string]valeur{}
	for _, row := range mustTable("valeurs.csv", "domaine", "code", "libelle", "source", "certitude") {
		labels[[2]string{row[0], row[1]}] = valeur{row[2], row[4]}
	}
	return labels
})
