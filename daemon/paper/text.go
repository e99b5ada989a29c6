package paper

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxRunes is the longest text that is printed at one place, in characters. It is
// ours: three lines of the widest box.
const maxRunes = 400

// printable holds the characters that both fonts have, left-to-right scripts only.
var printable = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x20, 0x7e, 1}, {0xa0, 0xac, 1}, {0xae, 0x2af, 1}, {0x384, 0x38a, 1}, {0x38c, 0x38c, 1}, {0x38e, 0x3a1, 1},
		{0x3a3, 0x3ce, 1}, {0x400, 0x482, 1}, {0x48a, 0x513, 1}, {0x1e00, 0x1e9b, 1}, {0x1ea0, 0x1ef9, 1},
		{0x2010, 0x2010, 1}, {0x2012, 0x2022, 1}, {0x2026, 0x2026, 1}, {0x2030, 0x2030, 1}, {0x2032, 0x2033, 1},
		{0x2039, 0x203a, 1}, {0x20ac, 0x20ac, 1}, {0x2116, 0x2116, 1}, {0x2122, 0x2122, 1}, {0x2190, 0x2193, 1},
		{0x2212, 0x2212, 1}, {0x2264, 0x2265, 1}, {0xfb01, 0xfb02, 1},
	},
	LatinOffset: 3,
}

// scripts are those that are named when they can't be printed.
var scripts = []struct {
	table *unicode.RangeTable
	name  string
}{
	{unicode.Arabic, "écriture arabe"},
	{unicode.Hebrew, "écriture hébraïque"},
	{unicode.Han, "écriture chinoise ou japonaise"},
	{unicode.Hiragana, "écriture japonaise"},
	{unicode.Katakana, "écriture japonaise"},
	{unicode.Hangul, "écriture coréenne"},
	{unicode.Armenian, "écriture arménienne"},
	{unicode.Georgian, "écriture géorgienne"},
	{unicode.Devanagari, "écriture devanagari"},
	{unicode.Tamil, "écriture tamoule"},
	{unicode.Thai, "écriture thaïe"},
}

// clean returns s as it can be printed on one line. Control characters and line
// ends become spaces; invisible characters, which could turn or hide text, go away;
// a word of a script that the fonts don't have is replaced by the name of the script
// in brackets, any other character by a question mark.
func clean(s string) string {
	if len(s) > 8*maxRunes { // before anything costly
		s = s[:8*maxRunes]
	}
	var b strings.Builder
	last, n := "", 0
	for _, r := range norm.NFC.String(strings.ToValidUTF8(s, "?")) {
		if n++; n > maxRunes {
			b.WriteString("…")
			break
		}
		word := shown(r)
		if len(word) > 1 && word[0] == '[' { // once for the words of a script
			if word != last {
				b.WriteString(word)
			}
			last = word
			continue
		}
		if word != "" && word != " " {
			last = ""
		}
		b.WriteString(word)
	}
	return strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return r == ' ' }), " ")
}

// shown returns what is printed for a character.
func shown(r rune) string {
	switch {
	case r == '\u202f': // the narrow space is not in the fonts
		return "\u00a0"
	case r == '\u2011':
		return "-"
	case unicode.Is(printable, r):
		return string(r)
	case unicode.IsSpace(r) || unicode.IsControl(r):
		return " "
	case unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me, unicode.Mc):
		return ""
	}
	for _, s := range scripts {
		if unicode.Is(s.table, r) {
			return "[" + s.name + "]"
		}
	}
	if unicode.IsLetter(r) {
		return "[autre écriture]"
	}
	return "?"
}

// orDash returns s, or a dash where nothing is known.
func orDash(s string) string {
	if strings.TrimSpace(s) == "" {
		return "—"
	}
	return s
}

// join puts what is not empty together.
func join(sep string, parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, sep)
}
