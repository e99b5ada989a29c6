package paper

import (
	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// FeuillePapier prints the paper sheet of last resort, with the boxes of the form cerfa
// 12541 filled in with what is known; amounts that are not are left to be written by hand.
// It is a plain rendering, not a facsimile, and says so. That of soins médicaux
// gratuits bears the address of the CNMSS. Its error is ErrIncomplete when the sheet has no content.
func FeuillePapier(p *Practice, s *Sheet, o Print) ([]byte, error) {
	if s.Draft == nil {
		return nil, incomplete("the paper sheet has no content")
	}
	c := newCanvas(o, "Feuille de soins papier")
	c.begin(part{
		foot:  join(" · ", "Feuille de soins papier", p.fullName(), "imprimée le "+moment(o.Created)),
		demo:  s.demo(),
		again: func() { c.heading("Feuille de soins (suite)", "médecin", "") },
	})
	c.heading("Feuille de soins", "médecin",
		"Rendu simple des rubriques du formulaire cerfa n°"+nbsp+"12541, ce n’est pas un fac-similé ; noms des rubriques donnés de mémoire ["+string(fspCertitude())+"].")
	if s.smg() {
		to, err := cnmss(o.tables())
		if err != nil {
			return nil, err
		}
		f := []field{{"À envoyer à", join(", ", to.lines()...)}, {"Destination", destination(s.payer())},
			{"Maximum accordé", optionalEuros(s.Draft.Nature.PlafondAttestation)}}
		c.boxes(box{articleSMG, f})
	}
	c.boxes(s.fspBeneficiary(c), s.fspInsured())
	c.boxes(s.fspDoctor(p))
	c.fspConditions(s)
	c.fspActs(s)
	c.fspUnpaid(s)
	c.signatures(fspSignatureMedecin.String(), fspSignatureAssure.String())
	return c.bytes()
}

func (s *Sheet) fspBeneficiary(c *canvas) box {
	b := s.beneficiaryBox(c.print.tables())
	b.title = fspBeneficiaire.String()
	return b
}

func (s *Sheet) fspInsured() box {
	who, payer := s.assure(), s.payer()
	f := []field{{"Nom et prénom", s.name(who)}, {"N° d’immatriculation", nirPaper(who.NIR)}, {"Organisme", join(" ", destination(payer), clean(payer.Nom))}}
	if a := s.Draft.AMC; a != nil {
		f = append(f, field{"Complémentaire", clean(join(", n° ", a.Organisme, a.Adherent))})
	}
	return box{fspAssure.String(), f}
}

func (s *Sheet) fspDoctor(p *Practice) box {
	f := []field{
		{"Identification", clean(join(", ", p.fullName(), p.Specialite))},
		{"N° assurance maladie", clean(join(" — RPPS ", p.NumeroAM, p.RPPS))},
		{"Adresse", join(", ", append(address(p.Adresse), clean(p.Telephone))...)},
	}
	if r := s.Draft.Professionnel.Remplace; r != nil {
		f = append(f, field{"Remplaçant de", clean(join(" ", r.Nom, r.NumeroAM))})
	}
	return box{fspMedecin.String(), append(f, field{fspStructure.String(), optional(p.Structure)})}
}

// choice is a box to tick, with what is written beside it.
type choice struct {
	on   bool
	name fspBox
	what string
}

// fspConditions writes what the care is paid for, as boxes to tick.
func (c *canvas) fspConditions(s *Sheet) {
	d := s.Draft
	n := &d.Nature
	list := []choice{
		{n.Code == fse.Maladie || n.Code == fse.Prevention, fspMaladie, ""},
		{n.Code == fse.SMG, fspL212, ""},
		{!d.AccidentTiers.IsZero(), fspTiers, dated("", d.AccidentTiers)},
		{n.Code == fse.Maternite, fspMaternite, ""},
		{n.Code == fse.AT, fspAT, ""},
		{d.Parcours != "" && n.Code != fse.SMG, fspParcours, s.parcours(c.print.tables())},
		{s.entente() != 0, fspAccord, dated("", s.entente())},
	}
	switch n.Code {
	case fse.Maternite:
		list[3].what = dated("", n.Date)
	case fse.AT:
		list[4].what = clean(join(", ", n.Numero, dated("", n.Date)))
	}
	const step = 5.2
	h := boxTitle + 2*boxPadding + step*float64(len(list))
	c.room(h)
	c.frame(fspConditions.String(), left, c.y, innerWidth, h)
	y := c.y + boxTitle + boxPadding + 3.6
	for _, ch := range list {
		words := ch.name.String()
		if ch.on {
			words = join(" : ", words, ch.what)
		}
		c.checkbox(left+2, y, innerWidth-4, ch.on, words)
		y += step
	}
	c.y += h + gapBetween
}

func dated(what string, d fse.Date) string {
	if d.IsZero() {
		return ""
	}
	return join(" ", what, d.French())
}

// entente returns the date of the first request for a prior agreement.
func (s *Sheet) entente() fse.Date {
	for i := range s.Draft.Actes {
		if d := s.Draft.Actes[i].Entente; !d.IsZero() {
			return d
		}
	}
	return 0
}

// fspUnpaid writes which parts the patient did not advance.
func (c *canvas) fspUnpaid(s *Sheet) {
	const h = 8.0
	c.room(h)
	tp := s.Draft.TiersPayant
	c.checkbox(left+2, c.y+4, innerWidth/2, tp.AMO, fspNonPayeObligatoire.String())
	c.checkbox(left+innerWidth/2, c.y+4, innerWidth/2, tp.AMC, fspNonPayeComplementaire.String())
	c.y += h
}
