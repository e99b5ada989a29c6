package fse

import (
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// checkInvoice checks what concerns the invoice as a whole: mode, dates, reason
// of degraded mode, number of acts.
func (p *pricer) checkInvoice() {
	d := p.d
	if Certification(d) == "" {
		p.fault(CodeModeInconnu, "mode")
	}
	p.day = d.DateSoins
	p.findFirst()
	switch {
	case d.DateSoins.IsZero():
		p.fault(CodeDateAbsente, "dateSoins")
	case p.c.Today.IsZero():
	case d.DateSoins > p.c.Today:
		p.fault(CodeDateFuture, "dateSoins", d.DateSoins.French())
	default:
		p.checkDelay()
	}
	if d.AccidentTiers > p.first {
		p.fault(CodeAccidentDate, "accidentTiers")
	}
	if len(d.Actes) == 0 {
		p.fault(CodeAucunActe, "actes")
	}
	if len(d.Actes) > maxActes {
		p.fault(CodeTropActes, "actes", strconv.Itoa(maxActes))
	}
	p.checkDegrade()
}

// findFirst finds the earliest act: delays run from it.
func (p *pricer) findFirst() {
	p.first, p.firstActe = p.day, -1
	for i := range p.d.Actes {
		if on := p.d.Actes[i].Date; !on.IsZero() && on < p.first {
			p.first, p.firstActe = on, i
		}
	}
}

// checkDelay warns of care that is old, or late to be sent.
func (p *pricer) checkDelay() {
	path := "dateSoins"
	if p.firstActe >= 0 {
		path = "actes[" + strconv.Itoa(p.firstActe) + "].date"
	}
	days := p.c.Today.Ordinal() - p.first.Ordinal()
	if days <= 3 {
		return // the shortest delay is 3 days, and only working days count
	}
	if old, ok := p.t.Parametre(tables.ParamAgeActe, p.c.Today); ok && days > int(old.Valeur) {
		p.fault(CodeActeAncien, path)
		return
	}
	if limit, ok := DateLimite(p.t, p.first, p.d.TiersPayant.AMO, p.c.AlsaceMoselle); ok && p.c.Today > limit {
		p.fault(CodeDelaiDepasse, path, limit.French())
	}
}

// checkDegrade checks the reason of degraded mode.
func (p *pricer) checkDegrade() {
	g := p.d.Degrade
	if g == nil {
		if p.d.Mode == Degrade {
			p.fault(CodeDegradeAbsent, "degrade")
		}
		return
	}
	if p.d.Mode != Degrade {
		p.fault(CodeDegradeHorsMode, "degrade")
	}
	if g.Motif == "" {
		p.fault(CodeDegradeAbsent, "degrade.motif")
	} else if _, ok := p.t.Code("motifs_degrade", g.Motif, p.day); !ok {
		p.fault(CodeDegradeMotif, "degrade.motif")
	}
	if g.Motif == MotifAutre && g.Precision == "" {
		p.fault(CodeDegradePrecision, "degrade.precision")
	}
	if g.Motif == MotifRejet && (g.Remplace == nil || g.Remplace.Numero == "") {
		p.fault(CodeRejetSansOriginal, "degrade.remplace")
	}
}

// checkProfessionnel checks who bills and finds the sector of the tariffs.
func (p *pricer) checkProfessionnel() {
	pro := &p.d.Professionnel
	if !allDigits(pro.NumeroAM, 9) {
		p.fault(CodeNumeroAM, "professionnel.numeroAM")
	}
	if pro.RPPS != "" && !allDigits(pro.RPPS, 11) {
		p.fault(CodeRPPS, "professionnel.rpps")
	}
	if pro.Remplace != nil && !allDigits(pro.Remplace.NumeroAM, 9) {
		p.fault(CodeNumeroAM, "professionnel.remplace.numeroAM")
	}
	p.specialite = -1
	if s, ok := p.t.Specialite(pro.Specialite, p.day); ok {
		p.specialite = s.Num
	} else {
		p.fault(CodeSpecialite, "professionnel.specialite")
	}
	if p.zone = pro.Zone; p.zone == "" {
		p.zone = ZoneMetropole
	}
	switch pro.Convention {
	case 1, 2:
		p.secteur = tables.Secteur1Optam
		if pro.OPTAM && pro.Convention == 1 {
			p.fault(CodeOPTAM, "professionnel.optam")
		}
	case 3:
		p.secteur = tables.Secteur2
		if pro.OPTAM {
			p.secteur = tables.Secteur1Optam
		}
	case 0, 9:
		p.fault(CodeSansConvention, "professionnel.convention")
	default:
		p.fault(CodeConvention, "professionnel.convention")
	}
}

// ZoneMetropole is the zone of the embedded tariffs. A practice elsewhere brings
// its own by a local table.
const ZoneMetropole = "metro"

func allDigits(s string, n int) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) == n
}

