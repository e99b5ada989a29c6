package lot

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/fse"
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

// A practice is removed once nothing of its number waits to be sent.
func TestRemoveCabinet(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	wantError(t, b.RemoveCabinet(ctx, alice, doctor, Call{}), ErrNotFound)
	for _, am := range []string{doctor, "991000031"} {
		if _, err := b.SetCabinet(ctx, alice, cabinet.Cabinet{NumeroAM: am, Fermeture: "19:00"}, Call{}); err != nil {
			t.Fatal(err)
		}
	}
	f, err := b.Create(ctx, alice, draft(doctor), Call{})
	if err != nil {
		t.Fatal(err)
	}
	inUse := func(what string) {
		t.Helper()
		if err := b.RemoveCabinet(ctx, alice, doctor, Call{}); !errors.Is(err, ErrInUse) {
			t.Errorf("with %s: %v", what, err)
		}
	}
	inUse("a draft")
	if f, err = b.Reserve(ctx, alice, f.ID, priceOf(t, f.Draft), Call{}); err != nil {
		t.Fatal(err)
	}
	inUse("one to sign")
	f = sign(t, b, f)
	inUse("one in a lot")
	l, err := b.CloseLot(ctx, alice, f.Lot, Call{})
	if err != nil {
		t.Fatal(err)
	}
	inUse("a closed lot")
	if err := archive(b, l, fse.Payee); err != nil {
		t.Fatal(err)
	}
	call := Call{Principal: alice, Method: "practice.remove", Key: "k", Digest: "d"}
	for range 2 {
		if err := b.RemoveCabinet(ctx, alice, doctor, call); err != nil {
			t.Fatal(err)
		}
	}
	_, err = b.Cabinet(doctor)
	wantError(t, err, ErrNotFound)
	if list, err := b.Cabinets(); err != nil || len(list) != 1 {
		t.Errorf("%d are left, %v", len(list), err)
	}
	if hours, err := b.ClosingHours(); err != nil || len(hours) != 1 || hours[0].NumeroAM != "991000031" {
		t.Errorf("%+v, %v", hours, err)
	}
	verify(t, b)
}

// A closing hour is known with the moment since when it is so, whatever else has changed.
func TestClosingHours(t *testing.T) {
	var hour atomic.Int64 // the journal's writer asks for the time whenever it likes
	o := optionsIn(t.TempDir())
	o.Now = func() time.Time { return openDay.Add(time.Duration(hour.Load()) * time.Hour) }
	b, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	c := cabinet.Cabinet{NumeroAM: doctor, Nom: "EXEMPLE"}
	steps := []struct{ hour, name string }{{"", "EXEMPLE"}, {"19:00", "EXEMPLE"}, {"19:00", "AUTRE"}, {"20:00", "AUTRE"}}
	var got []string
	for i, step := range steps {
		hour.Store(int64(i))
		c.Fermeture, c.Nom = step.hour, step.name
		if _, err := b.SetCabinet(t.Context(), alice, c, Call{}); err != nil {
			t.Fatal(err)
		}
		hours, err := b.ClosingHours()
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hours {
			got = append(got, h.Hour+" since "+h.Since.UTC().Format("15:04"))
		}
	}
	if diff := cmp.Diff([]string{"19:00 since 11:00", "19:00 since 11:00", "20:00 since 13:00"}, got); diff != "" {
		t.Error(diff)
	}
}
