package fse

import (
	"encoding/json"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// Context is what Price needs beside the draft.
type Context struct {
	Tables        *tables.Set // nil = tables.Default()
	Today         Date        // zero = no check that depends on it
	CentreTelQuel bool        // keep the centre of régime 01 in degraded mode instead of 0000
	AlsaceMoselle bool        // its two holidays more, for deadlines
	ForfaitsPris  []Date      // days whose flat participation this executant already counted
	Passees       []Passee    // earlier invoices, for duplicates and yearly acts
}

// Answer is a price, or the reasons why there is none: Prix is nil exactly when
// Erreurs is not empty.
type Answer struct {
	Prix           *Prix   `json:"prix"`
	Avertissements []Issue `json:"avertissements"`
	Erreurs        []Issue `json:"erreurs"`
}

// MarshalJSON writes empty lists as [], never null.
func (a Answer) MarshalJSON() ([]byte, error) {
	type plain Answer
	p := plain(a)
	if p.Avertissements == nil {
		p.Avertissements = []Issue{}
	}
	if p.Erreurs == nil {
		p.Erreurs = []Issue{}
	}
	return json.Marshal(p)
}

// Prix is a priced invoice.
type Prix struct {
	Lignes          []Ligne          `json:"lignes"`
	Total           Total            `json:"total"`
	Destinataire    Organisme        `json:"destinataire"` // payer of the compulsory insurance
	Nature          string           `json:"nature"`       // nature d'assurance as B2 writes it
	CertitudeNature tables.Certitude `json:"certitudeNature"`
	Parcours        string           `json:"parcours"` // as sent: blank for SMG
	TiersPayant     TiersPayant      `json:"tiersPayant"`
	PartAMC         int              `json:"partAMC,omitempty"` // percent of the ticket modérateur that the contract takes
	Certification   string           `json:"certification"`
	Centre          *CentreModifie   `json:"centreModifie,omitempty"`
	Demonstration   bool             `json:"demonstration,omitempty"` // test payer
	TablesVersion   string           `json:"tablesVersion"`
}

// Ligne is one priced line, in the order of the acts. An act whose fees the
// CNMSS agreed to pay above the tariff is followed by its supplement.
type Ligne struct {
	Code            string        `json:"code"`
	Date            Date          `json:"date"`
	Quantite        int           `json:"quantite"`
	Coefficient     Coef          `json:"coefficient"`
	Base            Cents         `json:"base"`
	Taux            int           `json:"taux"` // percent of the base
	Honoraires      Cents         `json:"honoraires"`
	AMO             Cents         `json:"amo"`
	AMC             Cents         `json:"amc"`
	Patient         Cents         `json:"patient"`
	NonPrisEnCharge Cents         `json:"nonPrisEnCharge"`
	Exoneration     string        `json:"exoneration"`
	Qualificatif    string        `json:"qualificatif,omitempty"`
	Km              int           `json:"km,omitempty"`
	Acte            int           `json:"acte"` // index of the act in the draft
	Explications    []Explication `json:"explications"`
}

// Total is the sum of the lines. With no tiers payant, Patient is what the
// patient bears in the end and ARegler what they pay now.
type Total struct {
	Base            Cents            `json:"base"`
	Honoraires      Cents            `json:"honoraires"`
	AMO             Cents            `json:"amo"`
	AMC             Cents            `json:"amc"`
	Patient         Cents            `json:"patient"`
	NonPrisEnCharge Cents            `json:"nonPrisEnCharge"`
	MTM             Cents            `json:"mtm"`     // counted without tiers payant, for information with it
	Forfait         Cents            `json:"forfait"` // flat participation left to the insured person
	ARegler         Cents            `json:"aRegler"`
	Retenue         Cents            `json:"retenue"`   // participation forfaitaire that the payer keeps back later
	Certitude       tables.Certitude `json:"certitude"` // the weakest of all the amounts
}

// Organisme is a payer.
type Organisme struct {
	Regime string `json:"regime"`
	Caisse string `json:"caisse"`
	Centre string `json:"centre"`
	Nom    string `json:"nom,omitempty"`
}

// CentreModifie is the trace of a centre replaced in degraded mode.
type CentreModifie struct {
	Avant     string           `json:"avant"`
	Apres     string           `json:"apres"`
	Certitude tables.Certitude `json:"certitude"`
}

// Explication says which rule and which table row gave an amount. Rules and rows
// are shared, not copied: never change them through an Explication. An
// explanation without a table, as of a rate that a user typed, has an empty row.
type Explication struct {
	Montant Cents `json:"montant"` // negative where it is taken off
	*Rule
	*tables.Ref
	Certitude tables.Certitude `json:"certitude"` // of the amount: the weakest of all that it comes from
}

// Issue is a reason to refuse a draft or a thing to look at.
type Issue struct {
	Code     string `json:"code"`   // stable, see Codes
	Chemin   string `json:"chemin"` // field of the draft: actes[0].code
	Message  string `json:"message"`
	Bloquant bool   `json:"bloquant"`
}
