package lot

import (
	"sync"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// undecided is a lot with an FSE of which nobody knows whether it was sent.
func undecided(t testing.TB, b *Book) (Lot, FSE) {
	t.Helper()
	d, price := insured(t)
	f := signed(t, b, alice, d, price)
	l, err := b.CloseLot(t.Context(), alice, f.Lot, Call{})
	if err == nil {
		l, err = begin(t, b, l.ID)
	}
	if err == nil {
		l, err = b.EndDispatch(t.Context(), "service", l.ID, l.Dispatch.MessageID, DispatchEnd{State: DispatchUndecided})
	}
	if err != nil {
		t.Fatal(err)
	}
	return l, f
}

// Only the payer of a lot tells that it has arrived, and acknowledges or refuses it: by
// its number in the file, or else by its address.
func TestAnswerOfWhom(t *testing.T) {
	const stranger, other = "01999@999.01.rss.test", "00000001999999"
	for _, test := range []struct {
		name, emetteur, from string
		mine, taken          bool // mine: Emetteur is the destination of the lot
	}{
		{"the payer from its address", "", payer, true, true},
		{"the payer from another address", "", stranger, true, true},
		{"another payer", other, stranger, false, false},
		{"another payer from the payer's address", other, payer, false, false},
		{"no number, from the payer's address", "", payer, false, true},
		{"no number, from another address", "", stranger, false, false},
		{"no number and no address", "", "", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := openBook(t, t.TempDir())
			l, f := undecided(t, b)
			for i, in := range []Incoming{noemieFile(pays(l, f, noemie.PartAMO, 2100, 260620)), arl(l, false)} {
				in.Emetteur, in.From = test.emetteur, test.from
				if test.mine {
					in.Emetteur = " " + l.Destination
				}
				if d := receive(t, b, in); (d.Applied+d.Waiting) != 1 || (d.Waiting == 1) == test.taken {
					t.Errorf("file %d: %d applied, %d wait", i, d.Applied, d.Waiting)
				}
			}
			got, err := b.Lot(l.ID)
			if err != nil || (got.State == fse.LotRejete) != test.taken || (got.Dispatch.State == DispatchSent) != test.taken {
				t.Errorf("%s, %s, %v", got.State, got.Dispatch.State, err)
			}
			verify(t, b)
		})
	}
}

// Without the day of the lot, the days of the payment and of the invoice have to be
// possible ones: other software may have given the same number years ago.
func TestMatchWithoutDayOfLot(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*noemie.Return)
		want   Effect
	}{
		{"paid after it was sent", func(*noemie.Return) {}, EffectApplied},
		{"paid before it was sent", func(r *noemie.Return) { r.Date = 260101 }, EffectWaiting},
		{"paid nobody knows when", func(r *noemie.Return) { r.Date = 0 }, EffectWaiting},
		{"invoiced before the care", func(r *noemie.Return) { r.DateFacture = 251201 }, EffectWaiting},
		{"invoiced after it was sent", func(r *noemie.Return) { r.DateFacture = 260619 }, EffectWaiting},
		{"invoiced on the day of the lot", func(r *noemie.Return) { r.DateFacture = 260616 }, EffectApplied},
		{"the lot without its day, before it was sent", func(r *noemie.Return) { r.Lot, r.Date = 1, 260102 }, EffectWaiting},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := openBook(t, t.TempDir())
			l, list := sentFSE(t, b, 1)
			r := pays(l, list[0], noemie.PartAMO, 2100, 260620)
			r.Lot, r.DateLot = 0, 0
			test.change(&r)
			receive(t, b, noemieFile(r))
			found, _, err := b.Returns("", 1)
			if err != nil || found[0].Effect != test.want {
				t.Errorf("%+v, %v", found, err)
			}
		})
	}
}

