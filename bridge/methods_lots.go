package bridge

import (
	"github.com/agrafe-fse/agrafe/daemon/state"
)

type lotsResult struct {
	Lots []state.Lot `json:"lots"`
	Next string      `json:"next,omitempty"` // cursor of the next page, absent at the end
}

func listLots(c call, p pageParams) (lotsResult, error) {
	list, next, err := c.daemon.Lots(p.After, p.Limit)
	return lotsResult{list, next}, err
}

type lotResult struct {
	Lot state.Lot   `json:"lot"`
	FSE []state.FSE `json:"fse"`
}

func getLot(c call, p idParams) (lotResult, error) {
	l, list, err := c.daemon.LotTo(c.who.viewer(), p.ID)
	return lotResult{l, list}, err
}

func closeLot(c call, p change) (state.Lot, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return state.Lot{}, err
	}
	return c.daemon.CloseLot(c.ctx, c.who.name, p.ID, key)
}

func reopenLot(c call, p change) (state.Lot, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return state.Lot{}, err
	}
	return c.daemon.ReopenLot(c.ctx, c.who.name, p.ID, key)
}

type takeOutParams struct {
	Lot string `json:"lot"`
	FSE string `json:"fse"`
	keyed
}

type takeOutResult struct {
	From state.Lot `json:"de"`
	To   state.Lot `json:"vers"`
}

func takeOut(c call, p takeOutParams) (takeOutResult, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return takeOutResult{}, err
	}
	from, to, err := c.daemon.TakeOut(c.ctx, c.who.name, p.Lot, p.FSE, key)
	return takeOutResult{from, to}, err
}

func late(c call, _ none) (state.Late, error) { return c.daemon.Late() }

type fileResult struct {
	Name string `json:"nom"`
	Data []byte `json:"fichier"`
	URL  string `json:"url,omitempty"` // path at which it can be fetched once, for 60 s, while the connection lasts
}

func lotFile(c call, p idParams) (fileResult, error) {
	name, data, err := c.daemon.LotFile(p.ID)
	if err != nil {
		return fileResult{}, err
	}
	return fileResult{Name: name, Data: data, URL: c.server.documents.put(data, "application/octet-stream", name, c.conn)}, nil
}
