package tables

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// Acte is what is known of one act, whatever the date: its nature, its dated
// tariffs and the conditions of its use.
type Acte struct {
	Entry
	Code        string
	Principal   bool   // an act by itself; false = a supplement of another act
	Type        string // normal, complexe, telemedecine, urgence, kilometrique, ccam
	CodePapier  string // code to write on paper instead, or ""
	CCAM        bool   // a CCAM code: four letters and three digits
	Lettre      bool   // K or KC: the key letters of the threshold rule
	Km          bool   // billed by the kilometre: type kilometrique
	Tarifs      []*Tarif
	Association *Association // acts that a supplement may go with, or nil
	Conditions  []*Condition
}

// Association lists the acts that a supplement may be billed with.
type Association struct {
	Entry
	Avec []string // codes, or NGAP or CCAM for any act of that nomenclature
}

// CondKind is the kind of a condition of use. Conditions give warnings.
type CondKind string

// The kinds of conditions and their values.
const (
	CondAge             CondKind = "age"              // full years: 0-5, 80-, 18-25|45-50
	CondHoraires        CondKind = "horaires"         // 20:00-08:00, Sundays and holidays
	CondMedecinTraitant CondKind = "medecin-traitant" // oui, non
	CondParAn           CondKind = "par-an"           // times a year
	CondCertification   CondKind = "certification"    // S, F or D
	CondALD             CondKind = "ald"              // oui
	CondExamenEnfant    CondKind = "examen-enfant"    // oui: maternité up to the 12th day, maladie after
	CondAnonymisable    CondKind = "anonymisable"     // oui: information for the front end
)

// Condition is one condition of use of an act.
type Condition struct {
	Entry
	Code   string
	Kind   CondKind
	Valeur string
	Ages   []AgeRange // with CondAge
	Nombre int        // with CondParAn
}

// AgeRange is a range of full years, both included.
type AgeRange struct{ Min, Max int }

// IsCCAM reports whether the code has the shape of a CCAM code: AAAA000.
func IsCCAM(code string) bool {
	if len(code) != 7 {
		return false
	}
	for i := range 7 {
		c := code[i]
		if i < 4 && (c < 'A' || c > 'Z') || i >= 4 && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func newActe(code string) *Acte {
	return &Acte{Code: code, CCAM: IsCCAM(code), Lettre: code == "K" || code == "KC"}
}

func (s *Set) loadActes(f *file) error {
	return f.each("code libelle principal type code_papier", func(r *record) {
		a := newActe(r.key("code"))
		a.Entry, a.Principal, a.Type, a.CodePapier = r.entry(a.Code), r.yes("principal"), r.text("type"), r.text("code_papier")
		a.Km = a.Type == "kilometrique"
		if s.actes[a.Code] != nil {
			r.fail("code", errors.New("the act is there twice"))
		}
		s.actes[a.Code] = a
	})
}

// addTarifs files tariffs under their acts, closes the older ones, and orders
// each act's rows as Tarif reads them: the practice's first, then the latest.
// An act that only a tariff names is made from it.
func (s *Set) addTarifs(rows []*Tarif) {
	by := map[string][]*Tarif{}
	for _, t := range rows {
		by[t.Code] = append(by[t.Code], t)
	}
	for code, list := range by {
		a := s.actes[code]
		if a == nil {
			a = newActe(code)
			a.Entry, a.Principal, a.Type = list[0].Entry, true, "normal"
			if a.CCAM {
				a.Type = "ccam"
			}
			s.actes[code] = a
		}
		a.Tarifs = closeOlder(append(slices.Clone(a.Tarifs), list...))
		slices.SortStableFunc(a.Tarifs, func(x, y *Tarif) int {
			return cmp.Or(cmp.Compare(y.layer, x.layer), cmp.Compare(y.Du, x.Du), cmp.Compare(x.line, y.line))
		})
	}
}

func (s *Set) loadAssociations(f *file) error {
	return f.each("code avec", func(r *record) {
		code := r.key("code")
		a := s.actes[code]
		switch {
		case a == nil:
			r.fail("code", errNoActe)
		case a.Association != nil:
			r.fail("code", errors.New("the supplement is there twice"))
		default:
			a.Association = &Association{Entry: r.entry(code), Avec: r.list("avec")}
		}
	})
}

func (s *Set) loadConditions(f *file) error {
	return f.each("code condition valeur", func(r *record) {
		c := &Condition{Code: r.key("code"), Kind: CondKind(r.key("condition")), Valeur: r.key("valeur")}
		c.Entry = r.entry(c.Code + " " + string(c.Kind))
		r.condition(c)
		if a := s.actes[c.Code]; a != nil {
			a.Conditions = append(a.Conditions, c)
		} else {
			r.fail("code", errNoActe)
		}
	})
}

var errNoActe = errors.New("no such act")

// condition checks the value of a condition and reads its numbers.
func (r *record) condition(c *Condition) {
	ok := true
	switch c.Kind {
	case CondAge:
		c.Ages, ok = ageRanges(r.list("valeur"))
	case CondParAn:
		c.Nombre, ok = digits(c.Valeur)
	case CondMedecinTraitant:
		ok = c.Valeur == "oui" || c.Valeur == "non"
	case CondCertification:
		ok = c.Valeur == "S" || c.Valeur == "F" || c.Valeur == "D"
	case CondHoraires:
		ok = c.Valeur == "20:00-08:00"
	case CondALD, CondExamenEnfant, CondAnonymisable:
		ok = c.Valeur == "oui"
	default:
		r.fail("condition", errors.New("unknown kind of condition"))
	}
	if !ok {
		r.fail("valeur", errors.New("cannot read the value of a condition of this kind"))
	}
}

// ageRanges reads 0-5, 80-, 6.
func ageRanges(list []string) ([]AgeRange, bool) {
	var ages []AgeRange
	for _, s := range list {
		lo, hi, dash := strings.Cut(s, "-")
		g := AgeRange{Max: 150}
		var ok bool
		if g.Min, ok = digits(lo); !ok {
			return nil, false
		}
		switch {
		case !dash:
			g.Max = g.Min
		case hi != "":
			if g.Max, ok = digits(hi); !ok {
				return nil, false
			}
		}
		ages = append(ages, g)
	}
	return ages, len(ages) > 0
}
