//go:build linux

package main

import (
	"context"
	"errors"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// consultation is today's consultation of the first person on the Vitale by the
// médecin traitant.
func consultation(practice daemon.Situation, cps daemon.CPS, card daemon.Vitale) (*fse.Draft, error) {
	p := card.Persons[0]
	if p.Rights == nil {
		return nil, errors.New("cannot bill: the card gives no rights")
	}
	year, month, day := time.Now().Date()
	today, _ := tables.MakeDate(year, int(month), day) // false only before 1800
	r := p.Rights
	return &fse.Draft{
		Mode: fse.Securise, DateSoins: today, Parcours: "T", DoublonForce: "banc d'essai",
		Professionnel: fse.Professionnel{NumeroAM: practice.NumeroAM, RPPS: cps.Holder.NationalID[1:], Specialite: practice.Specialite,
			Convention: practice.Convention, OPTAM: practice.OPTAM, Zone: "metro"},
		Beneficiaire: fse.Personne{NIR: p.NIR, Nom: p.Nom, NomFamille: p.Nom, Prenom: p.Prenom,
			Naissance: fse.Naissance{EnCarte: p.Naissance}, Rang: 1, Qualite: r.Qualite},
		AMO:    fse.AMO{Regime: r.Regime, Caisse: r.Caisse, Centre: r.Centre},
		AMC:    &fse.AMC{Organisme: r.Organisme, Contrat: r.Contrat, Adherent: r.Adherent, Part: "100TM"},
		Nature: fse.Nature{Code: "maladie"},
		Actes:  []fse.Acte{{Code: "G"}},
	}, nil
}

// cabinetOf is the practice of a CPS, with invented addresses.
func cabinetOf(practice daemon.Situation, cps daemon.CPS) cabinet.Cabinet {
	return cabinet.Cabinet{NumeroAM: practice.NumeroAM, RPPS: cps.Holder.NationalID[1:], Nom: cps.Holder.Nom, Prenom: cps.Holder.Prenom,
		Specialite: practice.Specialite, Convention: practice.Convention, OPTAM: practice.OPTAM, Zone: "metro",
		Adresse:      []string{"1 rue de l’Exemple", "75000 EXEMPLE"},
		Rattachement: cabinet.Caisse{Nom: "CPAM d’exemple", Adresse: []string{"2 rue de l’Exemple", "75000 EXEMPLE"}}}
}

// dayOfWork is what a doctor signs in a day.
const dayOfWork = 60

// work bills a day's consultations through the API, the cards being in.
func work(ctx context.Context, c *local.Client) error {
	var cps daemon.CPS
	if err := c.Call(ctx, "cards.readCPS", nil, &cps); err != nil {
		return err
	}
	practice, err := openSession(ctx, c)
	if err != nil {
		return err
	}
	settings := map[string]any{"cabinet": cabinetOf(practice, cps)}
	if err := c.Call(ctx, "practice.set", settings, nil); err != nil {
		return err
	}
	for range dayOfWork {
		if err := bill(ctx, c, practice, cps); err != nil {
			return err
		}
	}
	return nil
}

// openSession has the code asked for, again until whoever types it is there.
func openSession(ctx context.Context, c *local.Client) (daemon.Situation, error) {
	var session struct {
		Situations []daemon.Situation `json:"situations"`
	}
	err := c.Call(ctx, "cards.openPinSession", nil, &session)
	for until := monotonic() + patience; state.KindOf(err) == state.PINRequired && monotonic() < until; {
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return daemon.Situation{}, err
		}
		err = c.Call(ctx, "cards.openPinSession", nil, &session)
	}
	if err == nil && len(session.Situations) == 0 {
		err = errors.New("cannot bill: the CPS gives no situation d'exercice")
	}
	if err != nil {
		return daemon.Situation{}, err
	}
	return session.Situations[0], nil
}

// bill reads the Vitale, then prices, keeps and signs one consultation.
func bill(ctx context.Context, c *local.Client, practice daemon.Situation, cps daemon.CPS) error {
	var card daemon.Vitale
	if err := c.Call(ctx, "cards.readVitale", nil, &card); err != nil {
		return err
	}
	draft, err := consultation(practice, cps, card)
	if err != nil {
		return err
	}
	if err := c.Call(ctx, "fse.price", draft, nil); err != nil {
		return err
	}
	var f lot.FSE
	if err := c.Call(ctx, "fse.create", map[string]any{"facture": draft}, &f); err != nil {
		return err
	}
	return c.Call(ctx, "fse.sign", map[string]string{"id": f.ID}, nil)
}
