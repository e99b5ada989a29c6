package lot

import (
	"context"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// archiveAfter is how long a lot is open to what comes about it, from the moment at which
// it was sent (ours): the refusal of an archived lot changes nothing by itself.
const archiveAfter = 30 * 24 * time.Hour

// Archive ends the lots that payers have answered about, or are not expected to, that were
// sent 30 days ago at least and of which every FSE is over; their numbers may be given
// again. It returns how many there were. Its cost is that of the lots whose FSE are not
// all over.
func (b *Book) Archive(ctx context.Context) (n int, err error) {
	var ids []string
	err = b.journal.View(func(s journal.State) error {
		return waiting(s, setAnswered, func(l *Lot) error {
			if l.bounced() || l.Sent != nil && b.now().Before(l.Sent.Add(archiveAfter)) {
				return nil
			}
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
			if err != nil || l.bounced() || !fse.CanMoveLot(l.State, fse.LotArchive) {
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
