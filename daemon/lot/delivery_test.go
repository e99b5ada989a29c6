package lot

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A delivery is taken in once, whatever the number of times that it comes, and what it
// says is counted where it came from.
func TestReceive(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, list := sentFSE(t, b, 2)
	in := noemieFile(pays(l, list[0], noemie.PartAMO, 2100, 260620), pays(l, list[0], noemie.PartAMC, 900, 260620),
		noemie.Return{Record: 9, Entite: "777", Date: 260620}, about(l, FSE{Numero: 4711}, noemie.Rejete, noemie.PartAMO, 260620))
	in.Content = bytes.Repeat([]byte("é0123456789"), 90_000)
	d := receive(t, b, in)
	want := Delivery{Kind: DeliveryNoemie, Origin: "<m@test>", From: payer, Received: openDay, Size: len(in.Content), Returns: 4, Applied: 2, Waiting: 1,
		Demonstration: true, Destinataire: doctor, Pieces: 3, Lists: 1, Done: 4, FSE: []string{list[0].ID},
		Tally: Tally{Says: map[Says]int{SaysPaid: 2, SaysRejected: 1, SaysOther: 1}}}
	if diff := cmp.Diff(want, d, cmpopts.IgnoreFields(Delivery{}, "ID", "Seq"), cmpopts.EquateEmpty()); diff != "" || b.Queue().ToSettle != 1 {
		t.Errorf("%d to settle, -want +got\n%s", b.Queue().ToSettle, diff)
	}
	name, content, err := b.Content(d.ID)
	if err != nil || !bytes.Equal(content, in.Content) || !strings.HasPrefix(name, "retour-2026") || strings.ContainsAny(name, "<>@") {
		t.Errorf("%q, %d bytes, %v", name, len(content), err)
	}
	before := derived(t, b)
	if again, known, err := b.Receive(t.Context(), "service", in); err != nil || !known || again.ID != d.ID || again.Tally.Repeated != 4 || !bytes.Equal(before, derived(t, b)) {
		t.Errorf("known %t, %v", known, err)
	}
	in.Content = append(in.Content, 'x')
	if other := receive(t, b, in); other.Repeated != 4 || other.Applied != 0 || other.Waiting != 0 {
		t.Errorf("%+v", other)
	}
	deliveries, _, err := b.Deliveries("", 10)
	if err != nil || len(deliveries) != 2 || deliveries[1].ID != d.ID {
		t.Errorf("%d deliveries, %v", len(deliveries), err)
	}
	if f, err := b.Get(alice, list[0].ID); err != nil || f.State != fse.Payee || *f.Received != (Received{2100, 900, june(20)}) || f.PaidAt == nil {
		t.Errorf("%s %+v, %v", f.State, f.Received, err)
	}
	verify(t, b)
}

// What can't be read is kept and applies nothing.
func TestReceiveUnreadable(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, _ := sentFSE(t, b, 1)
	for i, in := range []Incoming{
		{Kind: DeliveryUnreadable, Origin: "a", Content: []byte("000tronqué"), Problem: "Fichier tronqué."},
		{Kind: DeliveryTooLarge, Origin: "b", Size: 9 << 20, Problem: "Trop grand."},
		{Kind: DeliveryCopy, Origin: "c", Content: []byte("copie")},
		{Kind: DeliveryBounce, Origin: "d", Content: []byte("revenu"), Problem: "5.1.1"},
	} {
		d := receive(t, b, in)
		if _, known, err := b.Receive(t.Context(), "service", in); !known || err != nil || d.Kind != in.Kind || d.Problem != in.Problem {
			t.Errorf("%d: %+v, %v", i, d, err)
		}
		if _, _, err := b.Content(d.ID); (err == nil) != (in.Content != nil) {
			t.Error(err)
		}
	}
	for _, in := range []Incoming{{Kind: "?"}, {Kind: DeliveryUnknown, Content: make([]byte, maxIncoming+1)}} {
		_, _, err := b.Receive(t.Context(), "service", in)
		wantError(t, err, ErrIncoming)
	}
	if got, err := b.Lot(l.ID); err != nil || got.State != fse.LotTransmis || b.Queue().ToSettle != 0 {
		t.Errorf("%s, %v", got.State, err)
	}
	verify(t, b)
}

