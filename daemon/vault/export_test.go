package vault

import (
	"context"
	"os"
)

// CutRestore does the first moves of a restore and leaves the rest, as a kill would.
func (v *Vault) CutRestore(ctx context.Context, steps int) error {
	p := v.restored()
	if _, err := v.rebuild(ctx, p); err != nil {
		return err
	}
	moves := []func() error{
		func() error { return os.Mkdir(v.places.State+"/endommage-0", 0o700) },
		func() error { return os.Rename(v.places.Journal, v.places.State+"/endommage-0/journal") },
		func() error { return os.Rename(p.Journal, v.places.Journal) },
	}
	for _, move := range moves[:steps] {
		if err := move(); err != nil {
			return err
		}
	}
	return nil
}

// CutRemake begins to rebuild and leaves what it has made, as a kill would.
func (v *Vault) CutRemake(ctx context.Context) error {
	_, err := v.rebuild(ctx, v.remade())
	return err
}
