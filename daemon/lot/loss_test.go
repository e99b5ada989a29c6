package lot

import (
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// After a loss every series leaps over as many numbers as there may have been, once.
func TestNumbersAfterALoss(t *testing.T) {
	const first, second = "991000015", "991000031"
	b := openBook(t, t.TempDir())
	reserve := func(am string) int { return reserved(t, b, alice, draft(am), priceOf(t, draft(am))).Numero }
	if n := reserve(first); n != 1 {
		t.Fatalf("the first number is %d", n)
	}
	for range 2 {
		if err := b.Lost(t.Context(), 40, "essai"); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []int{82, 83} {
		if n := reserve(first); n != want {
			t.Errorf("number %d after the losses is %d, want %d", i, n, want)
		}
	}
	if n := reserve(second); n != 81 {
		t.Errorf("the first number of another professional is %d, want 81: what was lost may have been theirs", n)
	}
	if err := b.Lost(t.Context(), 5, "essai"); err != nil {
		t.Fatal(err)
	}
	if n := reserve(second); n != 87 {
		t.Errorf("after one more loss it is %d, want 87", n)
	}
	if _, err := b.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// After a loss no lot leaves by itself: any of them may have left already.
func TestLotsAfterALoss(t *testing.T) {
	b := openBook(t, t.TempDir())
	d, price := insured(t)
	f := signed(t, b, alice, d, price)
	closed, err := b.CloseLot(t.Context(), alice, f.Lot, Call{})
	if err != nil {
		t.Fatal(err)
	}
	open := signed(t, b, alice, d, price)
	_, file, err := b.File(closed.ID)
	if err == nil {
		err = b.Lost(t.Context(), 5, "essai")
	}
	if err != nil {
		t.Fatal(err)
	}
	if waits, err := b.ToDispatch(); err != nil || len(waits) != 0 || b.Queue().Undecided != 2 {
		t.Errorf("%d leave by themselves, %d to decide, %v", len(waits), b.Queue().Undecided, err)
	}
	later := signed(t, b, alice, d, price)
	if later.Lot == open.Lot {
		t.Error("an FSE enters a lot that may have left")
	}
	l, current, err := b.Dispatched(MessageID(closed.ID, digest(file), "exemple.test"))
	if err != nil || !current || l.Dispatch.Problem != mayHaveLeft {
		t.Fatalf("our copy is not recognised: %t, %v", current, err)
	}
	if l, err = b.EndDispatch(t.Context(), "service", l.ID, l.Dispatch.MessageID, DispatchEnd{State: DispatchSent, By: ByCopy}); err != nil || l.State != fse.LotTransmis {
		t.Errorf("%s, %v", l.State, err)
	}
	if l, current, err = b.Dispatched(MessageID(open.Lot, digest(file), "exemple.test")); err != nil || current || l.State != fse.LotClos {
		t.Errorf("what an open lot has become: %s, %t, %v", l.State, current, err)
	}
	_, err = b.ReopenLot(t.Context(), alice, open.Lot, Call{})
	wantError(t, err, ErrDispatch)
	if l, err = b.Decide(t.Context(), alice, open.Lot, false, Call{}); err != nil || l.Dispatch.State != DispatchNone {
		t.Errorf("%+v, %v", l.Dispatch, err)
	}
	if dispatch(t, b, open.Lot).State != fse.LotTransmis {
		t.Error("it can't be sent")
	}
	verify(t, b)
}

// The answer of the payer settles a lot that a loss has left undecided.
func TestAnswerAfterALoss(t *testing.T) {
	b := openBook(t, t.TempDir())
	d, price := insured(t)
	f := signed(t, b, alice, d, price)
	l, err := b.CloseLot(t.Context(), alice, f.Lot, Call{})
	if err == nil {
		err = b.Lost(t.Context(), 5, "essai")
	}
	if err != nil {
		t.Fatal(err)
	}
	in := arl(l, true)
	in.From, in.Emetteur = "retours@349.01.rss.test", l.Destination
	if got := receive(t, b, in); got.Applied != 1 || stateOf(t, b, f.ID) != fse.Acquittee {
		t.Errorf("%+v, FSE %s", got, stateOf(t, b, f.ID))
	}
	verify(t, b)
}

// A lot that was empty is not used again: what it held later may have been sent.
func TestEmptyLotAfterALoss(t *testing.T) {
	b := openBook(t, t.TempDir())
	d, price := insured(t)
	f := signed(t, b, alice, d, price)
	if _, _, err := b.Cancel(t.Context(), alice, f.ID, "erreur", Call{}); err != nil {
		t.Fatal(err)
	}
	if again := signed(t, b, alice, d, price); again.Lot != f.Lot {
		t.Fatal("without a loss an empty lot is used again")
	} else if _, _, err := b.Cancel(t.Context(), alice, again.ID, "erreur", Call{}); err != nil {
		t.Fatal(err)
	}
	if err := b.Lost(t.Context(), 5, "essai"); err != nil {
		t.Fatal(err)
	}
	if after := signed(t, b, alice, d, price); after.Lot == f.Lot {
		t.Error("it is")
	}
	verify(t, b)
}
