package bridge

import (
	"errors"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
)

// draftOf reads a draft in the contract of the rules.
func draftOf(raw jsontext.Value) (*fse.Draft, error) {
	d, err := fse.DecodeDraft(raw)
	if err == nil {
		return d, nil
	}
	e := &state.Error{Kind: state.Invalid, Code: "FACTURE_ILLISIBLE", Message: "Cette facture est illisible.", Err: err}
	if bad, ok := errors.AsType[*fse.DecodeError](err); ok {
		i := bad.Issue()
		e.Code, e.Path, e.Message = i.Code, i.Chemin, i.Message
	}
	return nil, e
}

// priceFSE prices a draft: its parameters are the draft itself, its result is
// the answer of the rules, refusals included.
func priceFSE(c call, raw jsontext.Value) (any, *rpcError) {
	draft, err := draftOf(raw)
	if err != nil {
		return nil, failed(daemon.Failure(err))
	}
	return answered(c.daemon.Price(draft))
}

// checkFSE is priceFSE with all that forbids to sign.
func checkFSE(c call, raw jsontext.Value) (any, *rpcError) {
	draft, err := draftOf(raw)
	if err != nil {
		return nil, failed(daemon.Failure(err))
	}
	return answered(c.daemon.Check(draft))
}

func answered(a fse.Answer, err error) (any, *rpcError) {
	if err != nil {
		return nil, failed(daemon.Failure(err))
	}
	return a, nil
}

type natureParams struct {
	ID    string `json:"id"`
	Token string `json:"jeton,omitempty"` // of the question, once the user has confirmed
}

// natureResult is the question that the user must answer, or the FSE changed.
type natureResult struct {
	Question *fse.QuestionSMG `json:"question,omitempty"`
	FSE      *lot.FSE         `json:"fse,omitempty"`
}

// confirmNature is how soins médicaux gratuits are ticked: the first call, without
// token, asks; the second, with it, changes the FSE.
func confirmNature(c call, p natureParams) (natureResult, error) {
	if p.Token == "" {
		q, err := c.daemon.AskSMG(c.who.name, p.ID)
		return natureResult{Question: &q}, err
	}
	f, err := c.daemon.ConfirmSMG(c.ctx, c.who.name, p.ID, p.Token)
	return natureResult{FSE: &f}, err
}

func leaveNature(c call, p idParams) (lot.FSE, error) {
	return c.daemon.LeaveSMG(c.ctx, c.who.name, p.ID)
}

type splitResult struct {
	FSE []lot.FSE `json:"fse"`
}

func splitFSE(c call, p idParams) (splitResult, error) {
	list, err := c.daemon.SplitFSE(c.ctx, c.who.name, p.ID)
	return splitResult{list}, err
}

type degradeParams struct {
	ID        string `json:"id"`
	Motif     string `json:"motif"` // key of the table motifs_degrade
	Precision string `json:"precision,omitempty"`
}

func degradeFSE(c call, p degradeParams) (lot.FSE, error) {
	return c.daemon.DegradeFSE(c.ctx, c.who.name, p.ID, p.Motif, p.Precision)
}

type createParams struct {
	Draft jsontext.Value `json:"facture"`
	Key   string         `json:"idempotencyKey,omitempty"`
}

func createFSE(c call, p createParams) (lot.FSE, error) {
	draft, err := draftOf(p.Draft)
	if err != nil {
		return lot.FSE{}, err
	}
	key, err := c.idempotent(p.Key)
	if err != nil {
		return lot.FSE{}, err
	}
	return c.daemon.CreateFSE(c.ctx, c.who.name, draft, key)
}

type updateParams struct {
	ID    string         `json:"id"`
	Draft jsontext.Value `json:"facture"`
}

func updateFSE(c call, p updateParams) (lot.FSE, error) {
	draft, err := draftOf(p.Draft)
	if err != nil {
		return lot.FSE{}, err
	}
	return c.daemon.UpdateFSE(c.ctx, c.who.name, p.ID, draft)
}

type idParams struct {
	ID string `json:"id"`
}

func getFSE(c call, p idParams) (lot.FSE, error) { return c.daemon.GetFSE(c.who.name, p.ID) }

type listParams struct {
	After string `json:"after,omitempty"` // cursor of the page before
	Limit int    `json:"limit,omitempty"`
}

type listResult struct {
	FSE  []state.FSE `json:"fse"`
	Next string      `json:"next,omitempty"` // cursor of the next page, absent at the end
}

func listFSE(c call, p listParams) (listResult, error) {
	list, next, err := c.daemon.ListFSE(c.who.name, p.After, p.Limit)
	return listResult{list, next}, err
}

type signParams struct {
	ID     string `json:"id"`
	CPS    string `json:"cps,omitempty"`    // reader of the CPS
	Vitale string `json:"vitale,omitempty"` // reader of the Vitale
	Lease  string `json:"lease,omitempty"`
	Key    string `json:"idempotencyKey,omitempty"`
}

func signFSE(c call, p signParams) (lot.FSE, error) {
	request := daemon.SignRequest{ID: p.ID, CPS: p.CPS, Vitale: p.Vitale, Lease: reader.LeaseID(p.Lease)}
	key, err := c.idempotent(p.Key)
	if err != nil {
		return lot.FSE{}, err
	}
	return c.daemon.SignFSE(c.ctx, c.who.name, request, key)
}

type signManyParams struct {
	IDs    []string `json:"ids"`
	CPS    string   `json:"cps,omitempty"`
	Vitale string   `json:"vitale,omitempty"`
	Lease  string   `json:"lease,omitempty"`
}

type signManyResult struct {
	Outcomes []daemon.Outcome `json:"resultats"` // in the order of the ids
}

func signMany(c call, p signManyParams) (signManyResult, error) {
	request := daemon.SignRequest{CPS: p.CPS, Vitale: p.Vitale, Lease: reader.LeaseID(p.Lease)}
	list, err := c.daemon.SignMany(c.ctx, c.who.name, p.IDs, request)
	return signManyResult{list}, err
}

type sealResult struct {
	Seal []byte `json:"sceau"` // CMS SignedData, DER
}

func sealOfFSE(c call, p idParams) (sealResult, error) {
	seal, err := c.daemon.Seal(c.who.name, p.ID)
	return sealResult{seal}, err
}

type cancelParams struct {
	ID    string `json:"id"`
	Cause string `json:"motif"`
}

func cancelFSE(c call, p cancelParams) (lot.FSE, error) {
	return c.daemon.CancelFSE(c.ctx, c.who.name, p.ID, p.Cause)
}

type lotsResult struct {
	Lots []state.Lot `json:"lots"`
}

func listLots(c call, p listParams) (lotsResult, error) {
	list, err := c.daemon.Lots(p.Limit)
	return lotsResult{list}, err
}

type lotResult struct {
	Lot state.Lot   `json:"lot"`
	FSE []state.FSE `json:"fse"`
}

func getLot(c call, p idParams) (lotResult, error) {
	l, list, err := c.daemon.Lot(p.ID)
	return lotResult{l, list}, err
}

func closeLot(c call, p idParams) (state.Lot, error) {
	return c.daemon.CloseLot(c.ctx, c.who.name, p.ID)
}

type fileResult struct {
	Name string `json:"nom"`
	Data []byte `json:"fichier"`
}

func lotFile(c call, p idParams) (fileResult, error) {
	name, data, err := c.daemon.LotFile(p.ID)
	return fileResult{name, data}, err
}
