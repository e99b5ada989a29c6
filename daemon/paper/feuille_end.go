package paper

import (
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

func count(n int) string { return strconv.Itoa(n) }

// sums says who pays the total, and what the payer will do later.
func (c *canvas) sums(s *Sheet) {
	t, d := &s.Prix.Total, s.due()
	now := box{"Règlement", []field{
		{"Total", eurosUnit(t.Honoraires)},
		{"Tiers payant AMO", eurosUnit(d.amo)},
		{"Tiers payant AMC", eurosUnit(d.amc)},
		{"À régler par le patient", eurosUnit(d.patient)},
	}}
	if s.smg() || t.NonPrisEnCharge != 0 {
		now.fields = append(now.fields, field{"Non pris en charge", eurosUnit(t.NonPrisEnCharge)})
	}
	later := box{"Pour information", []field{
		{"Hors parcours", nonZero(t.MTM)},
		{"Forfait de l’acte", nonZero(t.Forfait)},
		{"Retenue par la caisse", nonZero(t.Retenue)},
		{"Calcul", certainty(t.Certitude)},
	}}
	c.boxes(now, later)
}

// certainty says of a price whether all that it rests on was seen.
func certainty(c tables.Certitude) string {
	if c == tables.Infere || c == tables.Memoire {
		return "fondé sur des valeurs déduites [" + string(c) + "]"
	}
	return missing
}

func nonZero(n fse.Cents) string {
	if n == 0 {
		return "aucun"
	}
	return eurosUnit(n)
}

// articleSMG is the mention of soins médicaux gratuits: article of the code of
// military pensions for invalidity, with the number it had before.
const articleSMG = "Soins dispensés au titre de l’article L." + nbsp + "212-1 (ancien article L." + nbsp + "115)"

// smg writes what is proper to soins médicaux gratuits.
func (c *canvas) smg(s *Sheet) {
	n := &s.Draft.Nature
	f := []field{
		{"", articleSMG},
		{"Destination", destination(s.payer())},
		{"Montant calculé", optionalEuros(n.MontantValide)},
		{"Maximum accordé", optionalEuros(n.PlafondAttestation)},
		{"Non pris en charge", eurosUnit(s.Prix.Total.NonPrisEnCharge) + ", non demandé au patient"},
	}
	if a := n.AccordCNMSS; a != nil {
		f = append(f, field{"Accord de la CNMSS", eurosUnit(a.Montant) + ", le " + a.Date.French()})
	}
	c.boxes(box{"Soins médicaux gratuits (SMG)", f})
}

func optionalEuros(n *fse.Cents) string {
	if n == nil {
		return missing
	}
	return eurosUnit(*n)
}

// signed ends the sheet with its signatures: frames to sign in for degraded mode, else
// what was signed with cards.
func (c *canvas) signed(s *Sheet) {
	f := field{"", "Pas encore signée."}
	if g := s.Signature; g != nil {
		cards := "carte de professionnel de santé n°" + nbsp + clean(g.CPS)
		if g.Vitale {
			cards += ", en présence de la carte Vitale"
		}
		f.value = "Signée le " + moment(g.At) + " avec la " + cards + "."
	}
	c.boxes(box{"Signature électronique", []field{f}})
	if s.degraded() {
		c.signatures("Signature du professionnel", "Signature de l’assuré ou du bénéficiaire (si présent)")
	}
}
