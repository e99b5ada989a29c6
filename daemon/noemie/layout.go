package noemie

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Size is the length of the header 000 and of the end 999, in bytes.
const Size = 128

// delimiter ends every entity but the header and the end.
const delimiter = '@'

// tables holds the layouts and the labels of codes; each row has its source and
// its certainty.
//
//go:embed tables/*.csv
var tables embed.FS

// Format says how the bytes of a field are written and read.
type Format uint8

// The formats of the tables.
const (
	FormatBlanc     Format = iota + 1 // reserved text
	FormatConstante                   // the value of the table
	FormatTexte                       // left-justified, space-filled
	FormatCode                        // digits that name something
	FormatNombre                      // count, zero-filled
	FormatMontant                     // cents without sign, zero-filled
	FormatDate                        // AAMMJJ, zeros when absent
	FormatNaissance                   // AAMMJJ as on the card: lunar dates are kept as they are
)

var formatNames = map[string]Format{
	"blanc": FormatBlanc, "constante": FormatConstante, "texte": FormatTexte, "code": FormatCode,
	"nombre": FormatNombre, "montant": FormatMontant, "date": FormatDate, "naissance": FormatNaissance,
}

// numeric tells whether the field holds digits only.
func (f Format) numeric() bool { return f >= FormatCode }

// Field is one row of a layout table.
type Field struct {
	Name       string // name in the norm, in French
	Start, End int    // columns, from 1, both included
	Format     Format
	Facultatif bool   // digits may be left blank
	Valeur     string // what a FormatConstante holds
	Identite   string // nir, personne, libre (free text), or empty
	Origine    string // public source of the row, or Agrafe
	Certitude  string // V seen verbatim, nôtre

	codes map[string]string // labels of the codes, nil when they have none
	known *[256]bool        // the same for codes of one character
}

func (f *Field) of(raw string) string { return raw[f.Start-1 : f.End] }
func (f *Field) width() int           { return f.End - f.Start + 1 }

// entity is the layout of a kind of record.
type entity struct {
	number string // 3 digits
	label  string
	size   int // bytes
	fields []Field
	class  []byte   // what may stand in each byte
	checks []*Field // those of which the bytes alone do not tell whether they are right
	blank  string   // the record without values
}

// schema is a set of entities by number.
type schema [1000]*entity

// The layouts of NOEMIE and of our acknowledgements, which share the header and
// the end. A fault in a table is a fault of the program.
var noemie, arl = mustSchemas()

func mustSchemas() (*schema, *schema) {
	labels := mustLabels()
	n, a := mustSchema("tables/noemie.csv", labels), mustSchema("tables/arl.csv", labels)
	a[0], a[999] = n[0], n[999]
	return n, a
}

func mustSchema(name string, labels map[[2]string]map[string]string) *schema {
	file, err := tables.Open(name)
	if err != nil {
		panic("noemie: " + err.Error())
	}
	s, err := parseSchema(file, labels)
	if err != nil {
		panic("noemie: " + name + ": " + err.Error())
	}
	return s
}

var columns = []string{"entity", "label", "start", "len", "end", "type", "presence", "field", "format", "valeur",
	"identite", "source", "certitude", "note"}

// parseSchema reads a layout and checks that the fields of each entity touch
// without overlap and that its end is fixed.
func parseSchema(r io.Reader, labels map[[2]string]map[string]string) (*schema, error) {
	rows, err := readTable(r, columns...)
	if err != nil {
		return nil, err
	}
	s := &schema{}
	for i, row := range rows {
		n, err := strconv.ParseUint(row[0], 10, 16)
		if err != nil || len(row[0]) != 3 {
			return nil, fmt.Errorf("row %d: entity %q", i+2, row[0])
		}
		if s[n] == nil {
			s[n] = &entity{number: row[0], label: row[1]}
		}
		if err := s[n].add(row, labels); err != nil {
			return nil, fmt.Errorf("row %d: %w", i+2, err)
		}
	}
	for _, e := range s {
		if e == nil {
			continue
		}
		last := e.fields[len(e.fields)-1]
		if e.delimited() && last.Valeur != string(delimiter) || !e.delimited() && e.size != Size {
			return nil, fmt.Errorf("entity %s has no end", e.number)
		}
		e.compile()
	}
	return s, nil
}

// delimited tells whether the entity ends with `@`.
func (e *entity) delimited() bool { return e.number != "000" && e.number != "999" }

