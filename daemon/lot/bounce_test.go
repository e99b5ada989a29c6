package lot

import (
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// A lot whose message came back stays sent until somebody decides: then it stays so for
// good, or is sent once more.
func TestBounced(t *testing.T) {
	for _, mode := range []fse.Mode{fse.SansVitale, fse.Degrade} {
		for _, sent := range []bool{true, false} {
			b := openBook(t, t.TempDir())
			d := inMode(mode)
			f := signed(t, b, alice, d, priceOf(t, d))
			signed(t, b, alice, d, priceOf(t, d))
			l := dispatch(t, b, f.Lot)
			before, papers := l.State, b.Queue().Papers
			for range 2 {
				bounced, err := b.Bounced(t.Context(), "service", l.Dispatch.MessageID, "5.1.1")
				if err != nil || bounced.State != before || bounced.Dispatch.State != DispatchBounced || bounced.Dispatch.Problem != "5.1.1" || b.Queue().Undecided != 1 {
					t.Fatalf("%s, %+v, %v", bounced.State, bounced.Dispatch, err)
				}
			}
			if waits, err := b.ToDispatch(); err != nil || len(waits) != 0 {
				t.Errorf("%d are sent again by themselves, %v", len(waits), err)
			}
			if l, err := b.EndDispatch(t.Context(), "service", l.ID, l.Dispatch.MessageID, DispatchEnd{State: DispatchSent, By: ByCopy}); err != nil || !l.bounced() {
				t.Errorf("our copy tells nothing of the payer's server: %+v, %v", l.Dispatch, err)
			}
			_, err := b.CloseLot(t.Context(), alice, l.ID, Call{})
			wantError(t, err, ErrSent)
			l, err = b.Decide(t.Context(), alice, l.ID, sent, Call{})
			if err != nil || b.Queue().Undecided != 0 || b.Queue().Papers != papers {
				t.Fatalf("%+v, %v", b.Queue(), err)
			}
			verify(t, b)
			if sent {
				if l.State != before || l.Dispatch.State != DispatchSent || l.Dispatch.By != ByUser || l.Sent == nil {
					t.Errorf("%s, %+v", l.State, l.Dispatch)
				}
				continue
			}
			if l.State != fse.LotClos || l.Sent != nil || l.Dispatch.State != DispatchNone || stateOf(t, b, f.ID) != fse.EnLot {
				t.Errorf("%s, %+v, FSE %s", l.State, l.Dispatch, stateOf(t, b, f.ID))
			}
			if l = dispatch(t, b, l.ID); l.State != before || l.Dispatch.Tries != 2 {
				t.Errorf("%s, %+v", l.State, l.Dispatch)
			}
			verify(t, b)
		}
	}
}

// FSE that are back en lot are those that they were: they may be taken out and cancelled.
func TestTakeOutAfterBounce(t *testing.T) {
	b := openBook(t, t.TempDir())
	d, price := insured(t)
	f, other := signed(t, b, alice, d, price), signed(t, b, alice, d, price)
	third := signed(t, b, alice, d, price)
	l := dispatch(t, b, f.Lot)
	_, err := b.Bounced(t.Context(), "service", l.Dispatch.MessageID, "5.1.1")
	if err == nil {
		_, err = b.Decide(t.Context(), alice, l.ID, false, Call{})
	}
	if err == nil {
		_, err = b.ReopenLot(t.Context(), alice, l.ID, Call{})
	}
	if err == nil {
		_, _, err = b.Cancel(t.Context(), alice, f.ID, "erreur", Call{})
	}
	if err != nil {
		t.Fatal(err)
	}
	signed(t, b, alice, d, price)
	l = dispatch(t, b, l.ID)
	if l.Count != 3 || stateOf(t, b, f.ID) != fse.Annulee || stateOf(t, b, other.ID) != fse.Transmise || stateOf(t, b, third.ID) != fse.Transmise {
		t.Errorf("%d FSE, %s, %s", l.Count, stateOf(t, b, f.ID), stateOf(t, b, other.ID))
	}
	receive(t, b, noemieFile(pays(l, other, noemie.PartAMO, 2100, 260620)))
	if s := stateOf(t, b, other.ID); s != fse.PayeePartiellement {
		t.Error(s)
	}
	verify(t, b)
}

// An answer of the payer tells that the message had arrived, before or after it came back.
func TestAnswerAgainstBounce(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, list := sentFSE(t, b, 2)
	message := l.Dispatch.MessageID
	if _, err := b.Bounced(t.Context(), "service", message, "5.1.1"); err != nil {
		t.Fatal(err)
	}
	stranger := noemieFile(pays(l, list[0], noemie.PartAMO, 2100, 260620))
	stranger.From = "01999@999.01.rss.test"
	if d := receive(t, b, stranger); d.Waiting != 1 || b.Queue().Undecided != 1 {
		t.Errorf("somebody else settles it: %+v", d)
	}
	if d := receive(t, b, arl(l, true)); d.Applied != 1 {
		t.Errorf("%+v", d)
	}
	l, err := b.Lot(l.ID)
	if err != nil || l.State != fse.LotAcquitte || l.Dispatch.State != DispatchSent || l.Dispatch.By != ByReturn || b.Queue().Undecided != 0 {
		t.Errorf("%s, %+v, %v", l.State, l.Dispatch, err)
	}
	_, err = b.Bounced(t.Context(), "service", message, "5.1.1")
	wantError(t, err, ErrState)
	for _, absent := range []string{"", "autre@exemple.test", MessageID("absent", l.Dispatch.File, "exemple.test")} {
		_, err := b.Bounced(t.Context(), "service", absent, "5.1.1")
		wantError(t, err, ErrNotFound)
	}
	verify(t, b)
}

// A reject that somebody notes meanwhile is not undone.
func TestDecideAfterRejectByHand(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, list := sentFSE(t, b, 2)
	if _, err := b.Bounced(t.Context(), "service", l.Dispatch.MessageID, "5.1.1"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Reject(t.Context(), alice, Rejection{FSE: list[1].ID, Date: june(16), Label: "refus"}, Call{}); err != nil {
		t.Fatal(err)
	}
	_, err := b.Decide(t.Context(), alice, l.ID, false, Call{})
	wantError(t, err, ErrState)
	if stateOf(t, b, list[0].ID) != fse.Transmise || stateOf(t, b, list[1].ID) != fse.Rejetee {
		t.Error("something has changed")
	}
}
