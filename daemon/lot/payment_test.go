package lot

import (
	"errors"
	"fmt"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/google/go-cmp/cmp"
)

// thirdParty is the draft of a consultation of which the patient pays a part only.
func thirdParty() *fse.Draft {
	d := draft(doctor)
	d.TiersPayant.AMO = true
	return d
}

// give notes a payment, which must be possible.
func give(t *testing.T, b *Book, id string, amount fse.Cents) {
	t.Helper()
	p := Payment{Amount: amount, Means: MeansCard}
	if _, err := b.Collect(t.Context(), alice, id, p, Call{}); err != nil {
		t.Fatal(err)
	}
}

// wantGiven compares what is noted of FSE, in cents.
func wantGiven(t *testing.T, b *Book, want map[string]fse.Cents) {
	t.Helper()
	got := map[string]fse.Cents{}
	for id := range want {
		f, err := b.Get(alice, id)
		if err != nil {
			t.Fatal(err)
		}
		got[id] = amountOf(f)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("given: -want +got\n%s", diff)
	}
}

// exported is the sum of what is noted as given in the rows for an accountant.
func exported(t *testing.T, b *Book) (sum int64) {
	t.Helper()
	for r, err := range b.Export(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		sum += r.Encaisse
	}
	return sum
}

// sign signs an FSE that has its number.
func sign(t *testing.T, b *Book, f FSE) FSE {
	t.Helper()
	done, _, err := b.Signed(t.Context(), alice, f, []byte("sceau"), Signature{At: openDay, Serial: "1"}, Call{})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// remade begins an FSE that makes old again, with its number.
func remade(t *testing.T, b *Book, old FSE) FSE {
	t.Helper()
	f, err := b.Remake(t.Context(), alice, Remake{FSE: old.ID}, Call{})
	if err == nil {
		f, err = b.Reserve(t.Context(), alice, f.ID, priceOf(t, f.Draft), Call{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// What a patient gave is noted once: it goes with the claim, and back when that is
// cancelled.
func TestPaymentsFollowTheClaim(t *testing.T) {
	tests := []struct {
		name          string
		first, second fse.Cents // given before the remake is signed, and after
		unsigned      fse.Cents // given for the remake, which is cancelled unsigned
	}{
		{"given for the first", 3000, 3000, 0},
		{"given for the second", 0, 3000, 0},
		{"less for the second", 3000, 900, 0},
		{"taken back of the second", 3000, 0, 0},
		{"given before it is signed", 0, 0, 2000},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := openBook(t, t.TempDir())
			old := rejected(t, b, alice)
			if test.first > 0 {
				give(t, b, old.ID, test.first)
			}
			f := remade(t, b, old)
			want := test.unsigned
			if test.unsigned > 0 {
				give(t, b, f.ID, test.unsigned)
			} else {
				sign(t, b, f)
				wantGiven(t, b, map[string]fse.Cents{old.ID: 0, f.ID: test.first})
				give(t, b, f.ID, test.second)
				wantGiven(t, b, map[string]fse.Cents{old.ID: 0, f.ID: test.second})
				want = test.second
			}
			if got := exported(t, b); got != int64(want) {
				t.Errorf("%d cents are exported, %d were given", got, want)
			}
			if _, _, err := b.Cancel(t.Context(), alice, f.ID, "erreur", Call{}); err != nil {
				t.Fatal(err)
			}
			wantGiven(t, b, map[string]fse.Cents{old.ID: want, f.ID: 0})
			if got := exported(t, b); got != int64(want) {
				t.Errorf("%d cents are exported at the end, %d were given", got, want)
			}
			verify(t, b)
		})
	}
}

// A payment is noted of the rejected FSE or of the one that is to replace it, not of both.
func TestPaymentIsNotedOnce(t *testing.T) {
	b := openBook(t, t.TempDir())
	old := rejected(t, b, alice)
	give(t, b, old.ID, 1000)
	f := remade(t, b, old)
	_, err := b.Collect(t.Context(), alice, f.ID, Payment{Amount: 1, Means: MeansCash}, Call{})
	wantError(t, err, ErrPaid)
	give(t, b, old.ID, 0)
	give(t, b, f.ID, 2000)
	_, err = b.Collect(t.Context(), alice, old.ID, Payment{Amount: 1, Means: MeansCash}, Call{})
	wantError(t, err, ErrPaid)
}

// The sheet of an FSE that has a number has its payment, which is then noted of it alone.
func TestPaymentGoesToTheSheet(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	f := reserved(t, b, alice, d, priceOf(t, d))
	give(t, b, f.ID, 3000)
	sheet, err := b.ToPaper(t.Context(), alice, f.ID, f.Price, Call{})
	if err != nil {
		t.Fatal(err)
	}
	wantGiven(t, b, map[string]fse.Cents{f.ID: 0, sheet.ID: 3000})
	if got := exported(t, b); got != 3000 {
		t.Errorf("%d cents are exported", got)
	}
	verify(t, b)
}

// wantOverpaid wants the error that 3000 cents were given of which 900 are to pay.
func wantOverpaid(t *testing.T, err error, of FSE) {
	t.Helper()
	e, ok := errors.AsType[*OverpaidError](err)
	if !ok {
		t.Fatalf("error %v", err)
	}
	if diff := cmp.Diff(OverpaidError{fmt.Sprintf("%09d", of.Numero), 3000, 900}, *e); diff != "" {
		t.Error(diff)
	}
}

// More than is to pay now stops an FSE until the payment is put right.
func TestOverpaid(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	d, tp := draft(doctor), thirdParty()
	f := reserved(t, b, alice, d, priceOf(t, d))
	give(t, b, f.ID, 3000)
	if _, err := b.Update(ctx, alice, f.ID, tp, Call{}); err != nil {
		t.Fatal(err)
	}
	_, err := b.Reserve(ctx, alice, f.ID, priceOf(t, tp), Call{})
	wantOverpaid(t, err, f)
	_, err = b.ToPaper(ctx, alice, f.ID, priceOf(t, tp), Call{})
	wantOverpaid(t, err, f)
	_, err = b.Collect(ctx, alice, f.ID, Payment{Amount: 3001, Means: MeansCard}, Call{})
	wantError(t, err, ErrTooMuch)
	give(t, b, f.ID, 900) // of a draft, less may be noted
	if f, err = b.Reserve(ctx, alice, f.ID, priceOf(t, tp), Call{}); err != nil || amountOf(sign(t, b, f)) != 900 {
		t.Fatal(err)
	}
	verify(t, b)
}

// The same of what was given for the rejected FSE.
func TestOverpaidRemake(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	old, tp := rejected(t, b, alice), thirdParty()
	give(t, b, old.ID, 3000)
	f, err := b.Remake(ctx, alice, Remake{FSE: old.ID}, Call{})
	if err == nil {
		f, err = b.Update(ctx, alice, f.ID, tp, Call{})
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Reserve(ctx, alice, f.ID, priceOf(t, tp), Call{})
	wantOverpaid(t, err, old)
	give(t, b, old.ID, 900)
	if f, err = b.Reserve(ctx, alice, f.ID, priceOf(t, tp), Call{}); err != nil {
		t.Fatal(err)
	}
	give(t, b, old.ID, 3000) // meanwhile, of the first
	_, _, err = b.Signed(ctx, alice, f, []byte("sceau"), Signature{At: openDay}, Call{})
	wantOverpaid(t, err, old)
	give(t, b, old.ID, 900)
	sign(t, b, f)
	wantGiven(t, b, map[string]fse.Cents{old.ID: 0, f.ID: 900})
	verify(t, b)
}

// What older records left noted of both counts once.
func TestPaymentOfOlderRecords(t *testing.T) {
	b := openBook(t, t.TempDir())
	old := rejected(t, b, alice)
	f := remade(t, b, old)
	sign(t, b, f)
	give(t, b, f.ID, 3000)
	_, err := b.journal.Update(t.Context(), func(journal.State) ([]journal.Entry, error) {
		p := Payment{Amount: 3000, Means: MeansCard, Date: june(16)}
		return one((&fseChange{State: fse.Remplacee, Collected: &p}).record(old.ID, alice, ""))
	})
	if err != nil {
		t.Fatal(err)
	}
	days, err := b.Days(june(16), june(16), Practice)
	if err != nil || len(days) != 1 || days[0].Collected != 3000 || exported(t, b) != 3000 {
		t.Errorf("%+v, %d exported, %v", days, exported(t, b), err)
	}
}