// add appends the field of a row.
func (e *entity) add(row []string, labels map[[2]string]map[string]string) error {
	f := Field{Name: row[7], Format: formatNames[row[8]], Facultatif: row[6] == "F", Valeur: row[9], Identite: row[10],
		Origine: row[11], Certitude: row[12], codes: labels[[2]string{row[0], row[7]}]}
	var length int
	for _, n := range []struct {
		text string
		to   *int
	}{{row[2], &f.Start}, {row[3], &length}, {row[4], &f.End}} {
		v, err := strconv.Atoi(n.text)
		if err != nil {
			return err
		}
		*n.to = v
	}
	switch {
	case f.Format == 0 || f.Origine == "" || f.Certitude == "":
		return fmt.Errorf("%s: no format, source or certainty", f.Name)
	case f.Start != e.size+1 || length <= 0 || f.width() != length:
		return fmt.Errorf("%s: columns %d-%d are not the %d after %d", f.Name, f.Start, f.End, length, e.size)
	case (f.Format == FormatDate || f.Format == FormatNaissance) && length != len("AAMMJJ"):
		return fmt.Errorf("%s: a date of %d columns", f.Name, length)
	case f.Format == FormatConstante && len(f.Valeur) != length || f.Format != FormatConstante && f.Valeur != "":
		return fmt.Errorf("%s: value %q", f.Name, f.Valeur)
	case f.Format.numeric() != (row[5] == "N") && f.Format != FormatConstante:
		return fmt.Errorf("%s: format %s in a field of type %s", f.Name, row[8], row[5])
	case f.Format != FormatBlanc && e.field(f.Name) != nil:
		return fmt.Errorf("two fields are named %s", f.Name)
	}
	if f.codes != nil && length == 1 {
		f.known = &[256]bool{' ': true}
		for code := range f.codes {
			if code != "" {
				f.known[code[0]] = true
			}
		}
	}
	e.size = f.End
	e.fields = append(e.fields, f)
	return nil
}

// compile derives what the scanner and the writer need.
func (e *entity) compile() {
	var blank strings.Builder
	for i := range e.fields {
		f := &e.fields[i]
		class, pad := byte(classText), " "
		switch {
		case f.Valeur == string(delimiter):
			class, pad = classDelimiter, f.Valeur
		case f.Format == FormatConstante:
			pad = f.Valeur
			if f.Start > 1 {
				e.checks = append(e.checks, f)
			}
		case f.Format.numeric():
			class, pad = classDigit, "0"
			if f.Facultatif {
				class = classBlank
			}
			if f.Facultatif || f.Format == FormatDate {
				e.checks = append(e.checks, f)
			}
		}
		if f.codes != nil {
			e.checks = append(e.checks, f)
		}
		for range f.width() {
			e.class = append(e.class, class)
		}
		blank.WriteString(strings.Repeat(pad, f.width()/len(pad)))
	}
	e.blank = blank.String()
}

// field returns the field of that name, or nil.
func (e *entity) field(name string) *Field {
	for i := range e.fields {
		if e.fields[i].Name == name && e.fields[i].Format != FormatBlanc {
			return &e.fields[i]
		}
	}
	return nil
}

// mustLabels returns the labels of codes, by entity and field, then by code. The
// empty code is a blank field.
func mustLabels() map[[2]string]map[string]string {
	file, err := tables.Open("tables/valeurs.csv")
	if err != nil {
		panic("noemie: " + err.Error())
	}
	rows, err := readTable(file, "entity", "field", "code", "label", "source", "certitude")
	if err != nil {
		panic("noemie: " + err.Error())
	}
	labels := map[[2]string]map[string]string{}
	for _, row := range rows {
		key := [2]string{row[0], row[1]}
		if labels[key] == nil {
			labels[key] = map[string]string{}
		}
		labels[key][row[2]] = row[3]
	}
	return labels
}

// readTable reads a CSV table and checks its header.
func readTable(r io.Reader, columns ...string) ([][]string, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != strings.Join(columns, ",") {
		return nil, fmt.Errorf("cannot read the table: its columns are not %s", strings.Join(columns, ","))
	}
	return rows[1:], nil
}

// Fields returns the layout of an entity of NOEMIE, or of our ARL, in column
// order; nil when the number is in no table.
func Fields(number string) []Field {
	for _, s := range []*schema{noemie, arl} {
		if e := s.of(number); e != nil {
			return append([]Field(nil), e.fields...)
		}
	}
	return nil
}

// of returns the entity of that number, or nil.
func (s *schema) of(number string) *entity {
	if n, ok := entityNumber(number); ok && len(number) == 3 {
		return s[n]
	}
	return nil
}

// entityNumber reads the three digits that begin a record.
func entityNumber(s string) (int, bool) {
	if len(s) < 3 {
		return 0, false
	}
	a, b, c := s[0]-'0', s[1]-'0', s[2]-'0'
	return int(a)*100 + int(b)*10 + int(c), a <= 9 && b <= 9 && c <= 9
}
