package fse

import "strings"

// CardName returns a name as cards and files write it: capitals without accents,
// one space between words, and only letters, digits, spaces, hyphens and
// apostrophes. A letter of another script becomes a space.
func CardName(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range s {
		t := cardRune(r)
		if t == " " {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteString(t)
	}
	return b.String()
}

// cardRune returns what a card writes for a character: "" for an accent that
// stands alone, " " for what it has no letter for.
func cardRune(r rune) string {
	switch {
	case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '\'':
		return string(r)
	case r >= 'a' && r <= 'z':
		return string(r - 'a' + 'A')
	case r >= 0x300 && r <= 0x36f: // combining accents
		return ""
	}
	for _, m := range cardLetters {
		if strings.ContainsRune(m.from, r) {
			return m.to
		}
	}
	return " "
}

// cardLetters are the letters of European names in Latin script.
var cardLetters = []struct{ to, from string }{
	{"A", "ÀÁÂÃÄÅĀĂĄàáâãäåāăą"},
	{"AE", "Ææ"},
	{"C", "ÇĆĈĊČçćĉċč"},
	{"D", "ĎĐÐďđð"},
	{"E", "ÈÉÊËĒĔĖĘĚèéêëēĕėęě"},
	{"G", "ĜĞĠĢĝğġģ"},
	{"H", "ĤĦĥħ"},
	{"I", "ÌÍÎÏĨĪĬĮİìíîïĩīĭįı"},
	{"J", "Ĵĵ"},
	{"K", "Ķķ"},
	{"L", "ĹĻĽĿŁĺļľŀł"},
	{"N", "ÑŃŅŇñńņň"},
	{"O", "ÒÓÔÕÖØŌŎŐòóôõöøōŏő"},
	{"OE", "Œœ"},
	{"R", "ŔŖŘŕŗř"},
	{"S", "ŚŜŞŠȘśŝşšș"},
	{"SS", "ß"},
	{"T", "ŢŤŦȚţťŧț"},
	{"TH", "Þþ"},
	{"U", "ÙÚÛÜŨŪŬŮŰŲùúûüũūŭůűų"},
	{"W", "Ŵŵ"},
	{"Y", "ÝŶŸýŷÿ"},
	{"Z", "ŹŻŽźżž"},
	{"'", "’‘ʼ"},
	{"-", "‐‑–"},
}
