package bridge

import (
	"context"
	"errors"
	"reflect"

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

// drafted makes a handler of a function of a draft: its parameters are the draft
// itself, its result is the answer of the rules, refusals included.
func drafted[R any](f func(*daemon.Daemon, *fse.Draft) (R, error)) handler {
	return handler{params: reflect.TypeFor[fse.Draft](), result: reflect.TypeFor[R](),
		run: func(c call, raw jsontext.Value) (any, *rpcError) {
			draft, err := draftOf(raw)
			if err != nil {
				return nil, failed(daemon.Failure(err))
			}
			a, err := f(c.daemon, draft)
			if err != nil {
				return nil, failed(daemon.Failure(err))
			}
			return a, nil
		}}
}

type natureParams struct {
	ID    string `json:"id"`
	Token string `json:"jeton,omitempty"` // of the question, once the user has confirmed
	keyed
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
		q, err := c.daemon.AskSMG(c.who.owner(), p.ID)
		return natureResult{Question: &q}, err
	}
	f, err := c.daemon.ConfirmSMG(c.ctx, c.who.owner(), p.ID, p.Token)
	return natureResult{FSE: &f}, err
}

func leaveNature(c call, p change) (lot.FSE, error) {
	return c.daemon.LeaveSMG(c.ctx, c.who.owner(), p.ID)
}

type splitResult struct {
	FSE []lot.FSE `json:"fse"`
}

func splitFSE(c call, p change) (splitResult, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return splitResult{}, err
	}
	list, err := c.daemon.SplitFSE(c.ctx, c.who.owner(), p.ID, key)
	return splitResult{list}, err
}

type degradeParams struct {
	ID        string `json:"id"`
	Motif     string `json:"motif"` // key of the table motifs_degrade
	Precision string `json:"precision,omitempty"`
	keyed
}

func degradeFSE(c call, p degradeParams) (lot.FSE, error) {
	return c.daemon.DegradeFSE(c.ctx, c.who.owner(), p.ID, p.Motif, p.Precision)
}

type createParams struct {
	Draft jsontext.Value `json:"facture"` // in the contract of the rules
	keyed
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
	return c.daemon.CreateFSE(c.ctx, c.who.owner(), draft, key)
}

type updateParams struct {
	ID    string         `json:"id"`
	Draft jsontext.Value `json:"facture"` // in the contract of the rules
	keyed
}

func updateFSE(c call, p updateParams) (lot.FSE, error) {
	draft, err := draftOf(p.Draft)
	if err != nil {
		return lot.FSE{}, err
	}
	key, err := c.idempotent(p.Key)
	if err != nil {
		return lot.FSE{}, err
	}
	return c.daemon.UpdateFSE(c.ctx, c.who.owner(), p.ID, draft, key)
}

// owner is whose FSE the caller may read and cancel: its own, or for a program of the
// practice's own machine and the console those of every front end.
func (c call) owner() string {
	if c.who.practice() {
		return lot.Practice
	}
	return c.who.owner()
}

// signs is whose FSE the caller may sign: its own, and for the console, in front of
// which the professional sits, those of every front end.
func (c call) signs() string {
	if c.who.console {
		return lot.Practice
	}
	return c.who.owner()
}

func getFSE(c call, p idParams) (lot.FSE, error) { return c.daemon.GetFSE(c.owner(), p.ID) }

type listResult struct {
	FSE  []state.FSE `json:"fse"`
	Next string      `json:"next,omitempty"` // cursor of the next page, absent at the end
}

type listParams struct {
	pageParams
	Numero string `json:"numero,omitempty"` // only the FSE with this number, 9 digits
	All    bool   `json:"all,omitempty"`    // the FSE of every front end: for local programs and the console

	States  []string `json:"etats,omitempty"`         // only FSE in one of these states
	Day     string   `json:"jour,omitempty"`          // ISO; only those with this day of care
	Persons bool     `json:"beneficiaires,omitempty"` // with the names
}

