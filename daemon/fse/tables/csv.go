package tables

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Certitude says how sure a row is.
type Certitude string

// The certainty marks.
const (
	Vu       Certitude = "V"  // seen verbatim in the named source
	VuSecond Certitude = "VS" // seen in a secondary source: press, vendor, practice
	Infere   Certitude = "I"  // inferred from what was seen
	Memoire  Certitude = "M"  // from memory, unconfirmed
)

// Valid reports whether c is one of the four marks.
func (c Certitude) Valid() bool {
	return c == Vu || c == VuSecond || c == Infere || c == Memoire
}

// Weakest returns the less sure of two marks (V > VS > I > M): what is computed
// from both is no surer. No mark weakens nothing.
func (c Certitude) Weakest(d Certitude) Certitude {
	if d.rank() > c.rank() {
		return d
	}
	return c
}

func (c Certitude) rank() int {
	switch c {
	case Vu:
		return 1
	case VuSecond:
		return 2
	case Infere:
		return 3
	case Memoire:
		return 4
	}
	return 0
}

// Ref names the table row that gave an amount or a code.
type Ref struct {
	Table     string    `json:"table"`     // "tarifs", or "tarifs (local)" for a row of the practice
	Ligne     string    `json:"ligne"`     // key of the row in that table: "G du 2024-12-22"
	Certitude Certitude `json:"certitude"` // of the row
}

// Entry is what every row has: its validity, its source and its name.
type Entry struct {
	Libelle string
	Du, Au  Date   // both included; zero = unbounded
	Source  string // where the row was seen
	Note    string
	Ref     Ref
	line    int
}

// ValidAt reports whether the row is valid on that day.
func (e *Entry) ValidAt(d Date) bool {
	return d >= e.Du && (e.Au == 0 || d <= e.Au)
}

// Error reports a table that cannot be used, with the place of the fault.
type Error struct {
	Table  string // "tarifs"
	Line   int    // of the file, from 1; 0 = the whole file
	Column string // "" = the whole line
	Err    error
}

func (e *Error) Error() string {
	s := "cannot load the table " + e.Table
	if e.Line > 0 {
		s += " at line " + strconv.Itoa(e.Line)
	}
	if e.Column != "" {
		s += ", column " + e.Column
	}
	return s + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

var (
	errEmpty   = errors.New("the file is empty")
	errUTF8    = errors.New("the text is not UTF-8: save the file as CSV UTF-8")
	errNumber  = errors.New("expected a whole number")
	errYesNo   = errors.New("expected oui or nothing")
	errNoValue = errors.New("a value is required")
)

// file is one CSV file: its columns and its rows, as text.
type file struct {
	name  string
	table string // as it is named in a Ref
	cols  []string
	rows  [][]string
	local bool
}

// readFile reads a whole CSV file with a header line.
func readFile(name string, r io.Reader, local bool) (*file, error) {
	f := &file{name: name, table: name, local: local}
	if local {
		f.table = name + " (local)"
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, &Error{Table: f.table, Err: err}
	}
	cr := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	if local {
		cr.Comma = separator(text)
	}
	all, err := cr.ReadAll()
	if err != nil {
		return nil, &Error{Table: f.table, Err: err}
	}
	if len(all) == 0 {
		return nil, &Error{Table: f.table, Err: errEmpty}
	}
	f.cols, f.rows = all[0], all[1:]
	for i, row := range all {
		for j, cell := range row {
			if !utf8.ValidString(cell) {
				return nil, &Error{Table: f.table, Line: i + 1, Column: f.cols[j], Err: errUTF8}
			}
		}
	}
	return f, nil
}

// separator returns what separates the columns of a local file: a French
// spreadsheet writes semicolons.
func separator(text []byte) rune {
	header, _, _ := bytes.Cut(text, []byte("\n"))
	if bytes.IndexByte(header, ';') >= 0 && bytes.IndexByte(header, ',') < 0 {
		return ';'
	}
	return ','
}

// require checks that the header has exactly the wanted columns, in any order.
// Optional ones may be missing.
func (f *file) require(want, optional []string) error {
	for _, c := range want {
		if !slices.Contains(f.cols, c) && !slices.Contains(optional, c) {
			return &Error{Table: f.table, Line: 1, Column: c, Err: errors.New("the column is missing")}
		}
	}
	for _, c := range f.cols {
		if !slices.Contains(want, c) {
			return &Error{Table: f.table, Line: 1, Column: c, Err: fmt.Errorf("unknown column; expected %s", strings.Join(want, ", "))}
		}
	}
	return nil
}

// record reads the cells of one row by column name and keeps the first fault.
type record struct {
	f    *file
	line int // of the file
	row  []string
	err  error
}

func (f *file) record(i int) *record { return &record{f: f, line: i + 2, row: f.rows[i]} }

func (r *record) fail(col string, err error) {
	if r.err == nil {
		r.err = &Error{Table: r.f.table, Line: r.line, Column: col, Err: err}
	}
}

// text returns the cell, or "" where the column is missing.
func (r *record) text(col string) string {
	if i := slices.Index(r.f.cols, col); i >= 0 {
		return r.row[i]
	}
	return ""
}

// key returns the cell, which must not be empty.
func (r *record) key(col string) string {
	s := r.text(col)
	if s == "" {
		r.fail(col, errNoValue)
	}
	return s
}

func (r *record) date(col string) Date {
	s := r.text(col)
	if s == "" {
		return 0
	}
	if r.f.local && len(s) == 10 && s[2] == '/' && s[5] == '/' {
		s = s[6:] + "-" + s[3:5] + "-" + s[:2] // as a French spreadsheet writes it again
	}
	d, err := ParseDate(s)
	if err != nil {
		r.fail(col, err)
	}
	return d
}

func (r *record) euros(col string) Cents {
	s := r.text(col)
	if s == "" {
		return 0
	}
	c, err := ParseEuros(s)
	if err != nil {
		r.fail(col, err)
	}
	return c
}

func (r *record) coef(col string) Coef {
	s := r.text(col)
	if s == "" {
		return 0
	}
	c, err := ParseCoef(s)
	if err != nil {
		r.fail(col, err)
	}
	return c
}

// percent returns a rate 0-100, or none where the cell is empty.
func (r *record) percent(col string, none int) int {
	s := r.text(col)
	if s == "" {
		return none
	}
	n, ok := digits(s)
	if !ok || len(s) > 3 || n > 100 {
		r.fail(col, errors.New("expected a percentage from 0 to 100"))
	}
	return n
}

func (r *record) yes(col string) bool {
	switch r.text(col) {
	case "oui":
		return true
	case "", "non":
		return false
	}
	r.fail(col, errYesNo)
	return false
}

func (r *record) list(col string) []string {
	s := r.text(col)
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

// entry reads what every row has; name is the key that a reader knows the row by.
func (r *record) entry(name string) Entry {
	e := Entry{
		Libelle: r.text("libelle"),
		Du:      r.date("valide_du"),
		Au:      r.date("valide_au"),
		Source:  r.text("source"),
		Note:    r.text("note"),
		line:    r.line,
	}
	if !e.Du.IsZero() {
		name += " du " + e.Du.String()
	}
	e.Ref = Ref{Table: r.f.table, Ligne: name, Certitude: Certitude(r.text("certitude"))}
	return e
}