// A large delivery is applied by steps, all of it.
func TestReceiveMany(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, list := sentFSE(t, b, 20)
	var returns []noemie.Return
	for i := range 3000 {
		r := pays(l, list[i%20], noemie.PartAMO, 1, 260620)
		r.Virement = fmt.Sprintf("VIREMENT %d", i)
		returns = append(returns, r)
	}
	in := noemieFile(returns...)
	d := receive(t, b, in)
	f, err := b.Get(alice, list[0].ID)
	if err != nil || f.Received.AMO != maxOfFSE || d.Applied != 20*maxOfFSE || d.Waiting != 3000-20*maxOfFSE || b.Queue().ToSettle != d.Waiting {
		t.Errorf("%+v, %d applied, %d wait, %v", f.Received, d.Applied, d.Waiting, err)
	}
	seen := 0
	for after := ""; ; {
		page, next, err := b.ReturnsWhere(ReturnFilter{Waiting: true}, after, 300)
		if err != nil {
			t.Fatal(err)
		}
		if seen += len(page); next == "" {
			break
		}
		after = next
	}
	if seen != d.Waiting {
		t.Errorf("%d are listed", seen)
	}
	verify(t, b)
}

// What is said of professional, lot, day and environment has to agree.
func TestMatch(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, list := sentFSE(t, b, 1)
	f := list[0]
	d, price := insured(t)
	d.Professionnel.NumeroAM = "991000031"
	twin := signed(t, b, alice, d, price) // the same number, in a lot of the same number
	if twin.Numero != f.Numero {
		t.Fatalf("number %d", twin.Numero)
	}
	dispatch(t, b, twin.Lot)
	waiting := signed(t, b, alice, list[0].Draft, list[0].Price)
	whole := func(change func(*Incoming, *noemie.Return)) Incoming {
		in := noemieFile(pays(l, f, noemie.PartAMO, 2100, 260620))
		change(&in, &in.Returns[0])
		return in
	}
	for i, test := range []struct {
		name   string
		change func(*Incoming, *noemie.Return)
		want   Effect
		fse    string
	}{
		{"all agrees", func(*Incoming, *noemie.Return) {}, EffectApplied, f.ID},
		{"the other professional", func(in *Incoming, _ *noemie.Return) { in.Destinataire = "991000031" }, EffectApplied, twin.ID},
		{"a third professional", func(in *Incoming, _ *noemie.Return) { in.Destinataire = "991000049" }, EffectWaiting, ""},
		{"no professional", func(in *Incoming, _ *noemie.Return) { in.Destinataire = "" }, EffectWaiting, ""},
		{"neither professional nor lot", func(in *Incoming, r *noemie.Return) { in.Destinataire, r.Lot, r.DateLot = "", 0, 0 }, EffectWaiting, ""},
		{"no lot", func(_ *Incoming, r *noemie.Return) { r.Lot, r.DateLot = 0, 0 }, EffectApplied, f.ID},
		{"another lot", func(_ *Incoming, r *noemie.Return) { r.Lot = 7 }, EffectWaiting, ""},
		{"another day", func(_ *Incoming, r *noemie.Return) { r.DateLot-- }, EffectWaiting, ""},
		{"no demonstration", func(in *Incoming, _ *noemie.Return) { in.Demonstration = false }, EffectWaiting, ""},
		{"not sent", func(_ *Incoming, r *noemie.Return) { r.Numero, r.Lot = waiting.Numero, 0 }, EffectWaiting, ""},
		{"no number", func(_ *Incoming, r *noemie.Return) { r.Numero, r.Facture = 0, "ABC" }, EffectWaiting, ""},
		{"money of nothing", func(_ *Incoming, r *noemie.Return) { r.Numero, r.Facture, r.Kind = 0, "", noemie.Autre }, EffectToExamine, ""},
		{"nothing", func(_ *Incoming, r *noemie.Return) {
			r.Numero, r.Facture, r.Kind, r.Montant = 0, "", noemie.Autre, 0
		}, EffectNone, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := whole(test.change)
			in.Returns[0].Virement = test.name
			in.Content = fmt.Append(nil, i)
			receive(t, b, in)
			found, _, err := b.Returns("", 1)
			if err != nil || found[0].Effect != test.want || found[0].FSE != test.fse || found[0].Effect != EffectApplied && found[0].Why == "" {
				t.Errorf("%s of %q: %s, %v", found[0].Effect, found[0].FSE, found[0].Why, err)
			}
		})
	}
	verify(t, b)
}

