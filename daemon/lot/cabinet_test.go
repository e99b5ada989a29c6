package lot

import (
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/google/go-cmp/cmp"
)

// A practice is kept for each number; what has not changed writes nothing.
func TestCabinets(t *testing.T) {
	dir := t.TempDir()
	b := openBook(t, dir)
	ctx := t.Context()
	_, err := b.Cabinet(doctor)
	wantError(t, err, ErrNotFound)
	c := cabinet.Cabinet{NumeroAM: doctor, Nom: "EXEMPLE", Adresse: []string{"1 rue de l’Essai"},
		ParRegime: map[string]cabinet.Caisse{"08": {Nom: "CNMSS", Adresse: []string{"TOULON"}}}}
	call := Call{Principal: alice, Method: "practice.set", Key: "k", Digest: "d"}
	for _, one := range []Call{call, call, {}} {
		if got, err := b.SetCabinet(ctx, alice, c, one); err != nil || cmp.Diff(c, got) != "" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	records := func() (last uint64) {
		_ = b.journal.View(func(s journal.State) error { last = s.Last(); return nil })
		return last
	}
	if n := records(); n != 1 {
		t.Errorf("%d records", n)
	}
	other := c
	other.NumeroAM, other.Fermeture = "991000031", "19:00"
	if _, err := b.SetCabinet(ctx, alice, other, Call{}); err != nil {
		t.Fatal(err)
	}
	c.Fermeture = "20:00"
	if _, err := b.SetCabinet(ctx, alice, c, Call{}); err != nil || records() != 3 {
		t.Errorf("%d records, %v", records(), err)
	}
	call.Digest = "other"
	_, err = b.SetCabinet(ctx, alice, other, call)
	wantError(t, err, ErrDuplicate)
	for _, am := range []string{"", "99100001", "99100001A", "../../lot"} {
		_, err = b.SetCabinet(ctx, alice, cabinet.Cabinet{NumeroAM: am}, Call{})
		wantError(t, err, ErrCabinet)
	}
	verify(t, b)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = openBook(t, dir)
	if list, err := b.Cabinets(); err != nil || cmp.Diff([]cabinet.Cabinet{c, other}, list) != "" {
		t.Errorf("%+v, %v", list, err)
	}
}
