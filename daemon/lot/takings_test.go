package lot

import (
	"strconv"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/google/go-cmp/cmp"
)

// on is a consultation on a day of June 2026, by owner's draft.
func on(day int) *fse.Draft {
	d := draft(doctor)
	d.DateSoins = june(day)
	return d
}

func june(day int) fse.Date { return fse.Date(20260600 + day) }

// euro30 is what a day takes of n consultations that the patients pay.
func euro30(day string, n int) state.Takings {
	cents := int64(3000 * n)
	return state.Takings{Date: day, Count: n, Honoraires: cents, AMO: cents * 7 / 10, Patient: cents * 3 / 10}
}

func wantDays(t *testing.T, b *Book, owner string, want ...state.Takings) {
	t.Helper()
	got, err := b.Days(june(1), june(30), owner)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("takings of %q -want +got\n%s", owner, diff)
	}
}

// The takings of a day follow what happens to its FSE.
func TestTakings(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	wantDays(t, b, Practice)
	made, err := b.Create(ctx, alice, on(10), Call{})
	if err != nil {
		t.Fatal(err)
	}
	wantDays(t, b, Practice) // a draft is nothing yet
	if made, err = b.Update(ctx, alice, made.ID, on(11), Call{}); err != nil {
		t.Fatal(err)
	}
	if made, err = b.Reserve(ctx, alice, made.ID, priceOf(t, on(11)), Call{}); err != nil {
		t.Fatal(err)
	}
	wantDays(t, b, Practice, euro30("2026-06-11", 1)) // care was given, the card may be missing
	if _, err = b.Update(ctx, alice, made.ID, on(12), Call{}); err != nil {
		t.Fatal(err)
	}
	wantDays(t, b, Practice)
	mine, other := signed(t, b, alice, on(12), priceOf(t, on(12))), signed(t, b, bob, on(12), priceOf(t, on(12)))
	signed(t, b, bob, on(14), priceOf(t, on(14)))
	wantDays(t, b, alice, euro30("2026-06-12", 1))
	wantDays(t, b, Practice, euro30("2026-06-12", 2), euro30("2026-06-14", 1))
	if _, err := b.Collect(ctx, alice, mine.ID, Payment{3000, MeansCard, june(12)}, Call{}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Collect(ctx, bob, other.ID, Payment{Amount: 1000, Means: MeansCash}, Call{}); err != nil {
		t.Fatal(err)
	}
	paid := euro30("2026-06-12", 2)
	paid.Collected, paid.ByMeans = 3000, map[string]int64{"carte": 3000}
	today := state.Takings{Date: "2026-06-16", Collected: 1000, ByMeans: map[string]int64{"especes": 1000}}
	wantDays(t, b, Practice, paid, euro30("2026-06-14", 1), today)
	wantDays(t, b, bob, euro30("2026-06-12", 1), euro30("2026-06-14", 1), today)
	if _, err := b.Collect(ctx, bob, other.ID, Payment{900, MeansCash, june(14)}, Call{}); err != nil {
		t.Fatal(err)
	}
	moved := euro30("2026-06-14", 1)
	moved.Collected, moved.ByMeans = 900, map[string]int64{"especes": 900}
	wantDays(t, b, Practice, paid, moved)
	if _, _, err := b.Cancel(ctx, bob, other.ID, "erreur", Call{}); err != nil {
		t.Fatal(err)
	}
	paid = euro30("2026-06-12", 1)
	paid.Collected, paid.ByMeans = 3000, map[string]int64{"carte": 3000}
	wantDays(t, b, Practice, paid, euro30("2026-06-14", 1))
	day, err := b.OfDay(june(12), Practice)
	if err != nil || len(day) != 1 || day[0].ID != mine.ID || day[0].Paper == nil {
		t.Errorf("%d FSE on the 12th, %v", len(day), err)
	}
	verify(t, b)
}

// A paper sheet counts, with its price or for nothing.
func TestTakingsOnPaper(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	for _, price := range []*fse.Prix{priceOf(t, on(10)), nil} {
		f, err := b.Create(ctx, alice, on(10), Call{})
		if err == nil {
			_, err = b.ToPaper(ctx, alice, f.ID, price, Call{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want := euro30("2026-06-10", 1)
	want.Count, want.Unpriced = 2, 1
	wantDays(t, b, alice, want)
	for _, days := range [][2]fse.Date{{june(2), june(1)}, {0, june(1)}, {june(1), june(1).AddDays(92)}} {
		_, err := b.Days(days[0], days[1], alice)
		wantError(t, err, ErrDate)
	}
	if _, err := b.Days(june(1), june(1).AddDays(91), alice); err != nil {
		t.Error(err)
	}
}

// What a patient gave is noted within bounds, corrected and taken back.
func TestCollect(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	d, tp := draft(doctor), draft(doctor)
	tp.TiersPayant.AMO = true
	f, third, started := signed(t, b, alice, d, priceOf(t, d)), signed(t, b, alice, tp, priceOf(t, tp)), reserved(t, b, alice, d, priceOf(t, d))
	if _, err := b.Update(ctx, alice, started.ID, d, Call{}); err != nil {
		t.Fatal(err)
	}
	today := civil(openDay)
	tests := []struct {
		name  string
		owner string
		id    string
		give  Payment
		want  *Payment
		err   error
	}{
		{"all of it", alice, f.ID, Payment{3000, MeansCard, today.AddDays(-1)}, &Payment{3000, MeansCard, today.AddDays(-1)}, nil},
		{"less, today", alice, f.ID, Payment{Amount: 900, Means: MeansCheque}, &Payment{900, MeansCheque, today}, nil},
		{"too much", alice, f.ID, Payment{Amount: 3001, Means: MeansCard}, &Payment{900, MeansCheque, today}, ErrTooMuch},
		{"below nothing", alice, f.ID, Payment{Amount: -1, Means: MeansCard}, &Payment{900, MeansCheque, today}, ErrPayment},
		{"unknown means", alice, f.ID, Payment{Amount: 1, Means: "troc"}, &Payment{900, MeansCheque, today}, ErrPayment},
		{"a day to come", alice, f.ID, Payment{1, MeansCash, today.AddDays(1)}, &Payment{900, MeansCheque, today}, ErrDate},
		{"another's", bob, f.ID, Payment{Amount: 1, Means: MeansCash}, &Payment{900, MeansCheque, today}, ErrNotFound},
		{"by the practice", Practice, f.ID, Payment{Amount: 1, Means: MeansTransfer}, &Payment{1, MeansTransfer, today}, nil},
		{"taken back", alice, f.ID, Payment{}, nil, nil},
		{"taken back again", alice, f.ID, Payment{}, nil, nil},
		{"what the payers pay", alice, third.ID, Payment{Amount: 901, Means: MeansCash}, nil, ErrTooMuch},
		{"the patient's part", alice, third.ID, Payment{Amount: 900, Means: MeansCash}, &Payment{900, MeansCash, today}, nil},
		{"a draft whose price is of before", alice, started.ID, Payment{Amount: 1, Means: MeansCash}, nil, ErrState},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := b.Collect(ctx, test.owner, test.id, test.give, Call{})
			wantError(t, err, test.err)
			got, err := b.Get(alice, test.id)
			if diff := cmp.Diff(test.want, got.Collected); diff != "" || err != nil {
				t.Errorf("%v, %s", err, diff)
			}
		})
	}
	verify(t, b)
}

// Every filter gives, page by page, what a look at all FSE gives.
func TestListWhere(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	for i := range 60 {
		owner, d := []string{alice, bob}[i%2], on(10+i%3)
		f, err := b.Create(ctx, owner, d, Call{})
		if err != nil {
			t.Fatal(err)
		}
		switch i % 5 {
		case 0, 1:
			f, err = b.Reserve(ctx, owner, f.ID, priceOf(t, d), Call{})
		case 2:
			_, err = b.ToPaper(ctx, owner, f.ID, nil, Call{})
		}
		if err == nil && i%10 == 0 {
			_, _, err = b.Signed(ctx, owner, f, []byte("sceau"), Signature{At: openDay}, Call{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	filters := []Filter{
		{}, {Day: june(11)}, {Day: june(1)}, {States: []fse.State{fse.Brouillon}}, {States: []fse.State{fse.ASigner, fse.EnLot, fse.ASigner}},
		{States: []fse.State{fse.Papier}}, {States: []fse.State{fse.Papier, fse.Brouillon}}, {States: []fse.State{fse.Rejetee}}, {States: []fse.State{"inconnu"}},
		{States: []fse.State{fse.Brouillon, fse.EnLot}, Day: june(12)},
	}
	for i, w := range filters {
		for _, owner := range []string{alice, bob, Practice, "nobody"} {
			all, _, err := b.List(owner, "", 1000)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, f := range all {
				if w.takes(f.State) && (w.Day.IsZero() || f.Draft.DateSoins == w.Day) {
					want = append(want, f.ID)
				}
			}
			for _, size := range []int{1, 4, 100} {
				got := listed(t, b, owner, w, size)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("filter %d, %s, pages of %d: -want +got\n%s", i, owner, size, diff)
				}
			}
		}
	}
	for _, after := range []string{"x", "../", "0", "99999999999999999999", "\xff"} {
		for _, w := range filters {
			if _, _, err := b.ListWhere(alice, w, after, 5); err != nil {
				t.Errorf("cursor %q: %v", after, err)
			}
		}
	}
}

// listed goes through all pages of a list.
func listed(t *testing.T, b *Book, owner string, w Filter, size int) (ids []string) {
	t.Helper()
	for after, pages := "", 0; ; pages++ {
		page, next, err := b.ListWhere(owner, w, after, size)
		if err != nil || len(page) > size || pages > 100 {
			t.Fatalf("page %d of %d, %v", pages, len(page), err)
		}
		for _, f := range page {
			ids = append(ids, f.ID)
		}
		if after = next; after == "" {
			return ids
		}
		if _, err := strconv.ParseUint(after, 10, 64); err != nil {
			t.Fatalf("cursor %q", after)
		}
	}
}