// Numbers of lots come again, and payers number apart: the day and the address tell.
func TestMatchLot(t *testing.T) {
	b := openBook(t, t.TempDir())
	lots := map[string]Lot{}
	for _, centre := range []string{"349", "999"} {
		d, _ := insured(t)
		if d.AMO.Caisse = centre; centre == "999" {
			d.AMO.Centre = "0000"
		}
		f := signed(t, b, alice, d, priceOf(t, d))
		lots[centre] = dispatch(t, b, f.Lot)
	}
	l := lots["349"]
	in := arl(l, true)
	receive(t, b, in) // both were sent to the same address
	found, _, err := b.Returns("", 1)
	if err != nil || found[0].Effect != EffectWaiting {
		t.Fatalf("%+v, %v", found, err)
	}
	moved := func(id, to string) {
		if err := amend(b, id, func(l *Lot) { l.Dispatch.To = to }); err != nil {
			t.Fatal(err)
		}
	}
	moved(lots["999"].ID, "01999@999.01.rss.test")
	in.Content, in.Returns[0].Identifiant = []byte("2"), "A2"
	if d := receive(t, b, in); d.Applied != 1 || len(d.Lots) != 1 || d.Lots[0] != l.ID {
		t.Errorf("%+v", d)
	}
	in.Content, in.Returns[0].Identifiant, in.Returns[0].DateLot = []byte("3"), "A3", dayOf(l)-1
	if d := receive(t, b, in); d.Waiting != 1 {
		t.Errorf("another day: %+v", d)
	}
	if got, err := b.Lot(l.ID); err != nil || got.State != fse.LotAcquitte || b.Queue().Sent != 1 || b.Queue().ToSettle != 2 {
		t.Errorf("%s, %+v, %v", got.State, b.Queue(), err)
	}
	verify(t, b)
}

