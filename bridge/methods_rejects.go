package bridge

import (
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

func paperFSE(c call, p change) (lot.FSE, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return lot.FSE{}, err
	}
	return c.daemon.PaperFSE(c.ctx, c.owner(), p.ID, key)
}

// collectParams say what the patient gave for an FSE.
type collectParams struct {
	ID     string `json:"id"`
	Amount int64  `json:"montant"`         // cents; 0 takes back what was noted
	Means  string `json:"moyen,omitempty"` // carte, cheque, especes, virement
	Date   string `json:"date,omitempty"`  // ISO; absent: today
	keyed
}

func collectFSE(c call, p collectParams) (lot.FSE, error) {
	on, err := dateOf(p.Date, "date")
	if err != nil {
		return lot.FSE{}, err
	}
	key, err := c.idempotent(p.Key)
	if err != nil {
		return lot.FSE{}, err
	}
	return c.daemon.CollectFSE(c.ctx, c.owner(), p.ID, lot.Payment{Amount: fse.Cents(p.Amount), Means: lot.Means(p.Means), Date: on}, key)
}

// remakeParams name what is made again: an FSE of ours, or a reject of another software's.
type remakeParams struct {
	ID     string `json:"id,omitempty"`     // of the rejected FSE
	Return string `json:"retour,omitempty"` // ID of the reject of an FSE of another software
	Mode   string `json:"mode,omitempty"`   // securise or degrade, which is the default
	keyed
}

func remakeFSE(c call, p remakeParams) (lot.FSE, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return lot.FSE{}, err
	}
	key.Principal = c.who.owner() // to whom the new one belongs
	return c.daemon.RemakeFSE(c.ctx, c.owner(), lot.Remake{FSE: p.ID, Return: p.Return, Mode: fse.Mode(p.Mode)}, key)
}

// rejectParams note a reject that was read elsewhere.
type rejectParams struct {
	FSE    string `json:"fse,omitempty"`    // ID; absent: of another software
	Numero string `json:"numero,omitempty"` // 9 digits, of another software's
	Date   string `json:"date"`             // ISO
	Label  string `json:"libelle"`          // one line of at most 200 characters
	keyed
}

func noteReject(c call, p rejectParams) (state.Return, error) {
	on, err := dateOf(p.Date, "date")
	if err != nil {
		return state.Return{}, err
	}
	key, err := c.idempotent(p.Key)
	if err != nil {
		return state.Return{}, err
	}
	return c.daemon.Reject(c.ctx, c.who.name, lot.Rejection{FSE: p.FSE, Numero: p.Numero, Date: on, Label: p.Label}, key)
}

// withdrawParams take back a reject that was noted by mistake.
type withdrawParams struct {
	ID     string `json:"id"`    // of the return
	Reason string `json:"motif"` // kept; one line of at most 200 characters
	keyed
}

func withdrawReject(c call, p withdrawParams) (state.Return, error) {
	key, err := c.idempotent(p.Key)
	if err != nil {
		return state.Return{}, err
	}
	return c.daemon.WithdrawReject(c.ctx, c.who.name, p.ID, p.Reason, key)
}
