package b2

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// allowed marks the bytes of a B2 text: printable ASCII without lower case.
var allowed = func() (table [256]bool) {
	for c := ' '; c <= '~'; c++ {
		table[c] = c < 'a' || c > 'z'
	}
	return table
}()

// ligatures are the letters and signs of French typography that Unicode does
// not decompose.
var ligatures = strings.NewReplacer("Œ", "OE", "Æ", "AE", "ß", "SS", "Ø", "O", "Ł", "L", "Đ", "D",
	"’", "'", "‘", "'", "–", "-", "—", "-", "‐", "-", "\u00a0", " ", "\u202f", " ")

// Majuscules writes s as B2 does: upper case, accents removed, ligatures
// spelt out, no space at either end. Characters that have no such form are left
// as they are, and Encode refuses them.
func Majuscules(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToUpper(s)) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(ligatures.Replace(b.String()))
}

// Nom is Majuscules cut to the n first characters, for the names that a field
// is too short for.
func Nom(s string, n int) string {
	s = Majuscules(s)
	if len(s) > n {
		s = strings.TrimSpace(strings.ToValidUTF8(s[:n], ""))
	}
	return s
}

// readText returns the text of a field without its padding, and what is wrong
// with it (0 for nothing). An empty field is right.
func readText(raw string) (string, Reason) {
	end := len(raw)
	for end > 0 && raw[end-1] == ' ' {
		end--
	}
	raw = raw[:end]
	for i := 0; i < len(raw); i++ {
		if !allowed[raw[i]] {
			return raw, Caractere
		}
	}
	if end > 0 && raw[0] == ' ' {
		return raw, Cadrage
	}
	return raw, 0
}

// plain tells whether s is written as it is.
func plain(s string) bool {
	text, reason := readText(s)
	return reason == 0 && len(text) == len(s)
}

// writeText fills dst with s and spaces; it returns what stops it, or 0.
func writeText(dst []byte, s string) Reason {
	if !plain(s) {
		s = Majuscules(s)
		if _, reason := readText(s); reason != 0 {
			return reason
		}
	}
	if len(s) > len(dst) {
		return TropLong
	}
	n := copy(dst, s)
	copy(dst[n:], blanks[:])
	return 0
}

// maxDigits is the longest number that an int64 always holds.
const maxDigits = 18

// readDigits returns the number that the field holds; false when it holds
// anything else than digits. Beyond maxDigits digits the number is wrong.
func readDigits(raw string) (int64, bool) {
	var v int64
	for i := 0; i < len(raw); i++ {
		c := raw[i] - '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int64(c)
	}
	return v, true
}

// writeDigits writes v right-justified and zero-filled; false when it does not
// fit or is below zero.
func writeDigits(dst []byte, v int64) bool {
	if v < 0 {
		return false
	}
	for i := len(dst) - 1; i >= 0; i-- {
		dst[i] = byte('0' + v%10)
		v /= 10
	}
	return v == 0
}

// isDigits tells whether s holds digits only.
func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return true
}

// blanks and zeros pad the fields.
var blanks, zeros = fill(' '), fill('0')

func fill(c byte) (b [Size]byte) {
	for i := range b {
		b[i] = c
	}
	return b
}
