package bridge

import (
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
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
	URL  string `json:"url,omitempty"`     // good once, for 60 s
	Data []byte `json:"fichier,omitempty"` // when asked for
}

// paper is a sheet or a bordereau on its way.
type paper struct {
	ID    string `json:"id"`
	Type  string `json:"type"` // feuille or bordereau
	State string `json:"etat"` // a-imprimer, imprime, signe, poste, scanne
	FSE   string `json:"fse,omitempty"`
	Lot   string `json:"lot,omitempty"`
}

type papersResult struct {
	Papers []paper `json:"papiers"`
	Next   string  `json:"next,omitempty"`
}

type printParams struct {
	ID      string `json:"id"`                   // of the paper
	Printer string `json:"imprimante,omitempty"` // absent: the one that is set
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

// returnShown is one return of a payer.
type returnShown struct {
	ID       string    `json:"id"`
	Type     string    `json:"type"` // arl, noemie
	Received time.Time `json:"recu"`
	Lot      string    `json:"lot,omitempty"`
	FSE      []string  `json:"fse,omitempty"`
	Pending  bool      `json:"aRapprocher"`
}

type returnsResult struct {
	Returns []returnShown `json:"retours"`
	Next    string        `json:"next,omitempty"`
}

type reconcileParams struct {
	ID  string `json:"id"` // of the return
	Lot string `json:"lot,omitempty"`
	FSE string `json:"fse,omitempty"`
	keyed
}
