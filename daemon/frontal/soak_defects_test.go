package frontal_test

import (
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/lot"
)

// priced is a random draft of a day that something was changed of, with its price.
func priced(t *testing.T, change func(*fse.Draft)) (*fse.Draft, *fse.Prix) {
	t.Helper()
	w := &drafting{rand.New(rand.NewPCG(1, 1)), firstDay}
	draft, _, err := w.draft(doctors[0])
	if err != nil {
		t.Fatal(err)
	}
	draft.AMO, draft.AMC, draft.TiersPayant = fse.AMO{Regime: "01", Caisse: "999", Centre: "0000"}, nil, fse.TiersPayant{AMO: true}
	change(draft)
	answer := fse.Check(draft, fse.Context{Tables: tables.Default(), Today: day(firstDay)})
	if answer.Prix == nil || len(answer.Erreurs) > 0 {
		t.Fatalf("the draft is refused: %+v", answer.Erreurs)
	}
	return draft, answer.Prix
}

// What the patient does not pay, payers owe, with or without a tick for the part of the
// AME.
func TestOwedByPayers(t *testing.T) {
	tests := []struct {
		name   string
		change func(*fse.Draft)
	}{
		{"tiers payant AMO", func(*fse.Draft) {}},
		{"AME, without tiers payant AMC", func(d *fse.Draft) { d.AMO.AME = true }},
		{"AME, with tiers payant AMC", func(d *fse.Draft) { d.AMO.AME, d.TiersPayant.AMC = true, true }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			draft, price := priced(t, test.change)
			amo, amc := (&lot.FSE{Draft: draft, Price: price}).DuePayers()
			if want := price.Total.Honoraires - price.Total.NonPrisEnCharge - price.Total.ARegler; amo+amc != want {
				t.Errorf("payers owe %d and %d cents, want %d in all", amo, amc, want)
			}
		})
	}
}

// Two caisses of one centre of payment get their lots at one address, and their answers
// name a lot by its number.
func TestLotNumbersAtOnePayer(t *testing.T) {
	dir := t.TempDir()
	b, err := lot.Open(lot.Options{Dir: filepath.Join(dir, "journal"), Anchor: filepath.Join(dir, "ancre"), Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return firstDay }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	numbers := map[string]string{}
	for _, caisse := range []string{"121", "125"} {
		draft, price := priced(t, func(d *fse.Draft) { d.AMO.Regime, d.AMO.Caisse = "02", caisse })
		f, err := b.Create(t.Context(), user, draft, lot.Call{})
		if err == nil {
			f, err = b.Reserve(t.Context(), user, f.ID, price, lot.Call{})
		}
		if err == nil {
			f, _, err = b.Signed(t.Context(), user, f, []byte("sceau"), lot.Signature{At: firstDay}, lot.Call{})
		}
		if err != nil {
			t.Fatal(err)
		}
		l, err := b.Lot(f.Lot)
		if err != nil {
			t.Fatal(err)
		}
		route, err := b2.RouteOf(l.Regime, l.Caisse, l.Centre)
		if err != nil {
			t.Fatal(err)
		}
		at := billName(route.Destinataire.Regime()+route.Destinataire.Organisme(), l.Numero)
		if first, twice := numbers[at]; twice {
			t.Errorf("the lots of the caisses %s and %s are both %s", first, caisse, at)
		}
		numbers[at] = caisse
	}
}
