package noemie

import (
	"fmt"
	"strings"
)

// Record is one record of a file. The zero value is of no entity.
type Record struct {
	entity *entity // nil when it is in no table
	raw    string
}

// Entite is the number of the entity, three digits; empty for the zero value.
func (r Record) Entite() string { return r.raw[:min(3, len(r.raw))] }

// Known tells whether the entity is in a table; the others have bytes only.
func (r Record) Known() bool { return r.entity != nil }

// Raw returns the bytes as they stand in the file, delimiter included.
func (r Record) Raw() string { return r.raw }

// Fields returns the layout of the record, nil when it is in no table.
func (r Record) Fields() []Field {
	if r.entity == nil {
		return nil
	}
	return append([]Field(nil), r.entity.fields...)
}

// Text returns a field without its padding; false when the record has no such
// field.
func (r Record) Text(name string) (string, bool) {
	f := r.field(name)
	if f == nil {
		return "", false
	}
	return readText(f.of(r.raw)), true
}

// Number returns a number, in cents for an amount, or a date as AAMMJJ; false
// when the record has no such field or it is blank.
func (r Record) Number(name string) (int64, bool) {
	f := r.field(name)
	if f == nil || !f.Format.numeric() {
		return 0, false
	}
	return readDigits(f.of(r.raw))
}

func (r Record) field(name string) *Field {
	if r.entity == nil {
		return nil
	}
	return r.entity.field(name)
}

// Value is a value for a field of a new record.
type Value struct {
	field  string
	text   string
	number int64
	digits bool
}

// Text is a text, or the digits of a code, all of them, or nothing for a
// facultative field that is left blank.
func Text(field, text string) Value { return Value{field: field, text: text} }

// Number is a number: cents for an amount, AAMMJJ for a date.
func Number(field string, n int64) Value { return Value{field: field, number: n, digits: true} }

// NewRecord makes a record of a known entity of NOEMIE or of our ARL. Fields
// without value are blank or zero. The error is a Problem.
func NewRecord(number string, values ...Value) (Record, error) {
	for _, s := range []*schema{noemie, arl} {
		if e := s.of(number); e != nil {
			return e.make(values)
		}
	}
	return Record{}, &Problem{Reason: ChampInconnu}
}

func (e *entity) make(values []Value) (Record, error) {
	raw := []byte(e.blank)
	for i := range values {
		f := e.field(values[i].field)
		if f == nil || f.Format == FormatConstante || values[i].digits && !f.Format.numeric() {
			return Record{}, &Problem{Entite: e.number, Field: values[i].field, Reason: ChampInconnu}
		}
		text, r := f.format(&values[i])
		if r == 0 {
			copy(raw[f.Start-1:], text)
			r = f.check(text)
		}
		if r != 0 && !r.Notice() {
			return Record{}, &Problem{Entite: e.number, Field: f.Name, Start: f.Start, End: f.End, Reason: r}
		}
	}
	return Record{e, string(raw)}, nil
}

// format writes a value over the whole field.
func (f *Field) format(v *Value) (string, Reason) {
	text := v.text
	switch {
	case v.digits && v.number < 0:
		return "", TropLong
	case v.digits:
		text = fmt.Sprintf("%0*d", f.width(), v.number)
	case f.Format.numeric():
		if text == "" && f.Facultatif {
			text = strings.Repeat(" ", f.width())
		} else if len(text) != f.width() || strings.Trim(text, "0123456789") != "" {
			return "", Chiffres
		}
	default:
		latin, ok := toLatin1(text)
		if !ok {
			return "", Caractere
		}
		text = latin + strings.Repeat(" ", max(0, f.width()-len(latin)))
	}
	if len(text) > f.width() {
		return "", TropLong
	}
	return text, 0
}

// readDate returns the date of a field, zero when it is blank.
func readDate(f *Field, raw string) Date {
	v, _ := readDigits(f.of(raw))
	return Date(v)
}
