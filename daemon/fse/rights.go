package fse

import (
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// The régimes locaux and the reasons why a beneficiary is exempted.
const (
	AlsaceMoselle    = "alsace-moselle"
	Frontalier       = "frontalier"
	PensionMilitaire = "pension-militaire"
	Invalidite       = "invalidite"
	RenteAT          = "rente-at"
)

const (
	regimeSNCF    = "04"
	regimeMines   = "07"
	regimeGeneral = "01"
	contratC2S    = "89" // type of contract of the complémentaire santé solidaire
)

// checkAMO checks the rights that the compulsory insurance opens.
func (p *pricer) checkAMO() {
	a := &p.d.AMO
	p.regimeLocal, p.aspa = a.RegimeLocal, a.ASPA
	switch a.Exonere {
	case "", PensionMilitaire, Invalidite, RenteAT:
	default:
		p.fault(CodeExonere, "amo.exonere")
	}
	if a.Attestation != "" {
		p.checkAttestation()
	}
	switch p.regimeLocal {
	case "", AlsaceMoselle:
	case Frontalier:
		p.fault(CodeTauxFrontalier, "amo.regimeLocal")
	default:
		p.fault(CodeRegimeLocal, "amo.regimeLocal")
	}
	if a.AME && p.nature == natureSMG {
		p.fault(CodeSMGAME, "amo.ame")
	}
	p.checkRegime()
	p.prix.Nature = p.natureB2()
}

// checkRegime finds whether the régime has rates of its own.
func (p *pricer) checkRegime() {
	a := &p.d.AMO
	if p.nature != natureSMG {
		row, ok := p.t.Regime(a.Regime, p.day)
		p.tauxPropre = ok && row.TauxPropre
	}
	switch {
	case a.Taux != 0 && (!p.tauxPropre || a.Taux < 1 || a.Taux > 100):
		p.fault(CodeTauxSaisi, "amo.taux")
	case p.tauxPropre && a.Taux == 0:
		p.fault(CodeTauxRegime, "amo.regime")
	}
}

// checkAttestation reads the paper certificate of rights. It takes the place of
// the rights entered beside it, because a user chose it for this invoice.
func (p *pricer) checkAttestation() {
	a := &p.d.AMO
	row, ok := p.t.Attestation(a.Attestation, p.day)
	if !ok {
		p.fault(CodeAttestation, "amo.attestation")
		return
	}
	p.attestation = row
	if p.d.Mode == Securise {
		p.fault(CodeAttestationSecurise, "amo.attestation")
	}
	if row.Condition != "" {
		p.fault(CodeAttestationCondition, "amo.attestation", row.Condition)
	}
	aspa := row.Exo == exoASPA
	if a.ALD && row.ExoALD != exoALD || a.Exonere != "" || a.ASPA && !aspa || a.RegimeLocal != "" && a.RegimeLocal != row.RegimeLocal {
		p.fault(CodeAttestationPrime, "amo.attestation")
	}
	p.regimeLocal, p.aspa = row.RegimeLocal, aspa
}

// natureB2 returns the nature d'assurance as B2 writes it.
func (p *pricer) natureB2() string {
	key := p.d.Nature.Code
	if p.nature == natureMaladie && p.regimeLocal != "" {
		key = maladieRegimeLocal
	}
	row, ok := p.t.Nature(key, p.day)
	if !ok {
		if p.nature != natureInconnue {
			p.fault(CodeParametreAbsent, "nature.code", "natures", key, p.day.French())
		}
		return ""
	}
	p.prix.CertitudeNature = row.Ref.Certitude
	return row.Code
}

// checkAMC checks the complementary contract.
func (p *pricer) checkAMC() {
	c, tp := p.d.AMC, p.d.TiersPayant
	if tp.AMC && !tp.AMO {
		p.fault(CodeAMCSeule, "tiersPayant.amc")
	}
	if c == nil {
		if tp.AMC && !p.d.AMO.AME {
			p.fault(CodeAMCAbsente, "amc")
		}
		if p.d.AMO.AME {
			p.fault(CodeAMEOrganisme, "amc.organisme")
		}
		return
	}
	if c.Organisme == "" {
		if p.d.AMO.AME {
			p.fault(CodeAMEOrganisme, "amc.organisme")
		} else if tp.AMC {
			p.fault(CodeAMCAbsente, "amc.organisme")
		}
	}
	p.c2s = c.Contrat == contratC2S && !p.d.AMO.AME
	if p.c2s && tp.AMO && !tp.AMC {
		p.fault(CodeAMCC2S, "tiersPayant.amc")
	}
	var ok bool
	if p.part, ok = partTM(c.Part); !ok {
		p.fault(CodeAMCPart, "amc.part")
	}
}

// partTM reads a share of the ticket modérateur: 100TM, 60TM; "" is all of it.
func partTM(s string) (percent int, ok bool) {
	if s == "" {
		return 100, true
	}
	digits, ok := strings.CutSuffix(s, "TM")
	if !ok || len(digits) == 0 || len(digits) > 3 || !allDigits(digits, len(digits)) {
		return 0, false
	}
	for _, c := range []byte(digits) {
		percent = percent*10 + int(c-'0')
	}
	return percent, percent <= 100
}

// findPayer finds who the invoice is sent to.
func (p *pricer) findPayer() {
	a := &p.d.AMO
	to := Organisme{Regime: a.Regime, Caisse: a.Caisse, Centre: a.Centre}
	if p.nature == natureSMG {
		to = Organisme{Regime: tables.SMGRegime, Caisse: tables.SMGCaisse, Centre: tables.SMGCentre}
	} else if to == smgPayer {
		p.fault(CodeSMGPropose, "nature.code")
	}
	if len(to.Regime) != 2 || len(to.Caisse) != 3 || len(to.Centre) != 4 {
		p.fault(CodeOrganismeAbsent, "amo")
		return
	}
	p.substituteCentre(&to)
	row, ok := p.t.Organisme(to.Regime, to.Caisse, to.Centre)
	if !ok {
		if row, ok = p.t.Organisme(to.Regime, to.Caisse, tables.CentreDefaut); ok {
			p.fault(CodeCentreInconnu, "amo.centre", to.Centre)
		}
	}
	if !ok {
		p.fault(CodeOrganismeInconnu, "amo", to.Regime+"/"+to.Caisse+"/"+to.Centre)
		return
	}
	to.Nom = row.Libelle
	p.prix.Destinataire, p.prix.Demonstration = to, row.Demonstration
}

var smgPayer = Organisme{Regime: tables.SMGRegime, Caisse: tables.SMGCaisse, Centre: tables.SMGCentre}

// substituteCentre writes centre 0000 for régime 01 in degraded mode: users
// report that such invoices never reach the CPAM otherwise. Test payers keep
// theirs, and the configuration can turn it off.
func (p *pricer) substituteCentre(to *Organisme) {
	if p.d.Mode != Degrade || to.Regime != regimeGeneral || to.Centre == tables.CentreDefaut || p.c.CentreTelQuel {
		return
	}
	if row, ok := p.t.Organisme(to.Regime, to.Caisse, to.Centre); ok && row.Demonstration {
		return
	}
	p.prix.Centre = &CentreModifie{Avant: to.Centre, Apres: tables.CentreDefaut, Certitude: tables.Infere}
	p.fault(CodeCentreSubstitue, "amo.centre", to.Centre)
	to.Centre = tables.CentreDefaut
}
