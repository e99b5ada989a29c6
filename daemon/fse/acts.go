package fse

import (
	"strconv"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// The supplements that the CNMSS pays above the tariff, for an act that is
// reimbursed and for one that is not.
const (
	supplementDAP = "DAP"
	supplementSGA = "SGA"
)

// priceActes prices every act, then the rules that look at several lines.
func (p *pricer) priceActes() {
	n := len(p.d.Actes)
	if n == 0 || n > maxActes || p.day.IsZero() {
		return
	}
	room := n
	if p.nature == natureSMG && p.d.Nature.AccordCNMSS != nil {
		room *= 2 // an act and its supplement
	}
	p.lignes = make([]Ligne, 0, room)
	p.infos = make([]acteInfo, n)
	why := make([]Explication, room*explicationsParLigne)
	for i := range n {
		p.lignes = append(p.lignes, Ligne{Acte: i, Explications: why[:0:explicationsParLigne]})
		why = why[explicationsParLigne:]
		info := &p.infos[i]
		info.ok = p.priceActe(&p.d.Actes[i], &p.lignes[i], info)
	}
	p.chooseForfaits()
	for i := range p.infos {
		if p.infos[i].ok {
			p.share(&p.lignes[i], &p.infos[i])
		}
	}
	if p.nature == natureSMG {
		p.supplementsSMG(why)
		p.capSMG()
	}
	p.sum()
}

// priceActe finds the base, the fees and the rate of one act. It reports false,
// with its reasons recorded, when it can't.
func (p *pricer) priceActe(a *Acte, l *Ligne, info *acteInfo) bool {
	errs := len(p.errs)
	l.Code, l.Quantite, l.Coefficient = a.Code, a.Quantite, a.Coefficient
	if l.Quantite == 0 {
		l.Quantite = 1
	}
	if l.Coefficient == 0 {
		l.Coefficient = tables.Un
	}
	if l.Date = a.Date; l.Date.IsZero() {
		l.Date = p.day
	}
	info.date = l.Date
	p.checkActe(a, l)
	if len(p.errs) > errs || !p.findTarif(l, info) {
		return false
	}
	p.base(a, l, info)
	p.fees(a, l, info)
	info.taux = p.rate(a, l, info)
	l.Taux, l.Exoneration = info.taux.percent, info.taux.exo
	return len(p.errs) == errs
}

// checkActe checks the fields of an act that need no table of prices.
func (p *pricer) checkActe(a *Acte, l *Ligne) {
	i := l.Acte
	if a.Code == "" {
		p.faultActe(CodeActeInconnu, i, "code", "(vide)")
	}
	p.checkDate(a, i)
	if l.Quantite < 1 || l.Quantite > 99 {
		p.faultActe(CodeQuantite, i, "quantite")
	}
	if l.Coefficient < 1 || l.Coefficient > 9999*tables.Un {
		p.faultActe(CodeCoefficient, i, "coefficient")
	}
	if a.Honoraires != nil && (*a.Honoraires < 0 || *a.Honoraires > maxMontant) {
		p.faultActe(CodeHonoraires, i, "honoraires")
	}
	if a.Heure != "" && !validHeure(a.Heure) {
		p.faultActe(CodeHeure, i, "heure")
	}
	if a.Exoneration != "" {
		if x, ok := p.t.Exoneration(a.Exoneration, l.Date); !ok || !x.Saisie {
			p.faultActe(CodeExoneration, i, "exoneration")
		}
	}
	if a.EnRapportALD && !p.d.AMO.ALD && p.attestation == nil {
		p.faultActe(CodeALD, i, "enRapportALD")
	}
	p.checkCCAM(a, l)
}

// checkDate checks the date that an act has of its own.
func (p *pricer) checkDate(a *Acte, i int) {
	switch {
	case a.Date.IsZero():
	case p.c.Today != 0 && a.Date > p.c.Today:
		p.faultActe(CodeDateFuture, i, "date", a.Date.French())
	case a.Date > p.day:
		p.faultActe(CodeActeApresSoins, i, "date", a.Date.French(), p.day.French())
	case a.Date < p.birth && p.birth <= p.day:
		p.faultActe(CodeActeAvantNaissance, i, "date", a.Date.French())
	}
}

func validHeure(s string) bool {
	if len(s) != 5 || s[2] != ':' || !allDigits(s[:2], 2) || !allDigits(s[3:], 2) {
		return false
	}
	return s[:2] < "24" && s[3:] < "60"
}

// findTarif finds the act and its price on the day.
func (p *pricer) findTarif(l *Ligne, info *acteInfo) bool {
	acte, ok := p.t.Acte(l.Code)
	if !ok {
		p.faultActe(CodeActeInconnu, l.Acte, "code", shown(l.Code))
		return false
	}
	info.acte = acte
	if p.specialite < 0 || p.secteur == "" {
		return false // said once, of the professional
	}
	t, why := acte.Tarif(l.Date, p.specialite, p.secteur, p.zone)
	switch why {
	case tables.Trouve:
		info.tarif = t
		return p.checkVintage(l, t)
	case tables.HorsZone:
		p.faultActe(CodeZone, l.Acte, "code", l.Code, shown(p.zone))
	case tables.HorsSpecialite:
		p.faultActe(CodeTarifSpecialite, l.Acte, "code", l.Code, t.Specialites.List())
	case tables.HorsSecteur:
		p.faultActe(CodeTarifSecteur, l.Acte, "code", l.Code, enClair(p.secteur))
	case tables.Termine:
		p.faultActe(CodeTarifAbsent, l.Acte, "code", l.Code, l.Date.French(), l.Code+" a pris fin le "+t.Au.French())
	case tables.PasCommence:
		p.faultActe(CodeTarifAbsent, l.Acte, "code", l.Code, l.Date.French(), l.Code+" commence le "+t.Du.French())
	default:
		p.faultActe(CodeTarifAbsent, l.Acte, "code", l.Code, l.Date.French(), "rien n’est deviné")
	}
	return false
}

// enClair says a sector in words, with the codes that replace those it is not open to.
func enClair(s tables.Secteur) string {
	if s == tables.Secteur2 {
		return "secteur 2 sans OPTAM : C remplace G, V remplace VG"
	}
	return "secteur 1 ou secteur 2 avec OPTAM"
}

// shown cuts a text that came from outside to what a message can hold.
func shown(s string) string {
	s = strings.ToValidUTF8(s, "?")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}

// checkVintage warns of a price of the table of 2022 used after its last day, or
// before its year where the row gives no start, or refuses it where that price is
// known to have changed.
func (p *pricer) checkVintage(l *Ligne, t *tables.Tarif) bool {
	if t.Apres == tables.Courant {
		return true
	}
	last, ok := p.t.Parametre(tables.ParamMillesime2022, l.Date)
	first, ok2 := p.t.Parametre(tables.ParamMillesime2022Du, l.Date)
	if ok && ok2 && l.Date <= Date(last.Valeur) && (t.Du != 0 || l.Date >= Date(first.Valeur)) {
		return true
	}
	if !ok || !ok2 || t.Apres == tables.Refuser {
		p.faultActe(CodeTarifAbsent, l.Acte, "code", l.Code, l.Date.French(), "celui de la table de 2022 ne vaut que pour 2022")
		return false
	}
	p.faultActe(CodeTarifAncien, l.Acte, "code", l.Code)
	return true
}

// base computes the base of reimbursement.
func (p *pricer) base(a *Acte, l *Ligne, info *acteInfo) {
	t := info.tarif
	l.explain(ruleTarif, t.Prix, &t.Ref)
	switch {
	case info.acte.Km:
		if l.Quantite != 1 || l.Coefficient != tables.Un {
			p.faultActe(CodeCoefficient, l.Acte, "coefficient")
		}
		if a.Km < 1 || a.Km > 9999 {
			p.faultActe(CodeKmRequis, l.Acte, "km")
			return
		}
		l.Km = a.Km
		l.Base = t.Prix * Cents(a.Km)
		l.explain(ruleKm, l.Base, &t.Ref)
	case a.Km != 0:
		p.faultActe(CodeKmInterdit, l.Acte, "km")
	case info.acte.CCAM:
		p.baseCCAM(a, l, info)
	default:
		p.baseNGAP(a, l, t)
	}
	if l.Base > maxMontant {
		p.faultActe(CodeMontant, l.Acte, "")
	}
	if t.Entente && a.Entente.IsZero() {
		p.faultActe(CodeEntente, l.Acte, "ententePrealable", l.Code)
	}
}

// baseNGAP is price × quantity × coefficient, plus the supplement of the hour.
func (p *pricer) baseNGAP(a *Acte, l *Ligne, t *tables.Tarif) {
	unusual := l.Coefficient != tables.Un && !t.Coefficient && t.CoefMax == 0 ||
		t.CoefMax != 0 && (l.Coefficient < t.CoefMin || l.Coefficient > t.CoefMax)
	if unusual {
		p.faultActe(CodeCoefficientInattend, l.Acte, "coefficient")
	}
	l.Base = tables.Round(int64(t.Prix)*int64(l.Quantite)*int64(l.Coefficient), int64(tables.Un))
	if l.Quantite != 1 || l.Coefficient != tables.Un {
		l.explain(ruleQuantite, l.Base, &t.Ref)
	}
	var more Cents
	switch a.Complement {
	case "":
		return
	case "N":
		more = t.MajNuit
	case "F":
		more = t.MajFerie
	}
	if more == 0 {
		p.faultActe(CodeComplement, l.Acte, "complement")
	}
	l.Base += more
	l.explain(ruleMajoration, more, &t.Ref)
}

// fees settles the fees of the line, its qualifier and what is above the base.
func (p *pricer) fees(a *Acte, l *Ligne, info *acteInfo) {
	info.sens = p.qualify(a, l)
	l.Honoraires = l.Base
	switch {
	case info.sens == tables.SensGratuit:
		if a.Honoraires != nil && *a.Honoraires > 0 {
			p.faultActe(CodeGratuit, l.Acte, "honoraires")
		}
		l.Honoraires = 0
	case a.Honoraires != nil:
		l.Honoraires = *a.Honoraires
	case info.tarif.Prix == 0:
		p.faultActe(CodeHonorairesRequis, l.Acte, "honoraires", l.Code)
	}
	if l.Code == supplementDAP || l.Code == supplementSGA {
		p.supplementLine(l)
		return
	}
	if info.sens == tables.SensNonRemboursable && p.nature == natureSMG {
		l.Base = 0 // all of its fees are above what the SMG nature covers
	}
	if l.Honoraires < l.Base {
		l.Base = l.Honoraires
		l.explain(ruleSousLaBase, l.Base, &info.tarif.Ref)
	}
	info.exces = l.Honoraires - l.Base
	if info.exces > 0 {
		p.checkExcess(l, info)
	}
}

// qualify reads the qualifier of the expense.
func (p *pricer) qualify(a *Acte, l *Ligne) tables.Sens {
	if a.Qualificatif == "" {
		return ""
	}
	q, ok := p.t.Qualificatif(a.Qualificatif, l.Date)
	if !ok || q.Sens == tables.SensSysteme {
		p.faultActe(CodeQualificatif, l.Acte, "qualificatif")
		return ""
	}
	l.Qualificatif = q.Code
	reserved := q.Specialites != nil && !q.Specialites.Has(p.specialite)
	if len(q.Conventions) > 0 {
		mine := strconv.Itoa(p.d.Professionnel.Convention)
		for _, c := range q.Conventions {
			if c == mine || c == conventionOPTAM && p.d.Professionnel.OPTAM {
				mine = ""
			}
		}
		reserved = reserved || mine != ""
	}
	if reserved {
		p.faultActe(CodeQualificatifReserve, l.Acte, "qualificatif", q.Code)
	}
	return q.Sens
}

// conventionOPTAM stands for OPTAM among the conventions that a qualifier is reserved to.
const conventionOPTAM = "optam"

// checkExcess decides whether fees above the base are allowed.
func (p *pricer) checkExcess(l *Ligne, info *acteInfo) {
	pro := &p.d.Professionnel
	refuse := func(why string) {
		p.faultActe(CodeDepassement, l.Acte, "honoraires", why, l.Base.String())
	}
	switch {
	case p.nature == natureSMG:
		if p.d.Nature.AccordCNMSS == nil {
			p.faultActe(CodeSMGDepassement, l.Acte, "honoraires", l.Base.String())
		}
	case p.d.AMO.AME:
		refuse("le patient a l’AME")
	case info.sens == tables.SensNonRemboursable:
	case p.c2s:
		refuse("le patient a la C2S")
	case info.sens == tables.SensDepassement:
	case pro.Convention != 3:
		refuse("le secteur 1 demande un qualificatif de la dépense (DE, ED, DA…)")
	default:
		p.faultActe(CodeDepassementNu, l.Acte, "qualificatif")
	}
}

// explain records that a rule gave an amount from a table row. Rules follow each
// other: an amount is no surer than those before it on the line.
func (l *Ligne) explain(r rule, amount Cents, ref *tables.Ref) {
	sure := ref.Certitude.Weakest(l.certitude())
	if r == rulePlafondSMG || r == ruleSupplementSMG {
		sure = sure.Weakest(tables.Infere) // the use is ours, whatever the row
	}
	l.Explications = append(l.Explications, Explication{amount, &rules[r], ref, sure})
}

// certitude returns how sure the amounts of the line are so far.
func (l *Ligne) certitude() tables.Certitude {
	if n := len(l.Explications); n > 0 {
		return l.Explications[n-1].Certitude
	}
	return ""
}
