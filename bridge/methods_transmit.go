package bridge

import (
	"context"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

type transmitParams struct {
	Lots []string `json:"lots,omitempty"` // IDs; absent: all that are closed and may leave
	keyed
}

// transmitResult says what became of each lot.
type transmitResult struct {
	Lots   []state.Lot `json:"envois"`           // as they are now, in the order of the call
	Failed []unsent    `json:"echecs,omitempty"` // those of them that did not leave
}

type unsent struct {
	ID    string       `json:"id"`
	Error *state.Error `json:"erreur"`
}

// transmitLots is a job: it goes on when the page that began it is loaded anew. It fails
// when no lot at all has left.
var transmitLots = job(func(c call, p transmitParams) (int, work[transmitResult], error) {
	lots, err := c.daemon.ToTransmit(p.Lots)
	if err != nil {
		return 0, nil, err
	}
	return len(lots), func(ctx context.Context, progress func(int)) (transmitResult, error) {
		list, err := c.daemon.Transmit(ctx, c.who.name, lots, progress)
		out := transmitResult{Lots: make([]state.Lot, 0, len(list))}
		for _, one := range list {
			out.Lots = append(out.Lots, one.Lot)
			if one.Error != nil {
				out.Failed = append(out.Failed, unsent{one.Lot.ID, documented(one.Error)})
			}
		}
		if err == nil && len(list) > 0 && len(out.Failed) == len(list) {
			err = out.Failed[0].Error
		}
		return out, err
	}, nil
})

type decideParams struct {
	ID   string `json:"id"`    // of a lot that is undecided or was refused
	Left bool   `json:"parti"` // whether the payer has it; false: it may be sent again
	keyed
}

func decideLot(c call, p decideParams) (state.Lot, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return state.Lot{}, err
	}
	return c.daemon.Decide(c.ctx, c.who.name, p.ID, p.Left, key)
}

type fetchParams struct{ keyed }

// fetchReturns is a job whose steps are messages; how many there are is not known before
// they are there.
var fetchReturns = job(func(c call, _ fetchParams) (int, work[daemon.Fetched], error) {
	if err := c.daemon.MayMail(); err != nil {
		return 0, nil, err
	}
	return 0, func(ctx context.Context, progress func(int)) (daemon.Fetched, error) {
		return c.daemon.FetchReturns(ctx, c.who.name, progress)
	}, nil
})

func checkMail(c call, _ none) (state.Mail, error) { return c.daemon.CheckMail(c.ctx) }

type returnsParams struct {
	State string `json:"etat,omitempty"` // a-rapprocher: those that wait for somebody
	Lot   string `json:"lot,omitempty"`  // ID
	FSE   string `json:"fse,omitempty"`  // ID
	pageParams
}

type returnsResult struct {
	Returns []state.Return `json:"retours"`
	Next    string         `json:"next,omitempty"`
}

func listReturns(c call, p returnsParams) (returnsResult, error) {
	w := lot.ReturnFilter{Waiting: p.State == string(lot.EffectWaiting), Lot: p.Lot, FSE: p.FSE}
	if p.State != "" && !w.Waiting {
		return returnsResult{}, &state.Error{Kind: state.Invalid, Code: "RETOURS_ETAT", Path: "etat",
			Message: "Les retours se filtrent par l’état a-rapprocher, ou par aucun."}
	}
	list, next, err := c.daemon.ReturnsWhere(w, p.After, p.Limit)
	return returnsResult{list, next}, err
}

// reconcileParams name an FSE, or a lot for a return that acknowledges or refuses one.
type reconcileParams struct {
	ID  string `json:"id"`            // of a return that waits
	FSE string `json:"fse,omitempty"` // ID
	Lot string `json:"lot,omitempty"` // ID
	keyed
}

func reconcileReturn(c call, p reconcileParams) (state.Return, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return state.Return{}, err
	}
	switch {
	case (p.FSE == "") == (p.Lot == ""):
		return state.Return{}, &state.Error{Kind: state.Invalid, Code: "RAPPROCHEMENT_SANS_OBJET", Path: "fse",
			Message: "Un retour se rapproche d’une FSE ou d’un lot : donnez l’un des deux."}
	case p.Lot != "":
		return c.daemon.ReconcileLot(c.ctx, c.who.name, p.ID, p.Lot, key)
	}
	return c.daemon.Reconcile(c.ctx, c.who.name, p.ID, p.FSE, key)
}

type dismissParams struct {
	ID     string `json:"id"`    // of a return that waits
	Reason string `json:"motif"` // kept; one line of at most 200 characters
	keyed
}

func dismissReturn(c call, p dismissParams) (state.Return, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return state.Return{}, err
	}
	return c.daemon.DismissReturn(c.ctx, c.who.name, p.ID, p.Reason, key)
}

type deliveriesResult struct {
	Files []state.Delivery `json:"fichiers"`
	Next  string           `json:"next,omitempty"`
}

func listDeliveries(c call, p pageParams) (deliveriesResult, error) {
	list, next, err := c.daemon.Deliveries(p.After, p.Limit)
	return deliveriesResult{list, next}, err
}

func deliveryFile(c call, p idParams) (fileResult, error) {
	name, data, err := c.daemon.DeliveryFile(c.who.viewer(), p.ID)
	if err != nil {
		return fileResult{}, err
	}
	return fileResult{Name: name, Data: data, URL: c.server.documents.put(data, "application/octet-stream", name, c.conn)}, nil
}

// importParams are a file of returns, or a mail as programs save it.
type importParams struct {
	Name string `json:"nom"`
	Data []byte `json:"fichier"` // base64
	keyed
}

type importResult struct {
	File  state.Delivery `json:"fichier"`
	Known bool           `json:"connu"` // it had come before
}

func importReturns(c call, p importParams) (importResult, error) {
	file, known, err := c.daemon.ImportReturns(c.ctx, c.who.name, p.Name, p.Data)
	return importResult{file, known}, err
}
