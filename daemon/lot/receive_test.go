package lot

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// insured is an FSE with tiers payant of both parts, of which payers owe 21 € and 9 €.
func insured(t testing.TB) (*fse.Draft, *fse.Prix) {
	t.Helper()
	d := inMode(fse.SansVitale)
	price := *priceOf(t, d)
	price.TiersPayant = fse.TiersPayant{AMO: true, AMC: true}
	price.Total.AMO, price.Total.AMC, price.Total.ARegler = 2100, 900, 0
	return d, &price
}

// sentFSE puts n FSE with tiers payant in a lot that is sent.
func sentFSE(t testing.TB, b *Book, n int) (l Lot, list []FSE) {
	t.Helper()
	d, price := insured(t)
	for range n {
		list = append(list, signed(t, b, alice, d, price))
	}
	l = dispatch(t, b, list[0].Lot)
	return l, list
}

// dayOf is the day of a lot as payers tell it.
func dayOf(l Lot) noemie.Date { return noemie.Date(dateB2(l.Closed.Local())) }

// noemieFile is a demonstration file for the doctor.
func noemieFile(returns ...noemie.Return) Incoming {
	return Incoming{Kind: DeliveryNoemie, Origin: "<m@test>", From: payer, Content: fmt.Appendf(nil, "%+v", returns),
		Demonstration: true, Returns: returns, Destinataire: doctor}
}

// arl acknowledges a lot, or refuses it.
func arl(l Lot, accepted bool) Incoming {
	r := noemie.Return{Record: 2, Entite: "600", Kind: noemie.ARLNegatif, Identifiant: "A1", Date: 260617, Lot: l.Numero, DateLot: dayOf(l),
		Libelles: []noemie.Libelle{{Entite: "600", Code: "X002", Texte: "LOT REFUSE"}}}
	if accepted {
		r.Kind, r.Libelles = noemie.ARLPositif, nil
	}
	in := noemieFile(r)
	in.Kind = DeliveryARL
	return in
}

// pays is a payment of a part of an FSE; below 0 it is taken back.
func pays(l Lot, f FSE, part noemie.Part, amount int64, day noemie.Date) noemie.Return {
	r := about(l, f, noemie.Paye, part, day)
	r.Montant, r.Demande, r.Etat, r.Virement = amount, amount, "P", "VIREMENT 1"
	if amount < 0 {
		r.Kind, r.Demande = noemie.Repris, 0
	}
	return r
}

func about(l Lot, f FSE, kind noemie.Kind, part noemie.Part, day noemie.Date) noemie.Return {
	r := noemie.Return{Entite: "198", Kind: kind, Part: part, Lot: l.Numero, DateLot: dayOf(l), Facture: fmt.Sprintf("%09d", f.Numero), Numero: f.Numero,
		TypeFacture: "F", Date: day}
	if kind == noemie.Rejete {
		r.Etat, r.Libelles = "R", []noemie.Libelle{{Entite: "294", Code: "X001", Texte: "DROITS FERMES", Niveau: "F"}}
	}
	return r
}

// receive takes a delivery in, for the first time.
func receive(t testing.TB, b *Book, in Incoming) Delivery {
	t.Helper()
	d, known, err := b.Receive(t.Context(), "service", in)
	if err != nil || known || d.Done != len(in.Returns) {
		t.Fatalf("%d of %d returns, known %t, %v", d.Done, len(in.Returns), known, err)
	}
	return d
}

