package bridge

import (
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// later stands for a method whose engine this version does not have. What it will
// take, give and need is settled, so that front ends can be written against it.
func later[P, R any](call, P) (r R, err error) {
	return r, &state.Error{Kind: state.Unsupported, Code: "PAS_ENCORE", Message: "Cette version d'Agrafe ne sait pas encore faire cela."}
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

type reconcileParams struct {
	ID  string `json:"id"` // of the return
	Lot string `json:"lot,omitempty"`
	FSE string `json:"fse,omitempty"`
	keyed
}
