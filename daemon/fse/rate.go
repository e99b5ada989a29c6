package fse

import "github.com/agrafe-fse/agrafe/daemon/fse/tables"

// Exemption codes that the rules look at.
const (
	exoAucune      = "0"
	exoSeuilNGAP   = "1"
	exoParticulier = "3"
	exoALD         = "4"
	exoRegime      = "5"
	exoMines       = "6"
	exoPrevention  = "7"
	exoASPA        = "9"
	exoCCAM        = "C"
)

// decision is the rate of a line, why, and what follows from it.
type decision struct {
	percent int
	exo     string
	rule    rule
	ref     *tables.Ref
	seuil   bool // exempted by the threshold: the flat participation may be due
}

var noRef tables.Ref

// rate decides the rate of the compulsory insurance: the first rule that matches.
func (p *pricer) rate(a *Acte, l *Ligne, info *acteInfo) decision {
	amo := &p.d.AMO
	ald := a.EnRapportALD && p.openALD() || a.Exoneration == exoALD
	switch {
	case amo.AME:
		return p.taux(l, tables.TauxAME)
	case info.sens == tables.SensGratuit:
		return p.taux(l, tables.TauxGratuit)
	case info.sens == tables.SensNonRemboursable && p.nature != natureSMG:
		return p.taux(l, tables.TauxNonRemboursable)
	case p.nature == natureAT:
		return p.taux(l, tables.TauxAT)
	case p.nature == natureMaternite:
		return p.taux(l, tables.TauxMaternite)
	case p.nature == naturePrevention:
		return p.taux(l, tables.TauxPrevention)
	case p.nature == natureSMG:
		return p.taux(l, tables.TauxSMG)
	case amo.Regime == regimeMines:
		return p.withALD(p.taux(l, tables.TauxMines), ald)
	case p.attestation == nil && (amo.Exonere == PensionMilitaire || amo.Exonere == Invalidite):
		return p.withALD(p.taux(l, tables.TauxExonere), ald)
	}
	if p.attestation != nil && p.attestation.Taux == 100 {
		return p.withALD(p.certificate(false), ald)
	}
	switch a.Exoneration {
	case exoRegime:
		return p.withALD(p.entered(l, exoRegime, tables.TauxExonere, true), ald)
	case exoMines:
		// 6 stands for the special régimes of the SNCF and the mines.
		return p.withALD(p.entered(l, exoMines, tables.TauxMines, amo.Regime == regimeSNCF), ald)
	}
	return p.rateOfActe(a, l, info, ald)
}

// withALD gives a line of an exempted person the code 4 when it is in relation
// with an ALD.
func (p *pricer) withALD(d decision, ald bool) decision {
	if ald {
		d.exo = exoALD
	}
	return d
}

// rateOfActe goes on with the rules that depend on the act, then on the person.
func (p *pricer) rateOfActe(a *Acte, l *Ligne, info *acteInfo, ald bool) decision {
	seuil, atThreshold := p.threshold(l, info)
	switch {
	case info.tarif.ExoNature == exoCCAM:
		return p.taux(l, tables.TauxCCAMExonere)
	case info.tarif.ExoNature == exoPrevention:
		return p.taux(l, tables.TauxProgramme)
	case a.Exoneration == exoCCAM && !atThreshold:
		return p.entered(l, a.Exoneration, tables.TauxCCAMExonere, info.acte.CCAM)
	case a.Exoneration == exoPrevention:
		return p.entered(l, a.Exoneration, tables.TauxProgramme, true)
	case info.tarif.Taux != tables.SansTaux:
		d := p.taux(l, tables.TauxTarif)
		d.percent, d.ref = info.tarif.Taux, &info.tarif.TauxRef
		return d
	case ald && a.Exoneration == exoALD && !a.EnRapportALD:
		return p.entered(l, a.Exoneration, tables.TauxALD, true)
	case ald && p.attestation != nil:
		return p.certificate(true)
	case ald:
		return p.taux(l, tables.TauxALD)
	case a.Exoneration == exoParticulier:
		return p.entered(l, a.Exoneration, tables.TauxSoinsParticuliers, true)
	case atThreshold:
		d := p.taux(l, seuil)
		d.seuil = true
		return d
	case a.Exoneration == exoSeuilNGAP:
		return p.entered(l, a.Exoneration, tables.TauxSeuilNGAP, !info.acte.CCAM)
	}
	return p.rateOfPerson(a, l)
}

// rateOfPerson is the rate where nothing exempts the act.
func (p *pricer) rateOfPerson(a *Acte, l *Ligne) decision {
	amo := &p.d.AMO
	switch {
	case p.attestation != nil:
		return p.certificate(false)
	case amo.Exonere == RenteAT:
		return p.taux(l, tables.TauxRenteAT)
	case p.tauxPropre && amo.Taux != 0:
		return decision{percent: amo.Taux, exo: exoAucune, rule: ruleTauxSaisi, ref: &noRef}
	case p.regimeLocal == AlsaceMoselle:
		return p.taux(l, tables.TauxAlsaceMoselle)
	case p.regimeLocal == Frontalier:
		return p.taux(l, tables.TauxFrontalier)
	case p.aspa:
		return p.taux(l, tables.TauxASPA)
	case a.Exoneration == exoASPA:
		return p.entered(l, exoASPA, tables.TauxASPA, true)
	}
	return p.taux(l, tables.TauxBase)
}

// threshold reports whether the act is exempted by its price (CCAM) or its
// coefficient (K and KC), and by which rate.
func (p *pricer) threshold(l *Ligne, info *acteInfo) (tables.CleTaux, bool) {
	switch {
	case info.acte.CCAM:
		row, ok := p.t.Parametre(tables.ParamSeuilCCAM, l.Date)
		return tables.TauxSeuilCCAM, ok && info.tarif.Prix >= Cents(row.Valeur)
	case info.acte.Lettre:
		row, ok := p.t.Parametre(tables.ParamSeuilNGAP, l.Date)
		return tables.TauxSeuilNGAP, ok && l.Coefficient >= Coef(row.Valeur)
	}
	return "", false
}

// openALD reports whether the rights open an ALD: those of the certificate where
// the user chose one.
func (p *pricer) openALD() bool {
	if p.attestation != nil {
		return p.attestation.ExoALD == exoALD
	}
	return p.d.AMO.ALD
}

// certificate is the rate that the paper certificate grants.
func (p *pricer) certificate(ald bool) decision {
	c := p.attestation
	if ald {
		return decision{percent: c.TauxALD, exo: c.ExoALD, rule: ruleAttestation, ref: &c.Ref}
	}
	return decision{percent: c.Taux, exo: c.Exo, rule: ruleAttestation, ref: &c.Ref}
}

// entered applies a rate by an exemption that the user entered on the act and
// that no known right explains. It is recorded as such, or refused when it can't
// go with the act or the régime.
func (p *pricer) entered(l *Ligne, exo string, key tables.CleTaux, possible bool) decision {
	if possible {
		p.faultActe(CodeExonerationSaisie, l.Acte, "exoneration", exo)
	} else {
		p.faultActe(CodeExonerationInco, l.Acte, "exoneration", exo)
	}
	return p.taux(l, key)
}

// taux reads a rate of the table.
func (p *pricer) taux(l *Ligne, key tables.CleTaux) decision {
	row, ok := p.t.Taux(key, l.Date)
	if !ok {
		p.faultActe(CodeParametreAbsent, l.Acte, "", "taux", string(key), l.Date.French())
		return decision{ref: &noRef}
	}
	return decision{percent: row.Taux, exo: row.Exoneration, rule: rulePartAMO, ref: &row.Ref}
}
