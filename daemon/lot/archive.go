package lot

import (
	"context"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Archive ends the lots that payers have answered about, or are not expected to, and of
// which every FSE is over; their numbers may be given again. It returns how many there
// were. Its cost is that of the lots whose FSE are not all over.
func (b *Book) Archive(ctx context.Context) (n int, err error) {
	var ids []string
	err = b.journal.View(func(s journal.State) error {
		return waiting(s, setAnswered, func(l *Lot) error {
			over, err := allOver(s, l)
			if over {
				ids = append(ids, l.ID)
			}
			return err
		})
	})
	for _, id := range ids {
		if err != nil {
			return n, err
		}
		var records []journal.Record
		records, err = b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
			l, err := lotOf(s, id)
			if err != nil || !fse.CanMoveLot(l.State, fse.LotArchive) {
				return nil, err
			}
			if over, err := allOver(s, l); !over || err != nil {
				return nil, err
			}
			return one((&lotChange{State: fse.LotArchive}).record(id, "service", ""))
		})
		n += len(records)
	}
	return n, err
}

// allOver tells whether every FSE of l is over.
func allOver(s scanner, l *Lot) (bool, error) {
	members, err := membersOf(s, l.ID)
	for _, m := range members {
		f, err := fetch(s, m.FSE)
		if err != nil || !f.over() {
			return false, err
		}
	}
	return err == nil, err
}
