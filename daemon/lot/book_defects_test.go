package lot

import (
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// The same act on the same day is found whatever side of New Year the day of care of
// its FSE is on, and however the number was typed.
func TestPastIsFound(t *testing.T) {
	lastDay, _ := tables.MakeDate(2025, 12, 31)
	firstDay, _ := tables.MakeDate(2026, 1, 2)
	spaced := "2 97 02 2A 020 778 78"
	tests := []struct {
		name                string
		first, second       fse.Date // days of care
		firstNIR, secondNIR string
		firstAct, secondAct fse.Date // days of the act
	}{
		{name: "same year", first: firstDay, second: firstDay},
		{name: "the act of the first is of the new year", first: lastDay, firstAct: firstDay, second: firstDay},
		{name: "the act of the second is of the old year", first: lastDay, second: firstDay, secondAct: lastDay},
		{name: "the first was typed with spaces", first: firstDay, second: firstDay, firstNIR: spaced},
		{name: "the second is typed with spaces", first: firstDay, second: firstDay, secondNIR: spaced},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := openBook(t, t.TempDir())
			entered := func(day, act fse.Date, nir string) *fse.Draft {
				d := draft(doctor)
				d.DateSoins, d.Actes[0].Date = day, act
				if nir != "" {
					d.Beneficiaire.NIR = nir
				}
				return d
			}
			first := entered(tt.first, tt.firstAct, tt.firstNIR)
			want := signed(t, b, alice, first, priceOf(t, draft(doctor)))
			second, err := b.Create(t.Context(), alice, entered(tt.second, tt.secondAct, tt.secondNIR), Call{})
			if err != nil {
				t.Fatal(err)
			}
			past, err := b.Past(second.Draft)
			if err != nil || len(past) != 1 || past[0].ID != want.ID {
				t.Errorf("%d found, %v", len(past), err)
			}
		})
	}
}

// What was split together stays together, also when one of them was split again.
func TestPurgeAfterTwoSplits(t *testing.T) {
	b := openBook(t, t.TempDir())
	b.now = func() time.Time { return later }
	d := draft(doctor)
	whole, err := b.Create(t.Context(), alice, d, Call{})
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{whole.ID}
	for range 2 {
		parts, err := b.Split(t.Context(), alice, whole.ID, []*fse.Draft{d, d}, Call{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, parts[1].ID)
	}
	for _, id := range []string{ids[0], ids[2]} { // the part of the first split stays a draft
		if _, _, err := b.Cancel(t.Context(), alice, id, "", Call{}); err != nil {
			t.Fatal(err)
		}
	}
	p, err := b.Purgeable(openDay.Add(time.Second))
	if err != nil || p.FSE != 0 {
		t.Errorf("%d FSE go, %v", p.FSE, err)
	}
	if _, _, err := b.Cancel(t.Context(), alice, ids[1], "", Call{}); err != nil {
		t.Fatal(err)
	}
	if p, err = b.Purgeable(openDay.Add(time.Second)); err != nil || p.FSE != 3 {
		t.Errorf("%d FSE go once all are over, %v", p.FSE, err)
	}
}

// An FSE that was cancelled out of a lot outlives that lot.
func TestLotOfCancelledIsGone(t *testing.T) {
	b := openBook(t, t.TempDir())
	b.now = func() time.Time { return later }
	d := draft(doctor)
	price := priceOf(t, d)
	whole, err := b.Create(t.Context(), alice, d, Call{})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := b.Split(t.Context(), alice, whole.ID, []*fse.Draft{d, d}, Call{}) // the other one, a draft, keeps it
	if err != nil {
		t.Fatal(err)
	}
	f, err := b.Reserve(t.Context(), alice, parts[0].ID, price, Call{})
	if err != nil {
		t.Fatal(err)
	}
	if f, _, err = b.Signed(t.Context(), alice, f, []byte("sceau"), Signature{At: openDay}, Call{}); err != nil {
		t.Fatal(err)
	}
	call := Call{Principal: alice, Method: "fse.cancel", Key: "k", Digest: "d"}
	if _, _, err := b.Cancel(t.Context(), alice, f.ID, "erreur", call); err != nil {
		t.Fatal(err)
	}
	other := signed(t, b, alice, d, price)
	l, err := b.CloseLot(t.Context(), alice, other.Lot, Call{})
	if err == nil {
		err = archive(b, l, fse.Payee)
	}
	if err != nil {
		t.Fatal(err)
	}
	post(t, b, l.ID)
	if _, gone, err := b.Purge(t.Context(), openDay.Add(time.Second)); err != nil || gone.Lots != 1 || gone.FSE != 1 {
		t.Fatalf("%d FSE and %d lots went, %v", gone.FSE, gone.Lots, err)
	}
	again, lots, err := b.Cancel(t.Context(), alice, f.ID, "erreur", call)
	if err != nil || again.State != fse.Annulee || len(lots) != 0 {
		t.Errorf("repeated: %s, %d lots, %v", again.State, len(lots), err)
	}
}

// One FSE of which no deadline is known hides none of the others.
func TestLateBesideUnknown(t *testing.T) {
	for _, unknownFirst := range []bool{true, false} {
		b := openBook(t, t.TempDir())
		unknown, known := draft(doctor), draft(doctor)
		price := priceOf(t, known)
		unknown.DateSoins = 0
		order := []*fse.Draft{known, unknown}
		if unknownFirst {
			order = []*fse.Draft{unknown, known}
		}
		for _, d := range order {
			signed(t, b, alice, d, price)
		}
		l, err := b.Late(at("2026-06-22"))
		if err != nil || len(l.ToSend) != 1 || len(l.Open) != 1 || l.Open[0].Reason != DeadlinePassed {
			t.Errorf("unknown first %v: %d FSE, %+v, %v", unknownFirst, len(l.ToSend), l.Open, err)
		}
	}
}

// A draft that was changed since it was priced has no price: the accountant would add it.
func TestNoStalePriceInExport(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	f := reserved(t, b, alice, d, priceOf(t, d))
	if _, err := b.Update(t.Context(), alice, f.ID, d, Call{}); err != nil {
		t.Fatal(err)
	}
	rows := 0
	for row, err := range b.Export(t.Context()) {
		if err != nil || row.Numero != "000000001" || row.Honoraires != 0 || row.AMO != 0 {
			t.Errorf("%d cents, %v", row.Honoraires, err)
		}
		rows++
	}
	if rows != 1 {
		t.Errorf("%d rows", rows)
	}
}
