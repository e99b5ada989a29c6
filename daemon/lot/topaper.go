package lot

import (
	"cmp"
	"context"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// ToPaper ends an FSE that is not signed as a paper sheet. price is what the rules give
// for its draft now, nil if they give none: the sheet then counts for nothing in the
// takings.
//
// A paper sheet has no FSE number, and a number that no payer sees belongs to an FSE
// that is annulée. So an FSE that has a number keeps it and is cancelled; the sheet is a
// new one, that takes its place, and what the patient gave goes over to it. The sheet is
// what comes back. An FSE that makes a rejected one again replaces it on paper too. It
// fails with an *OverpaidError where the patient gave more than price says.
func (b *Book) ToPaper(ctx context.Context, owner, id string, price *fse.Prix, c Call) (FSE, error) {
	f, _, err := b.change(ctx, id, owner, c, func(s journal.State, f *FSE) ([]journal.Entry, error) {
		if !fse.CanMove(f.State, fse.Papier) {
			return nil, ErrState
		}
		return toPaper(s, f, price, cmp.Or(c.Principal, owner), c)
	})
	if err != nil || f.State != fse.Annulee || f.ReplacedBy == "" {
		return f, err
	}
	return b.Get(owner, f.ReplacedBy)
}

// toPaper makes the entries of ToPaper.
func toPaper(s journal.State, f *FSE, price *fse.Prix, actor string, c Call) ([]journal.Entry, error) {
	sheet := f.ID
	if f.Numero != 0 {
		sheet = newID()
	}
	entries, paid, err := takePlace(s, f, sheet, actor)
	if err != nil {
		return nil, err
	}
	if price == nil && f.State == fse.ASigner {
		price = f.Price
	}
	if err := settle(price, f, paid); err != nil {
		return nil, err
	}
	change := fseChange{State: fse.Papier, Price: price, Collected: paid}
	if sheet == f.ID {
		change.Key = c.key()
		entry, err := change.record(f.ID, actor, "")
		return append(entries, entry), err
	}
	const cause = "feuille de soins papier"
	end := fseChange{State: fse.Annulee, ReplacedBy: sheet, Key: c.key()}
	if f.Collected != nil {
		change.Collected, end.Collected = f.Collected, &Payment{}
	}
	ended, err := end.record(f.ID, actor, cause)
	if err != nil {
		return nil, err
	}
	change.Owner, change.Certification, change.Draft, change.Linked = f.Owner, f.Certification, f.Draft, f.Linked
	change.Replaces = cmp.Or(f.Replaces, &Original{FSE: f.ID})
	made, err := change.record(sheet, actor, cause)
	return append(entries, ended, made), err
}
