package daemon

import (
	"cmp"
	"context"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// bulkSlice is how many FSE are signed in one transaction: other programs wait
// for the card meanwhile, and Windows resets one that is held for 5 s.
const bulkSlice = 5

// maxBulk bounds the FSE of one call.
const maxBulk = 200

// Outcome is what became of one FSE of a bulk signature: it is in a lot, or the
// reason why not.
type Outcome struct {
	ID    string       `json:"id"`
	FSE   *lot.FSE     `json:"fse,omitempty"`
	Error *state.Error `json:"erreur,omitempty"`
}

// CheckBulk refuses a list that SignMany does not take.
func CheckBulk(ids []string) error {
	if len(ids) == 0 || len(ids) > maxBulk {
		return &state.Error{Kind: state.Invalid, Code: "NOMBRE", Path: "ids", Message: "On signe de 1 à 200 FSE à la fois."}
	}
	return nil
}

// errStopped is the outcome of the FSE that a bulk signature did not come to.
var errStopped = &state.Error{Kind: state.Timeout, Code: "TRAVAIL_ANNULE", Retryable: true,
	Message: "La signature groupée a été annulée avant cette FSE, qui n'est pas signée."}

// SignMany signs FSE one slice after the other, each FSE as SignFSE does. One that
// is refused does not keep the others; when the card fails, or when ctx ends, the
// slice under way is left as it is and the rest of the FSE are not tried. r.ID is
// not used.
func (d *Daemon) SignMany(ctx context.Context, principal string, ids []string, r SignRequest) ([]Outcome, error) {
	if err := CheckBulk(ids); err != nil {
		return nil, err
	}
	list := make([]Outcome, len(ids))
	for i, id := range ids {
		list[i].ID = id
	}
	var failed *state.Error
	for start := 0; start < len(list); start += bulkSlice {
		slice := list[start:min(start+bulkSlice, len(list))]
		if failed == nil && ctx.Err() != nil {
			failed = errStopped
		}
		if failed == nil {
			failed = d.signSlice(ctx, principal, slice, r)
			if failed != errStopped && r.Progress != nil {
				r.Progress(start + len(slice))
			}
			continue
		}
		for i := range slice {
			slice[i].Error = failed
		}
	}
	if failed != errStopped && r.Progress != nil {
		r.Progress(len(list)) // each has its outcome, be it that it was not tried
	}
	return list, nil
}

// signSlice signs the FSE of one slice. Its error is the card's, and that of all.
func (d *Daemon) signSlice(ctx context.Context, principal string, slice []Outcome, r SignRequest) *state.Error {
	var ready []*signing
	var place []int
	for i := range slice {
		out := &slice[i]
		if err := d.beginChange(principal, out.ID); err != nil {
			out.Error = Failure(err)
			continue
		}
		defer d.signing.Delete(out.ID)
		one, request := &signing{}, r
		request.ID = out.ID
		if err := d.prepare(ctx, principal, request, one); err != nil {
			out.Error = Failure(err)
			continue
		}
		ready, place = append(ready, one), append(place, i)
	}
	if len(ready) == 0 {
		return nil
	}
	failed := Failure(d.sealAll(ctx, principal, r, ready))
	if failed != nil && ctx.Err() != nil {
		failed = errStopped
	}
	for n, i := range place {
		if failed != nil {
			slice[i].Error = failed
			continue
		}
		f, err := d.enqueue(context.WithoutCancel(ctx), principal, ready[n], lot.Call{Principal: cmp.Or(r.Holder, principal)}) // a seal that was made is kept
		if err != nil {
			slice[i].Error = Failure(err)
			continue
		}
		slice[i].FSE = &f
	}
	return failed
}
