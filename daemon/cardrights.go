package daemon

import (
	"context"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// CardRights is what a Vitale says of a person's cover, in the terms of a draft:
// its parts are put in a draft as they are.
type CardRights struct {
	Beneficiaire fse.Personne  `json:"beneficiaire"`
	Assure       *fse.Personne `json:"assure,omitempty"` // when it is another person: the card gives the number only
	AMO          fse.AMO       `json:"amo"`
	AMC          *fse.AMC      `json:"amc,omitempty"`
	Du           string        `json:"du,omitempty"` // AAAAMMJJ, first day of the rights
	Au           string        `json:"au,omitempty"` // last day
	C2S          bool          `json:"c2s"`
	Source       string        `json:"source"` // "carte"
	EventCounter uint32        `json:"eventCounter"`
	Demo         bool          `json:"demonstration"`
}

// RightsFromCard returns the rights of a person on the Vitale in the reader id, or
// in the only reader that has one when id is "". person is a place in
// Vitale.Persons, from 0. A card, or a driver, that does not give rights makes it
// fail with unsupported: they are then asked of the payer or typed.
func (d *Daemon) RightsFromCard(ctx context.Context, id string, person int) (CardRights, error) {
	v, err := d.ReadVitale(ctx, id)
	if err != nil {
		return CardRights{}, err
	}
	if person < 0 || person >= len(v.Persons) {
		return CardRights{}, &state.Error{Kind: state.NotFound, Code: "BENEFICIAIRE_ABSENT", Path: "personne",
			Message: "Cette personne n'est pas sur la Carte Vitale présente."}
	}
	p := v.Persons[person]
	r := p.Rights
	if r == nil {
		return CardRights{}, &state.Error{Kind: state.Unsupported, Code: "DROITS_ABSENTS",
			Message: "Cette carte ne donne pas les droits : demandez-les à la caisse ou saisissez-les."}
	}
	rank, _ := strconv.Atoi(r.Rang) // not on every card: 0 is the first
	out := CardRights{
		Beneficiaire: fse.Personne{NIR: p.NIR, Nom: p.Nom, NomFamille: p.Nom, Prenom: p.Prenom,
			Naissance: fse.Naissance{EnCarte: p.Naissance}, Rang: rank, Qualite: r.Qualite},
		AMO: fse.AMO{Regime: r.Regime, Caisse: r.Caisse, Centre: r.Centre, ALD: r.ALD, RegimeLocal: r.RegimeLocal,
			ASPA: r.ASPA, AME: r.AME, Exonere: r.Exonere},
		Du: r.Du, Au: r.Au, C2S: r.C2S, Source: "carte", EventCounter: v.EventCounter, Demo: v.Demo,
	}
	if r.NIRAssure != "" && r.NIRAssure != p.NIR {
		out.Assure = &fse.Personne{NIR: r.NIRAssure}
	}
	if r.Organisme != "" {
		out.AMC = &fse.AMC{Organisme: r.Organisme, Contrat: r.Contrat, Adherent: r.Adherent}
	}
	return out, nil
}
