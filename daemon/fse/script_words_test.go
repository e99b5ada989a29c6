package fse

import (
	"fmt"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// apply reads one line of a script.
func (s *script) apply(words []string) error {
	a := &args{words: words}
	d := &s.draft
	switch w := a.next(); w {
	case "mode":
		s.mode(a)
	case "date":
		if d.DateSoins = 0; len(a.words) > 0 && a.words[0] == "-" {
			a.next()
		} else {
			d.DateSoins = a.date()
		}
	case "aujourdhui":
		s.ctx.Today = a.date()
	case "signer":
		s.sign = true
	case "motif":
		d.Degrade = &Degradation{Motif: a.next()}
	case "secteur":
		s.secteur(a)
	case "specialite":
		d.Professionnel.Specialite = a.next()
	case "numero":
		d.Professionnel.NumeroAM = a.optional()
	case "rpps":
		d.Professionnel.RPPS = a.next()
	case "zone":
		d.Professionnel.Zone = a.next()
	case "remplace":
		d.Professionnel.Remplace = &MedecinRemplace{NumeroAM: a.next()}
	case "parcours":
		d.Parcours = a.optional()
	case "tp":
		for len(a.words) > 0 {
			switch a.next() {
			case "amo":
				d.TiersPayant.AMO = true
			case "amc":
				d.TiersPayant.AMC = true
			default:
				a.fail("tp takes amo and amc")
			}
		}
	case "amc":
		s.amc(a)
	case "nature":
		s.nature(a)
	case "smg":
		s.smg(a)
	case "acte":
		s.acte(a)
	case "repete":
		for range a.number() - 1 {
			d.Actes = append(d.Actes, d.Actes[len(d.Actes)-1])
		}
	case "accident-tiers":
		d.AccidentTiers = a.date()
	case "centre-tel-quel":
		s.ctx.CentreTelQuel = true
	case "feries-alsace-moselle":
		s.ctx.AlsaceMoselle = true
	case "forfait-pris":
		s.ctx.ForfaitsPris = append(s.ctx.ForfaitsPris, a.date())
	case "tarif-local":
		code, price := a.next(), a.euros()
		s.local += fmt.Sprintf("%s,Tarif du cabinet,medecins,,metro,%d.%02d,,,,,,,,,,%s,,2025-01-01,,table du cabinet,VS,\n",
			code, price/100, price%100, a.optional())
	case "deja":
		s.deja(a)
	case "forcer":
		d.DoublonForce = a.optional()
	default:
		if !s.person(w, a) && !s.rights(w, a) {
			a.fail("unknown word %q", w)
		}
	}
	if a.err == nil && len(a.words) > 0 {
		a.fail("too many words: %v", a.words)
	}
	return a.err
}

func (s *script) mode(a *args) {
	s.draft.Mode = Mode(a.next())
	if s.draft.Mode != Degrade || len(a.words) == 0 {
		return
	}
	s.draft.Degrade = &Degradation{Motif: a.next()}
	if s.draft.Degrade.Motif == MotifRejet && len(a.words) > 0 {
		s.draft.Degrade.Remplace = &Rejet{Numero: a.next()}
	}
	s.draft.Degrade.Precision = a.optional()
}

func (s *script) secteur(a *args) {
	p := &s.draft.Professionnel
	w := a.next()
	conv := map[string]int{"1": 1, "dp": 2, "2": 3, "2-optam": 3, "1-optam": 1, "aucun": 0, "salarie": 9, "7": 7}
	c, ok := conv[w]
	if !ok {
		a.fail("unknown sector %q", w)
	}
	p.Convention, p.OPTAM = c, strings.HasSuffix(w, "optam")
}

// person reads the lines about the patient and the assuré.
func (s *script) person(w string, a *args) bool {
	b := &s.draft.Beneficiaire
	switch w {
	case "nir":
		b.NIR = a.optional()
	case "ne":
		b.Naissance = Naissance{}
		if t := a.optional(); t != "" {
			d, err := tables.ParseDate(t)
			if err != nil {
				a.fail("%v", err)
			}
			b.Naissance.Civile = d
			if d.Year()%100 != 97 || d.Month() != 2 {
				b.NIR = nirOf(d)
			}
		}
	case "carte":
		b.Naissance.EnCarte = a.next()
	case "civile":
		b.Naissance.Civile = 0
		if t := a.optional(); t != "" {
			b.Naissance.Civile, a.err = tables.ParseDate(t)
		}
	case "anonyme":
		b.Nom, b.NomFamille, b.Prenom = "", "", ""
	case "rang":
		b.Rang = a.number()
	case "qualite":
		b.Qualite = a.next()
	case "identification":
		b.Identification = a.next()
	case "assure":
		s.draft.Assure = &Personne{NIR: a.optional(), Nom: "ADRTROIS", Prenom: "CAMILLE"}
	default:
		return false
	}
	return true
}

// nirOf makes the NIR of an invented person born on a day, with its key.
func nirOf(d Date) string {
	n := fmt.Sprintf("2%02d%02d2A020778", d.Year()%100, d.Month())
	key, _ := nirKey(n)
	return fmt.Sprintf("%s%02d", n, key)
}

// rights reads the lines about the compulsory insurance.
func (s *script) rights(w string, a *args) bool {
	r := &s.draft.AMO
	switch w {
	case "organisme":
		parts := append(strings.Split(a.optional(), "/"), "", "", "")
		r.Regime, r.Caisse, r.Centre = parts[0], parts[1], parts[2]
	case "ald":
		r.ALD = true
	case "aspa":
		r.ASPA = true
	case "ame":
		r.AME = true
	case "exonere":
		r.Exonere = a.next()
	case "regime-local":
		r.RegimeLocal = a.next()
	case "attestation":
		r.Attestation = a.next()
	case "taux-saisi":
		r.Taux = a.number()
	default:
		return false
	}
	return true
}

func (s *script) amc(a *args) {
	c := &AMC{Organisme: "99999997", Contrat: "01", Part: "100TM"}
	switch w := a.next(); w {
	case "c2s":
		c.Contrat = contratC2S
	case "mutuelle":
		if len(a.words) > 0 {
			c.Part = a.optional()
		}
	case "sans-numero":
		c.Organisme = ""
	default:
		a.fail("amc takes c2s, mutuelle or sans-numero")
	}
	s.draft.AMC = c
}

func (s *script) nature(a *args) {
	n := Nature{Code: a.next()}
	switch n.Code {
	case Maternite:
		if len(a.words) > 0 {
			n.Date = a.date()
		}
		n.Evenement = a.optional()
	case AT:
		for len(a.words) > 0 {
			switch a.next() {
			case "numero":
				n.Numero = a.next()
			case "date":
				n.Date = a.date()
			default:
				a.fail("at takes numero and date")
			}
		}
	case SMG:
		n.Confirme = true
	}
	s.draft.Nature = n
}

func (s *script) smg(a *args) {
	n := &s.draft.Nature
	amount := func() *Cents {
		c := a.euros()
		return &c
	}
	switch a.next() {
	case "non-confirme":
		n.Confirme = false
	case "plafond":
		n.PlafondAttestation = amount()
	case "valide":
		n.MontantValide = amount()
	case "reconnu":
		n.ResteReconnu = amount()
	case "accord":
		n.AccordCNMSS = &AccordCNMSS{Date: a.date()}
		n.AccordCNMSS.Montant = a.euros()
	default:
		a.fail("smg takes non-confirme, plafond, valide, reconnu or accord")
	}
}

func (s *script) deja(a *args) {
	past := s.draft
	past.Actes = nil
	s.passee = &Passee{Numero: a.next(), Etat: State(a.next()), Draft: &past}
	past.DateSoins = a.date()
	for len(a.words) > 0 {
		past.Actes = append(past.Actes, Acte{Code: a.next()})
	}
}

func (s *script) acte(a *args) {
	x := Acte{Code: a.next()}
	if x.Code == "-" {
		x.Code = ""
	}
	ccam := func() *LigneCCAM {
		if x.CCAM == nil {
			x.CCAM = &LigneCCAM{Activite: "1", Phase: "0"}
		}
		return x.CCAM
	}
	for len(a.words) > 0 {
		switch w := a.next(); w {
		case "date":
			x.Date = a.date()
		case "x":
			x.Quantite = a.number()
		case "coef":
			c, err := tables.ParseCoef(a.next())
			if err != nil {
				a.fail("%v", err)
			}
			x.Coefficient = c
		case "honoraires":
			h := a.euros()
			x.Honoraires = &h
		case "qualif":
			x.Qualificatif = a.next()
		case "en-rapport-ald":
			x.EnRapportALD = true
		case "exo":
			x.Exoneration = a.next()
		case "km":
			x.Km = a.number()
		case "complement":
			x.Complement = a.next()
		case "heure":
			x.Heure = a.next()
		case "entente":
			x.Entente = a.date()
		case "modificateurs":
			ccam().Modificateurs = a.next()
		case "association":
			ccam().Association = a.next()
		case "activite":
			ccam().Activite = a.next()
		case "nature":
			x.Nature = a.next()
		case "parcours":
			x.Parcours = a.next()
		default:
			a.fail("unknown word of an act: %q", w)
		}
	}
	s.draft.Actes = append(s.draft.Actes, x)
}