// What returns make of an FSE, in any order.
func TestJudge(t *testing.T) {
	const amo, amc, none = noemie.PartAMO, noemie.PartAMC, noemie.PartAucune
	type say func(l Lot, f FSE) noemie.Return
	pay := func(part noemie.Part, amount int64, day noemie.Date) say {
		return func(l Lot, f FSE) noemie.Return { return pays(l, f, part, amount, day) }
	}
	kind := func(k noemie.Kind, part noemie.Part, day noemie.Date) say {
		return func(l Lot, f FSE) noemie.Return { return about(l, f, k, part, day) }
	}
	lotSays := func(accepted bool) say {
		return func(l Lot, _ FSE) noemie.Return { return arl(l, accepted).Returns[0] }
	}
	tests := []struct {
		name     string
		says     []say
		state    fse.State
		received fse.Cents
		effects  []Effect
	}{
		{"acknowledged", []say{lotSays(true)}, fse.Acquittee, 0, []Effect{EffectApplied}},
		{"refused with its lot", []say{lotSays(false)}, fse.Rejetee, 0, []Effect{EffectApplied}},
		{"acknowledged and refused", []say{lotSays(true), lotSays(false)}, fse.Rejetee, 0, []Effect{EffectNone, EffectToExamine}},
		{"paid", []say{pay(amo, 2100, 260620), pay(amc, 900, 260621)}, fse.Payee, 3000, []Effect{EffectApplied, EffectApplied}},
		{"one part", []say{pay(amo, 2100, 260620)}, fse.PayeePartiellement, 2100, []Effect{EffectApplied}},
		{"in two times", []say{pay(amo, 1000, 260620), pay(amo, 1100, 260621), pay(amc, 900, 260620)}, fse.Payee, 3000, []Effect{EffectApplied, EffectApplied, EffectApplied}},
		{"more than owed", []say{pay(amo, 2200, 260620), pay(amc, 900, 260620)}, fse.Payee, 3100, []Effect{EffectApplied, EffectApplied}},
		{"too much for one part only", []say{pay(amo, 3000, 260620)}, fse.PayeePartiellement, 3000, []Effect{EffectApplied}},
		{"taken back", []say{pay(amo, 2100, 260620), pay(amc, 900, 260620), pay(amo, -2100, 260701)}, fse.PayeePartiellement, 900, []Effect{EffectApplied, EffectApplied, EffectToExamine}},
		{"all taken back", []say{pay(amo, 2100, 260620), pay(amo, -2100, 260701)}, fse.Transmise, 0, []Effect{EffectApplied, EffectToExamine}},
		{"paid twice, taken back once", []say{pay(amo, 2100, 260620), pay(amo, 2100, 260622), pay(amc, 900, 260620), pay(amo, -2100, 260701)}, fse.Payee, 3000,
			[]Effect{EffectApplied, EffectApplied, EffectApplied, EffectApplied}},
		{"deferred", []say{kind(noemie.Differe, amc, 260620)}, fse.Transmise, 0, []Effect{EffectNone}},
		{"rejected", []say{kind(noemie.Rejete, amo, 260620)}, fse.Rejetee, 0, []Effect{EffectApplied}},
		{"rejected and acknowledged", []say{kind(noemie.Rejete, none, 260620), lotSays(true)}, fse.Rejetee, 0, []Effect{EffectApplied, EffectApplied}},
		{"refused by name", []say{lotSays(true), kind(noemie.ARLNegatif, none, 260617)}, fse.Rejetee, 0, []Effect{EffectApplied, EffectApplied}},
		{"the complementary part rejected", []say{kind(noemie.Rejete, amc, 260620)}, fse.Transmise, 0, []Effect{EffectToExamine}},
		{"one part rejected, one paid", []say{kind(noemie.Rejete, amc, 260620), pay(amo, 2100, 260625)}, fse.PayeePartiellement, 2100, []Effect{EffectToExamine, EffectApplied}},
		{"rejected, then paid", []say{kind(noemie.Rejete, amo, 260620), pay(amo, 2100, 260625), pay(amc, 900, 260625)}, fse.Payee, 3000, []Effect{EffectNone, EffectApplied, EffectApplied}},
		{"paid, then rejected", []say{pay(amo, 2100, 260620), pay(amc, 900, 260620), kind(noemie.Rejete, amo, 260625)}, fse.Payee, 3000, []Effect{EffectApplied, EffectApplied, EffectToExamine}},
		{"refused with its lot, and paid", []say{lotSays(false), pay(amo, 2100, 260620), pay(amc, 900, 260620)}, fse.Payee, 3000, []Effect{EffectApplied, EffectApplied, EffectApplied}},
		{"something else", []say{kind(noemie.Autre, amo, 260620)}, fse.Transmise, 0, []Effect{EffectToExamine}},
	}
	for _, test := range tests {
		for _, backwards := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s %t", test.name, backwards), func(t *testing.T) {
				b := openBook(t, t.TempDir())
				l, list := sentFSE(t, b, 1)
				said := make([]noemie.Return, len(test.says))
				for i, say := range test.says {
					at := i
					if backwards {
						at = len(said) - 1 - i
					}
					said[at] = say(l, list[0])
				}
				receive(t, b, noemieFile(said...))
				f, err := b.Get(alice, list[0].ID)
				if err != nil || f.State != test.state {
					t.Errorf("%s, %v", f.State, err)
				}
				if got := (f.Received); got != nil && got.AMO+got.AMC != test.received || got == nil && test.received != 0 {
					t.Errorf("received %+v", got)
				}
				found, _, err := b.ReturnsWhere(ReturnFilter{Lot: l.ID}, "", 100)
				if err != nil || len(found) != len(said) {
					t.Fatalf("%d returns of the lot, %v", len(found), err)
				}
				for i, want := range test.effects {
					at := len(found) - 1 - i // the newest is the first
					if backwards {
						at = i
					}
					if found[at].Effect != want {
						t.Errorf("return %d is %s, want %s: %s", i, found[at].Effect, want, found[at].Why)
					}
				}
				verify(t, b)
			})
		}
	}
}

// Without tiers payant payers owe nothing: the end is that it was treated.
func TestJudgeWithoutTiersPayant(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := inMode(fse.SansVitale)
	f := signed(t, b, alice, d, priceOf(t, d))
	l := dispatch(t, b, f.Lot)
	receive(t, b, noemieFile(pays(l, f, noemie.PartAMO, 0, 260620)))
	if s := stateOf(t, b, f.ID); s != fse.Acquittee {
		t.Errorf("%s", s)
	}
	receive(t, b, arl(l, true))
	b.now = func() time.Time { return openDay.Add(archiveAfter) }
	if n, err := b.Archive(t.Context()); err != nil || n != 1 {
		t.Errorf("%d archived, %v", n, err)
	}
	receive(t, b, noemieFile(pays(l, f, noemie.PartAMO, 100, 260621)))
	found, _, err := b.ReturnsWhere(ReturnFilter{FSE: f.ID}, "", 10)
	if err != nil || stateOf(t, b, f.ID) != fse.Payee || len(found) != 2 || found[0].Effect != EffectApplied || found[0].Why == "" {
		t.Errorf("%s, %+v, %v", stateOf(t, b, f.ID), found, err)
	}
	verify(t, b)
}

// amend changes a lot as no rule of the book does.
func amend(b *Book, id string, change func(*Lot)) error {
	_, err := b.journal.Update(context.Background(), func(s journal.State) ([]journal.Entry, error) {
		l, err := lotOf(s, id)
		if err != nil {
			return nil, err
		}
		change(l)
		return one((&lotChange{State: l.State, Dispatch: l.Dispatch}).record(id, "test", ""))
	})
	return err
}
