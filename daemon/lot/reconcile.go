package lot

import (
	"context"
	"fmt"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// attach makes the entries by which r is about f, with what it changes; entry is made of
// r once it has its effect. An FSE that may have no more returns is ErrNoMatch.
func attach(g getter, f *FSE, r *Return, actor string, entry func() (journal.Entry, error)) ([]journal.Entry, error) {
	a, err := accountIn(g, f)
	if err == nil && len(a.returns) >= maxOfFSE {
		err = ErrNoMatch
	}
	if err != nil {
		return nil, err
	}
	a.add(r)
	settled, err := a.settle(actor)
	if err != nil {
		return nil, err
	}
	entered, err := entry()
	return append([]journal.Entry{entered}, settled...), err
}

// Reconcile says by hand which FSE a return is about that waits for it: one that was
// transmitted, of the same environment, else it is ErrNoMatch. A return that names no FSE,
// or does not wait, is ErrState.
func (b *Book) Reconcile(ctx context.Context, actor, returnID, fseID string, c Call) (Return, error) {
	return b.settleReturn(ctx, returnID, c, func(s journal.State, r *Return) ([]journal.Entry, error) {
		if r.Effect != EffectWaiting || r.Numero == "" {
			return nil, fmt.Errorf("%w: only a return that names an FSE and waits is reconciled", ErrState)
		}
		f, err := own(s, fseID, Practice)
		if err != nil {
			return nil, err
		}
		l, err := lotOfSent(s, f)
		if err != nil {
			return nil, err
		}
		if l == nil || !wasSent(f.State) || r.Demonstration != (l.Environment == Demonstration) {
			return nil, ErrNoMatch
		}
		r.Effect, r.FSE, r.Lot = "", f.ID, l.ID
		return attach(s, f, r, actor, func() (journal.Entry, error) {
			return (&returnChange{Effect: r.Effect, Why: r.Why, FSE: r.FSE, Lot: r.Lot, Key: c.key()}).record(r.ID, actor)
		})
	})
}

// Dismiss notes that nothing more is to be done about a return that waits or has to be
// looked at, for a reason that is kept. What it says of money stays counted where it is
// known what it is about. It fails with ErrDismissal without a reason and ErrState for any
// other return.
func (b *Book) Dismiss(ctx context.Context, actor, returnID, reason string, c Call) (Return, error) {
	reason = strings.TrimSpace(reason)
	if !isReason(reason) {
		return Return{}, ErrDismissal
	}
	return b.settleReturn(ctx, returnID, c, func(_ journal.State, r *Return) ([]journal.Entry, error) {
		if !r.Effect.toSettle() {
			return nil, fmt.Errorf("%w: nobody has to do anything about this return", ErrState)
		}
		return one((&returnChange{Effect: EffectDismissed, Why: reason, Key: c.key()}).record(r.ID, actor))
	})
}

// settleReturn records what decide makes of the return id.
func (b *Book) settleReturn(ctx context.Context, id string, c Call, decide func(journal.State, *Return) ([]journal.Entry, error)) (Return, error) {
	_, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		r, err := returnOf(s, id)
		if err != nil {
			return nil, err
		}
		if done, err := c.done(s, id); done || err != nil {
			return nil, err
		}
		return decide(s, r)
	})
	if err != nil {
		return Return{}, err
	}
	return b.Return(id)
}
