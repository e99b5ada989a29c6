package lot

import (
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// A reject that was noted by mistake is withdrawn: its FSE is what it was before, and can
// be rejected again.
func TestWithdraw(t *testing.T) {
	for _, before := range []fse.State{fse.SansARLAttendu, fse.Acquittee} {
		b := openBook(t, t.TempDir())
		ctx := t.Context()
		f := transmitted(t, b, alice, before)
		reject := Rejection{FSE: f.ID, Date: civil(openDay), Label: "droits fermés"}
		r, err := b.Reject(ctx, bob, reject, Call{})
		if err != nil {
			t.Fatal(err)
		}
		call := Call{Principal: bob, Method: "returns.withdraw", Key: "k", Digest: "d"}
		for range 2 {
			if r, err = b.Withdraw(ctx, bob, r.ID, " erreur de ligne ", call); err != nil || r.Withdrawn != "erreur de ligne" || !r.Done {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		f, err = b.Get(alice, f.ID)
		if err != nil || f.State != before || f.Reject != nil || b.Queue().Rejects != 0 {
			t.Errorf("%s, %+v, %d rejects, %v", f.State, f.Reject, b.Queue().Rejects, err)
		}
		_, err = b.Withdraw(ctx, bob, r.ID, "encore", Call{})
		wantError(t, err, ErrState)
		_, err = b.Remake(ctx, alice, Remake{Return: r.ID}, Call{})
		wantError(t, err, ErrState)
		again, err := b.Reject(ctx, bob, reject, Call{})
		if err != nil || again.ID == r.ID || stateOf(t, b, f.ID) != fse.Rejetee {
			t.Errorf("rejected again: %v", err)
		}
		_, err = b.Remake(ctx, alice, Remake{Return: r.ID}, Call{}) // the one that stands is the other
		wantError(t, err, ErrState)
		if old, err := b.Return(r.ID); err != nil || !old.Done {
			t.Errorf("the withdrawn one waits: %v", err)
		}
		verify(t, b)
	}
}

// What is made again, or was never noted by hand, is not withdrawn.
func TestWithdrawIsRefused(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	old := rejected(t, b, alice)
	id := old.Reject.Return
	for _, reason := range []string{"", " ", strings.Repeat("x", 201), "a\nb"} {
		_, err := b.Withdraw(ctx, bob, id, reason, Call{})
		wantError(t, err, ErrWithdrawal)
	}
	_, err := b.Withdraw(ctx, bob, "absent", "x", Call{})
	wantError(t, err, ErrNotFound)
	f, err := b.Remake(ctx, alice, Remake{FSE: old.ID}, Call{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Withdraw(ctx, bob, id, "x", Call{})
	wantError(t, err, ErrRemade)
	if _, _, err := b.Cancel(ctx, alice, f.ID, "", Call{}); err != nil {
		t.Fatal(err)
	}
	become(t, b, old.ID, fse.Payee)
	_, err = b.Withdraw(ctx, bob, id, "x", Call{})
	wantError(t, err, ErrState)
	verify(t, b)
}

// A number of another software is rejected once at a time, and withdrawn too.
func TestRejectOfANumberThatWaits(t *testing.T) {
	b := openBook(t, t.TempDir())
	b.now = func() time.Time { return later }
	ctx := t.Context()
	note := func() (Return, error) {
		return b.Reject(ctx, bob, Rejection{Numero: "000004711", Date: civil(openDay), Label: "x"}, Call{})
	}
	first, err := note()
	if err != nil {
		t.Fatal(err)
	}
	_, err = note()
	wantError(t, err, ErrKnown)
	if first, err = b.Withdraw(ctx, bob, first.ID, "lu deux fois", Call{}); err != nil || !first.Done || b.Queue().Rejects != 0 {
		t.Fatalf("%+v, %d rejects, %v", first, b.Queue().Rejects, err)
	}
	_, err = b.Remake(ctx, alice, Remake{Return: first.ID}, Call{})
	wantError(t, err, ErrState)
	second, err := note()
	if err != nil || b.Queue().Rejects != 1 {
		t.Fatalf("%d rejects, %v", b.Queue().Rejects, err)
	}
	f, err := b.Remake(ctx, alice, Remake{Return: second.ID}, Call{})
	if err == nil {
		_, err = b.ToPaper(ctx, alice, f.ID, nil, Call{})
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Withdraw(ctx, bob, second.ID, "x", Call{})
	wantError(t, err, ErrRemade)
	if _, err = note(); err != nil { // the payer may reject once more
		t.Error(err)
	}
	if p, err := b.Purgeable(openDay.Add(time.Second)); err != nil || !p.subjects[first.ID] || p.subjects[second.ID] {
		t.Errorf("goes: %v, %v", p.subjects, err)
	}
	verify(t, b)
}

// What is named by both an FSE and a return is made again by neither, and what makes
// another again is not split.
func TestRemakeIsOfOne(t *testing.T) {
	b := openBook(t, t.TempDir())
	old := rejected(t, b, alice)
	_, err := b.Remake(t.Context(), alice, Remake{FSE: old.ID, Return: old.Reject.Return}, Call{})
	wantError(t, err, ErrBoth)
	f, err := b.Remake(t.Context(), alice, Remake{FSE: old.ID}, Call{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Split(t.Context(), alice, f.ID, []*fse.Draft{f.Draft, f.Draft}, Call{})
	wantError(t, err, ErrReplaces)
}