// A return tells that a lot was sent of which nobody knew.
func TestReturnSettlesDispatch(t *testing.T) {
	for _, end := range []DispatchState{DispatchBegun, DispatchUndecided, DispatchRefused, DispatchNone} {
		b := openBook(t, t.TempDir())
		d, price := insured(t)
		f := signed(t, b, alice, d, price)
		l, err := b.CloseLot(t.Context(), alice, f.Lot, Call{})
		if err == nil {
			l, err = begin(t, b, l.ID)
		}
		message := l.Dispatch.MessageID
		if err == nil && end != DispatchBegun {
			l, err = b.EndDispatch(t.Context(), "service", l.ID, message, DispatchEnd{State: end})
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := receive(t, b, noemieFile(pays(l, f, noemie.PartAMO, 2100, 260620))); got.Applied != 1 || len(got.Lots) != 1 {
			t.Errorf("%+v", got)
		}
		l, err = b.Lot(l.ID)
		if err != nil || l.State != fse.LotTransmis || l.Dispatch.By != ByReturn || stateOf(t, b, f.ID) != fse.PayeePartiellement || b.Queue().Undecided != 0 {
			t.Errorf("%s: %s, %+v, %v", end, l.State, l.Dispatch, err)
		}
		if _, err := b.EndDispatch(t.Context(), "service", l.ID, message, DispatchEnd{State: DispatchSent, By: ByServer}); err != nil {
			t.Error(err)
		}
		verify(t, b)
	}
}

// A lot that nobody has answered about is late after 5 working days.
func TestLateSilent(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, _ := sentFSE(t, b, 1)
	for day, want := range map[string]int{"2026-06-16": 0, "2026-06-23": 0, "2026-06-24": 1} {
		late, err := b.Late(at(day))
		if err != nil || late.CountSilent != want || len(late.Silent) != want {
			t.Errorf("%s: %d, %v", day, late.CountSilent, err)
		}
		if want == 1 && (late.Silent[0].Reason != NoAnswer || late.Silent[0].Limit != june(23) || late.Silent[0].DaysLeft != -1) {
			t.Errorf("%+v", late.Silent[0].Deadline)
		}
	}
	receive(t, b, arl(l, true))
	if late, err := b.Late(at("2026-07-24")); err != nil || late.CountSilent != 0 {
		t.Errorf("%d, %v", late.CountSilent, err)
	}
}

// Lots end when all their FSE have, and what came for them goes with them in a purge, but
// not what somebody has to look at.
func TestArchiveAndPurge(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, list := sentFSE(t, b, 2)
	receive(t, b, arl(l, true))
	paid := noemieFile(pays(l, list[0], noemie.PartAMO, 2100, 260620), pays(l, list[0], noemie.PartAMC, 900, 260620), pays(l, list[1], noemie.PartAMO, 2100, 260620))
	d := receive(t, b, paid)
	archived := func(want int) {
		t.Helper()
		if n, err := b.Archive(t.Context()); err != nil || n != want {
			t.Errorf("%d archived, want %d, %v", n, want, err)
		}
	}
	archived(0)
	receive(t, b, noemieFile(pays(l, list[1], noemie.PartAMC, 900, 260620)))
	b.now = func() time.Time { return openDay.Add(archiveAfter - time.Second) }
	archived(0)
	b.now = func() time.Time { return openDay.Add(archiveAfter) }
	archived(1)
	b.now = now
	late := noemieFile(about(l, list[1], noemie.Rejete, noemie.PartAMO, 260630))
	receive(t, b, late)
	b.now = func() time.Time { return later }
	if p, err := b.Purgeable(openDay.Add(time.Second)); err != nil || len(p.subjects) != 0 {
		t.Errorf("%d subjects go although one has to be looked at, %v", len(p.subjects), err)
	}
	open, _, err := b.ReturnsWhere(ReturnFilter{Waiting: true}, "", 10)
	if err != nil || len(open) != 1 {
		t.Fatalf("%d open, %v", len(open), err)
	}
	b.now = now
	_, err = b.Dismiss(t.Context(), alice, open[0].ID, " ", Call{})
	wantError(t, err, ErrDismissal)
	if r, err := b.Dismiss(t.Context(), alice, open[0].ID, "vu avec la caisse", Call{}); err != nil || r.Effect != EffectDismissed || b.Queue().ToSettle != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	_, err = b.Dismiss(t.Context(), alice, open[0].ID, "encore", Call{})
	wantError(t, err, ErrState)
	b.now = func() time.Time { return later }
	_, gone, err := b.Purge(t.Context(), openDay.Add(time.Second))
	if err != nil || gone.FSE != 2 || gone.Lots != 1 {
		t.Fatalf("%d FSE, %d lots, %v", gone.FSE, gone.Lots, err)
	}
	left := string(derived(t, b))
	for _, id := range []string{l.ID, d.ID, list[0].ID, list[1].ID, open[0].ID} {
		if strings.Contains(left, id) {
			t.Error("something of what went is left")
		}
	}
	verify(t, b)
}

// What waits is reconciled by hand, once, with an FSE that was sent.
func TestReconcile(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, list := sentFSE(t, b, 1)
	d, price := insured(t)
	unsent := signed(t, b, alice, d, price)
	r := pays(l, list[0], noemie.PartAMO, 2100, 260620)
	r.Lot = 77
	from := receive(t, b, noemieFile(r, noemie.Return{Kind: noemie.Rejete, Date: 260620}))
	open, _, err := b.ReturnsWhere(ReturnFilter{Waiting: true}, "", 10)
	if err != nil || len(open) != 2 {
		t.Fatalf("%d open, %v", len(open), err)
	}
	nameless, paid := open[0].ID, open[1].ID
	for _, test := range []struct {
		id, fse string
		want    error
	}{{nameless, list[0].ID, ErrState}, {paid, unsent.ID, ErrNoMatch}, {paid, "absent", ErrNotFound}, {"absent", list[0].ID, ErrNotFound}} {
		_, err := b.Reconcile(t.Context(), alice, test.id, test.fse, Call{})
		wantError(t, err, test.want)
	}
	call := Call{Principal: alice, Method: "returns.reconcile", Key: "k", Digest: "d"}
	for range 2 {
		if r, err := b.Reconcile(t.Context(), alice, paid, list[0].ID, call); err != nil || r.Effect != EffectApplied || r.Lot != l.ID || r.FSE != list[0].ID {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	if stateOf(t, b, list[0].ID) != fse.PayeePartiellement || b.Queue().ToSettle != 1 {
		t.Errorf("%s, %d to settle", stateOf(t, b, list[0].ID), b.Queue().ToSettle)
	}
	_, err = b.Reconcile(t.Context(), alice, paid, list[0].ID, Call{})
	wantError(t, err, ErrState)
	if from, err = b.Delivery(from.ID); err != nil || from.Applied != 1 || from.Waiting != 1 {
		t.Errorf("%+v, %v", from, err)
	}
	verify(t, b)
}

// A payment of an FSE that was made again is shown, and decides when that is cancelled.
func TestPaymentOfReplaced(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, list := sentFSE(t, b, 1)
	old := list[0]
	receive(t, b, noemieFile(about(l, old, noemie.Rejete, noemie.PartAMO, 260617)))
	again, err := b.Remake(t.Context(), alice, Remake{FSE: old.ID}, Call{})
	if err == nil {
		again, err = b.Reserve(t.Context(), alice, again.ID, priceOf(t, again.Draft), Call{})
	}
	if err == nil {
		again, _, err = b.Signed(t.Context(), alice, again, []byte("sceau"), Signature{At: openDay}, Call{})
	}
	if err != nil || stateOf(t, b, old.ID) != fse.Remplacee {
		t.Fatalf("%s, %v", stateOf(t, b, old.ID), err)
	}
	receive(t, b, noemieFile(pays(l, old, noemie.PartAMO, 2100, 260620), pays(l, old, noemie.PartAMC, 900, 260620)))
	if q := b.Queue(); stateOf(t, b, old.ID) != fse.Remplacee || q.ToSettle != 2 {
		t.Errorf("%s, %d to settle", stateOf(t, b, old.ID), q.ToSettle)
	}
	if _, _, err := b.Cancel(t.Context(), alice, again.ID, "payée", Call{}); err != nil {
		t.Fatal(err)
	}
	if q := b.Queue(); stateOf(t, b, old.ID) != fse.Payee || q.ToSettle != 0 || q.Rejects != 0 {
		t.Errorf("%s, %+v", stateOf(t, b, old.ID), q)
	}
	verify(t, b)
}
