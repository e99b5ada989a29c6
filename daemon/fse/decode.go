package fse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// Bounds of the JSON of one draft. They are ours: a draft of 99 acts is well below.
const (
	maxDraftBytes = 1 << 20
	maxDepth      = 32
	maxDigits     = 18 // of a whole number
)

// DecodeError refuses the JSON of a draft. Its text holds no value of the draft.
type DecodeError struct {
	Code   string // JSON_SYNTAXE, JSON_CHAMP_INCONNU, JSON_CLE_DOUBLE, JSON_SUITE, JSON_PROFONDEUR, JSON_UTF8, JSON_UTF16, JSON_TYPE or JSON_TAILLE
	Path   string // of the field: actes[0].code
	Offset int    // in bytes, from the start of the draft
	want   string
}

func (e *DecodeError) Error() string {
	s := "cannot read the draft: " + e.Code
	if e.Path != "" {
		s += " at " + e.Path
	}
	return s + fmt.Sprintf(" (byte %d)", e.Offset)
}

// Issue returns the refusal as the screen shows it.
func (e *DecodeError) Issue() Issue {
	switch e.Code {
	case CodeJSONType:
		return newIssue(e.Code, e.Path, e.want)
	case CodeJSONSyntaxe:
		return newIssue(e.Code, e.Path, strconv.Itoa(e.Offset+1))
	}
	return newIssue(e.Code, e.Path)
}

// DecodeDraft reads one draft. Its error is a *DecodeError: unknown field,
// duplicate key, wrong type, text after the object, too deep, bad UTF-8.
func DecodeDraft(b []byte) (*Draft, error) {
	if utf16Text(b) {
		return nil, &DecodeError{Code: CodeJSONUTF16}
	}
	s := scanner{b: b}
	if bytes.HasPrefix(b, byteOrderMark) {
		s.pos = len(byteOrderMark)
	}
	if err := s.draft(); err != nil {
		return nil, err
	}
	s.space()
	if s.pos != len(b) {
		return nil, s.fail(CodeJSONSuite)
	}
	d, err := unmarshal(bytes.TrimPrefix(b, byteOrderMark))
	if err != nil {
		return nil, err
	}
	return d, nil
}

// unmarshal fills a draft from JSON that the scanner accepted.
func unmarshal(b []byte) (*Draft, *DecodeError) {
	d := new(Draft)
	if err := json.Unmarshal(b, d); err != nil {
		return nil, &DecodeError{Code: CodeJSONSyntaxe}
	}
	return d, nil
}

// scanner walks JSON text against a shape. It reads every byte once.
type scanner struct {
	b    []byte
	pos  int
	path []byte
}

func (s *scanner) fail(code string) *DecodeError {
	return &DecodeError{Code: code, Path: string(s.path), Offset: s.pos}
}

func (s *scanner) mistyped(want string) *DecodeError {
	return &DecodeError{Code: CodeJSONType, Path: string(s.path), Offset: s.pos, want: want}
}

func (s *scanner) draft() *DecodeError {
	// A stream may be longer than one draft: only the draft is bounded.
	long := len(s.b) > maxDraftBytes
	s.b = s.b[:min(len(s.b), maxDraftBytes)]
	err := s.value(draftShape(), 0)
	if err != nil && long && s.pos == len(s.b) {
		return s.fail(CodeJSONTaille)
	}
	return err
}

