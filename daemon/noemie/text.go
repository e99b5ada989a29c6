package noemie

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Classes of bytes: what a column may hold.
const (
	classDigit     = 1 << iota // 0-9
	classText                  // printable ISO 8859-1, but not the delimiter
	classBlank                 // digit or space: the field is checked as a whole
	classDelimiter             // @
)

// classes tells for each byte the columns that it may stand in.
var classes = func() (t [256]byte) {
	for c := range 256 {
		if c >= ' ' && c <= '~' && c != delimiter || c >= 0xA0 {
			t[c] |= classText
		}
		if c >= '0' && c <= '9' {
			t[c] |= classDigit | classBlank
		}
	}
	t[' '] |= classBlank
	t[delimiter] = classDelimiter
	return t
}()

// readText returns the text of a field without its padding, as UTF-8.
func readText(raw string) string {
	raw = strings.TrimRight(raw, " ")
	for i := range len(raw) {
		if raw[i] >= utf8.RuneSelf {
			return fromLatin1(raw)
		}
	}
	return raw
}

func fromLatin1(raw string) string {
	var b strings.Builder
	for i := range len(raw) {
		b.WriteRune(rune(raw[i]))
	}
	return b.String()
}

// toLatin1 is the inverse of readText; false when a character has no form there.
func toLatin1(s string) (string, bool) {
	var b strings.Builder
	for _, r := range s {
		if r == utf8.RuneError || r > 0xFF || classes[byte(r)]&classText == 0 {
			return "", false
		}
		b.WriteByte(byte(r))
	}
	return b.String(), true
}

// maxDigits is the longest number that an int64 always holds.
const maxDigits = 18

// readDigits returns the number that the field holds; false when it holds
// anything but digits, or too many.
func readDigits(raw string) (int64, bool) {
	var v int64
	for i := range len(raw) {
		c := raw[i] - '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int64(c)
	}
	return v, raw != "" && len(raw) <= maxDigits
}

// Date is a civil date read as the number AAMMJJ: 250808 is 8 August of a year
// that ends in 25. Zero is no date.
type Date uint32

var monthDays = [...]uint32{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// isDate tells whether six digits are a day of the calendar, or zeros. 29 February
// is one in the years that end in a multiple of 4, 00 included.
func isDate(s string) bool {
	year, month, day := pair(s[:2]), pair(s[2:4]), pair(s[4:6])
	if month < 1 || month > 12 || day < 1 || day > monthDays[month] {
		return s == "000000"
	}
	return month != 2 || day < 29 || year%4 == 0
}

func pair(s string) uint32 { return uint32(s[0]-'0')*10 + uint32(s[1]-'0') }

// String gives AAMMJJ.
func (d Date) String() string { return fmt.Sprintf("%06d", uint32(d)) }
