package lot

import (
	"fmt"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// b2Records is how many records of B2 an FSE takes: 2, 2S for the parcours, one 4
// for each line and 4M with a CCAM act, 5.
func b2Records(p *fse.Prix) int {
	n := 2 + len(p.Lignes)
	if p.Parcours != "" {
		n++
	}
	for i := range p.Lignes {
		if tables.IsCCAM(p.Lignes[i].Code) {
			n++
		}
	}
	return n
}

// writable fails with ErrB2 if no B2 file can hold f with this price.
func writable(f *FSE, price *fse.Prix, at time.Time) error {
	trial := *f
	trial.Price, trial.Numero = price, max(1, f.Numero)
	to := price.Destinataire
	l := Lot{Numero: 1, NumeroAM: f.NumeroAM(), Regime: to.Regime, Caisse: to.Caisse, Centre: to.Centre,
		Environment: Demonstration, Closed: &at}
	file, err := toB2(l, []FSE{trial})
	if err == nil && b2Records(price) > b2.CoupureRecords {
		err = fmt.Errorf("it takes %d records, a lot may hold %d", b2Records(price), b2.CoupureRecords)
	}
	if err == nil {
		if faults := b2.Validate(file); len(faults) > 0 {
			err = faults
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrB2, err)
	}
	return nil
}

// File returns the B2 file of a closed lot, and a name for it. It fails with
// ErrState for an open lot, and with the errors of package b2.
func (b *Book) File(id string) (name string, file []byte, err error) {
	var l *Lot
	var members []FSE
	err = b.journal.View(func(s journal.State) error { // both of one moment
		if l, err = lotOf(s, id); err == nil && l.State == fse.LotOuvert {
			err = ErrState
		}
		if err == nil {
			members, err = inLot(s, id)
		}
		return err
	})
	if err != nil {
		return "", nil, err
	}
	if file, err = fileOf(l, members); err != nil {
		return "", nil, err
	}
	name = fmt.Sprintf("lot-%s-%s%s%s-%s-%03d.b2", l.NumeroAM, l.Regime, l.Caisse, l.Centre, l.Certification, l.Numero)
	return name, file, nil
}

// fileOf is the B2 file of a closed lot.
func fileOf(l *Lot, members []FSE) ([]byte, error) {
	f, err := toB2(*l, members)
	if err != nil {
		return nil, err
	}
	return b2.Encode(f)
}

// toB2 writes a lot in the terms of B2.
func toB2(l Lot, members []FSE) (b2.File, error) {
	route, err := b2.RouteOf(l.Regime, l.Caisse, l.Centre)
	if err != nil {
		return b2.File{}, err
	}
	fileConstants, lotConstants := b2.Medecin()
	day := dateB2(l.Closed.Local()) // the practice's day, as the dates of care are
	out := b2.Lot{Numero: l.Numero, NumeroPS: l.NumeroAM, Organisme: route.Destinataire.Organisme(),
		Nom: nomB2(l, members), Date: day, Constantes: lotConstants}
	for _, m := range members {
		invoice, err := factureB2(m)
		if err != nil {
			return b2.File{}, fmt.Errorf("FSE %09d: %w", m.Numero, err)
		}
		out.Factures = append(out.Factures, invoice)
	}
	return b2.File{
		Emetteur: "00000" + l.NumeroAM, Destinataire: route.Destinataire, Identifiant: fmt.Sprintf("%06d", l.Numero),
		Creation: day, Demonstration: l.Environment == Demonstration, Constantes: fileConstants, Lots: []b2.Lot{out},
	}, nil
}

// maxNomB2 is the width of the name in record 1.
const maxNomB2 = 40

// nomB2 is the name in record 1, of the professional whose number the lot has: the
// holder of the card that signed, or the replaced doctor if the draft names them.
// Without a name, as before version 2 of the records, the number stands there.
func nomB2(l Lot, members []FSE) string {
	for _, m := range members {
		name := ""
		if r := m.Draft.Professionnel.Remplace; r != nil {
			name = r.Nom
		} else if m.Signature != nil {
			name = m.Signature.Holder
		}
		if name = b2.Nom(name, maxNomB2); name != "" {
			return name
		}
	}
	return l.NumeroAM
}

// factureB2 writes one FSE: the records 2, 2S, 4, 4M and 5.
func factureB2(f FSE) (b2.Facture, error) {
	d, p := f.Draft, f.Price
	insured := d.Beneficiaire.NIR
	if d.Assure != nil {
		insured = d.Assure.NIR
	}
	nir, _, err := fse.ParseNIR(insured)
	if err != nil {
		return b2.Facture{}, err
	}
	birth, err := naissanceB2(d.Beneficiaire.Naissance)
	if err != nil {
		return b2.Facture{}, err
	}
	out := b2.Facture{
		Numero: f.Numero, NIR: nir.String()[:13], CleNIR: nir.Key(),
		Regime: p.Destinataire.Regime, Caisse: p.Destinataire.Caisse, Centre: p.Destinataire.Centre,
		Nature: p.Nature, Naissance: birth, RangNaissance: max(1, d.Beneficiaire.Rang),
	}
	if !d.AccidentTiers.IsZero() {
		out.Accident = b2.AccidentDroitCommun(dateOf(d.AccidentTiers))
	}
	if d.AMC != nil {
		out.Contrat, out.OrganismeAMC = d.AMC.Contrat, d.AMC.Organisme
	}
	if p.Parcours != "" {
		out.Complement = &b2.ComplementFacture{Parcours: p.Parcours}
	}
	for _, l := range p.Lignes {
		line := ligneB2(f, l)
		if tables.IsCCAM(l.Code) {
			if err := ccamB2(&line, d, l); err != nil {
				return b2.Facture{}, err
			}
		}
		out.Lignes = append(out.Lignes, line)
	}
	return out, nil
}

func ligneB2(f FSE, l fse.Ligne) b2.Ligne {
	unit := int64(l.Base)
	if n := int64(l.Quantite) * int64(l.Coefficient); n > 0 && unit*100%n == 0 {
		unit = unit * 100 / n
	}
	return b2.Ligne{
		Exoneration: l.Exoneration, Executant: f.NumeroAM(), Specialite: f.Draft.Professionnel.Specialite,
		Date: dateOf(l.Date), Code: l.Code, Quantite: l.Quantite, Coefficient: int(l.Coefficient), Denombrement: l.Quantite,
		PrixUnitaire: unit, Base: int64(l.Base), Taux: l.Taux, AMO: int64(l.AMO), Honoraires: int64(l.Honoraires),
		Qualificatif: l.Qualificatif, AMC: int64(l.AMC),
	}
}

func dateB2(t time.Time) b2.Date {
	return b2.Date(t.Year()%100*10000 + int(t.Month())*100 + t.Day())
}

func dateOf(d fse.Date) b2.Date { return b2.Date(d.Year()%100*10000 + d.Month()*100 + d.Day()) }

// naissanceB2 writes a date of birth as AAMMJJ, with the digits of the card: a
// lunar date stays what it is. An anonymous patient has none.
func naissanceB2(n fse.Naissance) (b2.Date, error) {
	if n.EnCarte == "" && n.Civile.IsZero() {
		return 0, nil
	}
	day, month, year, err := n.Digits()
	if err != nil {
		return 0, err
	}
	return b2.Date(year%100*10000 + month*100 + day), nil
}
