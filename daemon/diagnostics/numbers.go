package diagnostics

import (
	"regexp"
	"strings"
)

// Numbers of people are taken out whatever they are written like, and so is what only
// looks like one: a moment or a size that is lost costs the support a question, a NIR
// that stays costs a patient's privacy.
var (
	// long numbers: a NIR has 13 or 15 digits, an RPPS 11.
	long = regexp.MustCompile(`[0-9]{11,}`)

	// nir is one with anything of gap between its characters: sex, year, month,
	// département (two digits, 2A or 2B), commune, order, and the key that may be left out.
	nir = regexp.MustCompile(strings.ReplaceAll(`[1-8]~[0-9]~[0-9]~[0-9]~[0-9]~(?:[0-9]~[0-9]|2~[ABab])~[0-9]~[0-9]~[0-9]~[0-9]~[0-9]~[0-9](?:~[0-9]~[0-9])?`, `~`, gap))

	// email addresses name people more often than not.
	email = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)
)

// gap is what people and programs put between the groups of a number: the spaces and
// hyphens of typography too, and what the log makes of those that it does not print.
const gap = `(?:[\s.,_/` + "\u00a0\u2007\u2009\u2010\u2011\u2012\u2013\u2014\u202f" + `-]|\\u00a0|\\u2007|\\u2009|\\u202f|\\t){0,3}`

func withoutNumbers(text string) string {
	text = long.ReplaceAllString(text, "<numéro>")
	return nir.ReplaceAllString(text, "<numéro>")
}
