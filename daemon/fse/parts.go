package fse

import (
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// chooseForfaits marks the lines that bear the flat participation: per date, the
// dearest of the acts exempted by the threshold, unless the person or the act is
// spared it, or an earlier invoice of that day bore it.
func (p *pricer) chooseForfaits() {
	if p.d.AMO.Exonere != "" && p.attestation == nil || p.aspa {
		return
	}
	for i := range p.infos {
		info := &p.infos[i]
		if !info.taux.seuil || info.tarif.Categorie != "" || slices.Contains(p.c.ForfaitsPris, info.date) {
			continue
		}
		dearest := true
		for j := range p.infos {
			other := &p.infos[j]
			if j == i || !other.taux.seuil || other.date != info.date || other.tarif.Categorie != "" {
				continue
			}
			if p.lignes[j].Base > p.lignes[i].Base || p.lignes[j].Base == p.lignes[i].Base && j < i {
				dearest = false
			}
		}
		info.forfait = dearest
	}
}

// share splits the fees of a line between the compulsory insurance, the
// complementary one and the patient.
func (p *pricer) share(l *Ligne, info *acteInfo) {
	d := &info.taux
	l.AMO = l.Base.Percent(d.percent)
	l.explain(d.rule, l.AMO, d.ref)
	covered := l.AMO // what the contract counts as paid by the AMO
	switch {
	case info.forfait:
		l.AMO = p.forfait(l)
		covered = l.AMO
		if p.hors {
			p.sansMajoration(l, d)
		}
	case p.hors && !p.sansMajoration(l, d):
		l.AMO -= p.majoration(l)
	}
	p.shareAMC(l, info, l.Base-covered)
	l.Patient = l.Honoraires - l.AMO - l.AMC
	if p.nature == natureSMG {
		l.Patient = 0
		return
	}
	if info.exces > 0 {
		l.explain(ruleDepassement, info.exces, &info.tarif.Ref)
	}
	if l.Patient > 0 {
		l.explain(rulePatient, l.Patient, d.ref)
	}
	p.retenue(l, info)
}

// sansMajoration reports whether the line is spared the majoration of the pathway,
// and explains why.
func (p *pricer) sansMajoration(l *Ligne, d *decision) bool {
	switch {
	case d.percent == 100:
		l.explain(ruleSansMTM100, 0, d.ref)
	case d.percent == 0:
		l.explain(ruleSansMTM0, 0, d.ref)
	case p.under(tables.ParamAgeMTM, l.Date):
		row, _ := p.t.Parametre(tables.ParamAgeMTM, l.Date)
		l.explain(ruleSansMTMAge, 0, &row.Ref)
	default:
		return false
	}
	return true
}

// forfait returns the part AMO of a line that bears the flat participation. A
// régime local bears it itself.
func (p *pricer) forfait(l *Ligne) Cents {
	row, ok := p.t.Parametre(tables.ParamForfait, l.Date)
	if !ok {
		p.faultActe(CodeParametreAbsent, l.Acte, "", "parametres", string(tables.ParamForfait), l.Date.French())
		return 0
	}
	amount := min(Cents(row.Valeur), l.Base)
	if p.regimeLocal != "" {
		l.explain(ruleForfaitLocal, amount, &row.Ref)
		return l.Base
	}
	l.explain(ruleForfait, -amount, &row.Ref)
	p.prix.Total.Forfait += amount
	return l.Base - amount
}

// majoration returns what the pathway takes off the part AMO now. With tiers
// payant, C2S apart, it is nothing: the payer keeps it back later and the total
// shows it for information.
func (p *pricer) majoration(l *Ligne) Cents {
	rate, ok1 := p.t.Parametre(tables.ParamTauxMTM, l.Date)
	limit, ok2 := p.t.Parametre(tables.ParamPlafondMTM, l.Date)
	if !ok1 || !ok2 {
		p.faultActe(CodeParametreAbsent, l.Acte, "", "parametres", string(tables.ParamPlafondMTM), l.Date.French())
		return 0
	}
	more, row := l.Base.Percent(int(rate.Valeur)), rate
	if most := Cents(limit.Valeur) * Cents(l.Quantite); more > most {
		more, row = most, limit
	}
	more = min(more, l.AMO)
	p.prix.Total.MTM += more
	if p.d.TiersPayant.AMO && !p.c2s {
		l.explain(ruleMTMInfo, more, &row.Ref)
		return 0
	}
	l.explain(ruleMTM, -more, &row.Ref)
	return more
}

// shareAMC computes the part of the complementary insurance. The ticket
// modérateur tm does not hold the majoration of the pathway, which only the C2S
// pays: other contracts are forbidden to.
func (p *pricer) shareAMC(l *Ligne, info *acteInfo, tm Cents) {
	switch {
	case p.d.AMO.AME:
		l.AMC = l.Base
		if info.sens != tables.SensGratuit {
			l.Qualificatif = qualificatifAME
		}
		l.explain(ruleAME, l.AMC, info.taux.ref)
	case info.taux.percent == 0 || p.d.AMC == nil:
	case p.c2s:
		if l.AMC = l.Base - l.AMO; l.AMC > 0 {
			l.explain(ruleC2S, l.AMC, p.taux(l, tables.TauxC2S).ref)
		}
	default:
		if l.AMC = tm.Percent(p.part); l.AMC > 0 {
			l.explain(ruleAMC, l.AMC, info.taux.ref)
		}
	}
}

// qualificatifAME is the qualifier of every line of an AME invoice.
const qualificatifAME = "N"

// retenue counts the participation forfaitaire that the payer keeps back later
// on what it reimburses, and shows it for information.
func (p *pricer) retenue(l *Ligne, info *acteInfo) {
	if !info.acte.Principal || l.AMO == 0 || p.c2s || p.d.AMO.AME || p.under(tables.ParamAgeMajorite, l.Date) || p.lateMaternite(l.Date) {
		return
	}
	row, ok := p.t.Parametre(tables.ParamForfaitaire, l.Date)
	if !ok {
		return
	}
	amount := min(Cents(row.Valeur)*Cents(l.Quantite), l.AMO)
	l.explain(ruleRetenue, amount, &row.Ref)
	p.prix.Total.Retenue += amount
}

// lateMaternite reports whether the care is of a pregnancy from its sixth month
// on, or follows the birth.
func (p *pricer) lateMaternite(on Date) bool {
	n := &p.d.Nature
	if p.nature != natureMaternite {
		return false
	}
	if n.Evenement == NaissanceEnfant {
		return true
	}
	row, ok := p.t.Parametre(tables.ParamMoisMaternite, on)
	return ok && on >= n.Date.AddMonths(int(row.Valeur)-1)
}

// sum adds the lines up.
func (p *pricer) sum() {
	t := &p.prix.Total
	for i := range p.lignes {
		l := &p.lignes[i]
		t.Base += l.Base
		t.Honoraires += l.Honoraires
		t.AMO += l.AMO
		t.AMC += l.AMC
		t.Patient += l.Patient
		t.NonPrisEnCharge += l.NonPrisEnCharge
		t.Certitude = t.Certitude.Weakest(l.certitude())
	}
	t.ARegler = t.Honoraires - t.NonPrisEnCharge
	if p.d.TiersPayant.AMO {
		t.ARegler -= t.AMO
	}
	if p.d.TiersPayant.AMC || p.d.AMO.AME {
		t.ARegler -= t.AMC
	}
}

// checkTiersPayant refuses an invoice without tiers payant where it is compulsory.
func (p *pricer) checkTiersPayant() {
	if p.d.TiersPayant.AMO {
		return
	}
	if why := p.compulsory(); why != "" {
		p.fault(CodeTiersPayant, "tiersPayant.amo", why)
	}
}

// relatesToALD reports whether a reimbursed act is in relation with an open ALD,
// whatever the rule that gave its rate.
func (p *pricer) relatesToALD(i int) bool {
	a := &p.d.Actes[i]
	related := a.EnRapportALD && p.openALD() || a.Exoneration == exoALD
	return p.infos[i].taux.percent > 0 && related
}

// compulsory says why the patient can't be asked to advance the part AMO.
func (p *pricer) compulsory() string {
	switch {
	case p.d.AMO.AME:
		return "le patient a l’AME"
	case p.c2s:
		return "le patient a la C2S"
	case p.nature == natureSMG:
		return "soins médicaux gratuits"
	case p.nature == natureMaternite:
		return "maternité"
	case p.nature == natureAT:
		return "accident du travail ou maladie professionnelle"
	}
	for i := range p.infos {
		if !p.infos[i].ok {
			continue
		}
		if p.relatesToALD(i) {
			return "soins en rapport avec une ALD"
		}
		if p.infos[i].tarif.TPAMO {
			return "acte " + p.d.Actes[i].Code
		}
	}
	return ""
}
