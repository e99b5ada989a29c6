package adri

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// check collects the first fault of a message.
type check struct{ err error }

func (c *check) that(ok bool, field, why string) {
	if !ok && c.err == nil {
		c.err = &FormatError{field, why}
	}
}

// Check fails with a *FormatError if r is not a question.
func (r Request) Check() error {
	var c check
	c.nir("NIR", r.NIR)
	c.birth(r.Naissance)
	c.rank(r.Rang)
	c.that(!r.DateSoins.IsZero(), "DateSoins", "is missing")
	c.that(digits(r.NumeroAM, 9, 9), "NumeroAM", "does not have 9 digits")
	c.that(r.Mode == Targeted || r.Mode == Systematic, "Mode", "is not one of those known")
	return c.err
}

// Check fails with a *FormatError if r is not an answer.
func (r Response) Check() error {
	var c check
	c.that(len(r.Persons) > 0, "Beneficiaire", "is missing")
	c.that(len(r.Persons) <= MaxPersons, "Beneficiaire", "stands too often")
	for _, p := range r.Persons {
		c.person(p)
	}
	return c.err
}

func (c *check) person(p Person) {
	c.nir("NIR", p.NIR)
	if p.NIRAssure != "" {
		c.nir("NIRAssure", p.NIRAssure)
	}
	c.that(p.Nom != "", "Nom", "is missing")
	c.text("Nom", p.Nom, 80)
	c.text("NomFamille", p.NomFamille, 80)
	c.text("Prenom", p.Prenom, 80)
	c.birth(p.Naissance)
	c.rank(p.Rang)
	c.that(digits(p.Qualite, 1, 1), "Qualite", "is not a digit")
	c.that((p.Qualite == "0") == (p.NIRAssure == ""), "Qualite", "contradicts NIRAssure")
	c.that(slices.Contains([]Traitant{TraitantUnknown, TraitantNone, TraitantAsker, TraitantOther}, p.Traitant),
		"MedecinTraitant", "is not one of those known")
	c.amo(p.AMO)
	if a := p.AMC; a != nil {
		c.that(digits(a.Organisme, 8, 10), "Organisme", "does not have 8 to 10 digits")
		c.that(len(a.Contrat) == 2, "Contrat", "does not have 2 characters")
		c.text("Contrat", a.Contrat, 2)
		c.text("Adherent", a.Adherent, 20)
	}
}

func (c *check) amo(a AMO) {
	c.that(!a.Du.IsZero(), "Du", "is missing")
	c.that(a.Au.IsZero() || a.Au >= a.Du, "Au", "is before Du")
	c.that(digits(a.Regime, 2, 2), "Regime", "does not have 2 digits")
	c.that(digits(a.Caisse, 3, 3), "Caisse", "does not have 3 digits")
	c.that(digits(a.Centre, 4, 4), "Centre", "does not have 4 digits")
	c.that(slices.Contains([]string{"", "alsace-moselle", "frontalier"}, a.RegimeLocal), "RegimeLocal", "is not one of those known")
	c.that(slices.Contains([]string{"", "pension-militaire", "invalidite", "rente-at"}, a.Exonere), "Exonere", "is not one of those known")
}

// nir takes a number that names somebody, with its key.
func (c *check) nir(field, text string) {
	n, _, err := fse.ParseNIR(text)
	c.that(err == nil && n.String() == text, field, "is not a NIR with its key")
	c.that(err != nil || n.Kind() != fse.NIRAnonyme, field, "is anonymous")
}

// birth takes AAAAMMJJ. Month and day may be any: cards have lunar dates.
func (c *check) birth(text string) {
	c.that(digits(text, 8, 8) && text >= "18500000" && text < "21500000", "Naissance", "is not written AAAAMMJJ")
}

func (c *check) rank(n int) { c.that(n >= 1 && n <= 9, "Rang", "is not 1 to 9") }

func (c *check) text(field, s string, limit int) {
	c.that(utf8.ValidString(s) && utf8.RuneCountInString(s) <= limit, field, "is too long")
	for _, r := range s {
		c.that(unicode.IsPrint(r) && r != utf8.RuneError, field, "has a character that can't be shown")
	}
	c.that(s == trimmed(s), field, "begins or ends with a space")
}

// digits says whether s is least to most digits.
func digits(s string, least, most int) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) >= least && len(s) <= most
}
