package fse

import (
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// maxActes bounds the acts of one invoice. It is ours: the norm of the files has
// at most 999 records, an invoice with its acts must fit with its lot around it.
const maxActes = 99

// maxMontant is the largest amount of a line, in cents: what the fields of the
// B2 norm hold.
const maxMontant Cents = 999_999_999

// explicationsParLigne is the room made for the explanations of a line.
const explicationsParLigne = 6

// Price works out what each act costs, who pays what and why. It never panics and
// gives all the errors of the draft at once.
func Price(d *Draft, c Context) Answer {
	p := pricer{d: d, c: c, t: c.Tables}
	if p.t == nil {
		p.t = tables.Default()
	}
	if d == nil {
		p.fault(CodeBrouillonVide, "")
		return p.answer()
	}
	p.checkInvoice()
	p.checkProfessionnel()
	p.checkPersonnes()
	p.checkNature()
	p.checkAMO()
	p.checkAMC()
	p.findPayer()
	p.priceActes()
	p.checkUse()
	p.checkDuplicates()
	p.checkTiersPayant()
	return p.answer()
}

// pricer is one pricing under way.
type pricer struct {
	d *Draft
	c Context
	t *tables.Set

	errs, warns []Issue

	day        Date // of the care
	first      Date // of the earliest act
	firstActe  int  // its index, -1 where it has the date of the invoice
	specialite int
	secteur    tables.Secteur
	zone       string
	birth      Date // zero = unknown
	nature     natureKind
	hors       bool // outside the care pathway

	attestation *tables.Attestation
	regimeLocal string
	aspa        bool
	tauxPropre  bool
	c2s         bool
	part        int // percent of the ticket modérateur that the contract takes; 0 without contract

	infos  []acteInfo
	lignes []Ligne
	prix   Prix
}

// acteInfo is what the rules know of one act beside its line.
type acteInfo struct {
	acte    *tables.Acte  // nil = unknown code
	tarif   *tables.Tarif // nil = no tariff
	date    Date
	exces   Cents // fees above the base
	taux    decision
	ok      bool // the line is priced
	sens    tables.Sens
	forfait bool // bears the flat participation
}

// fault records an issue: an error or a warning as its code says.
func (p *pricer) fault(code, path string, values ...any) {
	is := newIssue(code, path, values...)
	if is.Bloquant {
		p.errs = append(p.errs, is)
	} else {
		p.warns = append(p.warns, is)
	}
}

// faultActe records an issue about a field of an act.
func (p *pricer) faultActe(code string, i int, field string, values ...any) {
	path := "actes[" + strconv.Itoa(i) + "]"
	if field != "" {
		path += "." + field
	}
	p.fault(code, path, values...)
}

func (p *pricer) answer() Answer {
	a := Answer{Avertissements: p.warns, Erreurs: p.errs}
	if len(p.errs) > 0 {
		return a
	}
	prix := p.prix
	prix.Lignes = p.lignes
	prix.TablesVersion = p.t.Version()
	prix.TiersPayant, prix.PartAMC = p.d.TiersPayant, p.part
	prix.Certification = Certification(p.d)
	a.Prix = &prix
	return a
}
