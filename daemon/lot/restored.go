package lot

import (
	"context"
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// A draft that a backup brings back may have been signed in what is lost: it would be
// paid twice if it were signed again. So a loss marks every FSE that is not signed, and
// one that is marked is signed only where the signer confirms it, by the mark itself. A
// change of its draft is no confirmation, and what is split from it is marked alike. The
// mark goes with the signature, which keeps it, and where the FSE ends otherwise. One that
// is rejected is marked, too, for it may have been made again in what is lost: the draft
// that makes it again bears its mark.

// claimable are the states of an FSE of which there may be a signature to come, its own or
// that of what makes it again.
var claimable = []fse.State{fse.Brouillon, fse.ASigner, fse.Rejetee}

// applyRestored puts the mark of a change on f, or takes it off what is no draft any more.
func (f *FSE) applyRestored(c *fseChange) {
	if c.Restored != nil {
		f.Restored = c.Restored
	}
	if !slices.Contains(claimable, f.State) {
		f.Restored = nil
	}
}

// confirms tells whether s was made of f by somebody who knew where f comes from.
func (s *Signature) confirms(f *FSE) bool {
	return f.Restored == nil || s.Restored != nil && s.Restored.Equal(*f.Restored)
}

// markRestored marks the FSE that are claimable as those of a backup that ends at a time.
// The mark of an earlier loss stays: they may have been signed since then.
func (b *Book) markRestored(ctx context.Context, end time.Time, actor string) error {
	var ids []string
	err := b.journal.View(func(s journal.State) error {
		for _, state := range claimable {
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

// lastRecord is the time of the last record of what was brought back, now where all that
// is left is a checkpoint. Adoptions were written at its opening.
func (b *Book) lastRecord() (at time.Time, err error) {
	at = b.now().UTC()
	err = b.journal.View(func(s journal.State) error {
		for seq := s.Last(); ; seq-- {
			r, found, err := s.Read(seq)
			if err != nil || !found {
				return err
			}
			if r.Kind != kindAdoption {
				at = r.Time.UTC()
				return nil
			}
		}
	})
	return at, err
}
