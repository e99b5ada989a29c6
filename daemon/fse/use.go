package fse

import (
	"slices"
	"strconv"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// checkUse warns of acts and supplements that don't go together, or with this
// patient, this hour, this mode.
func (p *pricer) checkUse() {
	for i := range p.infos {
		info := &p.infos[i]
		if info.acte == nil {
			continue
		}
		p.checkAssociation(i, info)
		p.checkRepeated(i, info)
		for _, c := range info.acte.Conditions {
			if c.ValidAt(info.date) {
				p.checkCondition(i, info, c)
			}
		}
	}
}

// checkAssociation warns of a supplement without an act that it goes with.
func (p *pricer) checkAssociation(i int, info *acteInfo) {
	as := info.acte.Association
	if as == nil || !as.ValidAt(info.date) || info.acte.Principal {
		return
	}
	for j := range p.infos {
		other := p.infos[j].acte
		if j == i || other == nil || p.infos[j].date != info.date || !other.Principal && !slices.Contains(as.Avec, other.Code) {
			continue
		}
		group := "NGAP"
		if other.CCAM {
			group = "CCAM"
		}
		if slices.Contains(as.Avec, other.Code) || slices.Contains(as.Avec, group) {
			return
		}
	}
	p.faultActe(CodeSupplementSeul, i, "code", info.acte.Code, strings.Join(as.Avec, ", "))
}

// checkRepeated warns of an act entered twice on a day.
func (p *pricer) checkRepeated(i int, info *acteInfo) {
	for j := range i {
		other := &p.infos[j]
		if other.acte == info.acte && other.date == info.date && !info.acte.Km {
			p.faultActe(CodeActeDouble, i, "code", info.acte.Code)
			return
		}
	}
}

func (p *pricer) checkCondition(i int, info *acteInfo, c *tables.Condition) {
	warn := func(code string, values ...any) {
		p.faultActe(code, i, "code", append([]any{c.Code}, values...)...)
	}
	switch c.Kind {
	case tables.CondAge:
		if p.birth != 0 && !inAges(info.date.Age(p.birth), c.Ages) {
			warn(CodeConditionAge, strings.ReplaceAll(c.Valeur, "|", ", "))
		}
	case tables.CondHoraires:
		if !outOfHours(info.date, p.d.Actes[i].Heure, p.c.AlsaceMoselle) {
			warn(CodeConditionHoraires)
		}
	case tables.CondMedecinTraitant:
		// R is the replaced médecin traitant: his remplaçant bills as he would.
		mt := p.d.Parcours == "T" || p.d.Parcours == "R"
		if p.nature != natureSMG && mt != (c.Valeur == "oui") {
			warn(CodeConditionMT)
		}
	case tables.CondParAn:
		if p.timesThisYear(c.Code, info.date) >= c.Nombre {
			warn(CodeConditionParAn, strconv.Itoa(c.Nombre))
		}
	case tables.CondCertification:
		if Certification(p.d) != c.Valeur {
			warn(CodeConditionCertif, c.Valeur)
		}
	case tables.CondALD:
		if !p.openALD() {
			warn(CodeConditionALD)
		}
	case tables.CondExamenEnfant:
		if p.examNature(info.date) {
			warn(CodeExamenEnfant)
		}
	}
}

func inAges(age int, ages []tables.AgeRange) bool {
	for _, g := range ages {
		if age >= g.Min && age <= g.Max {
			return true
		}
	}
	return false
}

// outOfHours reports whether the care was between 20:00 and 8:00, on a Sunday or
// on a holiday. An unknown hour of a working day is not.
func outOfHours(d Date, heure string, alsaceMoselle bool) bool {
	return d.Weekday() == 7 || Ferie(d, alsaceMoselle) || heure != "" && (heure >= "20:00" || heure < "08:00")
}

// examNature reports whether a compulsory exam of a child has the wrong nature:
// maternité up to the 12th day, maladie after.
func (p *pricer) examNature(on Date) bool {
	row, ok := p.t.Parametre(tables.ParamJoursMaternite, on)
	if !ok || p.birth == 0 {
		return false
	}
	if on.Ordinal()-p.birth.Ordinal() <= int(row.Valeur) {
		return p.nature != natureMaternite
	}
	return p.nature != natureMaladie
}