// checkPersonnes checks the beneficiary and the assuré and finds the day of birth.
func (p *pricer) checkPersonnes() {
	b, a := &p.d.Beneficiaire, p.d.Assure
	p.birth = p.checkPersonne(b, "beneficiaire", a == nil)
	if a != nil {
		p.checkPersonne(a, "assure", true)
		if b.NIR == "" && (b.Naissance == Naissance{}) {
			p.fault(CodeNonIdentifie, "beneficiaire")
		}
	}
	if b.Naissance == (Naissance{}) && !anonymousNIR(b.NIR) {
		p.fault(CodeNaissanceAbsente, "beneficiaire.naissance")
	}
	if b.Qualite != "" {
		if _, ok := p.t.Code("qualites", b.Qualite, p.day); !ok {
			p.fault(CodeQualite, "beneficiaire.qualite")
		} else if (b.Qualite == "0") != (a == nil) {
			p.fault(CodeQualiteIncoherente, "beneficiaire.qualite")
		}
	}
	if b.Rang < 0 || b.Rang > 9 {
		p.fault(CodeRang, "beneficiaire.rang")
	}
}

// checkPersonne checks one identity and returns its day of birth.
func (p *pricer) checkPersonne(who *Personne, path string, needNIR bool) Date {
	if who.Identification != "" {
		if _, ok := p.t.TypeNIR(who.Identification, p.day); !ok {
			p.fault(CodeNIRType, path+".identification")
		}
	}
	birth, err := who.Naissance.jour(p.day)
	switch {
	case err != nil:
		p.fault(CodeNaissanceInvalide, path+".naissance.enCarte")
	case birth > p.day && p.day != 0:
		p.fault(CodeNaissanceFuture, path+".naissance")
	case !who.Naissance.agrees():
		p.fault(CodeNaissanceIncoherente, path+".naissance")
	}
	if who.NIR != "" || needNIR {
		p.checkNIR(who, path, birth)
	}
	return birth
}

// checkNIR checks a number and compares it with the birth of its holder.
func (p *pricer) checkNIR(who *Personne, path string, birth Date) {
	n, code := parseNIR(who.NIR)
	if code != "" {
		p.fault(code, path+".nir")
		return
	}
	for _, w := range n.warnings() {
		if w != "" {
			p.fault(w, path+".nir")
		}
	}
	if n.Kind() == NIRAnonyme && (who.Nom != "" || who.NomFamille != "" || who.Prenom != "") {
		p.fault(CodeNIRAnonymeNom, path+".nom")
	}
	// A person covered through another may be known by that person's number:
	// only the holder's own number tells the birth.
	own := path == "assure" || p.d.Assure == nil || who.NIR != p.d.Assure.NIR
	year, month := n.yearMonth()
	if birth != 0 && own && year >= 0 && month >= 1 && month <= 12 &&
		!who.Naissance.matches(year, month, birth) {
		p.fault(CodeNIRNaissance, path+".naissance")
	}
}