func listFSE(c call, p listParams) (listResult, error) {
	if p.All && !c.who.practice() {
		return listResult{}, &state.Error{Kind: state.Denied, Code: "DROIT", Path: "all", Message: "Ce site n'a pas le droit d'appeler cette méthode."}
	}
	if p.Numero != "" {
		list, err := c.daemon.NumberedFSE(c.who.viewer(), p.Numero, p.Persons)
		return listResult{FSE: list}, err
	}
	on, err := dateOf(p.Day, "jour")
	if err != nil {
		return listResult{}, err
	}
	list, next, err := c.daemon.ListFSE(c.who.viewer(), daemon.FSEList{States: p.States, Day: on, Persons: p.Persons, All: p.All, After: p.After, Limit: p.Limit})
	return listResult{list, next}, err
}

type signParams struct {
	ID     string `json:"id"`
	CPS    string `json:"cps,omitempty"`    // reader of the CPS
	Vitale string `json:"vitale,omitempty"` // reader of the Vitale
	Lease  string `json:"lease,omitempty"`  // on the reader of the CPS

	ConfirmRestored bool `json:"confirmRestored,omitempty"` // a backup brought it back, and the user has made sure that it was not signed since
	keyed
}

func signFSE(c call, p signParams) (lot.FSE, error) {
	request := daemon.SignRequest{ID: p.ID, CPS: p.CPS, Vitale: p.Vitale, Lease: reader.LeaseID(p.Lease), Holder: c.who.name,
		ConfirmRestored: p.ConfirmRestored}
	key, err := c.idempotent(p.Key)
	if err != nil {
		return lot.FSE{}, err
	}
	return c.daemon.SignFSE(c.ctx, c.signs(), request, key)
}

func readyFSE(c call, p change) (lot.FSE, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return lot.FSE{}, err
	}
	return c.daemon.ReadyFSE(c.ctx, c.who.owner(), p.ID, key)
}

type signManyParams struct {
	IDs    []string `json:"ids"`              // 1 to 200
	CPS    string   `json:"cps,omitempty"`    // reader of the CPS
	Vitale string   `json:"vitale,omitempty"` // reader of the Vitale
	Lease  string   `json:"lease,omitempty"`  // on the reader of the CPS

	ConfirmRestored bool `json:"confirmRestored,omitempty"` // as for fse.sign, of all that a backup brought back among them
	keyed
}

// signManyResult says what became of each FSE.
type signManyResult struct {
	Outcomes []signOutcome `json:"resultats"` // in the order of the ids
}

type signOutcome struct {
	ID    string       `json:"id"`
	FSE   *state.FSE   `json:"fse,omitempty"`    // signed and in a lot
	Error *state.Error `json:"erreur,omitempty"` // why it is not
}

// signManyFSE is a job: it goes on when the page that began it is loaded anew.
var signManyFSE = job(func(c call, p signManyParams) (int, work[signManyResult], error) {
	if err := daemon.CheckBulk(p.IDs); err != nil {
		return 0, nil, err
	}
	request := daemon.SignRequest{CPS: p.CPS, Vitale: p.Vitale, Lease: reader.LeaseID(p.Lease), Holder: c.who.name,
		ConfirmRestored: p.ConfirmRestored}
	return len(p.IDs), func(ctx context.Context, progress func(int)) (signManyResult, error) {
		request.Progress = progress
		list, err := c.daemon.SignMany(ctx, c.signs(), p.IDs, request)
		out := signManyResult{Outcomes: make([]signOutcome, 0, len(list))}
		for _, one := range list {
			shown := signOutcome{ID: one.ID, Error: documented(one.Error)}
			if one.FSE != nil {
				f := daemon.ShowFSE(*one.FSE)
				shown.FSE = &f
			}
			out.Outcomes = append(out.Outcomes, shown)
		}
		return out, err
	}, nil
})

type sealResult struct {
	Seal []byte `json:"sceau"` // CMS SignedData, DER
}

func sealOfFSE(c call, p idParams) (sealResult, error) {
	seal, err := c.daemon.Seal(c.owner(), p.ID)
	return sealResult{seal}, err
}

type cancelParams struct {
	ID    string `json:"id"`
	Cause string `json:"motif,omitempty"` // kept; needed once the FSE has a number
	keyed
}

func cancelFSE(c call, p cancelParams) (lot.FSE, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return lot.FSE{}, err
	}
	return c.daemon.CancelFSE(c.ctx, c.owner(), p.ID, p.Cause, key)
}
