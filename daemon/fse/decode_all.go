package fse

import (
	"bytes"
	"iter"
)

// DecodeAll reads one draft after another, separated by white space or line ends
// (NDJSON; a draft may also span several lines). It goes on behind the last line of a
// draft that cannot be read. The number is the line where the draft starts.
func DecodeAll(b []byte) iter.Seq2[int, Decoded] {
	return func(yield func(int, Decoded) bool) {
		line := 1
		if utf16Text(b) {
			yield(line, Decoded{Err: &DecodeError{Code: CodeJSONUTF16}})
			return
		}
		b = bytes.TrimPrefix(b, byteOrderMark)
		for {
			s := scanner{b: b}
			s.space()
			line += bytes.Count(b[:s.pos], []byte("\n"))
			if b = b[s.pos:]; len(b) == 0 {
				return
			}
			s = scanner{b: b}
			var got Decoded
			if err := s.draft(); err != nil {
				got.Err = err
				s.pos = endOfBroken(b, s.pos)
			} else {
				got.Draft, got.Err = unmarshal(b[:s.pos])
			}
			if !yield(line, got) {
				return
			}
			line += bytes.Count(b[:s.pos], []byte("\n"))
			b = b[s.pos:]
		}
	}
}

// endOfBroken returns where a draft that cannot be read ends: at the end of the
// line where it closes, or before a line that starts like no part of an object. at
// is the place of the fault.
func endOfBroken(b []byte, at int) int {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\n':
			quoted = false // a text never spans lines
			more := i+1 < len(b) && bytes.IndexByte([]byte(" \t\r\n}],\""), b[i+1]) >= 0
			if !more || depth <= 0 && i >= at {
				return i
			}
		case quoted && c == '\\' && i+1 < len(b) && b[i+1] != '\n':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
	return len(b)
}

// Decoded is one draft of a stream, or the reason why it cannot be read.
type Decoded struct {
	Draft *Draft
	Err   *DecodeError
}

// byteOrderMark starts the UTF-8 files of some Windows programs.
var byteOrderMark = []byte("\ufeff")

// utf16Text recognises text in UTF-16, which the shell of Windows writes to files:
// by its mark, or by an opening brace of two bytes.
func utf16Text(b []byte) bool {
	for _, start := range []string{"\xff\xfe", "\xfe\xff", "{\x00", "\x00{"} {
		if bytes.HasPrefix(b, []byte(start)) {
			return true
		}
	}
	return false
}
