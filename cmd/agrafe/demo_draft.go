package main

import (
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// consultation is today's consultation of the first person on the Vitale, by the
// médecin traitant, as an EHR would fill it in from the cards.
func consultation(practice daemon.Situation, cps daemon.CPS, card daemon.Vitale) (*fse.Draft, error) {
	p := card.Persons[0]
	if p.Rights == nil {
		return nil, &state.Error{Kind: state.Unsupported, Code: "DROITS_ABSENTS", Message: "Cette carte ne donne pas les droits."}
	}
	year, month, day := time.Now().Date()
	today, _ := tables.MakeDate(year, int(month), day)
	r := p.Rights
	d := &fse.Draft{
		Mode: fse.Securise, DateSoins: today, Parcours: "T",
		Professionnel: fse.Professionnel{NumeroAM: practice.NumeroAM, RPPS: strings.TrimPrefix(cps.Holder.NationalID, "8"), // 8 and the RPPS number
			Specialite: practice.Specialite,
			Convention: practice.Convention, OPTAM: practice.OPTAM, Zone: "metro"},
		Beneficiaire: fse.Personne{NIR: p.NIR, Nom: p.Nom, NomFamille: p.Nom, Prenom: p.Prenom,
			Naissance: fse.Naissance{EnCarte: p.Naissance}, Rang: 1, Qualite: r.Qualite},
		AMO: fse.AMO{Regime: r.Regime, Caisse: r.Caisse, Centre: r.Centre, ALD: r.ALD, RegimeLocal: r.RegimeLocal,
			ASPA: r.ASPA, AME: r.AME, Exonere: r.Exonere},
		Nature: fse.Nature{Code: "maladie"},
		Actes:  []fse.Acte{{Code: "G", EnRapportALD: r.ALD}},
	}
	if r.Organisme != "" {
		d.AMC = &fse.AMC{Organisme: r.Organisme, Contrat: r.Contrat, Adherent: r.Adherent, Part: "100TM"}
	}
	if r.C2S || r.AME || r.ALD {
		d.TiersPayant = fse.TiersPayant{AMO: true, AMC: r.C2S}
	}
	return d, nil
}
