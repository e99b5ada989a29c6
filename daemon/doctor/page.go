package doctor

import (
	"fmt"
	"strings"
)

// marks tell the grades apart without colours too.
var marks = map[Grade]string{Green: "ok  ", Amber: "note", Red: "FAIL"}

// colours of a terminal (ECMA-48, SGR).
var colours = map[Grade]string{Green: "\x1b[32m", Amber: "\x1b[33m", Red: "\x1b[1;31m"}

// Page is the findings as a person reads them, one line each, with a second one for
// what mends it.
func Page(list []Finding, coloured bool) string {
	var out strings.Builder
	for _, f := range list {
		mark := marks[f.Grade]
		if coloured {
			mark = colours[f.Grade] + mark + "\x1b[0m"
		}
		fmt.Fprintf(&out, "%s  %-9s %s\n", mark, f.Check, oneLine(f.Text))
		if f.Mend != "" {
			fmt.Fprintf(&out, "      %-9s → %s\n", "", oneLine(f.Mend))
		}
	}
	return out.String()
}

// oneLine is text without what would move a terminal's cursor: names of readers,
// printers and sites are others' words.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return '?'
		}
		return r
	}, text)
}
