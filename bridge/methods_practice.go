package bridge

import (
	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

type cabinetsResult struct {
	Cabinets []cabinet.Cabinet `json:"cabinets"`
}

func listCabinets(c call, _ none) (cabinetsResult, error) {
	list, err := c.daemon.Cabinets()
	return cabinetsResult{list}, err
}

type proposeParams struct {
	CPS string `json:"cps,omitempty"` // reader of the CPS
}

func proposeCabinets(c call, p proposeParams) (cabinetsResult, error) {
	list, err := c.daemon.ProposeCabinets(c.ctx, c.who.name, p.CPS)
	return cabinetsResult{list}, err
}

type cabinetParams struct {
	Cabinet cabinet.Cabinet `json:"cabinet"`
}

type issuesResult struct {
	Issues []state.Issue `json:"problemes"`
}

func checkCabinet(c call, p cabinetParams) (issuesResult, error) {
	return issuesResult{c.daemon.CheckCabinet(p.Cabinet)}, nil
}

type setCabinetParams struct {
	Cabinet cabinet.Cabinet `json:"cabinet"`
	keyed
}

func setCabinet(c call, p setCabinetParams) (cabinet.Cabinet, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return cabinet.Cabinet{}, err
	}
	return c.daemon.SetCabinet(c.ctx, c.who.name, p.Cabinet, key)
}

type removeCabinetParams struct {
	NumeroAM string `json:"numeroAM"`
	keyed
}

func removeCabinet(c call, p removeCabinetParams) (cabinetsResult, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return cabinetsResult{}, err
	}
	list, err := c.daemon.RemoveCabinet(c.ctx, c.who.name, p.NumeroAM, key)
	return cabinetsResult{list}, err
}
