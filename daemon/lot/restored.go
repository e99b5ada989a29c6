package lot

import (
	"context"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// A draft that a backup brings back may have been signed in what is lost: it would be
// paid twice if it were signed again. So a loss marks every FSE that is not signed, and
// one that is marked is signed only where the signer confirms it, by the mark itself. A
// change of its draft is no confirmation, and what is split from it is marked alike. The
// mark goes with the signature, which keeps it, and where the FSE ends otherwise.

// unsigned tells whether an FSE in a state is yet to be signed.
func unsigned(s fse.State) bool { return s == fse.Brouillon || s == fse.ASigner }

// applyRestored puts the mark of a change on f, or takes it off what is no draft any more.
func (f *FSE) applyRestored(c *fseChange) {
	if c.Restored != nil {
		f.Restored = c.Restored
	}
	if !unsigned(f.State) {
		f.Restored = nil
	}
}

// confirms tells whether s was made of f by somebody who knew where f comes from.
func (s *Signature) confirms(f *FSE) bool {
	return f.Restored == nil || s.Restored != nil && s.Restored.Equal(*f.Restored)
}

// markRestored marks the FSE that are not signed as those of a backup that ends at a time.
// The mark of an earlier loss stays: they may have been signed since then.
func (b *Book) markRestored(ctx context.Context, end time.Time, actor string) error {
	var ids []string
	err := b.journal.View(func(s journal.State) error {
		for _, state := range []fse.State{fse.Brouillon, fse.ASigner} {
			err := waiting(s, setOf(state), func(f *FSE) error {
				ids = append(ids, f.ID)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		_, _, err := b.change(ctx, id, Practice, Call{}, func(_ journal.State, f *FSE) ([]journal.Entry, error) {
			if f.Restored != nil {
				return nil, nil
			}
			return one((&fseChange{State: f.State, Restored: &end}).record(id, actor, ""))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// lastRecord is the time of the last record, now where all that is left is a checkpoint.
func (b *Book) lastRecord() (at time.Time, err error) {
	err = b.journal.View(func(s journal.State) error {
		r, found, err := s.Read(s.Last())
		if at = b.now().UTC(); found {
			at = r.Time.UTC()
		}
		return err
	})
	return at, err
}