func (s *scanner) space() {
	for s.pos < len(s.b) {
		switch s.b[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

func (s *scanner) next() byte {
	s.space()
	if s.pos < len(s.b) {
		return s.b[s.pos]
	}
	return 0
}

// take consumes one punctuation mark if it is next.
func (s *scanner) take(c byte) bool {
	if s.next() == c {
		s.pos++
		return true
	}
	return false
}

func (s *scanner) word(w string) bool {
	if bytes.HasPrefix(s.b[s.pos:], []byte(w)) {
		s.pos += len(w)
		return true
	}
	return false
}

// value reads a value of a shape. null stands for an absent one.
func (s *scanner) value(want *shape, depth int) *DecodeError {
	if depth > maxDepth {
		return s.fail(CodeJSONProfondeur)
	}
	c := s.next()
	if c == 'n' && depth > 0 && s.word("null") {
		return nil
	}
	switch want.kind {
	case shapeObject:
		return s.object(want, depth)
	case shapeArray:
		return s.array(want, depth)
	case shapeBool:
		if s.word("true") || s.word("false") {
			return nil
		}
		return s.mistyped("true ou false")
	case shapeInteger:
		return s.integer()
	}
	if c != '"' {
		return s.mistyped("un texte entre guillemets")
	}
	start := s.pos
	if err := s.text(); err != nil {
		return err
	}
	inner := string(s.b[start+1 : s.pos-1])
	switch want.kind {
	case shapeDate:
		if _, err := tables.ParseDate(inner); err != nil {
			s.pos = start
			return s.mistyped("une date AAAA-MM-JJ")
		}
	case shapeCoef:
		if _, err := tables.ParseCoef(inner); err != nil {
			s.pos = start
			return s.mistyped("un coefficient entre guillemets, deux décimales au plus")
		}
	}
	return nil
}

func (s *scanner) object(want *shape, depth int) *DecodeError {
	if !s.take('{') {
		return s.mistyped("un objet")
	}
	if s.take('}') {
		return nil
	}
	var seen uint64
	for {
		if s.next() != '"' {
			return s.fail(CodeJSONSyntaxe)
		}
		start, mark := s.pos, len(s.path)
		if err := s.text(); err != nil {
			return err
		}
		name := s.unquote(start)
		if mark > 0 {
			s.path = append(s.path, '.')
		}
		s.path = append(s.path, shown(name)...)
		i := want.index(name)
		switch {
		case i < 0:
			s.pos = start
			return s.fail(CodeJSONChamp)
		case seen&(1<<i) != 0:
			s.pos = start
			return s.fail(CodeJSONDouble)
		}
		seen |= 1 << i
		if !s.take(':') {
			return s.fail(CodeJSONSyntaxe)
		}
		if err := s.value(want.fields[i].shape, depth+1); err != nil {
			return err
		}
		s.path = s.path[:mark]
		if s.take('}') {
			return nil
		}
		if !s.take(',') {
			return s.fail(CodeJSONSyntaxe)
		}
	}
}

func (s *scanner) array(want *shape, depth int) *DecodeError {
	if !s.take('[') {
		return s.mistyped("une liste")
	}
	if s.take(']') {
		return nil
	}
	mark := len(s.path)
	for i := 0; ; i++ {
		s.path = append(strconv.AppendInt(append(s.path, '['), int64(i), 10), ']')
		if s.next() == 'n' {
			return s.mistyped("un objet")
		}
		if err := s.value(want.elem, depth+1); err != nil {
			return err
		}
		s.path = s.path[:mark]
		if s.take(']') {
			return nil
		}
		if !s.take(',') {
			return s.fail(CodeJSONSyntaxe)
		}
	}
}

// integer reads a whole number: no fraction, no exponent, no leading zero.
func (s *scanner) integer() *DecodeError {
	start := s.pos
	if s.pos < len(s.b) && s.b[s.pos] == '-' {
		s.pos++
	}
	first := s.pos
	for s.pos < len(s.b) && s.b[s.pos] >= '0' && s.b[s.pos] <= '9' {
		s.pos++
	}
	n := s.pos - first
	bad := n == 0 || n > maxDigits || n > 1 && s.b[first] == '0'
	if s.pos < len(s.b) {
		switch s.b[s.pos] {
		case '.', 'e', 'E', '+', '-':
			bad = true
		}
	}
	if bad {
		s.pos = start
		return s.mistyped("un nombre entier")
	}
	return nil
}

// text reads a string and leaves the position behind its closing quote.
func (s *scanner) text() *DecodeError {
	s.pos++ // the opening quote
	for s.pos < len(s.b) {
		switch c := s.b[s.pos]; {
		case c == '"':
			s.pos++
			return nil
		case c < ' ':
			return s.fail(CodeJSONSyntaxe)
		case c == '\\':
			if err := s.escape(); err != nil {
				return err
			}
		case c < utf8.RuneSelf:
			s.pos++
		default:
			r, n := utf8.DecodeRune(s.b[s.pos:])
			if r == utf8.RuneError && n == 1 {
				return s.fail(CodeJSONUTF8)
			}
			s.pos += n
		}
	}
	return s.fail(CodeJSONSyntaxe)
}

// escape reads one escape. Half a surrogate pair is bad UTF-8.
func (s *scanner) escape() *DecodeError {
	if s.pos+1 >= len(s.b) {
		s.pos = len(s.b)
		return s.fail(CodeJSONSyntaxe)
	}
	if bytes.IndexByte([]byte(`"\/bfnrt`), s.b[s.pos+1]) >= 0 {
		s.pos += 2
		return nil
	}
	r, ok := s.unicode(s.pos)
	if !ok {
		return s.fail(CodeJSONSyntaxe)
	}
	if utf16.IsSurrogate(r) {
		low, ok := s.unicode(s.pos + 6)
		if !ok || utf16.DecodeRune(r, low) == utf8.RuneError {
			return s.fail(CodeJSONUTF8)
		}
		s.pos += 6
	}
	s.pos += 6
	return nil
}

// unicode reads \uXXXX at a position.
func (s *scanner) unicode(at int) (rune, bool) {
	if at+6 > len(s.b) || s.b[at] != '\\' || s.b[at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s.b[at+2:at+6]), 16, 16)
	return rune(n), err == nil
}

// unquote returns the text of the string that starts at a position and ends here.
func (s *scanner) unquote(start int) string {
	raw := s.b[start:s.pos]
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var name string
	if json.Unmarshal(raw, &name) != nil {
		return ""
	}
	return name
}
