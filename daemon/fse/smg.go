package fse

import (
	"math/bits"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// checkSMG checks the data of the nature SMG: confirmed, and an agreement that
// precedes the care.
func (p *pricer) checkSMG() {
	n := &p.d.Nature
	if !n.Confirme {
		p.fault(CodeSMGAConfirmer, "nature.confirme")
	}
	if c := n.AccordCNMSS; c != nil && (c.Date.IsZero() || c.Date > p.day || c.Montant <= 0 || c.Montant > maxMontant) {
		p.fault(CodeSMGAccord, "nature.accordCNMSS")
	}
}

// supplementLine prices a DAP or SGA line that the user entered.
func (p *pricer) supplementLine(l *Ligne) {
	if p.nature != natureSMG || p.d.Nature.AccordCNMSS == nil || l.Honoraires == 0 {
		p.faultActe(CodeSMGSupplement, l.Acte, "code")
	}
	l.Base = l.Honoraires
}

// supplementsSMG moves what is above the tariff of each act to a supplement line
// behind it, which the CNMSS agreed to pay: DAP for an act that is reimbursed, SGA
// for another. why is room for the explanations of the new lines.
func (p *pricer) supplementsSMG(why []Explication) {
	agreed := p.d.Nature.AccordCNMSS
	if agreed == nil {
		return
	}
	var total Cents
	late := agreed.Date > p.day // then said already
	for i := len(p.infos) - 1; i >= 0; i-- {
		info, l := &p.infos[i], &p.lignes[i]
		if !info.ok {
			continue
		}
		if l.Code == supplementDAP || l.Code == supplementSGA {
			total += l.Honoraires
		} else if info.exces == 0 {
			continue
		}
		if agreed.Date > l.Date && !late {
			p.fault(CodeSMGAccord, "nature.accordCNMSS")
			late = true
		}
		if info.exces == 0 {
			continue
		}
		total += info.exces
		code := supplementDAP
		if info.sens == tables.SensNonRemboursable {
			code = supplementSGA
		}
		l.Honoraires = l.Base
		s := Ligne{
			Code: code, Date: l.Date, Quantite: 1, Coefficient: tables.Un, Acte: l.Acte,
			Base: info.exces, Honoraires: info.exces, AMO: info.exces,
			Taux: l.Taux, Exoneration: l.Exoneration, Explications: why[:0:explicationsParLigne],
		}
		why = why[explicationsParLigne:]
		s.explain(ruleSupplementSMG, s.AMO, info.taux.ref)
		s.Explications[0].Certitude = s.certitude().Weakest(l.certitude())
		p.lignes = append(p.lignes, Ligne{})
		copy(p.lignes[i+2:], p.lignes[i+1:])
		p.lignes[i+1] = s
	}
	if total > agreed.Montant {
		p.fault(CodeSMGAccordDepasse, "nature.accordCNMSS", agreed.Montant.String())
	}
}

// capSMG applies the maximum of the patient's certificate and says what is left
// to validate or to acknowledge before signing.
func (p *pricer) capSMG() {
	if len(p.errs) > 0 {
		return
	}
	n := &p.d.Nature
	var computed Cents
	for i := range p.lignes {
		computed += p.lignes[i].AMO
	}
	switch {
	case n.MontantValide == nil:
		p.fault(CodeSMGAValider, "nature.montantValide", computed.String())
	case *n.MontantValide != computed:
		p.fault(CodeSMGMontantChange, "nature.montantValide", computed.String())
	}
	if n.PlafondAttestation == nil {
		return
	}
	most := *n.PlafondAttestation
	if most < 0 || most > computed {
		p.fault(CodeSMGPlafond, "nature.plafondAttestation", computed.String())
		return
	}
	p.spread(most, computed)
	if rest := computed - most; rest > 0 && (n.ResteReconnu == nil || *n.ResteReconnu != rest) {
		p.fault(CodeSMGReste, "nature.resteReconnu", rest.String())
	}
}

// spread brings the parts AMO down to most in all: each line in proportion to
// its own, the cents left over one by one to the first lines. The way to spread
// is ours; the certificate only gives the sum.
func (p *pricer) spread(most, computed Cents) {
	if most == computed {
		return
	}
	left := most
	for i := range p.lignes {
		l := &p.lignes[i]
		// 128 bits: the product of two sums of an invoice may not fit in 64.
		hi, lo := bits.Mul64(uint64(l.AMO), uint64(most))
		share, _ := bits.Div64(hi, lo, uint64(computed))
		l.NonPrisEnCharge = l.AMO - Cents(share)
		l.AMO = Cents(share)
		left -= l.AMO
	}
	for i := range p.lignes {
		if l := &p.lignes[i]; left > 0 && l.NonPrisEnCharge > 0 {
			l.AMO++
			l.NonPrisEnCharge--
			left--
		}
	}
	for i := range p.lignes {
		l := &p.lignes[i]
		l.explain(rulePlafondSMG, l.NonPrisEnCharge, p.infos[l.Acte].taux.ref)
	}
}
