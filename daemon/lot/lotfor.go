package lot

import (
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// lotFor returns the lot that f goes into, another one than except, and the
// entries that it takes to have it: those that close the full ones on the way, and
// the one that opens a new one if no open lot has room.
func (b *Book) lotFor(s journal.State, f *FSE, actor, except string) (entries []journal.Entry, id string, err error) {
	wanted := &Lot{
		ID: newID(), State: fse.LotOuvert,
		Regime: f.Price.Destinataire.Regime, Caisse: f.Price.Destinataire.Caisse, Centre: f.Price.Destinataire.Centre,
		Certification: f.Certification, NumeroAM: f.NumeroAM(), Environment: Demonstration, Opened: b.now().UTC(),
	}
	ids, err := list(s, keyOpen(wanted.series(), wanted.Certification))
	if err != nil {
		return nil, "", err
	}
	for _, id := range slices.Backward(ids) {
		if id == except {
			continue
		}
		l, err := get[Lot](s, keyLot(id))
		if err == nil && l == nil {
			err = errMissing(keyLot(id))
		}
		if err != nil {
			return nil, "", err
		}
		if l.room(f) {
			return entries, id, nil
		}
		entry, err := closing(b.now()).record(id, actor, "plein")
		if err != nil {
			return nil, "", err
		}
		entries = append(entries, entry)
	}
	if wanted.Numero, err = freeNumber(s, wanted.series()); err != nil {
		return nil, "", err
	}
	entry, err := (&lotChange{State: fse.LotOuvert, New: wanted}).record(wanted.ID, actor, "")
	return append(entries, entry), wanted.ID, err
}

// room tells whether f still fits in l. An empty lot has room for any: an FSE
// that is larger than a lot may be is refused before it is signed.
func (l *Lot) room(f *FSE) bool {
	return l.Count == 0 || l.Count < b2.CoupureFactures && l.Records+b2Records(f.Price) <= b2.CoupureRecords
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
	skip, err := loss(s, series)
	if err != nil {
		return 0, err
	}
	last += min(skip, maxLot-1) // the number behind may be a lot's that was lost, or else the one before
	for range maxLot {
		last = last%maxLot + 1
		holder, err := text(s, keyLotNumero(series, last))
		if err != nil || holder == "" {
			return last, err
		}
		l, err := get[Lot](s, keyLot(holder))
		if err == nil && l == nil {
			err = errMissing(keyLotNumero(series, last))
		}
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
