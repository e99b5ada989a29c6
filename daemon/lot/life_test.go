package lot

import (
	"context"
	"sync"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/google/go-cmp/cmp"
)

// content is what a lot holds, as far as tests compare it.
type content struct {
	Numero  int
	State   fse.LotState
	FSE     int
	Records int
	Total   fse.Cents
	Closed  bool
}

func contentOf(l Lot) content {
	return content{l.Numero, l.State, l.Count, l.Records, l.Total, l.Closed != nil}
}

// wantLot compares a lot with what it should hold.
func wantLot(t *testing.T, b *Book, id string, want content) {
	t.Helper()
	l, err := b.Lot(id)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, contentOf(l)); diff != "" {
		t.Errorf("lot -want +got\n%s", diff)
	}
	members, err := b.InLot(id)
	if err != nil || len(members) != want.FSE {
		t.Errorf("%d FSE in the lot, want %d, %v", len(members), want.FSE, err)
	}
}

// A lot is closed, opened again, corrected and closed, until it is transmitted.
func TestReopen(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	d := draft(doctor)
	price := priceOf(t, d)
	first, second := signed(t, b, alice, d, price), signed(t, b, alice, d, price)
	id := first.Lot
	for range 2 {
		if _, err := b.CloseLot(ctx, alice, id, Call{}); err != nil {
			t.Fatal(err)
		}
		wantLot(t, b, id, content{1, fse.LotClos, 2, 8, 6000, true})
	}
	_, _, err := b.Cancel(ctx, alice, second.ID, "erreur", Call{})
	wantError(t, err, ErrLotClosed)
	for range 2 {
		if _, err := b.ReopenLot(ctx, alice, id, Call{}); err != nil {
			t.Fatal(err)
		}
		wantLot(t, b, id, content{1, fse.LotOuvert, 2, 8, 6000, false})
	}
	if _, _, err := b.Cancel(ctx, alice, second.ID, "erreur", Call{}); err != nil {
		t.Fatal(err)
	}
	if third := signed(t, b, alice, d, price); third.Lot != id {
		t.Error("the lot that was opened again does not take the next FSE")
	}
	closed, err := b.CloseLot(ctx, alice, id, Call{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.File(id); err != nil {
		t.Error(err)
	}
	if err := archive(b, closed, fse.Payee); err != nil {
		t.Fatal(err)
	}
	_, err = b.ReopenLot(ctx, alice, id, Call{})
	wantError(t, err, ErrSent)
	_, err = b.CloseLot(ctx, alice, id, Call{})
	wantError(t, err, ErrSent)
	_, _, err = b.TakeOut(ctx, alice, id, first.ID, Call{})
	wantError(t, err, ErrSent)
	for _, absent := range []string{"", "absent", first.ID} {
		_, err = b.ReopenLot(ctx, alice, absent, Call{})
		wantError(t, err, ErrNotFound)
	}
	verify(t, b)
}

// A lot that is opened again beside another one does not take its FSE.
func TestReopenBesideAnother(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	d := draft(doctor)
	price := priceOf(t, d)
	old := signed(t, b, alice, d, price)
	if _, err := b.CloseLot(ctx, alice, old.Lot, Call{}); err != nil {
		t.Fatal(err)
	}
	current := signed(t, b, alice, d, price)
	if _, err := b.ReopenLot(ctx, alice, old.Lot, Call{}); err != nil {
		t.Fatal(err)
	}
	if next := signed(t, b, alice, d, price); next.Lot != current.Lot {
		t.Error("the next FSE is not in the lot that was open")
	}
	if _, err := b.CloseLot(ctx, alice, current.Lot, Call{}); err != nil {
		t.Fatal(err)
	}
	if next := signed(t, b, alice, d, price); next.Lot != old.Lot {
		t.Error("the next FSE is not in the only open lot")
	}
	verify(t, b)
}

// Where an FSE goes that is taken out, and what is left behind.
func TestTakeOut(t *testing.T) {
	tests := []struct {
		name     string
		in       int  // FSE in the lot
		closed   bool // the lot
		other    bool // another lot is open
		err      error
		from, to content
	}{
		{"open, into a new lot", 3, false, false, nil, content{1, fse.LotOuvert, 2, 8, 6000, false}, content{2, fse.LotOuvert, 1, 4, 3000, false}},
		{"closed, into a new lot", 3, true, false, nil, content{1, fse.LotClos, 2, 8, 6000, true}, content{2, fse.LotOuvert, 1, 4, 3000, false}},
		{"closed, into the open lot", 2, true, true, nil, content{1, fse.LotClos, 1, 4, 3000, true}, content{2, fse.LotOuvert, 2, 8, 6000, false}},
		{"closed and emptied", 1, true, true, nil, content{1, fse.LotOuvert, 0, 0, 0, false}, content{2, fse.LotOuvert, 2, 8, 6000, false}},
		{"the only one of all lots", 1, false, false, ErrAlone, content{1, fse.LotOuvert, 1, 4, 3000, false}, content{}},
		{"the only one of all lots, closed", 1, true, false, ErrAlone, content{1, fse.LotClos, 1, 4, 3000, true}, content{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := openBook(t, t.TempDir())
			ctx := t.Context()
			d := draft(doctor)
			price := priceOf(t, d)
			var f FSE
			for range test.in {
				f = signed(t, b, alice, d, price)
			}
			id := f.Lot
			if test.closed {
				if _, err := b.CloseLot(ctx, alice, id, Call{}); err != nil {
					t.Fatal(err)
				}
			}
			if test.other {
				signed(t, b, alice, d, price)
			}
			from, to, err := b.TakeOut(ctx, bob, id, f.ID, Call{})
			wantError(t, err, test.err)
			wantLot(t, b, id, test.from)
			verify(t, b)
			if err != nil {
				return
			}
			wantLot(t, b, to.ID, test.to)
			if moved, err := b.Get(alice, f.ID); err != nil || moved.Lot != to.ID || moved.State != fse.EnLot || from.ID != id || moved.Numero != f.Numero {
				t.Errorf("the FSE is %s in lot %t, %v", moved.State, moved.Lot == to.ID, err)
			}
			if past, err := b.Past(d); err != nil || len(past) != test.in+map[bool]int{true: 1}[test.other] {
				t.Errorf("%d signed FSE of the patient, %v", len(past), err)
			}
			if _, _, err := b.TakeOut(ctx, alice, id, f.ID, Call{}); err != ErrNotFound {
				t.Errorf("taken out again: %v", err)
			}
		})
	}
}

// A lot that was left empty can't be closed, and has the next FSE when no other
// lot takes it: its number is not lost.
func TestEmptiedLot(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	d := draft(doctor)
	price := priceOf(t, d)
	alone := signed(t, b, alice, d, price)
	emptied := alone.Lot
	if _, err := b.CloseLot(ctx, alice, emptied, Call{}); err != nil {
		t.Fatal(err)
	}
	current := signed(t, b, alice, d, price).Lot
	if _, _, err := b.TakeOut(ctx, alice, emptied, alone.ID, Call{}); err != nil {
		t.Fatal(err)
	}
	_, err := b.CloseLot(ctx, alice, emptied, Call{})
	wantError(t, err, ErrEmpty)
	_, _, err = b.File(emptied)
	wantError(t, err, ErrState)
	if next := signed(t, b, alice, d, price); next.Lot != current {
		t.Error("the next FSE did not go into the lot that takes them")
	}
	if _, err := b.CloseLot(ctx, alice, current, Call{}); err != nil {
		t.Fatal(err)
	}
	if next := signed(t, b, alice, d, price); next.Lot != emptied {
		t.Error("the next FSE did not go into the empty lot")
	}
	if _, err := b.CloseLot(ctx, alice, emptied, Call{}); err != nil {
		t.Error(err)
	}
	verify(t, b)
}

// An FSE taken out of a lot follows its own kind.
func TestTakeOutKeepsKinds(t *testing.T) {
	b := openBook(t, t.TempDir())
	d, other := draft(doctor), draft(doctor)
	other.Mode, other.Degrade = fse.SansVitale, nil
	price := priceOf(t, d)
	signed(t, b, alice, d, price)
	f := signed(t, b, alice, d, price)
	free := signed(t, b, alice, other, priceOf(t, other))
	_, to, err := b.TakeOut(t.Context(), alice, f.Lot, f.ID, Call{})
	if err != nil || to.ID == free.Lot || to.Certification != "D" || to.Numero != 3 {
		t.Errorf("into lot %d (%s), %v", to.Numero, to.Certification, err)
	}
	_, _, err = b.TakeOut(t.Context(), alice, free.Lot, f.ID, Call{})
	wantError(t, err, ErrNotFound)
}

// Every call that changes something is done once for a key, also side by side, and
// the key serves for no other call.
func TestCallsOnce(t *testing.T) {
	ctx := context.Background()
	tests := []struct {
		name string
		call func(b *Book, f FSE, c Call) (string, error)
		undo func(b *Book, f FSE) error // what a second doing would undo
		want fse.State
		lot  fse.LotState
	}{
		{"update", func(b *Book, f FSE, c Call) (string, error) {
			done, err := b.Update(ctx, alice, f.ID, draft(doctor), c)
			return done.ID, err
		}, func(b *Book, f FSE) error { _, err := b.Reserve(ctx, alice, f.ID, f.Price, Call{}); return err }, fse.ASigner, ""},
		{"split", func(b *Book, f FSE, c Call) (string, error) {
			list, err := b.Split(ctx, alice, f.ID, []*fse.Draft{f.Draft, f.Draft}, c)
			if err != nil || len(list) != 2 {
				return "", err
			}
			return list[0].ID + list[1].ID, nil
		}, nil, fse.Brouillon, ""},
		{"cancel", func(b *Book, f FSE, c Call) (string, error) {
			done, _, err := b.Cancel(ctx, alice, f.ID, "motif", c)
			return done.ID, err
		}, nil, fse.Annulee, ""},
		{"close", func(b *Book, f FSE, c Call) (string, error) {
			l, err := b.CloseLot(ctx, alice, f.Lot, c)
			return l.ID, err
		}, func(b *Book, f FSE) error { _, err := b.ReopenLot(ctx, alice, f.Lot, Call{}); return err }, fse.EnLot, fse.LotOuvert},
		{"reopen", func(b *Book, f FSE, c Call) (string, error) {
			if c.Key == "first" {
				if _, err := b.CloseLot(ctx, alice, f.Lot, Call{Principal: alice, Method: "close", Key: "k"}); err != nil {
					return "", err
				}
			}
			l, err := b.ReopenLot(ctx, alice, f.Lot, c)
			return l.ID, err
		}, func(b *Book, f FSE) error { _, err := b.CloseLot(ctx, alice, f.Lot, Call{}); return err }, fse.EnLot, fse.LotClos},
		{"take out", func(b *Book, f FSE, c Call) (string, error) {
			from, to, err := b.TakeOut(ctx, alice, f.Lot, f.ID, c)
			return from.ID + to.ID, err
		}, nil, fse.EnLot, fse.LotOuvert},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := openBook(t, t.TempDir())
			d := draft(doctor)
			price := priceOf(t, d)
			var f FSE
			if test.lot == "" && test.name != "cancel" {
				f = reserved(t, b, alice, d, price)
			} else {
				signed(t, b, alice, d, price)
				f = signed(t, b, alice, d, price)
			}
			c := Call{Principal: alice, Method: test.name, Key: "first", Digest: "d"}
			results := make([]string, 8)
			var all sync.WaitGroup
			for i := range results {
				all.Go(func() {
					var err error
					if results[i], err = test.call(b, f, c); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			for _, r := range results {
				if r != results[0] || r == "" {
					t.Fatal("the same call gave two results")
				}
			}
			if test.undo != nil {
				if err := test.undo(b, f); err != nil {
					t.Fatal(err)
				}
				if _, err := test.call(b, f, c); err != nil {
					t.Error(err)
				}
			}
			after, err := b.Get(alice, f.ID)
			if err != nil || after.State != test.want {
				t.Errorf("the FSE is %s, want %s, %v", after.State, test.want, err)
			}
			if test.lot != "" {
				if l, err := b.Lot(f.Lot); err != nil || l.State != test.lot {
					t.Errorf("the lot is %s, want %s, %v", l.State, test.lot, err)
				}
			}
			c.Digest = "e"
			_, err = test.call(b, f, c)
			wantError(t, err, ErrDuplicate)
			verify(t, b)
		})
	}
}

// Practice reads and cancels what anybody has made, and the record names who did it.
func TestPractice(t *testing.T) {
	b := openBook(t, t.TempDir())
	mine, err := b.Create(t.Context(), alice, draft("991112223"), Call{})
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := b.Create(t.Context(), bob, draft("991112223"), Call{})
	if err != nil {
		t.Fatal(err)
	}
	list, next, err := b.List(Practice, "", 1)
	if err != nil || len(list) != 1 || list[0].ID != theirs.ID || next == "" {
		t.Fatalf("first page: %d FSE, next %q, %v", len(list), next, err)
	}
	if list, next, err = b.List(Practice, next, 1); err != nil || len(list) != 1 || list[0].ID != mine.ID || next != "" {
		t.Errorf("second page: %d FSE, next %q, %v", len(list), next, err)
	}
	if f, err := b.Get(Practice, mine.ID); err != nil || f.Owner != alice {
		t.Errorf("got the FSE of %q, %v", f.Owner, err)
	}
	if _, _, err := b.Cancel(t.Context(), Practice, mine.ID, "erreur", Call{Principal: "uid:1000"}); err != nil {
		t.Fatal(err)
	}
	err = b.journal.View(func(s journal.State) error {
		r, _, err := s.Read(s.Last())
		if r.Actor != "uid:1000" || r.Cause != "erreur" {
			t.Errorf("cancelled by %q because of %q", r.Actor, r.Cause)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
