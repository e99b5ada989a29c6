package daemon

import (
	"context"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// PaperFSE ends an FSE of owner's that is not signed as a paper sheet, with what its draft
// costs by the rules of now where they say. An FSE that has a number keeps it and is
// cancelled; the sheet is then another FSE, which is returned.
func (d *Daemon) PaperFSE(ctx context.Context, owner, id string, c lot.Call) (lot.FSE, error) {
	if err := d.beginChange(owner, id); err != nil {
		return lot.FSE{}, err
	}
	defer d.signing.Delete(id)
	before, err := d.book.Get(owner, id)
	if err != nil {
		return before, bookFailure(err)
	}
	answer, err := d.Price(before.Draft)
	if err != nil {
		return before, err
	}
	f, err := d.book.ToPaper(ctx, owner, id, answer.Prix, c)
	if err != nil {
		return f, bookFailure(err)
	}
	d.publishPair(f)
	return f, nil
}

// RemakeFSE begins an FSE that replaces a rejected one, or one of another software.
func (d *Daemon) RemakeFSE(ctx context.Context, owner string, r lot.Remake, c lot.Call) (lot.FSE, error) {
	f, err := d.book.Remake(ctx, owner, r, c)
	if err != nil {
		return f, bookFailure(err)
	}
	d.publishPair(f)
	return f, nil
}

// Reject notes a reject that somebody has read elsewhere.
func (d *Daemon) Reject(ctx context.Context, actor string, r lot.Rejection, c lot.Call) (state.Return, error) {
	return d.changedReturn(d.book.Reject(ctx, actor, r, c))
}

// WithdrawReject takes back a reject that was noted by mistake: see lot.Book.Withdraw.
func (d *Daemon) WithdrawReject(ctx context.Context, actor, id, reason string, c lot.Call) (state.Return, error) {
	return d.changedReturn(d.book.Withdraw(ctx, actor, id, reason, c))
}

// changedReturn tells of what a return has changed, and shows it.
func (d *Daemon) changedReturn(r lot.Return, err error) (state.Return, error) {
	if err != nil {
		return state.Return{}, bookFailure(err)
	}
	if r.FSE != "" {
		if f, err := d.book.Get(lot.Practice, r.FSE); err == nil {
			d.publishFSE(f)
			return showReturn(r), nil
		}
	}
	d.telling.Lock()
	defer d.telling.Unlock()
	d.publishQueue()
	return showReturn(r), nil
}
