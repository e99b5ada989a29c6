package virtual

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Limits of what a card holds.
const (
	maxATR        = 33 // bytes, ISO/IEC 7816-3
	maxSituations = 16 // situations d'exercice of a CPS
	maxName       = 64 // bytes of a name in a certificate, X.520
	maxUpdated    = 255
)

// check refuses a spec that no card can be made of. The error names the field,
// never its value: a value may be a code or an identity.
func (s *Spec) check() error {
	if !s.Demonstration {
		return errors.New("demonstration: must be true, virtual cards are for demonstration only")
	}
	var errs []error
	bad := func(field, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", field, fmt.Sprintf(format, args...)))
	}
	isCPS := s.Kind == KindCPS3 || s.Kind == KindCPS4
	switch {
	case !slices.Contains([]Kind{KindCPS2ter, KindCPS3, KindCPS4, KindVitale1, KindVitale2, KindUnknown, KindMute, KindHostile}, s.Kind):
		bad("card", "no such kind of card")
	case s.Kind == KindUnknown && len(s.ATR) == 0:
		bad("atr", "an unknown card needs one")
	case len(s.ATR) == 1 || len(s.ATR) > maxATR:
		bad("atr", "must have 2 to %d bytes", maxATR)
	case s.Kind == KindMute && len(s.ATR) > 0:
		bad("atr", "a mute card has none")
	case isCPS:
		s.checkCPS(bad)
	case s.Kind == KindVitale2:
		s.checkVitale(bad)
	case s.Kind == KindHostile:
		s.checkHostile(bad)
	}
	if !isCPS && (s.Professional != nil || len(s.Situations) > 0 || s.PIN != PIN{} || s.Updated != nil) {
		bad("professionnel", "only a cps3 or a cps4 has a holder, a code and situations")
	}
	if s.Kind != KindVitale2 && len(s.Persons) > 0 {
		bad("personne", "only a vitale2 has beneficiaries")
	}
	if s.Kind != KindHostile && s.Hostile != nil {
		bad("hostile", "only a hostile card has manners")
	}
	for i := range s.Faults {
		s.Faults[i].check(fmt.Sprintf("panne[%d]", i), bad)
	}
	return errors.Join(errs...)
}

// complain records that a field is wrong.
type complain func(field, format string, args ...any)

func (s *Spec) checkCPS(bad complain) {
	p := s.Professional
	switch {
	case p == nil:
		bad("professionnel", "a CPS needs a holder")
	case p.Surname == "" || p.GivenName == "" || p.Title == "":
		bad("professionnel", "nom, prenom and titre are required")
	case len(p.Surname) > maxName || len(p.GivenName) > maxName || len(p.Title) > maxName:
		bad("professionnel", "nom, prenom and titre have at most %d bytes", maxName)
	case len(p.NationalID) != 12 || !digits(p.NationalID):
		bad("professionnel.identifiantNational", "must have 12 digits")
	}
	if len(s.PIN.Code) != 4 || !digits(s.PIN.Code) {
		bad("code.valeur", "must have 4 digits")
	}
	if s.PIN.Tries != nil && (*s.PIN.Tries < 0 || *s.PIN.Tries > maxTries) {
		bad("code.essais", "must be 0 to %d", maxTries)
	}
	if s.Updated != nil && len(*s.Updated) > maxUpdated {
		bad("actua", "must have at most %d bytes", maxUpdated)
	}
	var seen [maxSituations]bool
	for i, t := range s.Situations {
		field := fmt.Sprintf("situation[%d]", i)
		if t.Index < 0 || t.Index >= maxSituations || seen[t.Index] {
			bad(field+".index", "must be 0 to %d, each once", maxSituations-1)
			continue
		}
		seen[t.Index] = true
		t.check(field, bad)
	}
}

func (t *Situation) check(field string, bad complain) {
	if t.NumeroAM != "" && (len(t.NumeroAM) != 9 || !digits(t.NumeroAM)) {
		bad(field+".numeroAM", "must have 9 digits")
	}
	if len(t.Specialite) != 2 || !digits(t.Specialite) {
		bad(field+".specialite", "must have 2 digits")
	}
	if !slices.Contains([]int{0, 1, 2, 3, 9}, t.Convention) {
		bad(field+".convention", "must be 0, 1, 2, 3 or 9")
	}
	for _, zone := range []string{t.ZoneTarif, t.ZoneIK} {
		if zone != "" && (len(zone) != 2 || !digits(zone)) {
			bad(field+".zoneTarif, zoneIK", "must have 2 digits")
		}
	}
	if !slices.Contains([]string{"L", "S", "R"}, t.Exercice) {
		bad(field+".exercice", "must be L, S or R")
	}
	if len(t.Structure) > maxName || len(t.StructureID) > 20 {
		bad(field+".structure", "too long")
	}
}

