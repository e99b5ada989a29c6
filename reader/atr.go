package reader

import "encoding/hex"

// Family is the kind of card that an answer to reset announces.
type Family string

// The families that are told apart. Anything else is FamilyUnknown: a bank card
// or a badge in the reader is no error.
const (
	FamilyUnknown Family = "unknown"
	FamilyCPS2ter Family = "cps2ter"
	FamilyCPS3    Family = "cps3"
	FamilyCPS3NFC Family = "cps3-sans-contact"
	FamilyCPS4    Family = "cps4"
	FamilyVitale1 Family = "vitale1"
	FamilyVitale2 Family = "vitale2"
)

// IsCPS reports whether f is a card of a professional.
func (f Family) IsCPS() bool {
	switch f {
	case FamilyCPS2ter, FamilyCPS3, FamilyCPS3NFC, FamilyCPS4:
		return true
	}
	return false
}

// IsVitale reports whether f is a card of an insured person.
func (f Family) IsVitale() bool { return f == FamilyVitale1 || f == FamilyVitale2 }

// atrPatterns lists the known answers to reset. A nibble written 'x' is free.
// A nibble that public lists give as a range is left free: a card
// that shows the rest of the pattern is of the family whatever its revision.
var atrPatterns = []struct {
	pattern string
	family  Family
	source  string // where the bytes were read
}{
	{"3BAC00402A001225006480000310009000", FamilyCPS3, "ANS middleware, OpenSC (IAS/ECC CPx)"},
	{"3BAC00402A001225006480820212009000", FamilyCPS2ter, "smartcard_list"},
	{"3B8F80010031B86404B0ECC1739401808290000E", FamilyCPS3NFC, "ANS middleware"},
	{"3B9B188001001225006480040100009044", FamilyCPS4, "ANS middleware"},
	{"3B9B188001001225006480000401009044", FamilyCPS4, "ANS middleware"},
	{"3BDC18FF00001225006480000401009000", FamilyCPS4, "ANS middleware, T=0"},
	{"3F6525002x09xx9000", FamilyVitale1, "smartcard_list"},
	{"3F65250052096A9000", FamilyVitale1, "smartcard_list"},
	{"3F652500Ax096A9000", FamilyVitale1, "smartcard_list"},
	{"3B751300004x09EA9000", FamilyVitale2, "smartcard_list"},
}

// Identify names the family of the card that answered atr.
func Identify(atr []byte) Family {
	s := hex.EncodeToString(atr)
	for _, p := range atrPatterns {
		if matchNibbles(p.pattern, s) {
			return p.family
		}
	}
	return FamilyUnknown
}

func matchNibbles(pattern, s string) bool {
	if len(pattern) != len(s) {
		return false
	}
	for i := range len(s) {
		p := pattern[i] | 0x20 // lower case; digits are not changed by the bit
		if p != 'x' && p != s[i] {
			return false
		}
	}
	return true
}
