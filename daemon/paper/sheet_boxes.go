package paper

import (
	"slices"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// professionalBox names who billed: with the numbers of the FSE, which are those that
// were sent, and the words of the practice.
func (s *Sheet) professionalBox(p *Practice) box {
	who, pro := *p, &s.Draft.Professionnel
	for _, n := range []struct{ to, from *string }{
		{&who.NumeroAM, &pro.NumeroAM}, {&who.RPPS, &pro.RPPS}, {&who.Structure, &pro.Structure},
	} {
		if *n.from != "" {
			*n.to = *n.from
		}
	}
	return who.box()
}

// beneficiaryBox names who received the care.
func (s *Sheet) beneficiaryBox(t *tables.Set) box {
	p := &s.Draft.Beneficiaire
	rank := max(p.Rang, 1)
	return box{"Bénéficiaire des soins", []field{
		{"Nom et prénom", s.name(p)},
		{"Nom de famille", s.family(p)},
		{"N° d’immatriculation", nirPaper(p.NIR)},
		{"Identification", s.identification(t, p)},
		{"Né(e) le", birth(p.Naissance)},
		{"Rang de naissance", strconv.Itoa(rank)},
		{"Qualité", optional(t.Libelle("qualites", p.Qualite, s.Draft.DateSoins))},
	}}
}

// identification says a kind of number that is not the ordinary one.
func (s *Sheet) identification(t *tables.Set, p *fse.Personne) string {
	if p.Identification == "" || p.Identification == "00" {
		return missing
	}
	words := ""
	if row, ok := t.TypeNIR(p.Identification, s.Draft.DateSoins); ok {
		words = row.Libelle
	}
	return clean(join(" ", p.Identification, words))
}

// insuredBox names the insured person and the two insurances.
func (s *Sheet) insuredBox(t *tables.Set) box {
	a, who := &s.Draft.AMO, s.assure()
	name := "le bénéficiaire"
	if s.Draft.Assure != nil {
		name = s.name(who)
	}
	payer := s.payer()
	f := []field{
		{"Assuré", name},
		{"N° de l’assuré", nirPaper(who.NIR)},
		{"Organisme AMO", join(" ", destination(payer), clean(payer.Nom))},
		{"Centre de la carte", missing},
		{"Attestation AMO", missing},
		{"Organisme AMC", "aucun"},
	}
	if s.Prix != nil && s.Prix.Centre != nil {
		f[3].value = clean(s.Prix.Centre.Avant + ", remplacé par " + s.Prix.Centre.Apres)
	}
	if row, ok := t.Attestation(a.Attestation, s.Draft.DateSoins); ok {
		f[4].value = clean(join(" ", row.Libelle, a.TexteALD))
	}
	if c := s.Draft.AMC; c != nil {
		f[5].value = clean(join(", contrat ", c.Organisme, c.Contrat))
		f = append(f, field{"N° d’adhérent", clean(c.Adherent)}, field{"Document pour l’AMC", yesNo(c.DocumentAMC)})
	}
	return box{"Assuré et organismes", f}
}

// natures are the words of the natures d'assurance, as the draft names them.
var natures = map[string]string{
	fse.Maladie:    "maladie",
	fse.Maternite:  "maternité",
	fse.AT:         "accident du travail ou maladie professionnelle",
	fse.Prevention: "prévention",
	fse.SMG:        "soins médicaux gratuits (SMG)",
}

// conditionsBox says under which rules the care is paid.
func (s *Sheet) conditionsBox(t *tables.Set) box {
	d := s.Draft
	nature := natures[d.Nature.Code]
	if nature == "" {
		nature = clean(d.Nature.Code)
	}
	f := []field{{"Nature d’assurance", nature}}
	f = append(f, s.natureFields()...)
	third := "non"
	if !d.AccidentTiers.IsZero() {
		third = "oui, le " + d.AccidentTiers.French()
	}
	f = append(f, field{"Accident par un tiers", third}, field{"Parcours de soins", s.parcours(t)},
		field{"Exonération", s.exemptions(t)})
	if s.Prix != nil {
		f = append(f, field{"Tiers payant", "AMO : " + yesNo(s.Prix.TiersPayant.AMO) + " ; AMC : " + yesNo(s.Prix.TiersPayant.AMC)})
	}
	if p := d.Prescripteur; p != nil {
		f = append(f, field{"Prescripteur", clean(join(" ", p.NumeroAM, p.RPPS) + ", le " + p.Date.French())})
	}
	if r := d.Professionnel.Remplace; r != nil {
		f = append(f, field{"Remplaçant du médecin", clean(join(" ", r.Nom, r.NumeroAM))})
	}
	return box{"Conditions de prise en charge", append(f, field{"Unité monétaire", "euro (" + fse.UniteMonetaire + ")"})}
}

// natureFields are the date or the number that a nature d'assurance asks for.
func (s *Sheet) natureFields() []field {
	n := &s.Draft.Nature
	switch n.Code {
	case fse.Maternite:
		if n.Evenement == fse.NaissanceEnfant {
			return []field{{"Date de naissance", n.Date.French()}}
		}
		return []field{{"Début de grossesse", n.Date.French()}}
	case fse.AT:
		return []field{{"N° d’accident", optional(n.Numero)}, {"Date de l’accident", optional(n.Date.French())}}
	}
	return nil
}

func (s *Sheet) parcours(t *tables.Set) string {
	code := s.Draft.Parcours
	if s.Prix != nil {
		code = s.Prix.Parcours
	}
	if row, ok := t.Parcours(code, s.Draft.DateSoins); ok {
		return clean(join(" — ", code, row.Libelle))
	}
	return clean(code)
}

// exemptions lists the codes of the lines with their words.
func (s *Sheet) exemptions(t *tables.Set) string {
	if s.Prix == nil {
		return ""
	}
	var words []string
	for i := range s.Prix.Lignes {
		l := &s.Prix.Lignes[i]
		w := l.Exoneration
		if row, ok := t.Exoneration(l.Exoneration, l.Date); ok {
			w = join(" — ", w, row.Libelle)
		}
		if !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return clean(join(" ; ", words...))
}