// An answer about a lot that nobody could match is reconciled with it by hand, which
// settles that it was sent and takes its FSE along.
func TestReconcileLot(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, f := undecided(t, b)
	d, price := insured(t)
	unsent := signed(t, b, alice, d, price)
	in := arl(l, false)
	in.From = "retours@349.01.rss.test"
	from := receive(t, b, in)
	named := receive(t, b, noemieFile(about(l, FSE{Numero: 4711}, noemie.Rejete, noemie.PartAMO, 260620)))
	open, _, err := b.ReturnsWhere(ReturnFilter{Waiting: true}, "", 10)
	if err != nil || len(open) != 2 || from.Waiting+named.Waiting != 2 {
		t.Fatalf("%d open, %v", len(open), err)
	}
	ofFSE, refusal := open[0].ID, open[1].ID
	for _, test := range []struct {
		name, id, lot string
		want          error
	}{{"names an FSE", ofFSE, l.ID, ErrState}, {"a lot that is open", refusal, unsent.Lot, ErrNoMatch}, {"no lot", refusal, "absent", ErrNotFound}, {"no return", "absent", l.ID, ErrNotFound}} {
		_, err := b.ReconcileLot(t.Context(), alice, test.id, test.lot, Call{})
		if wantError(t, err, test.want); t.Failed() {
			t.Fatal(test.name)
		}
	}
	call := Call{Principal: alice, Method: "returns.reconcile", Key: "k", Digest: "d"}
	for range 2 {
		r, err := b.ReconcileLot(t.Context(), alice, refusal, l.ID, call)
		if err != nil || r.Effect != EffectApplied || r.Lot != l.ID || r.FSE != "" {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	l, err = b.Lot(l.ID)
	if err != nil || l.State != fse.LotRejete || l.Dispatch.By != ByReturn || stateOf(t, b, f.ID) != fse.Rejetee || b.Queue().ToSettle != 1 {
		t.Errorf("%s, %+v, FSE %s, %+v, %v", l.State, l.Dispatch, stateOf(t, b, f.ID), b.Queue(), err)
	}
	_, err = b.ReconcileLot(t.Context(), alice, refusal, l.ID, Call{})
	wantError(t, err, ErrState)
	verify(t, b)
}

// A return is reconciled with a lot once all of its delivery is taken in; until then it
// proves nothing: a refused call leaves the lot undecided.
func TestReconcileLotOfHalfADelivery(t *testing.T) {
	b := openBook(t, t.TempDir())
	first, _ := sentFSE(t, b, 1)
	second, _ := sentFSE(t, b, 1)
	l, _ := undecided(t, b)
	in := arl(l, true)
	in.Returns[0].DateLot = 250101 // of no lot: it waits
	in.Returns = append(in.Returns, arl(first, true).Returns[0], arl(second, true).Returns[0])
	for i := range in.Returns {
		in.Returns[i].Record = 2 + i
	}
	in.From = payer
	for left, half := 0, false; !half; left++ { // one more look at the context each time
		_, _, err := b.Receive(&countdown{Context: t.Context(), left: left}, "service", in)
		d, fault := b.Delivery(in.idOf())
		if half = fault == nil && d.Done > 0 && d.unfinished(); !half && err == nil {
			t.Fatal("it was never cut short half-way")
		}
	}
	open, _, err := b.ReturnsWhere(ReturnFilter{Waiting: true}, "", 10)
	if err != nil || len(open) != 1 {
		t.Fatalf("%d open, %v", len(open), err)
	}
	_, err = b.ReconcileLot(t.Context(), alice, open[0].ID, l.ID, Call{})
	wantError(t, err, ErrState)
	if got, err := b.Lot(l.ID); err != nil || got.State != fse.LotClos || got.Dispatch.State != DispatchUndecided {
		t.Errorf("refused, and the lot is %s, %s, %v", got.State, got.Dispatch.State, err)
	}
	if err := b.ResumeDeliveries(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := b.ReconcileLot(t.Context(), alice, open[0].ID, l.ID, Call{})
	if got, fault := b.Lot(l.ID); err != nil || fault != nil || r.Lot != l.ID || got.State != fse.LotAcquitte {
		t.Errorf("%+v, the lot is %s, %v, %v", r, got.State, err, fault)
	}
	verify(t, b)
}

// Two that match one return with two lots at once: it proves of one of them alone that it
// was sent.
func TestReconcileLotSideBySide(t *testing.T) {
	b := openBook(t, t.TempDir())
	first, _ := undecided(t, b)
	second, _ := undecided(t, b)
	in := arl(first, true)
	in.From = "retours@349.01.rss.test"
	in.Returns[0].DateLot = 250101 // of no lot: it waits
	receive(t, b, in)
	open, _, err := b.ReturnsWhere(ReturnFilter{Waiting: true}, "", 10)
	if err != nil || len(open) != 1 {
		t.Fatalf("%d open, %v", len(open), err)
	}
	var all sync.WaitGroup
	for _, l := range []Lot{first, second} {
		all.Go(func() { _, _ = b.ReconcileLot(t.Context(), alice, open[0].ID, l.ID, Call{}) })
	}
	all.Wait()
	sent := 0
	for _, id := range []string{first.ID, second.ID} {
		l, err := b.Lot(id)
		if err != nil {
			t.Fatal(err)
		}
		if l.State != fse.LotClos {
			sent++
		}
	}
	if sent != 1 {
		t.Errorf("%d lots are sent by one return", sent)
	}
	verify(t, b)
}
