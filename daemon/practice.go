package daemon

import (
	"context"
	"errors"
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/cps"
)

// Cabinets returns the settings of the practice, by their number.
func (d *Daemon) Cabinets() ([]cabinet.Cabinet, error) {
	list, err := d.book.Cabinets()
	if list == nil {
		list = []cabinet.Cabinet{}
	}
	return list, bookFailure(err)
}

// CheckCabinet returns all that stands against settings, and keeps nothing.
func (d *Daemon) CheckCabinet(c cabinet.Cabinet) []state.Issue {
	list := []state.Issue{}
	for _, i := range cabinet.Check(c, d.tables, d.today()) {
		list = append(list, state.Issue{Code: i.Code, Path: i.Chemin, Message: i.Message, Blocking: i.Bloquant})
	}
	return list
}

// SetCabinet keeps the settings of a number, in the place of those before.
func (d *Daemon) SetCabinet(ctx context.Context, actor string, c cabinet.Cabinet, call lot.Call) (cabinet.Cabinet, error) {
	issues := d.CheckCabinet(c)
	if i := slices.IndexFunc(issues, func(i state.Issue) bool { return i.Blocking }); i >= 0 {
		return c, &state.Error{Kind: state.Invalid, Code: "CABINET_REFUSE", Path: "cabinet." + issues[i].Path, Issues: issues,
			Message: "Ce cabinet ne peut pas être enregistré : corrigez ce qui est indiqué."}
	}
	kept, err := d.book.SetCabinet(ctx, actor, c, call)
	if err == nil {
		d.hours.again()
	}
	return kept, bookFailure(err)
}

// RemoveCabinet forgets the settings of a number, once nothing of it waits to be sent, and
// returns those that are left.
func (d *Daemon) RemoveCabinet(ctx context.Context, actor, numeroAM string, call lot.Call) ([]cabinet.Cabinet, error) {
	if err := d.book.RemoveCabinet(ctx, actor, numeroAM, call); err != nil {
		return nil, bookFailure(err)
	}
	d.hours.again()
	return d.Cabinets()
}

// ProposeCabinets makes settings of what the CPS in the reader id says, one for each
// situation d'exercice. The addresses and the caisse, which no card knows, are empty.
// That of a remplaçant has no number: the card names the number of whom they replace, and
// a practice is of the one whose RPPS it has. The card gives its situations to its code
// only, which is asked for as OpenPINSession does.
func (d *Daemon) ProposeCabinets(ctx context.Context, principal, id string) ([]cabinet.Cabinet, error) {
	h, err := d.holdCPS(ctx, id)
	if err != nil {
		return nil, Failure(err)
	}
	found, err := d.situations(ctx, principal, h, "lire les situations d'exercice")
	if err != nil {
		return nil, Failure(err)
	}
	list := []cabinet.Cabinet{}
	for _, s := range found {
		if s.NumeroAM != "" { // an employee has none: the employer bills
			list = append(list, proposed(h.cps.holder, s))
		}
	}
	return list, nil
}

// replacing is the exercice of a situation as a remplaçant.
const replacing = "R"

// finess is the length of a FINESS number, which a structure has or another one.
const finess = 9

// proposed is what a card says of a practice. Its zone is the one that the tariffs
// cover: no table says what the card's own codes of zones are.
func proposed(h cps.Holder, s cps.Situation) cabinet.Cabinet {
	c := cabinet.Cabinet{NumeroAM: s.NumeroAM, RPPS: h.RPPS(), Nom: h.Nom, Prenom: h.Prenom, Specialite: s.Specialite,
		Convention: s.Convention, OPTAM: s.OPTAM, Zone: fse.ZoneMetropole, Exercice: s.Exercice,
		Adresse: []string{}, Rattachement: cabinet.Caisse{Adresse: []string{}}}
	if s.Exercice == replacing {
		c.NumeroAM = ""
	}
	if len(s.StructID) == finess {
		c.Structure = s.StructID
	}
	return c
}

// cabinetOf returns the settings of a number. Without them nothing is signed for it,
// nor printed.
func (d *Daemon) cabinetOf(numeroAM string) (cabinet.Cabinet, error) {
	c, err := d.book.Cabinet(numeroAM)
	if errors.Is(err, lot.ErrNotFound) {
		return c, &state.Error{Kind: state.Invalid, Code: "CABINET_ABSENT", Path: "professionnel.numeroAM", Err: err,
			Message: "Le cabinet de ce numéro n'est pas renseigné : faites-le une fois, avec « agrafe setup » ou dans les réglages de la console, puis recommencez."}
	}
	return c, bookFailure(err)
}
