package fse

import (
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// natureKind is a nature d'assurance that the rules know.
type natureKind uint8

const (
	natureInconnue natureKind = iota
	natureMaladie
	natureMaternite
	natureAT
	naturePrevention
	natureSMG
)

// The natures d'assurance, as the draft names them.
const (
	Maladie    = "maladie"
	Maternite  = "maternite"
	AT         = "at"
	Prevention = "prevention"
	SMG        = "smg"
)

// maladieRegimeLocal is the row of the table natures for maladie with a régime local.
const maladieRegimeLocal = "maladie-regime-local"

// The events that the date of a maternité may be the day of.
const (
	Grossesse       = "grossesse" // start of the pregnancy
	NaissanceEnfant = "naissance" // of the child
)

func natureOf(code string) natureKind {
	switch code {
	case Maladie:
		return natureMaladie
	case Maternite:
		return natureMaternite
	case AT:
		return natureAT
	case Prevention:
		return naturePrevention
	case SMG:
		return natureSMG
	}
	return natureInconnue
}

// checkNature checks the nature d'assurance, its data, and the care pathway.
func (p *pricer) checkNature() {
	n := &p.d.Nature
	switch p.nature = natureOf(n.Code); p.nature {
	case natureInconnue:
		p.fault(CodeNature, "nature.code")
	case natureMaternite:
		p.checkMaternite()
	case natureAT:
		if strings.TrimSpace(n.Numero) == "" && n.Date.IsZero() || n.Date > p.first {
			p.fault(CodeATReference, "nature")
		}
	case natureSMG:
		p.checkSMG()
	}
	p.checkParcours()
	for i := range p.d.Actes {
		a := &p.d.Actes[i]
		if a.Nature != "" && a.Nature != n.Code {
			p.faultActe(CodeNatureMelangee, i, "nature")
		}
		if a.Parcours != "" && a.Parcours != p.d.Parcours {
			p.faultActe(CodeParcoursMelange, i, "parcours")
		}
	}
}

func (p *pricer) checkMaternite() {
	n := &p.d.Nature
	switch {
	case n.Date.IsZero():
		p.fault(CodeMaterniteDate, "nature.date")
	case n.Evenement != "" && n.Evenement != Grossesse && n.Evenement != NaissanceEnfant,
		n.Evenement == Grossesse && n.Date > p.first:
		p.fault(CodeMaterniteEvent, "nature.evenement")
	}
}

// checkParcours finds the situation in the care pathway. SMG is outside of it:
// what the draft says is ignored and sent blank.
func (p *pricer) checkParcours() {
	code := p.d.Parcours
	if p.nature == natureSMG {
		return
	}
	if code == "" {
		if p.nature == natureMaladie && !p.under(tables.ParamAgeMTM, p.day) {
			p.fault(CodeParcoursAbsent, "parcours")
		}
		return
	}
	row, ok := p.t.Parcours(code, p.day)
	if !ok {
		p.fault(CodeParcours, "parcours")
		return
	}
	p.hors = row.Hors
	p.prix.Parcours = row.Code
}

// under reports whether the beneficiary is younger on a day than an age of the
// table parametres. An unknown age is not under any.
func (p *pricer) under(age tables.CleParametre, on Date) bool {
	row, ok := p.t.Parametre(age, on)
	return ok && p.birth != 0 && on.Age(p.birth) < int(row.Valeur)
}