func (s *Spec) checkVitale(bad complain) {
	if len(s.Persons) == 0 {
		bad("personne", "a Vitale needs a beneficiary")
	}
	for i, p := range s.Persons {
		field := fmt.Sprintf("personne[%d]", i)
		if !validNIR(p.NIR) {
			bad(field+".nir", "must have 13 characters and the right key")
		}
		for _, name := range []string{p.Nom, p.Prenom} {
			if !cardText(name) {
				bad(field, "nom and prenom must be upper case letters without accents, at most 30")
			}
		}
		if len(p.Naissance) != 8 || !digits(p.Naissance) {
			bad(field+".naissance", "must have 8 digits, AAAAMMJJ")
		}
		if p.DebutValidite != "" && (len(p.DebutValidite) != 8 || !digits(p.DebutValidite)) {
			bad(field+".debutValidite", "must have 8 digits, AAAAMMJJ")
		}
		if len(p.Nationalite) > 3 {
			bad(field+".nationalite", "must have at most 3 letters")
		}
		if p.Droits != nil {
			p.Droits.check(field+".droits", bad)
		}
	}
}

func (d *Rights) check(field string, bad complain) {
	for _, f := range []struct {
		name, value string
		digits      int
	}{{"regime", d.Regime, 2}, {"caisse", d.Caisse, 3}, {"centre", d.Centre, 4}, {"qualite", d.Qualite, 1}, {"rang", d.Rang, 1}, {"du", d.Du, 8}, {"au", d.Au, 8}} {
		if f.value != "" && (len(f.value) != f.digits || !digits(f.value)) {
			bad(field+"."+f.name, "must have %d digits", f.digits)
		}
	}
	if !slices.Contains([]string{"", "alsace-moselle", "frontalier"}, d.RegimeLocal) {
		bad(field+".regimeLocal", "must be alsace-moselle or frontalier")
	}
	if !slices.Contains([]string{"", "pension-militaire", "invalidite", "rente-at"}, d.Exonere) {
		bad(field+".exonere", "must be pension-militaire, invalidite or rente-at")
	}
	if d.AMC != nil && (len(d.AMC.Organisme) > 10 || len(d.AMC.Contrat) > 10 || len(d.AMC.Adherent) > 20) {
		bad(field+".amc", "too long")
	}
	if d.NIRAssure != "" && !validNIR(d.NIRAssure) {
		bad(field+".nirAssure", "must have 13 characters and the right key")
	}
}

func (s *Spec) checkHostile(bad complain) {
	switch {
	case s.Hostile == nil:
		bad("hostile", "a hostile card needs its manners")
	case atrs[s.Hostile.Imitates] == nil:
		bad("hostile.imite", "no such kind of card")
	case len(s.Hostile.Manners) == 0:
		bad("hostile.manieres", "at least one is required")
	default:
		for _, m := range s.Hostile.Manners {
			if manners[m] == nil {
				bad("hostile.manieres", "no such manner")
			}
		}
	}
}

// validNIR reports whether nir has 13 characters and the key that goes with
// them: 97 − (number mod 97), Corsica's 2A and 2B counting as 19 and 18.
func validNIR(nir string) bool {
	if len(nir) != 15 {
		return false
	}
	number := nir[:13]
	switch {
	case number[5:7] == "2A":
		number = number[:5] + "19" + number[7:]
	case number[5:7] == "2B":
		number = number[:5] + "18" + number[7:]
	}
	if !digits(number) || !digits(nir[13:]) {
		return false
	}
	n, err1 := strconv.ParseUint(number, 10, 64)
	key, err2 := strconv.ParseUint(nir[13:], 10, 64)
	return err1 == nil && err2 == nil && key == 97-n%97
}

func digits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// cardText reports whether s is a name as cards write it.
func cardText(s string) bool {
	return s != "" && len(s) <= 30 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ -'") == ""
}
