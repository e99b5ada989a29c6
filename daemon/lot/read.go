package lot

import (
	"errors"
	"fmt"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Get returns the FSE id of owner.
func (b *Book) Get(owner, id string) (f FSE, err error) {
	err = b.journal.View(func(s journal.State) error {
		found, err := own(s, id, owner)
		if err == nil {
			f = *found
		}
		return err
	})
	return f, err
}

// Repeated returns the FSE that the first call with c's key was about.
func (b *Book) Repeated(owner string, c Call) (f FSE, found bool, err error) {
	err = b.journal.View(func(s journal.State) error {
		id, err := c.repeated(s)
		if err != nil || id == "" {
			return err
		}
		one, err := own(s, id, owner)
		if err == nil {
			f, found = *one, true
		}
		return err
	})
	return f, found, err
}

// List returns the FSE of owner, the newest first, at most limit, behind the
// cursor after ("" for the first page), and the cursor of the next page ("" at
// the end). Its cost does not grow with the number of FSE.
func (b *Book) List(owner, after string, limit int) (list []FSE, next string, err error) {
	prefix := prefixList(owner)
	cursor := ""
	if after != "" {
		cursor = prefix + after
	}
	err = b.journal.View(func(s journal.State) error {
		items, err := s.Scan(prefix, cursor, limit+1, true)
		if err != nil {
			return err
		}
		if len(items) > limit {
			items = items[:limit]
			next = items[limit-1].Key[len(prefix):]
		}
		for _, item := range items {
			f, err := own(s, string(item.Value), owner)
			if err != nil {
				return err
			}
			list = append(list, *f)
		}
		return nil
	})
	return list, next, err
}

// Numbered returns the FSE with a number, whoever made them: one for each professional
// who has given it.
func (b *Book) Numbered(numero int) ([]FSE, error) {
	return collect(b, prefixNumero(numero), 0, false, fetch)
}

// maxPast bounds how many FSE of one beneficiary in a year are looked through.
const maxPast = 200

// Past returns the signed FSE of the beneficiary of a draft, and the paper sheets, which
// may have no price, in the years of its care and beside them, the newest years first,
// whoever made them: an FSE counts in the year of its day of care, and one of its acts
// may be of the other side of New Year.
func (b *Book) Past(d *fse.Draft) (list []FSE, err error) {
	d = plain(d)
	from, to := d.DateSoins.Year(), d.DateSoins.Year()
	for i := range d.Actes {
		if day := d.Actes[i].Date; !day.IsZero() {
			from, to = min(from, day.Year()), max(to, day.Year())
		}
	}
	if to-from > 2 {
		from = to - 2 // no care is entered for so long: it is refused when it is checked
	}
	for year := to + 1; year >= from-1; year-- {
		some, err := collect(b, prefixPatient(d, year), maxPast, true, fetch)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}

// errMissing is a derived key that names what is not there.
func errMissing(key string) error {
	return fmt.Errorf("cannot read the book: %q names what is not there", key)
}

// collect returns the objects whose identifiers stand under the keys with prefix,
// at most limit of them, 0 for all.
func collect[T any](b *Book, prefix string, limit int, reverse bool, read func(g getter, id string) (*T, error)) (list []T, err error) {
	err = b.journal.View(func(s journal.State) error {
		items, err := s.Scan(prefix, "", limit, reverse)
		if err != nil {
			return err
		}
		for _, item := range items {
			one, err := read(s, string(item.Value))
			if errors.Is(err, ErrNotFound) {
				err = errMissing(item.Key)
			}
			if err != nil {
				return err
			}
			list = append(list, *one)
		}
		return nil
	})
	return list, err
}

// Lot returns the lot id.
func (b *Book) Lot(id string) (l Lot, err error) {
	err = b.journal.View(func(s journal.State) error {
		found, err := lotOf(s, id)
		if err == nil {
			l = *found
		}
		return err
	})
	return l, err
}

// Lots returns a page of at most limit lots, the newest first, from after a cursor, and
// the cursor of the page that follows, "" where there is none.
func (b *Book) Lots(after string, limit int) (list []Lot, next string, err error) {
	err = b.journal.View(func(s journal.State) (err error) {
		list, next, err = newest(s, "lots/", after, limit, lotOf)
		return err
	})
	return list, next, err
}

// OpenLots returns the lots that are open. Its cost is that of the lots that were not sent.
func (b *Book) OpenLots() (open []Lot, err error) {
	err = b.journal.View(func(s journal.State) error {
		return waiting(s, setLots, func(l *Lot) error {
			if l.State == fse.LotOuvert {
				open = append(open, *l)
			}
			return nil
		})
	})
	return open, err
}

// InLot returns the FSE of a lot in the order of their numbers, whoever owns
// them: a lot belongs to the practice.
func (b *Book) InLot(id string) (list []FSE, err error) {
	err = b.journal.View(func(s journal.State) error {
		list, err = inLot(s, id)
		return err
	})
	return list, err
}

func inLot(s scanner, id string) (list []FSE, err error) {
	members, err := membersOf(s, id)
	for _, m := range members {
		f, err := fetch(s, m.FSE)
		if err != nil {
			return nil, err
		}
		list = append(list, *f)
	}
	return list, err
}

// membersOf returns what a lot knows of its FSE, in the order of their numbers.
func membersOf(s scanner, id string) ([]member, error) {
	items, err := s.Scan(prefixInLot(id), "", 0, false)
	if err != nil {
		return nil, err
	}
	members := make([]member, len(items))
	for i, item := range items {
		m, err := decode[member](item.Value)
		if err != nil {
			return nil, err
		}
		members[i] = *m
	}
	return members, nil
}

// Seal returns the seal of a signed FSE: a CMS SignedData in DER.
func (b *Book) Seal(f FSE) (seal []byte, err error) {
	if f.Signature == nil {
		return nil, ErrState
	}
	err = b.journal.View(func(s journal.State) error {
		r, ok, err := s.Read(f.Signature.Seq)
		if err == nil && !ok {
			err = fmt.Errorf("cannot read the seal: no record %d", f.Signature.Seq)
		}
		if err != nil {
			return err
		}
		change, err := decode[fseChange](r.Data)
		if err == nil {
			seal = change.Seal
		}
		return err
	})
	return seal, err
}

// Queue counts what waits for somebody. A journal that can't be read gives zeros:
// the calls that need it say why.
func (b *Book) Queue() (q state.Queue) {
	_ = b.journal.View(func(s journal.State) error {
		for state, n := range map[fse.State]*int{
			fse.Brouillon: &q.Drafts, fse.ASigner: &q.ToSign, fse.EnLot: &q.Signed, fse.Rejetee: &q.Rejects,
		} {
			*n, _ = number(s, keyCount(kindFSE, string(state)))
		}
		q.Lots, _ = number(s, keyCount(kindLot, string(fse.LotOuvert)))
		q.Closed, _ = number(s, keyCount(kindLot, string(fse.LotClos)))
		q.Papers, _ = number(s, keyCount(kindPaper, countWaits))
		external, _ := number(s, keyCount(kindReturn, countWaits))
		q.Rejects += external
		q.ToSettle, _ = number(s, keyCount(kindReturn, countToSettle))
		q.Undecided, _ = number(s, keyCount(countSending, countWaits))
		q.Sent, _ = number(s, keyCount(kindLot, string(fse.LotTransmis)))
		return nil
	})
	return q
}
