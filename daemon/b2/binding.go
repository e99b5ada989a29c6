package b2

// A mapping binds the fields of a kind of record to a Go type. It is compiled
// once from the layout: both directions follow the same list, so what is written
// is what is read.
type mapping[T any] struct {
	template string
	bindings []binding[T]
	owner    [Size]uint8 // index of the binding, by offset
	bound    marks       // columns of the bindings
	required marks       // first column of those that are read even when they are zero or blank
	fixed    []*Field    // blank columns and constants
	frozen   marks       // their columns
	repeated []repeat
	runs     []repeat // the same, joined where they touch
}

// binding ties one field to one member of T. Exactly one of the accessors is
// set, according to the field's format.
type binding[T any] struct {
	field      *Field
	start, end int
	columns    marks
	format     Format
	optional   bool // whatever the layout says
	required   bool
	text       func(*T) *string
	number     func(*T) *int
	amount     func(*T) *int64
	date       func(*T) *Date
}

// repeat is a field copied from an enclosing record.
type repeat struct {
	field      *Field
	start, end int
	from       int // offset in the record that is repeated
}

// repeats lists, per kind, the fields copied from an enclosing record.
var repeats = func() (all [kindCount][]repeat) {
	for k := Kind000; k < kindCount; k++ {
		for i := range theLayout.fields[k] {
			if f := &theLayout.fields[k][i]; f.Format == FormatRepete {
				all[k] = append(all[k], repeat{f, f.start(), f.End, theLayout.field(f.Source, f.Name).start()})
			}
		}
	}
	return all
}()

// joined joins the fields that touch in both records.
func joined(fields []repeat) (runs []repeat) {
	for _, f := range fields {
		last := len(runs) - 1
		if last >= 0 && runs[last].end == f.start && runs[last].from+f.start-runs[last].start == f.from {
			runs[last].end = f.end
			continue
		}
		runs = append(runs, f)
	}
	return runs
}

func text[T any](name string, get func(*T) *string) binding[T] {
	return binding[T]{field: &Field{Name: name}, text: get}
}

func number[T any](name string, get func(*T) *int) binding[T] {
	return binding[T]{field: &Field{Name: name}, number: get}
}

func amount[T any](name string, get func(*T) *int64) binding[T] {
	return binding[T]{field: &Field{Name: name}, amount: get}
}

func date[T any](name string, get func(*T) *Date) binding[T] {
	return binding[T]{field: &Field{Name: name}, date: get}
}

// optional lifts the presence check of a field that the layout calls compulsory:
// a rule over several records decides (rules.go), or its zeros say that there is
// none.
func optional[T any](b binding[T]) binding[T] {
	b.optional = true
	return b
}

// bind compiles a mapping. A field of the layout that nothing binds, or a name
// that the layout does not have, is a fault of the program and stops it.
func bind[T any](k Kind, bindings ...binding[T]) mapping[T] {
	m := mapping[T]{template: string(templates[k][:]), repeated: repeats[k], runs: joined(repeats[k])}
	bound := map[string]bool{}
	for _, b := range bindings {
		f := theLayout.field(k, b.field.Name)
		if f == nil || !b.fits(f.Format) {
			panic("b2: no field " + b.field.Name + " of this format in record " + k.String())
		}
		b.required = f.Obligatoire && !b.optional
		b.field, b.start, b.end, b.format = f, f.start(), f.End, f.Format
		b.columns = columns(b.start, b.end)
		for i := b.start; i < b.end; i++ {
			m.owner[i] = uint8(len(m.bindings))
		}
		m.bound = m.bound.with(b.columns)
		if b.required {
			m.required = m.required.with(columns(b.start, b.start+1))
		}
		m.bindings = append(m.bindings, b)
		bound[f.Name] = true
	}
	for i := range theLayout.fields[k] {
		f := &theLayout.fields[k][i]
		switch f.Format {
		case FormatBlanc, FormatConstante:
			m.fixed = append(m.fixed, f)
			m.frozen = m.frozen.with(columns(f.start(), f.End))
		case FormatRepete:
		default:
			if !bound[f.Name] {
				panic("b2: field " + f.Name + " of record " + k.String() + " is bound nowhere")
			}
		}
	}
	return m
}

func (b *binding[T]) fits(f Format) bool {
	switch f {
	case FormatTexte, FormatCode:
		return b.text != nil
	case FormatNombre, FormatDecimal:
		return b.number != nil
	case FormatMontant:
		return b.amount != nil
	case FormatDate, FormatNaissance:
		return b.date != nil
	}
	return false
}

