package lot

import (
	"context"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// CloseLot closes an open lot: no FSE enters or leaves it any more, until it is
// reopened. Closing a closed lot does nothing. A lot without FSE is ErrEmpty, one that
// was transmitted ErrSent.
func (b *Book) CloseLot(ctx context.Context, actor, id string, c Call) (Lot, error) {
	return b.changeLot(ctx, id, c, func(l *Lot) (*lotChange, error) {
		switch {
		case l.State == fse.LotClos:
			return nil, nil
		case l.State != fse.LotOuvert:
			return nil, ErrSent
		case l.Count == 0:
			return nil, ErrEmpty
		}
		return closing(b.now()), nil
	}, actor)
}

// ReopenLot opens a closed lot again, before it is transmitted; after that it is
// ErrSent, and ErrDispatch while its sending is under way or undecided. New FSE go into
// it only when no other lot of its kind is open. Reopening an open lot does nothing.
func (b *Book) ReopenLot(ctx context.Context, actor, id string, c Call) (Lot, error) {
	return b.changeLot(ctx, id, c, func(l *Lot) (*lotChange, error) {
		switch {
		case l.State == fse.LotOuvert:
			return nil, nil
		case !fse.CanMoveLot(l.State, fse.LotOuvert):
			return nil, ErrSent
		case l.onItsWay():
			return nil, ErrDispatch
		}
		return &lotChange{State: fse.LotOuvert}, nil
	}, actor)
}

// changeLot records the change that decide makes of the lot id, nil for none.
func (b *Book) changeLot(ctx context.Context, id string, c Call, decide func(*Lot) (*lotChange, error), actor string) (Lot, error) {
	_, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		l, err := lotOf(s, id)
		if err != nil {
			return nil, err
		}
		if done, err := c.done(s, id); done || err != nil {
			return nil, err
		}
		change, err := decide(l)
		if err != nil || change == nil {
			return nil, err
		}
		change.Key = c.key()
		return one(change.record(id, actor, ""))
	})
	if err != nil {
		return Lot{}, err
	}
	return b.Lot(id)
}

// lotOf returns the lot id.
func lotOf(g getter, id string) (*Lot, error) {
	l, err := get[Lot](g, keyLot(id))
	if err == nil && l == nil {
		err = ErrNotFound
	}
	return l, err
}

// TakeOut takes an FSE out of a lot that was not transmitted and puts it in
// another of the same kind, the one that takes new FSE or a new one, in one change. A
// closed lot is reopened and closed again for it, with its file anew; one that is left
// empty stays open. The only FSE of a lot is not taken into a new lot: that is
// ErrAlone. ErrSent and ErrDispatch are those of ReopenLot. It returns both lots.
func (b *Book) TakeOut(ctx context.Context, actor, lotID, fseID string, c Call) (from, to Lot, err error) {
	_, err = b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		l, err := lotOf(s, lotID)
		if err != nil {
			return nil, err
		}
		if done, err := c.done(s, fseID); done || err != nil {
			return nil, err
		}
		f, err := fseOf(s, fseID)
		switch {
		case err != nil:
			return nil, err
		case !toSend(l.State):
			return nil, ErrSent
		case l.onItsWay():
			return nil, ErrDispatch
		case f == nil || f.Lot != lotID || f.State != fse.EnLot:
			return nil, ErrNotFound
		}
		return b.takeOut(s, l, f, actor, c)
	})
	if err != nil {
		return Lot{}, Lot{}, err
	}
	err = b.journal.View(func(s journal.State) error {
		f, err := fseOf(s, fseID)
		if err == nil && f == nil {
			err = errMissing(keyFSE(fseID))
		}
		if err != nil {
			return err
		}
		ends := []struct {
			id  string
			lot *Lot
		}{{lotID, &from}, {f.Lot, &to}}
		for _, end := range ends {
			l, err := lotOf(s, end.id)
			if err != nil {
				return err
			}
			*end.lot = *l
		}
		return nil
	})
	return from, to, err
}

// takeOut makes the entries of TakeOut.
func (b *Book) takeOut(s journal.State, l *Lot, f *FSE, actor string, c Call) ([]journal.Entry, error) {
	lots, to, err := b.lotFor(s, f, actor, l.ID)
	if err != nil {
		return nil, err
	}
	if l.Count == 1 && isNew(lots, to) {
		return nil, ErrAlone
	}
	const cause = "retrait"
	var entries []journal.Entry
	add := func(e journal.Entry, fault error) {
		entries = append(entries, e)
		if err == nil {
			err = fault
		}
	}
	if l.State == fse.LotClos {
		add((&lotChange{State: fse.LotOuvert}).record(l.ID, actor, cause))
	}
	add((&fseChange{State: fse.Signee, Key: c.key()}).record(f.ID, actor, cause))
	entries = append(entries, lots...)
	add((&fseChange{State: fse.EnLot, Lot: to}).record(f.ID, actor, cause))
	if l.State == fse.LotClos && l.Count > 1 {
		add(closing(b.now()).record(l.ID, actor, cause))
	}
	if err != nil {
		return nil, err
	}
	return entries, nil
}

// isNew tells whether the last of entries opens the lot id.
func isNew(entries []journal.Entry, id string) bool {
	return len(entries) > 0 && entries[len(entries)-1].Subject == id
}
