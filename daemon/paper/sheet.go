package paper

import (
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// Sheet is an FSE to print, or a paper sheet, which has neither number nor lot.
type Sheet struct {
	Numero    string     // 9 digits
	Lot       string     // 3 digits, "" while it is in none
	Draft     *fse.Draft // required
	Prix      *fse.Prix  // required but for a paper sheet, whose amounts may be written by hand
	Signature *Signature // nil = not signed yet
	Remplace  *fse.Rejet // the rejected invoice that it makes again; nil = as the draft says
}

// Signature says when and with which cards an FSE was signed.
type Signature struct {
	At     time.Time
	CPS    string // serial number
	Vitale bool   // the patient's card was there
}

// check tells what the sheet lacks to be printed with its amounts.
func (s *Sheet) check() error {
	switch {
	case s.Draft == nil:
		return incomplete("the FSE has no content")
	case s.Prix == nil:
		return incomplete("the FSE has no price, give it the one it was signed with")
	case s.Numero == "":
		return incomplete("the FSE has no number, sign it first")
	}
	return nil
}

// degraded tells whether the sheet is sent with papers.
func (s *Sheet) degraded() bool { return s.Draft.Mode == fse.Degrade }

// demo tells whether the sheet is demonstration material wherever it is printed.
func (s *Sheet) demo() bool { return s.Prix != nil && s.Prix.Demonstration }

func (s *Sheet) smg() bool { return s.Draft.Nature.Code == fse.SMG }

// secretTypes are the types of NIR of care that is kept secret: IVG, IST and
// contraception of minors (codes of the table nir_types). Hiding the name for them is
// ours; the rule that was seen speaks of anonymous numbers.
var secretTypes = []string{"01", "05", "06", "11"}

// anonymous tells whether no name may be printed.
func (s *Sheet) anonymous() bool {
	persons := []*fse.Personne{&s.Draft.Beneficiaire}
	if s.Draft.Assure != nil {
		persons = append(persons, s.Draft.Assure)
	}
	return slices.ContainsFunc(persons, func(p *fse.Personne) bool {
		n, _, err := fse.ParseNIR(p.NIR)
		return err == nil && n.Kind() == fse.NIRAnonyme || slices.Contains(secretTypes, p.Identification)
	})
}

// name returns the name of a person of the sheet: nom usuel and given name.
func (s *Sheet) name(p *fse.Personne) string {
	if s.anonymous() {
		return "(anonyme)"
	}
	usual := p.Nom
	if usual == "" {
		usual = p.NomFamille
	}
	return clean(join(" ", usual, p.Prenom))
}

// family returns the nom de famille where it is not the name in use.
func (s *Sheet) family(p *fse.Personne) string {
	if s.anonymous() || p.Nom == "" || p.NomFamille == p.Nom {
		return missing
	}
	return optional(p.NomFamille)
}

// assure returns the insured person.
func (s *Sheet) assure() *fse.Personne {
	if s.Draft.Assure != nil {
		return s.Draft.Assure
	}
	return &s.Draft.Beneficiaire
}

// remake returns the invoice that this one makes again, or nil.
func (s *Sheet) remake() *fse.Rejet {
	if s.Remplace == nil && s.Draft.Degrade != nil {
		return s.Draft.Degrade.Remplace
	}
	return s.Remplace
}

// payer returns who pays the compulsory part: as priced, else as the draft says.
func (s *Sheet) payer() fse.Organisme {
	if s.Prix != nil {
		return s.Prix.Destinataire
	}
	a := &s.Draft.AMO
	if s.smg() {
		return fse.Organisme{Regime: tables.SMGRegime, Caisse: tables.SMGCaisse, Centre: tables.SMGCentre}
	}
	return fse.Organisme{Regime: a.Regime, Caisse: a.Caisse, Centre: a.Centre}
}

// destination writes a payer as screens and papers do: 08-835-0300.
func destination(o fse.Organisme) string {
	return clean(join("-", o.Regime, o.Caisse, o.Centre))
}

// act returns the act that a line prices; an empty one where the price is of another draft.
func (s *Sheet) act(l *fse.Ligne) *fse.Acte {
	if l.Acte < 0 || l.Acte >= len(s.Draft.Actes) {
		return &fse.Acte{}
	}
	return &s.Draft.Actes[l.Acte]
}

// due is what each one still has to pay, in cents. Together with what nobody pays,
// it makes the fees.
type due struct {
	amo, amc, patient, nobody fse.Cents
}

// due tells who pays what now: the insurances only where there is tiers payant.
func (s *Sheet) due() due {
	t := &s.Prix.Total
	d := due{patient: t.ARegler, nobody: t.NonPrisEnCharge}
	if s.Prix.TiersPayant.AMO {
		d.amo = t.AMO
	}
	if s.Prix.TiersPayant.AMC || s.Draft.AMO.AME {
		d.amc = t.AMC
	}
	return d
}

// excess returns the fees of a line above its base.
func excess(l *fse.Ligne) fse.Cents { return max(0, l.Honoraires-l.Base) }
