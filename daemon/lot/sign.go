package lot

import (
	"context"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Signed records the seal of an FSE, as it was reserved, and puts it in the open
// lot of its professional, payer and certification, in one change.
func (b *Book) Signed(ctx context.Context, owner string, reserved FSE, seal []byte, signature Signature, c Call) (FSE, []Lot, error) {
	return b.change(ctx, reserved.ID, owner, func(s journal.State, f *FSE) ([]journal.Entry, error) {
		if f.State != fse.ASigner || f.Numero != reserved.Numero {
			return nil, ErrState
		}
		signed := fseChange{State: fse.Signee, Signature: &signature, Seal: seal, Key: c.key()}
		entries, err := one(signed.record(f.ID, owner, ""))
		if err != nil {
			return nil, err
		}
		lots, lot, err := b.lotFor(s, f, owner)
		if err != nil {
			return nil, err
		}
		queued := fseChange{State: fse.EnLot, Lot: lot}
		entry, err := queued.record(f.ID, owner, "")
		if err != nil {
			return nil, err
		}
		return append(append(entries, lots...), entry), nil
	})
}

// lotFor returns the lot that f goes into and the entries that it takes to have
// it: none if it is open, else those that close a full one and open the next.
func (b *Book) lotFor(s journal.State, f *FSE, actor string) (entries []journal.Entry, id string, err error) {
	wanted := &Lot{
		ID: newID(), State: fse.LotOuvert,
		Regime: f.Price.Destinataire.Regime, Caisse: f.Price.Destinataire.Caisse, Centre: f.Price.Destinataire.Centre,
		Certification: f.Certification, NumeroAM: f.NumeroAM(), Environment: Demonstration, Opened: b.now().UTC(),
	}
	open, err := text(s, keyOpen(wanted.series(), wanted.Certification))
	if err != nil {
		return nil, "", err
	}
	if open != "" {
		l, err := get[Lot](s, keyLot(open))
		if err != nil {
			return nil, "", err
		}
		if l.Count < b2.CoupureFactures && l.Records+b2Records(f.Price) <= b2.CoupureRecords {
			return nil, open, nil
		}
		if entries, err = one(closing(b.now()).record(open, actor, "plein")); err != nil {
			return nil, "", err
		}
	}
	if wanted.Numero, err = freeNumber(s, wanted.series()); err != nil {
		return nil, "", err
	}
	entry, err := (&lotChange{State: fse.LotOuvert, New: wanted}).record(wanted.ID, actor, "")
	return append(entries, entry), wanted.ID, err
}

// maxLot is the largest number of a lot.
const maxLot = 999

// freeNumber is the number of the next lot of a series: the last plus one, or
// after 999 the first that no lot in use has.
func freeNumber(s journal.State, series string) (int, error) {
	last, err := number(s, keyLastLot(series))
	if err != nil {
		return 0, err
	}
	for range maxLot {
		last = last%maxLot + 1
		holder, err := text(s, keyLotNumero(series, last))
		if err != nil || holder == "" {
			return last, err
		}
		l, err := get[Lot](s, keyLot(holder))
		if err != nil {
			return 0, err
		}
		if l.State == fse.LotArchive {
			return last, nil
		}
	}
	return 0, ErrExhausted
}

func closing(at time.Time) *lotChange {
	at = at.UTC()
	return &lotChange{State: fse.LotClos, At: &at}
}

// CloseLot closes an open lot: no FSE enters or leaves it any more. Closing a
// closed lot does nothing.
func (b *Book) CloseLot(ctx context.Context, actor, id string) (Lot, error) {
	_, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		l, err := get[Lot](s, keyLot(id))
		switch {
		case err != nil:
			return nil, err
		case l == nil:
			return nil, ErrNotFound
		case l.State == fse.LotClos:
			return nil, nil
		case l.State != fse.LotOuvert || l.Count == 0:
			return nil, ErrState
		}
		return one(closing(b.now()).record(id, actor, ""))
	})
	if err != nil {
		return Lot{}, err
	}
	return b.Lot(id)
}
