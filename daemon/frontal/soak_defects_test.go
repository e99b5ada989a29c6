package frontal_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
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

// openBook begins a book that is not encrypted.
func openBook(t *testing.T) *lot.Book {
	t.Helper()
	dir := t.TempDir()
	b, err := lot.Open(lot.Options{Dir: filepath.Join(dir, "journal"), Anchor: filepath.Join(dir, "ancre"), Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return firstDay }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// signed enters an FSE in its lot, as if it were signed.
func signed(t *testing.T, b *lot.Book, change func(*fse.Draft)) lot.FSE {
	t.Helper()
	draft, price := priced(t, change)
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
	return f
}

// Two caisses of one centre of payment get their lots at one address, and their answers
// name a lot by its number.
func TestLotNumbersAtOnePayer(t *testing.T) {
	b := openBook(t)
	numbers := map[string]string{}
	for _, caisse := range []string{"121", "125"} {
		f := signed(t, b, func(d *fse.Draft) { d.AMO.Regime, d.AMO.Caisse = "02", caisse })
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

// A payer that rejects both parts of an invoice says so of each. Nobody has anything to
// look at: the FSE is rejected.
func TestRejectOfBothParts(t *testing.T) {
	b := openBook(t)
	f := signed(t, b, func(d *fse.Draft) {
		d.AMC, d.TiersPayant.AMC = &fse.AMC{Organisme: "99999997", Contrat: "01", Adherent: "000012345"}, true
	})
	l := sent(t, b, f.Lot)
	amo, amc := f.DuePayers()
	if amo == 0 || amc == 0 {
		t.Fatalf("owed %d and %d cents: the invoice has no two parts", amo, amc)
	}
	reject := noemie.Return{Kind: noemie.Rejete, Etat: "R", Lot: l.Numero, Numero: f.Numero, Facture: fmt.Sprintf("%09d", f.Numero), Date: 260107}
	first, second := reject, reject
	first.Part, first.Demande = noemie.PartAMO, int64(amo)
	second.Part, second.Demande = noemie.PartAMC, int64(amc)
	_, _, err := b.Receive(t.Context(), user, lot.Incoming{Kind: lot.DeliveryNoemie, Origin: "essai", Content: []byte("essai"), Demonstration: true,
		Returns: []noemie.Return{first, second}, Destinataire: l.NumeroAM})
	if err != nil {
		t.Fatal(err)
	}
	if f, err = b.Get(user, f.ID); err != nil || f.State != fse.Rejetee {
		t.Errorf("the FSE is %s, %v", f.State, err)
	}
	waiting, _, err := b.ReturnsWhere(lot.ReturnFilter{Waiting: true}, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range waiting {
		t.Errorf("the reject of the part %s is %s: %s", r.Part, r.Effect, r.Why)
	}
}

// sent closes a lot and hands it over.
func sent(t *testing.T, b *lot.Book, id string) lot.Lot {
	t.Helper()
	l, err := b.CloseLot(t.Context(), user, id, lot.Call{})
	if err != nil {
		t.Fatal(err)
	}
	_, file, err := b.File(id)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(file)
	if _, err = b.BeginDispatch(t.Context(), user, id, lot.Dispatch{MessageID: "essai", To: "payeur", File: hex.EncodeToString(sum[:])}); err == nil {
		l, err = b.EndDispatch(t.Context(), user, id, "essai", lot.DispatchEnd{State: lot.DispatchSent, By: lot.ByServer})
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}
