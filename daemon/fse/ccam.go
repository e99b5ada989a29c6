package fse

import "github.com/agrafe-fse/agrafe/daemon/fse/tables"

// checkCCAM checks that the data of a CCAM line go with a CCAM code.
func (p *pricer) checkCCAM(a *Acte, l *Ligne) {
	c := a.CCAM
	if !tables.IsCCAM(a.Code) {
		if c != nil {
			p.faultActe(CodeCCAM, l.Acte, "ccam")
		}
		return
	}
	if l.Coefficient != tables.Un {
		p.faultActe(CodeCoefficient, l.Acte, "coefficient")
	}
	if c == nil {
		return
	}
	activite := c.Activite == "" || len(c.Activite) == 1 && c.Activite >= "1" && c.Activite <= "5"
	phase := c.Phase == "" || len(c.Phase) == 1 && c.Phase >= "0" && c.Phase <= "3"
	if !activite || !phase || len(c.Modificateurs) > 4 {
		p.faultActe(CodeCCAM, l.Acte, "ccam")
	}
}

// baseCCAM is price × sum of the percentages × share of the association, plus
// the modifiers that are sums.
func (p *pricer) baseCCAM(a *Acte, l *Ligne, info *acteInfo) {
	t := info.tarif
	if a.Complement != "" {
		p.faultActe(CodeComplement, l.Acte, "complement")
	}
	assoc, ok := p.association(a, l)
	if !ok {
		return
	}
	percent, sums := 100, Cents(0)
	var mods string
	if a.CCAM != nil {
		mods = a.CCAM.Modificateurs
	}
	for i := range len(mods) {
		m, ok := p.t.Modificateur(mods[i:i+1], l.Date)
		if !ok {
			p.faultActe(CodeModificateur, l.Acte, "ccam.modificateurs")
			continue
		}
		if m.Taux != 0 {
			percent += m.Taux - 100
		}
		sums += m.Montant
		l.explain(ruleModificateur, m.Montant, &m.Ref)
	}
	percent = max(percent, 0)
	q := int64(l.Quantite)
	l.Base = tables.Round(int64(t.Prix)*int64(percent)*int64(assoc.Taux)*q, 100*100)
	l.explain(ruleAssociation, l.Base, &assoc.Ref)
	l.Base += sums * Cents(q)
}

// association returns the share of the tariff of a CCAM act. A single CCAM act
// has the first; among several each must say its own.
func (p *pricer) association(a *Acte, l *Ligne) (*tables.AssociationCCAM, bool) {
	code := ""
	if a.CCAM != nil {
		code = a.CCAM.Association
	}
	for i := range p.d.Actes {
		other := &p.d.Actes[i]
		if i == l.Acte || !tables.IsCCAM(other.Code) || p.dateOf(other) != l.Date {
			continue
		}
		if code == "" {
			p.faultActe(CodeAssociation, l.Acte, "ccam.association")
			return nil, false
		}
		// The third and following acts are all free: only 1 and 2 are unique.
		if i < l.Acte && other.CCAM != nil && other.CCAM.Association == code && code != "3" {
			p.faultActe(CodeAssociationDouble, l.Acte, "ccam.association")
		}
	}
	if code == "" {
		code = "1"
	}
	row, ok := p.t.AssociationCCAM(code, l.Date)
	if !ok {
		p.faultActe(CodeAssociation, l.Acte, "ccam.association")
	}
	return row, ok
}

// dateOf returns the date of an act.
func (p *pricer) dateOf(a *Acte) Date {
	if a.Date.IsZero() {
		return p.day
	}
	return a.Date
}
