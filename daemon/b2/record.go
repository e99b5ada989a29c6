package b2

// Record is one record by itself, for the kinds that have no Go type here and
// for tools. The zero value is of no kind.
type Record struct {
	kind Kind
	data [Size]byte
}

// NewRecord returns a record whose constants are written, whose numbers are
// zero and whose texts are blank.
func NewRecord(k Kind) (Record, error) {
	if k == KindInconnu || k >= kindCount {
		return Record{}, &Problem{Reason: TypeInconnu}
	}
	return Record{kind: k, data: templates[k]}, nil
}

// ParseRecord reads the Size bytes of one record and checks every field against
// the layout. The bytes are kept as they are. Fields of the kinds that no
// médecin writes are also right when they are blank and not compulsory.
func ParseRecord(data []byte) (Record, error) {
	if len(data) != Size {
		return Record{}, &Problem{Reason: Tronque}
	}
	p := collector{}
	r := readRecord(theLayout.identify(string(data)), string(data), &p)
	return r, p.problems.err()
}

// readRecord copies a record of Size bytes; it reports what the layout does not
// allow.
func readRecord(k Kind, raw string, p *collector) Record {
	p.kind = k
	r := Record{kind: k}
	copy(r.data[:], raw)
	if k == KindInconnu {
		p.whole(TypeInconnu, "")
	} else {
		p.checkRecord(raw)
	}
	return r
}

// checkRecord reports what the layout does not allow in the current record.
func (c *collector) checkRecord(raw string) {
	fields := theLayout.fields[c.kind]
	for i := range fields {
		f := &fields[i]
		if reason := f.check(raw[f.Start-1 : f.End]); reason != 0 {
			c.field(f, reason, "")
		}
	}
}

// check returns what is wrong with the bytes of the field taken alone, 0 for
// nothing.
func (f *Field) check(raw string) Reason {
	isBlank := raw == string(blanks[:len(raw)])
	switch f.origin().Format {
	case FormatBlanc:
		if !isBlank {
			return NonBlanc
		}
	case FormatConstante:
		if raw != f.Valeur {
			return Constant
		}
	case FormatTexte:
		if isBlank && f.Obligatoire && f.Format != FormatRepete {
			return Absent
		}
		_, reason := readText(raw)
		return reason
	case FormatDate:
		v, ok := readDigits(raw)
		if ok && v != 0 && !Date(v).Calendar() {
			return DateImpossible
		}
		if !ok && !isBlank {
			return Chiffres
		}
	default:
		if !isDigits(raw) && !isBlank {
			return Chiffres
		}
	}
	return 0
}

// Kind is the kind of the record.
func (r *Record) Kind() Kind { return r.kind }

// Bytes returns a copy of the record.
func (r *Record) Bytes() []byte { return append([]byte(nil), r.data[:]...) }

func (r *Record) raw(f *Field) []byte { return f.of(r.data[:]) }

// Raw returns the bytes of a field as text, padding included.
func (r *Record) Raw(name string) (string, error) {
	f := theLayout.field(r.kind, name)
	if f == nil {
		return "", r.problem(name, ChampInconnu)
	}
	return string(r.raw(f)), nil
}

// Text returns a text or a code without its padding.
func (r *Record) Text(name string) (string, error) {
	f := theLayout.field(r.kind, name)
	if f == nil {
		return "", r.problem(name, ChampInconnu)
	}
	text, reason := readText(string(r.raw(f)))
	if reason != 0 {
		return "", r.problem(name, reason)
	}
	return text, nil
}

// Number returns a number: cents for an amount, the number without its point
// for a decimal.
func (r *Record) Number(name string) (int64, error) {
	f := theLayout.field(r.kind, name)
	if f == nil || !f.origin().Format.numeric() || f.width() > maxDigits {
		return 0, r.problem(name, ChampInconnu)
	}
	v, ok := readDigits(string(r.raw(f)))
	if !ok {
		return 0, r.problem(name, Chiffres)
	}
	return v, nil
}

// Date returns a date, zero when there is none.
func (r *Record) Date(name string) (Date, error) {
	f := theLayout.field(r.kind, name)
	if f == nil || !f.Format.isDate() {
		return 0, r.problem(name, ChampInconnu)
	}
	v, err := r.Number(name)
	if err == nil && f.Format == FormatDate && v != 0 && !Date(v).Calendar() {
		return 0, r.problem(name, DateImpossible)
	}
	return Date(v), err
}

// SetText writes a text field, in the form that Majuscules gives, or a code,
// with all its digits.
func (r *Record) SetText(name, text string) error {
	f := theLayout.field(r.kind, name)
	if f == nil {
		return r.problem(name, ChampInconnu)
	}
	var reason Reason
	switch f.origin().Format {
	case FormatCode:
		reason = writeCode(r.raw(f), text)
	case FormatTexte:
		reason = writeText(r.raw(f), text)
	default:
		reason = ChampInconnu
	}
	if reason != 0 {
		return r.problem(name, reason)
	}
	return nil
}

// SetNumber writes a number in the unit that Number reads.
func (r *Record) SetNumber(name string, v int64) error {
	f := theLayout.field(r.kind, name)
	if f == nil || !f.origin().Format.numeric() {
		return r.problem(name, ChampInconnu)
	}
	var digits [Size]byte
	if !writeDigits(digits[:f.width()], v) {
		return r.problem(name, TropGrand)
	}
	copy(r.raw(f), digits[:])
	return nil
}

// SetDate writes a date; zero writes zeros.
func (r *Record) SetDate(name string, d Date) error {
	f := theLayout.field(r.kind, name)
	if f == nil || !f.Format.isDate() {
		return r.problem(name, ChampInconnu)
	}
	if f.Format == FormatDate && d != 0 && !d.Calendar() {
		return r.problem(name, DateImpossible)
	}
	return r.SetNumber(name, int64(d))
}

func (r *Record) problem(name string, reason Reason) error {
	p := &Problem{Kind: r.kind, Field: name, Reason: reason}
	if f := theLayout.field(r.kind, name); f != nil {
		p.Start, p.End = f.Start, f.End
	}
	return p
}

// writeCode writes all the digits of a code.
func writeCode(dst []byte, code string) Reason {
	if len(code) != len(dst) {
		return Largeur
	}
	if !isDigits(code) {
		return Chiffres
	}
	copy(dst, code)
	return 0
}

// templates holds, per kind, the record with its constants, zeros and blanks.
var templates = func() (t [kindCount][Size]byte) {
	for k := Kind000; k < kindCount; k++ {
		t[k] = blanks
		for i := range theLayout.fields[k] {
			f := &theLayout.fields[k][i]
			part := f.of(t[k][:])
			switch origin := f.origin(); {
			case origin.Format == FormatConstante:
				copy(part, origin.Valeur)
			case origin.Format.numeric():
				copy(part, zeros[:])
			}
		}
	}
	return t
}()

// origin is the field itself, or the one that it repeats in the end.
func (f *Field) origin() *Field {
	for f.Format == FormatRepete {
		f = theLayout.field(f.Source, f.Name)
	}
	return f
}

// Equal tells whether two records hold the same bytes.
func (r Record) Equal(other Record) bool { return r == other }
