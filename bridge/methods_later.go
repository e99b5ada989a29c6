package bridge

import (
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// later stands for a method whose engine this version does not have. What it will
// take, give and need is settled, so that front ends can be written against it.
func later[P, R any](call, P) (r R, err error) {
	return r, &state.Error{Kind: state.Unsupported, Code: "PAS_ENCORE", Message: "Cette version d'Agrafe ne sait pas encore faire cela."}
}

// documentResult is a document to show, print or keep.
type documentResult struct {
	Name string `json:"nom"`
	Type string `json:"type"`              // of the content: application/pdf
	URL  string `json:"url,omitempty"`     // path that is good once, for 60 s
	Data []byte `json:"fichier,omitempty"` // when asked for
}

// documentParams ask for a document about an FSE or a lot.
type documentParams struct {
	ID       string `json:"id"`
	Document string `json:"document,omitempty"` // of an FSE: feuille, papier, quittance; of a lot: bordereau, liasse, enveloppe, a-la-main; absent: the first that fits
	Inline   bool   `json:"fichier,omitempty"`  // in the answer itself
}

type papersResult struct {
	Papers []state.Paper `json:"papiers"`
	Next   string        `json:"next,omitempty"`
}

// markParams say what has been done with papers.
type markParams struct {
	IDs     []string `json:"ids"` // of their FSE and lots; a lot's takes its sheets along
	State   string   `json:"etat"`
	Patient bool     `json:"signePatient,omitempty"` // with signe: the patient has signed too
	Date    string   `json:"date,omitempty"`         // ISO, with poste and scanne; absent: today
	keyed
}

type linesResult struct {
	Lines []string `json:"lignes"`
}

type printersResult struct {
	Printers []state.Printer `json:"imprimantes"`
	Fault    string          `json:"probleme,omitempty"` // why there is none, French
}

type printParams struct {
	ID       string `json:"id"`                   // of the FSE or lot
	Document string `json:"document,omitempty"`   // as in documentParams
	Printer  string `json:"imprimante,omitempty"` // absent: that of the practice, else of the system
	keyed
}

// printResult is what became of a print.
type printResult struct {
	Printer string `json:"imprimante"`
	Pages   int    `json:"pages"`
}

type cabinetsResult struct {
	Cabinets []cabinet.Cabinet `json:"cabinets"`
}

type proposeParams struct {
	CPS string `json:"cps,omitempty"` // reader of the CPS
}

type cabinetParams struct {
	Cabinet cabinet.Cabinet `json:"cabinet"`
}

type setCabinetParams struct {
	Cabinet cabinet.Cabinet `json:"cabinet"`
	keyed
}

type issuesResult struct {
	Issues []state.Issue `json:"problemes"`
}

type takingsParams struct {
	From string `json:"du"`           // ISO
	To   string `json:"au,omitempty"` // ISO, at most 92 days on; absent: the same day
}

type takingsResult struct {
	Days []state.Takings `json:"jours"` // those on which there was something
	Sum  state.Takings   `json:"total"`
}

type dayParams struct {
	Day    string `json:"jour"` // ISO
	Inline bool   `json:"fichier,omitempty"`
}

// collectParams say what the patient gave for an FSE.
type collectParams struct {
	ID     string `json:"id"`
	Amount int64  `json:"montant"`        // cents; 0 takes back what was noted
	Means  string `json:"moyen"`          // carte, cheque, especes, virement
	Date   string `json:"date,omitempty"` // ISO; absent: today
	keyed
}

// remakeParams name what is made again: an FSE of ours, or a reject of another software's.
type remakeParams struct {
	ID     string `json:"id,omitempty"`     // of the rejected FSE
	Return string `json:"retour,omitempty"` // ID of the reject of an FSE of another software
	Mode   string `json:"mode,omitempty"`   // securise or degrade, which is the default
	keyed
}

// rejectParams note a reject that was read elsewhere.
type rejectParams struct {
	FSE    string `json:"fse,omitempty"`    // ID; absent: of another software
	Numero string `json:"numero,omitempty"` // 9 digits, of another software's
	Date   string `json:"date"`             // ISO
	Label  string `json:"libelle"`
	keyed
}

// adriParams ask for the rights of a person at a day.
type adriParams struct {
	NIR       string `json:"nir"`
	Naissance string `json:"naissance"`      // AAAAMMJJ
	Rang      int    `json:"rang,omitempty"` // of birth, 1 if absent
	DateSoins string `json:"dateSoins"`      // 2026-01-31
}

type rightsResult struct {
	Persons []daemon.CardRights `json:"beneficiaires"`
}

type transmitParams struct {
	Lots []string `json:"lots,omitempty"` // absent: all that are closed and wait
	keyed
}

type fetchParams struct{ keyed }

type returnsResult struct {
	Returns []state.Return `json:"retours"`
	Next    string         `json:"next,omitempty"`
}

type reconcileParams struct {
	ID  string `json:"id"` // of the return
	Lot string `json:"lot,omitempty"`
	FSE string `json:"fse,omitempty"`
	keyed
}
