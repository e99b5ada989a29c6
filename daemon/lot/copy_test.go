package lot

import (
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// Our copy of an earlier message shows that a lot had left that somebody took for unsent:
// it is not sent by itself then, and somebody has to look at it.
func TestCopyOfEarlierMessage(t *testing.T) {
	for _, test := range []struct {
		name   string
		before func(*testing.T, *Book, string)
		state  fse.LotState
		asked  int // to decide
	}{
		{"open again", func(t *testing.T, b *Book, id string) {}, fse.LotClos, 1},
		{"closed again", func(t *testing.T, b *Book, id string) {
			if _, err := b.CloseLot(t.Context(), alice, id, Call{}); err != nil {
				t.Fatal(err)
			}
		}, fse.LotClos, 1},
		{"sent again", func(t *testing.T, b *Book, id string) { dispatch(t, b, id) }, fse.LotTransmis, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := openBook(t, t.TempDir())
			l, f := undecided(t, b)
			message := l.Dispatch.MessageID
			_, err := b.Decide(t.Context(), alice, l.ID, false, Call{})
			if err == nil {
				_, err = b.ReopenLot(t.Context(), alice, l.ID, Call{})
			}
			if err != nil {
				t.Fatal(err)
			}
			other := signed(t, b, alice, f.Draft, f.Price) // its file will be another one
			test.before(t, b, l.ID)
			l, current, err := b.Dispatched(message)
			if err != nil || current || other.Lot != l.ID {
				t.Fatalf("%t, %v", current, err)
			}
			in := Incoming{Kind: DeliveryCopy, Origin: message, From: "cabinet@exemple.test", Size: 9, Lot: l.ID, At: openDay, Demonstration: true}
			for i := range 2 {
				d, known, err := b.Receive(t.Context(), "service", in)
				if err != nil || known != (i == 1) || d.Waiting != 1 {
					t.Errorf("%+v, known %t, %v", d, known, err)
				}
			}
			l, err = b.Lot(l.ID)
			if q := b.Queue(); err != nil || l.State != test.state || q.Undecided != test.asked || q.ToSettle != 1 {
				t.Errorf("%s, %+v, %v", l.State, q, err)
			}
			found, _, err := b.ReturnsWhere(ReturnFilter{Waiting: true, Lot: l.ID}, "", 10)
			want := "Ce lot était parti le " + openDay.Local().Format("02/01/2006")
			if err != nil || len(found) != 1 || found[0].Kind != ReturnCopy || found[0].Effect != EffectToExamine || found[0].Why[:len(want)] != want {
				t.Fatalf("%+v, %v", found, err)
			}
			if _, err := b.Dismiss(t.Context(), alice, found[0].ID, "vu", Call{}); err != nil || b.Queue().ToSettle != 0 {
				t.Error(err)
			}
			verify(t, b)
		})
	}
}
