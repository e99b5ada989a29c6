package lot

import (
	"context"
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Signed records the seal of an FSE, as it was reserved, and puts it in the open
// lot of its professional, payer and certification, in one change; what it makes again
// is remplacée in the same one. It fails with ErrOriginal if that is no longer rejected,
// ErrRestored for one that a backup has brought back unless signature confirms it, and an
// *OverpaidError.
func (b *Book) Signed(ctx context.Context, owner string, reserved FSE, seal []byte, signature Signature, c Call) (FSE, []Lot, error) {
	actor := c.actor(owner)
	return b.change(ctx, reserved.ID, owner, c, func(s journal.State, f *FSE) ([]journal.Entry, error) {
		if f.State != fse.ASigner || f.Numero != reserved.Numero {
			return nil, ErrState
		}
		if !signature.confirms(f) {
			return nil, ErrRestored
		}
		replaced, paid, err := takePlace(s, f, f.ID, actor)
		if err == nil {
			err = settle(f.Price, f, paid)
		}
		if err != nil {
			return nil, err
		}
		signed := fseChange{State: fse.Signee, Signature: &signature, Seal: seal, Collected: paid, Key: c.key()}
		entry, err := signed.record(f.ID, actor, "")
		if err != nil {
			return nil, err
		}
		lots, lot, err := b.lotFor(s, f, actor, "")
		if err != nil {
			return nil, err
		}
		queued := fseChange{State: fse.EnLot, Lot: lot}
		last, err := queued.record(f.ID, actor, "")
		if err != nil {
			return nil, err
		}
		return slices.Concat(replaced, []journal.Entry{entry}, lots, []journal.Entry{last}), nil
	})
}
