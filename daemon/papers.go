package daemon

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/paper"
)

// What papers are made of: the practice as its settings say, FSE and lots as the book
// has them.

// printNow is how a document is printed now: at this moment, by the clock of the
// practice, and never for production, since there is only lot.Demonstration.
func (d *Daemon) printNow() paper.Print {
	return paper.Print{Created: d.now().Local(), Tables: d.tables}
}

// situations are the words for the conventions of a Cabinet, by their number.
var situations = [...]string{"Non conventionné", "Secteur 1", "Secteur 1 avec droit à dépassement", "Secteur 2"}

// practiceOf is c as the papers name it.
func (d *Daemon) practiceOf(c cabinet.Cabinet) *paper.Practice {
	p := &paper.Practice{Nom: strings.TrimSpace(c.Prenom + " " + c.Nom), Titre: c.Titre, NumeroAM: c.NumeroAM, RPPS: c.RPPS,
		Specialite: c.Specialite, Structure: c.Structure, Adresse: c.Adresse, Telephone: c.Telephone,
		Rattachement: paper.Caisse(c.Rattachement), ParRegime: make(map[string]paper.Caisse, len(c.ParRegime))}
	if s, ok := d.tables.Specialite(c.Specialite, d.today()); ok {
		p.Specialite = s.Libelle
	}
	if c.Convention >= 0 && c.Convention < len(situations) {
		p.Situation = situations[c.Convention]
	}
	if c.OPTAM {
		p.Situation += ", OPTAM"
	}
	for regime, to := range c.ParRegime {
		p.ParRegime[regime] = paper.Caisse(to)
	}
	return p
}

// sheetOf is f as a sheet shows it; number is that of its lot, 0 while it is in none.
func (d *Daemon) sheetOf(f lot.FSE, number int) (paper.Sheet, error) {
	s := paper.Sheet{Draft: f.Draft, Prix: f.Price}
	if f.State == fse.Brouillon { // it was changed since it had that price
		s.Prix = nil
	}
	if f.Numero != 0 {
		s.Numero = fmt.Sprintf("%09d", f.Numero)
	}
	if number != 0 {
		s.Lot = fmt.Sprintf("%03d", number)
	}
	if g := f.Signature; g != nil {
		s.Signature = &paper.Signature{At: g.At.Local(), CPS: g.Serial, Vitale: g.Presence}
	}
	var err error
	s.Remplace, err = d.rejectOf(f.Replaces)
	return s, err
}

// rejectOf is the reject of the FSE that another makes again, nil where that one was
// not rejected or was purged.
func (d *Daemon) rejectOf(o *lot.Original) (*fse.Rejet, error) {
	switch {
	case o == nil:
		return nil, nil
	case o.Return != "":
		r, err := d.book.Return(o.Return)
		if err != nil {
			return nil, absentOr(err)
		}
		return &fse.Rejet{Numero: r.Numero, Date: r.Date, Libelle: r.Label}, nil
	}
	f, err := d.book.Get(lot.Practice, o.FSE)
	if err != nil || f.Reject == nil {
		return nil, absentOr(err)
	}
	return &fse.Rejet{Numero: fmt.Sprintf("%09d", f.Numero), Date: f.Reject.Date, Libelle: f.Reject.Label}, nil
}

// absentOr is err, unless it says that something is not there.
func absentOr(err error) error {
	if errors.Is(err, lot.ErrNotFound) {
		return nil
	}
	return err
}

// lotOf is l as papers show it, with its FSE in the order of their numbers, and the
// practice that it is of.
func (d *Daemon) lotOf(l lot.Lot) (*paper.Practice, *paper.Lot, []lot.FSE, error) {
	c, err := d.cabinetOf(l.NumeroAM)
	if err != nil {
		return nil, nil, nil, err
	}
	members, err := d.book.InLot(l.ID)
	if err != nil {
		return nil, nil, nil, err
	}
	slices.SortFunc(members, func(a, b lot.FSE) int { return cmp.Compare(a.Numero, b.Numero) })
	out := &paper.Lot{Numero: fmt.Sprintf("%03d", l.Numero), Created: l.Opened.Local(), Certification: l.Certification,
		Payer: fse.Organisme{Regime: l.Regime, Caisse: l.Caisse, Centre: l.Centre}}
	if l.Sent != nil {
		out.Sent = l.Sent.Local()
	}
	for _, f := range members {
		s, err := d.sheetOf(f, l.Numero)
		if err != nil {
			return nil, nil, nil, err
		}
		out.Sheets = append(out.Sheets, s)
		out.Payer = f.Price.Destinataire // the same for all, with its name
	}
	return d.practiceOf(c), out, members, nil
}

// today is the day by the clock of the practice.
func (d *Daemon) today() fse.Date { return dayOf(d.now()) }

// dayOf is the day of a moment by the clock of the practice.
func dayOf(at time.Time) fse.Date {
	year, month, day := at.Local().Date()
	on, _ := tables.MakeDate(year, int(month), day) // false only before 1800
	return on
}
