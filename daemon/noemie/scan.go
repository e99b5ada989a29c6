package noemie

import (
	"bytes"
	"strings"
)

// Limits of a file. They are ours: a day of 100 000 invoices takes about 20 MB.
const (
	MaxSize     = 100 << 20 // bytes
	MaxRecords  = 4 << 20
	maxInconnue = 1024 // bytes of an entity that is in no table
	maxProblems = 1000 // after which no more are looked for
)

// NormeARL marks our acknowledgements: the four characters of the header's field
// « Norme utilisée ».
const NormeARL = "AGRA"

const normeStart, normeEnd = 61, 65 // of that field

// span is the place of a record.
type span struct {
	start  uint32
	size   uint32
	number uint16 // of the entity, or damaged
}

// damaged is the number of a piece that is no record.
const damaged = 1000

// scanner goes through a file once.
type scanner struct {
	text     string
	schema   *schema
	at       int // offset of the current record
	spans    []span
	problems Problems
	faults   int
	notices  int
}

func scan(data []byte) *scanner {
	s := &scanner{schema: noemie}
	if len(data) > MaxSize {
		s.add(Limite, "", nil)
		return s
	}
	s.text = string(data)
	if len(s.text) >= Size && s.text[normeStart:normeEnd] == NormeARL {
		s.schema = arl
	}
	s.spans = make([]span, 0, min(bytes.Count(data, []byte{delimiter})+2, MaxRecords))
	for s.at < len(s.text) && s.faults < maxProblems {
		if len(s.spans) == MaxRecords {
			s.add(Limite, "", nil)
			return s
		}
		s.record()
	}
	s.finish()
	return s
}

// record reads what starts at the current offset and goes beyond it.
func (s *scanner) record() {
	rest := s.text[s.at:]
	n, ok := entityNumber(rest)
	if !ok {
		s.damage(Type, "")
		return
	}
	e := s.schema[n]
	switch {
	case e == nil:
		s.unknown(n)
		return
	case len(rest) < e.size:
		s.damage(Tronque, e.number)
		return
	case e.delimited() && rest[e.size-1] != delimiter:
		s.damage(Longueur, e.number)
		return
	case (n == 0) != (s.at == 0) || n == 999 && len(rest) > Size:
		s.add(Ordre, e.number, nil)
	}
	s.check(e, rest[:e.size])
	s.take(n, e.size)
}

func (s *scanner) take(n, size int) {
	s.spans = append(s.spans, span{uint32(s.at), uint32(size), uint16(n)})
	s.at += size
}

// unknown keeps an entity that is in no table, up to its delimiter.
func (s *scanner) unknown(n int) {
	rest := s.text[s.at:]
	number := rest[:3]
	end := strings.IndexByte(rest[:min(len(rest), maxInconnue)], delimiter)
	switch {
	case s.at == 0:
		s.damage(Ordre, number)
	case end >= 0:
		s.add(EntiteInconnue, number, nil)
		s.take(n, end+1)
	case len(rest) < maxInconnue:
		s.damage(Tronque, number)
	default:
		s.damage(Longueur, number)
	}
}

// damage reports a record that can't be read, and goes on after the next
// delimiter that a known entity follows, so that one damage spoils one record.
func (s *scanner) damage(r Reason, number string) {
	s.add(r, number, nil)
	for end := s.at; ; {
		next := strings.IndexByte(s.text[end:], delimiter)
		if next < 0 {
			s.take(damaged, len(s.text)-s.at)
			return
		}
		end += next + 1
		if n, ok := entityNumber(s.text[end:]); end == len(s.text) || ok && s.schema[n] != nil {
			s.take(damaged, end-s.at)
			return
		}
	}
}

// check compares a record with its layout.
func (s *scanner) check(e *entity, raw string) {
	var bad byte
	class := e.class[:len(raw)]
	for i := range len(raw) {
		bad |= class[i] &^ classes[raw[i]]
	}
	if bad != 0 {
		s.checkClasses(e, raw)
	}
	for _, f := range e.checks {
		if f.known != nil && f.known[raw[f.Start-1]] { // most of them: spares the call
			continue
		}
		if r := f.check(f.of(raw)); r != 0 {
			s.add(r, e.number, f)
		}
	}
}

// checkClasses reports the fields that hold a byte they may not.
func (s *scanner) checkClasses(e *entity, raw string) {
	for i := range e.fields {
		f := &e.fields[i]
		for at := f.Start - 1; at < f.End; at++ {
			if e.class[at]&^classes[raw[at]] == 0 {
				continue
			}
			r := Caractere
			if f.Format.numeric() {
				r = Chiffres
			}
			s.add(r, e.number, f)
			break
		}
	}
}

// check tells what is wrong with the bytes of a field, each of which may stand
// there; 0 for nothing.
func (f *Field) check(raw string) Reason {
	switch {
	case f.Format == FormatConstante:
		if raw != f.Valeur {
			return Constante
		}
		return 0
	case f.Format.numeric() && (f.Facultatif || f.Format == FormatDate):
		if strings.IndexByte(raw, ' ') >= 0 {
			if strings.Trim(raw, " ") != "" {
				return Chiffres
			}
			return 0
		}
		if f.Format == FormatDate && !isDate(raw) {
			return DateImpossible
		}
		return 0
	}
	if f.known != nil {
		if !f.known[raw[0]] {
			return CodeInconnu
		}
	} else if f.codes != nil {
		code := strings.TrimRight(raw, " ")
		if _, ok := f.codes[code]; !ok && code != "" {
			return CodeInconnu
		}
	}
	return 0
}

var compteField = noemie[999].field("Nombre d'enregistrements")

// finish checks the end of the file.
func (s *scanner) finish() {
	if s.faults >= maxProblems {
		s.add(Limite, "", nil)
		return
	}
	n := len(s.spans)
	if n < 2 || s.spans[n-1].number != 999 {
		if s.faults == 0 {
			s.add(Tronque, "", nil)
		}
		return
	}
	s.at = int(s.spans[n-1].start)
	s.spans = s.spans[:n-1] // so that the problem has its number
	if count, _ := readDigits(compteField.of(s.text[s.at:])); count != int64(n) {
		s.add(Compte, "999", compteField)
	}
	s.spans = s.spans[:n]
}

// add reports a problem of the current record.
func (s *scanner) add(r Reason, number string, f *Field) {
	if !r.Notice() {
		s.faults++
	} else if s.notices++; s.notices > maxProblems {
		return
	}
	p := &Problem{Record: len(s.spans) + 1, Offset: s.at, Entite: number, Reason: r}
	if f != nil {
		p.Field, p.Start, p.End = f.Name, f.Start, f.End
	}
	s.problems = append(s.problems, p)
}
