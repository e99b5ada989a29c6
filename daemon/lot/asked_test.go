package lot

import (
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// That somebody has asked for a lot stays with it until it has left, somebody has to
// decide about it, or it is changed.
func TestAsked(t *testing.T) {
	ends := func(end DispatchEnd) func(*testing.T, *Book, string) {
		return func(t *testing.T, b *Book, id string) {
			l, err := begin(t, b, id)
			if err != nil {
				t.Fatal(err)
			}
			if l.Asked == nil {
				t.Error("on its way it is not asked for")
			}
			if _, err = b.EndDispatch(t.Context(), alice, id, l.Dispatch.MessageID, end); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, test := range []struct {
		name   string
		happen func(*testing.T, *Book, string)
		asked  bool
	}{
		{"nothing", func(*testing.T, *Book, string) {}, true},
		{"closed again", func(t *testing.T, b *Book, id string) {
			if _, err := b.CloseLot(t.Context(), alice, id, Call{}); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"not taken, to be tried again", ends(DispatchEnd{State: DispatchNone, Problem: "p"}), true},
		{"sent", ends(DispatchEnd{State: DispatchSent, By: ByServer}), false},
		{"undecided", ends(DispatchEnd{State: DispatchUndecided}), false},
		{"refused", ends(DispatchEnd{State: DispatchRefused}), false},
		{"decided", func(t *testing.T, b *Book, id string) {
			ends(DispatchEnd{State: DispatchUndecided})(t, b, id)
			if _, err := b.Decide(t.Context(), alice, id, false, Call{}); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"reopened", func(t *testing.T, b *Book, id string) {
			if _, err := b.ReopenLot(t.Context(), alice, id, Call{}); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"withdrawn", func(t *testing.T, b *Book, id string) {
			if err := b.Unask(t.Context(), alice, []string{id}); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"lost", func(t *testing.T, b *Book, _ string) {
			if err := b.Lost(t.Context(), 5, "essai"); err != nil {
				t.Fatal(err)
			}
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := openBook(t, t.TempDir())
			d := draft(doctor)
			id := signed(t, b, alice, d, priceOf(t, d)).Lot
			if _, err := b.CloseLot(t.Context(), alice, id, Call{}); err != nil {
				t.Fatal(err)
			}
			var last uint64
			for i := range 2 { // the second time changes nothing
				if _, err := b.Ask(t.Context(), "https://ehr.exemple.test#a", []string{id, "absent", id}); err != nil {
					t.Fatal(err)
				}
				stats, err := b.Stats()
				if err != nil || i > 0 && stats.Last != last {
					t.Errorf("record %d, then %d, %v", last, stats.Last, err)
				}
				last = stats.Last
			}
			l, err := b.Lot(id)
			if err != nil || l.Asked == nil || !l.Asked.At.Equal(openDay) || l.Asked.By != AskedBySite {
				t.Fatalf("it is asked for: %+v, %v", l.Asked, err)
			}
			test.happen(t, b, id)
			if l, err = b.Lot(id); err != nil || (l.Asked != nil) != test.asked {
				t.Errorf("lot %s is asked for: %+v, %v", l.State, l.Asked, err)
			}
			verify(t, b)
		})
	}
}

// A lot that is open, on its way or undecided is not asked for.
func TestAskedInVain(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	open := signed(t, b, alice, d, priceOf(t, d)).Lot
	ask := func(state fse.LotState) {
		t.Helper()
		if _, err := b.Ask(t.Context(), alice, []string{open}); err != nil {
			t.Fatal(err)
		}
		if l, err := b.Lot(open); err != nil || l.Asked != nil || l.State != state {
			t.Errorf("lot %s is asked for: %+v, %v", l.State, l.Asked, err)
		}
	}
	ask(fse.LotOuvert)
	if _, err := b.CloseLot(t.Context(), alice, open, Call{}); err != nil {
		t.Fatal(err)
	}
	if _, err := begin(t, b, open); err != nil {
		t.Fatal(err)
	}
	ask(fse.LotClos)
	verify(t, b)
}
