package daemon

import (
	"context"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/vault"
)

// LastRecorded is when the last record of the journal was made; zero: it has none.
func (d *Daemon) LastRecorded() (time.Time, error) {
	st, err := d.book.Stats()
	if err != nil {
		return time.Time{}, bookFailure(err)
	}
	if st.Records == 0 {
		return time.Time{}, nil
	}
	for r, err := range vault.Records(d.book, st.Last-1) {
		return r.Time, bookFailure(err)
	}
	return time.Time{}, nil
}

// Writing returns once the writer of the journal answers, which it does on a full disk
// too, and writes nothing. It fails when the journal is closed or ctx ends first.
func (d *Daemon) Writing(ctx context.Context) error { return d.book.Answers(ctx) }

// Logged are the last lines of the log, the oldest first; nil where they are not kept.
func (d *Daemon) Logged() []string {
	if d.deps.Logged == nil {
		return nil
	}
	return d.deps.Logged()
}
