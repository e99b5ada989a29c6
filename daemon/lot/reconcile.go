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

// ReconcileLot says by hand which lot a return is about that acknowledges or refuses a lot
// as a whole, names no FSE and waits: one of the same environment that was sent, or that
// may have been, of which it is then the proof. Any other lot, and one that may have no
// more returns, is ErrNoMatch; any other return is ErrState.
func (b *Book) ReconcileLot(ctx context.Context, actor, returnID, lotID string, c Call) (Return, error) {
	b.reconciling.Lock() // two that match one return prove nothing of two lots
	defer b.reconciling.Unlock()
	_, err := b.dispatch(ctx, lotID, Call{}, func(s journal.State, l *Lot) ([]journal.Entry, error) {
		r, err := returnOf(s, returnID)
		if err != nil {
			return nil, err
		}
		if done, err := c.done(s, returnID); done || err != nil {
			return nil, err
		}
		if err := reconcilable(s, r, l); err != nil || !l.unsettled() {
			return nil, err
		}
		return b.endDispatch(s, l, DispatchEnd{State: DispatchSent, By: ByReturn}, actor, nil)
	})
	if err != nil {
		return Return{}, err
	}
	r, err := b.settleReturn(ctx, returnID, c, func(s journal.State, r *Return) ([]journal.Entry, error) {
		return reconcileLot(s, r, lotID, actor, c)
	})
	if err != nil {
		return Return{}, err
	}
	if _, err := b.takeIn(ctx, actor, r.Delivery); err != nil {
		return Return{}, err
	}
	return b.Return(returnID)
}

// mayBeOf fails with ErrState or ErrNoMatch for a return that nobody can say to be about l.
func (r *Return) mayBeOf(l *Lot) error {
	switch {
	case r.Effect != EffectWaiting || r.Numero != "" || !r.rejects() && r.Says != SaysAccepted:
		return fmt.Errorf("%w: only a return that acknowledges or refuses a lot and waits is reconciled with one", ErrState)
	case !l.mayBeSent() || r.Demonstration != (l.Environment == Demonstration):
		return ErrNoMatch
	}
	return nil
}

// reconcilable fails where r can't be reconciled with l now. It is asked before anything is
// taken for proved by r.
func reconcilable(s journal.State, r *Return, l *Lot) error {
	if err := r.mayBeOf(l); err != nil {
		return err
	}
	d, err := deliveryOf(s, r.Delivery)
	if err != nil {
		return err
	}
	if d.unfinished() {
		return fmt.Errorf("%w: what it came with is still being taken in", ErrState)
	}
	b, err := ledgerAt(s, keyOfLot(l.ID))
	if err == nil && len(b.returns) >= maxOfLot {
		err = ErrNoMatch
	}
	return err
}

// reconcileLot makes the entries by which r is about a lot that was sent. Its FSE follow
// with the delivery.
func reconcileLot(s journal.State, r *Return, lotID, actor string, c Call) ([]journal.Entry, error) {
	l, err := lotOf(s, lotID)
	if err == nil {
		err = reconcilable(s, r, l)
	}
	if err != nil {
		return nil, err
	}
	r.Effect, r.Lot = "", l.ID
	tail, next, err := takeOfLot(s, r, l, actor)
	if err != nil {
		return nil, err
	}
	entries, err := one((&returnChange{Effect: r.Effect, Why: r.Why, Lot: r.Lot, Key: c.key()}).record(r.ID, actor))
	if err != nil {
		return nil, err
	}
	entries = append(entries, tail...)
	if next == nil {
		return entries, nil
	}
	entry, err := (&deliveryChange{Along: next}).record(r.Delivery, actor)
	return append(entries, entry), err
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
