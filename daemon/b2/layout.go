package b2

import (
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Size is the length of a record, in bytes. Records have no separator.
const Size = 128

// tables holds the layout and the code tables; each row has its source and its
// certainty.
//
//go:embed tables/*.csv
var tables embed.FS

// Format says how the bytes of a field are written and read.
type Format uint8

// The formats of the layout table.
const (
	FormatBlanc     Format = iota + 1 // spaces
	FormatConstante                   // the value of the table
	FormatRepete                      // copy of the field of the same name in an enclosing record
	FormatTexte                       // upper case without accents, left-justified, space-filled
	FormatCode                        // digits that name something, full width
	FormatNombre                      // count, right-justified, zero-filled
	FormatDecimal                     // number with implied decimals, right-justified, zero-filled
	FormatMontant                     // cents without sign, right-justified, zero-filled
	FormatDate                        // AAMMJJ, zeros when absent
	FormatNaissance                   // AAMMJJ as on the card: lunar dates are kept as they are
)

var formatNames = map[string]Format{
	"blanc": FormatBlanc, "constante": FormatConstante, "repete": FormatRepete, "texte": FormatTexte,
	"code": FormatCode, "nombre": FormatNombre, "decimal": FormatDecimal, "montant": FormatMontant,
	"date": FormatDate, "naissance": FormatNaissance,
}

// numeric tells whether the field holds digits only.
func (f Format) numeric() bool { return f >= FormatCode }

// isDate tells whether the field holds AAMMJJ.
func (f Format) isDate() bool { return f == FormatDate || f == FormatNaissance }

// Field is one row of the layout table.
type Field struct {
	Kind        Kind
	Name        string // name in the norm, in French; FILLER is not unique in a record
	Start, End  int    // columns, from 1, both included
	Format      Format
	Obligatoire bool   // a text that may not be blank, a code whose zeros mean something
	Valeur      string // what a FormatConstante holds
	Decimals    int    // implied decimals of a FormatDecimal
	Source      Kind   // record that a FormatRepete copies
	Domaine     string // table of the values' labels, or empty
	Note        string
	Origine     string // public source of the row
	Certitude   string // V seen verbatim, with its restriction when there is one
}

// start is the offset of the field's first byte.
func (f *Field) start() int { return f.Start - 1 }

// width is the field's length in bytes.
func (f *Field) width() int { return f.End - f.Start + 1 }

// of returns the bytes of the field in a record.
func (f *Field) of(rec []byte) []byte { return rec[f.Start-1 : f.End] }

// layout is the table, checked, with the offsets that the codec needs.
type layout struct {
	fields      [kindCount][]Field
	byName      [kindCount]map[string]*Field
	complements []complement
}

// complement tells a kind from the others of its type digit: letter stands at
// pos, counted from 0.
type complement struct {
	digit, letter byte
	pos           int
	kind          Kind
}

// theLayout is the embedded table; a fault in it is a fault of the program.
var theLayout = mustLayout()

func mustLayout() *layout {
	f, err := tables.Open("tables/layout.csv")
	if err != nil {
		panic("b2: " + err.Error())
	}
	l, err := parseLayout(f)
	if err != nil {
		panic("b2: " + err.Error())
	}
	return l
}

// Fields returns the layout of a kind of record, in column order; nil when the
// kind is unknown.
func Fields(k Kind) []Field {
	if k >= kindCount {
		return nil
	}
	return append([]Field(nil), theLayout.fields[k]...)
}

// field returns the field of that name, or nil. FILLER has no entry.
func (l *layout) field(k Kind, name string) *Field {
	if k >= kindCount {
		return nil
	}
	return l.byName[k][name]
}

// parseLayout reads the table and checks that the fields of every kind cover
// columns 1 to Size without hole or overlap, that names are unique and that
// constants fit.
func parseLayout(r io.Reader) (*layout, error) {
	rows, err := readTable(r, "record", "start", "len", "end", "field", "type_presence", "format", "valeur", "domaine",
		"note", "source", "certitude", "precision")
	if err != nil {
		return nil, fmt.Errorf("cannot read the layout: %w", err)
	}
	l := &layout{}
	for i, row := range rows {
		f, err := parseField(row)
		if err != nil {
			return nil, fmt.Errorf("cannot read the layout, row %d: %w", i+2, err)
		}
		l.fields[f.Kind] = append(l.fields[f.Kind], f)
	}
	for k := Kind000; k < kindCount; k++ {
		if err := l.index(k); err != nil {
			return nil, fmt.Errorf("cannot use the layout of record %s: %w", k, err)
		}
	}
	return l, l.checkSources()
}

func parseField(row []string) (Field, error) {
	f := Field{
		Kind: KindOf(row[0]), Name: row[4], Format: formatNames[row[6]], Valeur: row[7], Domaine: row[8],
		Note: row[9], Origine: row[10], Certitude: row[11],
	}
	if row[12] != "" {
		f.Certitude = row[12]
	}
	if f.Kind == KindInconnu || f.Format == 0 || f.Certitude == "" {
		return f, fmt.Errorf("unknown record %q, format %q or certainty %q", row[0], row[6], row[11])
	}
	var length int
	for _, n := range []struct {
		text string
		to   *int
	}{{row[1], &f.Start}, {row[2], &length}, {row[3], &f.End}} {
		v, err := strconv.Atoi(n.text)
		if err != nil {
			return f, err
		}
		*n.to = v
	}
	if length != f.width() || length <= 0 {
		return f, fmt.Errorf("%s: columns %d-%d are not %d long", f.Name, f.Start, f.End, length)
	}
	f.Obligatoire = strings.HasSuffix(row[5], "/O")
	return f, f.parseValue()
}

// parseValue gives the column valeur the meaning that the format wants.
func (f *Field) parseValue() error {
	switch f.Format {
	case FormatConstante:
		if len(f.Valeur) != f.width() {
			return fmt.Errorf("%s: constant %q does not fill the field", f.Name, f.Valeur)
		}
	case FormatRepete:
		if f.Source = KindOf(f.Valeur); f.Source == KindInconnu {
			return fmt.Errorf("%s: repeats unknown record %q", f.Name, f.Valeur)
		}
	case FormatDecimal:
		n, err := strconv.Atoi(f.Valeur)
		if err != nil || n < 1 || n >= f.width() {
			return fmt.Errorf("%s: %q decimals", f.Name, f.Valeur)
		}
		f.Decimals = n
	default:
		if f.Valeur != "" {
			return fmt.Errorf("%s: a value has no meaning in this format", f.Name)
		}
	}
	return nil
}

func (l *layout) index(k Kind) error {
	l.byName[k] = map[string]*Field{}
	next := 1
	for i := range l.fields[k] {
		f := &l.fields[k][i]
		if f.Start != next {
			return fmt.Errorf("%s starts at column %d, %d expected", f.Name, f.Start, next)
		}
		next = f.End + 1
		if f.Format == FormatBlanc && f.Name == "FILLER" {
			continue
		}
		if l.byName[k][f.Name] != nil {
			return fmt.Errorf("two fields are named %s", f.Name)
		}
		l.byName[k][f.Name] = f
		if f.Format == FormatConstante && f.width() == 1 && f.Valeur >= "A" {
			l.complements = append(l.complements, complement{k.family(), f.Valeur[0], f.start(), k})
		}
	}
	if next != Size+1 {
		return fmt.Errorf("the fields end at column %d, not %d", next-1, Size)
	}
	return nil
}

// checkSources checks that what a record repeats exists with the same width.
func (l *layout) checkSources() error {
	for k := Kind000; k < kindCount; k++ {
		for i := range l.fields[k] {
			f := &l.fields[k][i]
			if f.Format != FormatRepete {
				continue
			}
			if s := l.field(f.Source, f.Name); s == nil || s.width() != f.width() {
				return fmt.Errorf("cannot use the layout of record %s: %s repeats no field of record %s", k, f.Name, f.Source)
			}
		}
	}
	return nil
}

// readTable reads a CSV table and checks its header.
func readTable(r io.Reader, columns ...string) ([][]string, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errors.New("the table is empty")
	}
	if got, want := strings.Join(rows[0], ","), strings.Join(columns, ","); got != want {
		return nil, fmt.Errorf("the table's columns are %s, not %s", got, want)
	}
	return rows[1:], nil
}
