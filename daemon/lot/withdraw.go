package lot

import (
	"context"
	"fmt"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Withdraw takes back a reject that somebody noted by mistake, for a reason that is kept.
// An FSE of this book is then what the other returns make of it; what waited for
// another software's FSE waits no more. The return stays in the list.
//
// It fails with ErrWithdrawal without a reason, ErrState for what a payer has sent, was
// withdrawn already or whose FSE is no longer rejected by it, and ErrRemade where an FSE
// that was not cancelled makes it again.
func (b *Book) Withdraw(ctx context.Context, actor, id, reason string, c Call) (Return, error) {
	reason = strings.TrimSpace(reason)
	if !isReason(reason) {
		return Return{}, ErrWithdrawal
	}
	_, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		r, err := returnOf(s, id)
		if err != nil {
			return nil, err
		}
		if done, err := c.done(s, id); done || err != nil {
			return nil, err
		}
		if r.Kind != ReturnByHand || r.Withdrawn != "" {
			return nil, fmt.Errorf("%w: only a reject that was noted by hand is withdrawn, once", ErrState)
		}
		if err := free(s, r.Remade); err != nil {
			return nil, err
		}
		return r.withdraw(s, reason, actor, c)
	})
	if err != nil {
		return Return{}, err
	}
	return b.Return(id)
}

// withdraw makes the entries of Withdraw.
func (r *Return) withdraw(s journal.State, reason, actor string, c Call) ([]journal.Entry, error) {
	entries, err := one((&returnChange{Withdrawn: reason, Key: c.key()}).record(r.ID, actor))
	if err != nil || r.FSE == "" {
		return entries, err
	}
	f, err := fetch(s, r.FSE)
	if err != nil {
		return nil, err
	}
	if f.State != fse.Rejetee || f.Reject == nil || f.Reject.Return != r.ID || r.Before == "" {
		return nil, fmt.Errorf("%w: its FSE is no longer rejected by it", ErrState)
	}
	a, err := accountIn(s, f)
	if err != nil {
		return nil, err
	}
	if stands, ok := a.find(r.ID); ok {
		stands.Withdrawn = reason
	}
	settled, err := a.settle(actor)
	return append(entries, settled...), err
}
