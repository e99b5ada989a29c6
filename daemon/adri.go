package daemon

import (
	"context"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// RightsQuery asks a payer for the rights of a person.
type RightsQuery struct {
	NIR        string // the person's own or the assuré's, with its key
	Naissance  string // of the person, AAAAMMJJ
	Rang       int    // of birth, 0 = 1
	DateSoins  fse.Date
	NumeroAM   string // of who asks; "" for the first practice of the holder of the CPS
	Systematic bool   // the software asks, not the user
	Refresh    bool   // the payer is asked even if its answer is known
}

// PayerRights is what a payer says of a person.
type PayerRights struct {
	CardRights
	Traitant string `json:"medecinTraitant,omitempty"` // declared: demandeur, autre, aucun; absent: not told
}

// RightsAnswer is what a payer answered.
type RightsAnswer struct {
	Persons  []PayerRights `json:"beneficiaires"`
	Source   string        `json:"source"`  // "adri"
	Obtained time.Time     `json:"obtenu"`  // when the payer said so
	Age      int           `json:"age"`     // seconds since
	Cached   bool          `json:"cache"`   // it was known: nobody was asked
	Mention  string        `json:"mention"` // French, to be shown beside the rights
}

// sourceADRi tells rights of a payer from those of a card.
const sourceADRi = "adri"

// mentionADRi is shown beside every answer.
const mentionADRi = "Message ADRi de démonstration : le schéma officiel est sous licence."

// errRealCPS refuses a card that is no test card: the messages are a demonstration's, and
// who answers them is played.
var errRealCPS = &state.Error{Kind: state.Unsupported, Code: "ADRI_CARTE_REELLE",
	Message: "Cette CPS n'est pas une carte de test : Agrafe ne demande des droits par ADRi qu'en démonstration. Saisissez les droits d'après l'attestation."}

var errNoADRi = &state.Error{Kind: state.Unsupported, Code: "ADRI_NON_CONFIGURE",
	Message: "Aucun téléservice ADRi n'est réglé sur ce poste (rights.url). Saisissez les droits d'après l'attestation."}

// RightsFromADRi asks the payers' teleservice for rights, as the holder of the CPS, which
// has to be in a reader and a test card. What was answered to principal for that person,
// month and practice today, in this run, is given again without asking, unless q says
// otherwise.
//
// The card works once for a connection, with its code, which is asked for as for a
// signature. Where the policy keeps the code, the connection is kept beside it; each
// question on it counts as a signature does.
func (d *Daemon) RightsFromADRi(ctx context.Context, principal string, q RightsQuery) (RightsAnswer, error) {
	if d.cfg.Rights.URL == "" {
		return RightsAnswer{}, errNoADRi
	}
	h, err := d.holdCPS(ctx, "")
	if err != nil {
		return RightsAnswer{}, Failure(err)
	}
	if !h.card.Demo {
		return RightsAnswer{}, errRealCPS
	}
	r, err := d.question(h, q)
	if err != nil {
		return RightsAnswer{}, err
	}
	asker := h.cps.serial + " " + principal
	if !q.Refresh {
		if found, at, ok := d.payer.answers.Get(asker, r, d.now()); ok {
			return d.rightsAnswer(found, at, true), nil
		}
	}
	found, err := d.askPayer(ctx, principal, h, r)
	if err != nil {
		d.log.Info("rights not obtained", "error", err)
		return RightsAnswer{}, rightsFailure(err)
	}
	at := d.now()
	d.payer.answers.Put(asker, r, found, at)
	return d.rightsAnswer(found, at, false), nil
}

// question makes the message of q, asked by the holder of the CPS.
func (d *Daemon) question(h held, q RightsQuery) (adri.Request, error) {
	if d.now().After(h.cps.auth.NotAfter) || d.now().Before(h.cps.auth.NotBefore) {
		return adri.Request{}, &state.Error{Kind: state.Invalid, Code: "CPS_PERIMEE",
			Message: "La CPS présente n'est pas, ou plus, valable à la date de ce poste."}
	}
	r := adri.Request{NIR: q.NIR, Naissance: q.Naissance, Rang: q.Rang, DateSoins: q.DateSoins, NumeroAM: q.NumeroAM, Mode: adri.Targeted}
	if n, _, err := fse.ParseNIR(q.NIR); err == nil {
		r.NIR = n.String() // without spaces
	}
	if q.Rang == 0 {
		r.Rang = 1
	}
	if q.Systematic {
		r.Mode = adri.Systematic
	}
	if r.NumeroAM == "" {
		var err error
		if r.NumeroAM, err = d.askingNumber(h); err != nil {
			return r, err
		}
	}
	if err := r.Check(); err != nil {
		return r, badQuestion(err)
	}
	return r, d.mayAskAs(h, r.NumeroAM)
}

func (d *Daemon) rightsAnswer(r adri.Response, at time.Time, cached bool) RightsAnswer {
	a := RightsAnswer{Persons: []PayerRights{}, Source: sourceADRi, Obtained: at.UTC().Truncate(time.Second),
		Age: int(d.now().Sub(at) / time.Second), Cached: cached, Mention: mentionADRi}
	for _, p := range r.Persons {
		a.Persons = append(a.Persons, payerRights(p))
	}
	return a
}

// payerRights puts what a payer says of a person in the terms of a draft.
func payerRights(p adri.Person) PayerRights {
	family := p.NomFamille
	if family == "" {
		family = p.Nom
	}
	out := PayerRights{Traitant: string(p.Traitant), CardRights: CardRights{
		Beneficiaire: fse.Personne{NIR: p.NIR, Nom: p.Nom, NomFamille: family, Prenom: p.Prenom,
			Naissance: fse.Naissance{EnCarte: p.Naissance}, Rang: p.Rang, Qualite: p.Qualite},
		AMO: fse.AMO{Regime: p.AMO.Regime, Caisse: p.AMO.Caisse, Centre: p.AMO.Centre, ALD: p.AMO.ALD, RegimeLocal: p.AMO.RegimeLocal,
			ASPA: p.AMO.ASPA, AME: p.AMO.AME, Exonere: p.AMO.Exonere},
		Du: cardDate(p.AMO.Du), Au: cardDate(p.AMO.Au), C2S: p.AMO.C2S, Source: sourceADRi, Demo: true,
	}}
	if p.NIRAssure != "" {
		out.Assure = &fse.Personne{NIR: p.NIRAssure}
	}
	if p.AMC != nil {
		out.AMC = &fse.AMC{Organisme: p.AMC.Organisme, Contrat: p.AMC.Contrat, Adherent: p.AMC.Adherent}
	}
	return out
}

// cardDate writes a day as cards do: AAAAMMJJ, "" for none.
func cardDate(day fse.Date) string {
	if day.IsZero() {
		return ""
	}
	return strings.ReplaceAll(day.String(), "-", "")
}
