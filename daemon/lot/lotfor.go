package lot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	route, err := b2.RouteOf(wanted.Regime, wanted.Caisse, wanted.Centre)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrB2, err)
	}
	wanted.Destination = route.Destinataire.Numero
	ids, err := list(s, keyOpen(wanted.payer(), wanted.Certification))
	if err != nil {
		return nil, "", err
	}
	lost, err := number(s, keyLastLoss)
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
		if l.Count == 0 && l.Seq < uint64(lost) {
			continue // what it held may have been sent in what is lost
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
	if wanted.Numero, err = freeNumber(s, wanted); err != nil {
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

// freeNumber is the number of a new lot: the last of its series plus one, or after 999
// the first that no lot in use has.
func freeNumber(s journal.State, wanted *Lot) (int, error) {
	series := wanted.series()
	last, err := number(s, keyLastLot(series))
	if err == nil && last == 0 {
		last, err = lastBefore(s, wanted)
	}
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

// lastBefore is the highest last number of the payers that share the destination of a
// lot, as they were numbered before version 4: each on its own.
func lastBefore(s journal.State, wanted *Lot) (last int, err error) {
	prefix := keyLastLot(wanted.NumeroAM + "/")
	const most = 1000 // payers of a professional
	items, err := s.Scan(prefix, "", most, false)
	if err != nil {
		return 0, err
	}
	for _, item := range items {
		payer, environment, _ := strings.Cut(item.Key[len(prefix):], "/")
		if len(payer) != len("011230000") || environment != wanted.Environment {
			continue
		}
		route, err := b2.RouteOf(payer[:2], payer[2:5], payer[5:])
		if err != nil || route.Destinataire.Numero != wanted.Destination {
			continue
		}
		n, err := strconv.Atoi(string(item.Value))
		if err != nil {
			return 0, fmt.Errorf("cannot read the number at %q: %w", item.Key, err)
		}
		last = max(last, n)
	}
	return last, nil
}

func closing(at time.Time) *lotChange {
	at = at.UTC()
	return &lotChange{State: fse.LotClos, At: &at}
}
