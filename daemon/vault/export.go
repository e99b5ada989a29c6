package vault

import (
	"context"
	"io"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/journal/export"
	"github.com/agrafe-fse/agrafe/daemon/lot"
)

// Accounts writes every FSE of a book as an accountant wants it, and returns how many.
func Accounts(ctx context.Context, w io.Writer, b *lot.Book, made time.Time) (uint64, error) {
	h, err := header(b, made)
	if err != nil {
		return 0, err
	}
	return export.Accounts(w, h, b.Export(ctx))
}

// WriteRecords writes every record of a book, seals and patients included, and returns
// how many.
func WriteRecords(w io.Writer, b *lot.Book, made time.Time) (uint64, error) {
	h, err := header(b, made)
	if err != nil {
		return 0, err
	}
	return export.Records(w, h, Records(b, 0))
}

func header(b *lot.Book, made time.Time) (export.Header, error) {
	st, err := b.Stats()
	return export.Header{Journal: st.ID, First: st.First, Last: st.Last, Made: made}, err
}