// decode reads a record of Size bytes into x. source is the record that it
// repeats fields of; empty when that record is missing.
func (m *mapping[T]) decode(rec, source string, x *T, p *collector) {
	diff := differing(rec, m.template)
	if diff.and(m.frozen).any() {
		m.reportFixed(rec, p)
	}
	if source != "" && !same(rec, source, m.runs) {
		m.reportRepeated(rec, source, p)
	}
	todo := diff.and(m.bound).with(m.required)
	for i := todo.first(); i < Size; i = todo.first() {
		b := &m.bindings[m.owner[i]]
		todo = todo.without(b.columns)
		if reason := b.decode(rec[b.start:b.end], x); reason != 0 {
			p.field(b.field, reason, "")
		}
	}
}

func (m *mapping[T]) reportFixed(rec string, p *collector) {
	for _, f := range m.fixed {
		if reason := f.check(rec[f.start():f.End]); reason != 0 {
			p.field(f, reason, "")
		}
	}
}

func (m *mapping[T]) reportRepeated(rec, source string, p *collector) {
	for i := range m.repeated {
		if !same(rec, source, m.repeated[i:i+1]) {
			p.field(m.repeated[i].field, Repetition, "")
		}
	}
}

// same tells whether rec repeats source where it should.
func same(rec, source string, repeated []repeat) bool {
	for i := range repeated {
		r := &repeated[i]
		if rec[r.start:r.end] != source[r.from:r.from+r.end-r.start] {
			return false
		}
	}
	return true
}

// decode reads a field into x. A field of zeros or spaces comes here only when
// it is required: x holds its zero already, the empty string for a facultative
// code.
func (b *binding[T]) decode(raw string, x *T) Reason {
	switch b.format {
	case FormatTexte:
		return b.decodeText(raw, x)
	case FormatCode:
		*b.text(x) = raw
		if !isDigits(raw) {
			return Chiffres
		}
		return 0
	}
	v, ok := readDigits(raw)
	if !ok {
		return Chiffres
	}
	switch b.format {
	case FormatMontant:
		*b.amount(x) = v
	case FormatDate, FormatNaissance:
		*b.date(x) = Date(v)
		if b.format == FormatDate && v != 0 && !Date(v).Calendar() {
			return DateImpossible
		}
	default:
		*b.number(x) = int(v)
	}
	return 0
}

func (b *binding[T]) decodeText(raw string, x *T) Reason {
	s, reason := readText(raw)
	*b.text(x) = s
	if s == "" && b.required {
		return Absent
	}
	return reason
}

// encode writes x over dst, which holds the template of the kind.
func (m *mapping[T]) encode(dst, source []byte, x *T, p *collector) {
	for i := range m.runs {
		r := &m.runs[i]
		copy(dst[r.start:r.end], source[r.from:])
	}
	for i := range m.bindings {
		b := &m.bindings[i]
		if reason := b.encode(dst[b.start:b.end], x); reason != 0 {
			p.field(b.field, reason, "")
		}
	}
}

func (b *binding[T]) encode(dst []byte, x *T) Reason {
	var v int64
	switch b.format {
	case FormatTexte:
		if s := *b.text(x); s != "" {
			if reason := writeText(dst, s); reason != 0 {
				return reason
			}
		}
		if b.required && dst[0] == ' ' {
			return Absent
		}
		return 0
	case FormatCode:
		s := *b.text(x)
		if s == "" && !b.required {
			return 0
		}
		return writeCode(dst, s)
	case FormatMontant:
		v = *b.amount(x)
	case FormatDate, FormatNaissance:
		d := *b.date(x)
		if b.format == FormatDate && d != 0 && !d.Calendar() {
			return DateImpossible
		}
		v = int64(d)
	default:
		v = int64(*b.number(x))
	}
	if v != 0 && !writeDigits(dst, v) {
		return TropGrand
	}
	return 0
}

// differences reports every number of found that is not the one computed. What
// was found is told only when the rest of the record is sound.
func (m *mapping[T]) differences(found, computed *T, sound bool, p *collector) {
	report := func(f *Field, r Reason, found, computed int64) {
		if found == computed {
			return
		}
		detail := ""
		if sound {
			detail = expected(found, computed)
		}
		p.field(f, r, detail)
	}
	for i := range m.bindings {
		b := &m.bindings[i]
		switch {
		case b.number != nil:
			report(b.field, Compte, int64(*b.number(found)), int64(*b.number(computed)))
		case b.amount != nil:
			report(b.field, Total, *b.amount(found), *b.amount(computed))
		}
	}
}
