package vault

import (
	"iter"

	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/lot"
)

// recordsPage is how many records are read in one go.
const recordsPage = 256

// Records yields the records of a book behind after, page by page, so that no reader
// keeps the journal from being purged.
func Records(b *lot.Book, after uint64) iter.Seq2[journal.Record, error] {
	return func(yield func(journal.Record, error) bool) {
		for {
			var records []journal.Record
			err := b.Journal().View(func(s journal.State) error {
				after = max(after, s.First()-1)
				for r, err := range s.Range(after+1, after+recordsPage) {
					if err != nil {
						return err
					}
					records = append(records, r)
				}
				return nil
			})
			for _, r := range records {
				if !yield(r, nil) {
					return
				}
				after = r.Seq
			}
			if err != nil {
				yield(journal.Record{}, err)
			}
			if err != nil || len(records) == 0 {
				return
			}
		}
	}
}
