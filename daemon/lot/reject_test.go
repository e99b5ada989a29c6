package lot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/google/go-cmp/cmp"
)

// transmitted puts a new FSE in a lot of its own, which is transmitted, and leaves it
// in the state last: one that is waited for nothing by sending it, any other by records.
func transmitted(t testing.TB, b *Book, owner string, last fse.State) FSE {
	t.Helper()
	d := draft(doctor)
	f := signed(t, b, owner, d, priceOf(t, d))
	l, err := b.CloseLot(t.Context(), owner, f.Lot, Call{})
	switch {
	case err != nil:
	case last == fse.SansARLAttendu:
		dispatch(t, b, l.ID)
	default:
		err = archive(b, l, last)
	}
	if err == nil {
		f, err = b.Get(owner, f.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// become records a state that a payer's return gives.
func become(t testing.TB, b *Book, id string, s fse.State) {
	t.Helper()
	_, err := b.journal.Update(t.Context(), func(journal.State) ([]journal.Entry, error) {
		return one((&fseChange{State: s}).record(id, "payeur", ""))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func stateOf(t testing.TB, b *Book, id string) fse.State {
	t.Helper()
	f, err := b.Get(Practice, id)
	if err != nil {
		t.Fatal(err)
	}
	return f.State
}

// rejected puts a rejected FSE in the book.
func rejected(t testing.TB, b *Book, owner string) FSE {
	t.Helper()
	f := transmitted(t, b, owner, fse.Acquittee)
	if _, err := b.Reject(t.Context(), bob, Rejection{FSE: f.ID, Date: civil(openDay), Label: "droits fermés"}, Call{}); err != nil {
		t.Fatal(err)
	}
	f, err := b.Get(owner, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A reject is refused where it can't be one, and changes nothing then.
func TestRejectIsRefused(t *testing.T) {
	b := openBook(t, t.TempDir())
	today := civil(openDay)
	sent, paid := transmitted(t, b, alice, fse.Transmise), transmitted(t, b, alice, fse.Payee)
	d := draft(doctor)
	waiting := signed(t, b, alice, d, priceOf(t, d))
	before := string(derived(t, b))
	tests := []struct {
		name string
		r    Rejection
		want error
	}{
		{"paid", Rejection{FSE: paid.ID, Date: today, Label: "x"}, ErrState},
		{"not transmitted", Rejection{FSE: waiting.ID, Date: today, Label: "x"}, ErrState},
		{"absent", Rejection{FSE: "absent", Date: today, Label: "x"}, ErrNotFound},
		{"without a label", Rejection{FSE: sent.ID, Date: today, Label: " "}, ErrRejection},
		{"without a day", Rejection{FSE: sent.ID, Label: "x"}, ErrRejection},
		{"a day to come", Rejection{FSE: sent.ID, Date: today.AddDays(1), Label: "x"}, ErrDate},
		{"before the care", Rejection{FSE: sent.ID, Date: today.AddDays(-1), Label: "x"}, ErrDate},
		{"a label of 201 characters", Rejection{FSE: sent.ID, Date: today, Label: strings.Repeat("é", 201)}, ErrRejection},
		{"a label of two lines", Rejection{FSE: sent.ID, Date: today, Label: "x\ny"}, ErrRejection},
		{"a label with an escape", Rejection{FSE: sent.ID, Date: today, Label: "x\x1b[31m"}, ErrRejection},
		{"neither FSE nor number", Rejection{Date: today, Label: "x"}, ErrRejection},
		{"a number of 8 digits", Rejection{Numero: "12345678", Date: today, Label: "x"}, ErrRejection},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := b.Reject(t.Context(), alice, test.r, Call{})
			wantError(t, err, test.want)
			if string(derived(t, b)) != before {
				t.Error("it changed something")
			}
		})
	}
}

// A rejected FSE is made again: linked both ways, replaced when the new one is signed,
// rejected once more when that is cancelled.
func TestRemake(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	old := rejected(t, b, alice)
	if old.State != fse.Rejetee || old.Reject.Label != "droits fermés" || b.Queue().Rejects != 1 {
		t.Fatalf("%s, %+v, %d rejects", old.State, old.Reject, b.Queue().Rejects)
	}
	if _, err := b.Collect(ctx, alice, old.ID, Payment{Amount: 3000, Means: MeansCard}, Call{}); err != nil {
		t.Fatal(err)
	}
	call := Call{Principal: alice, Method: "fse.remake", Key: "k", Digest: "d"}
	draft, err := b.Remake(ctx, alice, Remake{FSE: old.ID}, call)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := b.Remake(ctx, alice, Remake{FSE: old.ID}, call); err != nil || again.ID != draft.ID {
		t.Errorf("repeated: %v", err)
	}
	_, err = b.Remake(ctx, alice, Remake{Return: old.Reject.Return}, Call{})
	wantError(t, err, ErrRemade)
	_, err = b.Remake(ctx, bob, Remake{FSE: old.ID}, Call{})
	wantError(t, err, ErrNotFound)
	want := &fse.Rejet{Numero: "000000001", Date: civil(openDay), Libelle: "droits fermés"}
	if diff := cmp.Diff(want, draft.Draft.Degrade.Remplace); diff != "" || draft.Draft.Degrade.Motif != fse.MotifRejet {
		t.Error(diff)
	}
	if diff := cmp.Diff(&Original{FSE: old.ID, Numero: "000000001"}, draft.Replaces); diff != "" {
		t.Error(diff)
	}
	paid := euro30("2026-06-16", 1)
	paid.Collected, paid.ByMeans = 3000, map[string]int64{"carte": 3000}
	wantDays(t, b, alice, paid)
	ready, err := b.Reserve(ctx, alice, draft.ID, priceOf(t, draft.Draft), Call{})
	if err != nil {
		t.Fatal(err)
	}
	wantDays(t, b, alice, paid) // not twice
	done, _, err := b.Signed(ctx, alice, ready, []byte("sceau"), Signature{At: openDay}, Call{})
	if err != nil || done.Numero != 2 || stateOf(t, b, old.ID) != fse.Remplacee || b.Queue().Rejects != 0 {
		t.Fatalf("number %d, the old one is %s, %d rejects, %v", done.Numero, stateOf(t, b, old.ID), b.Queue().Rejects, err)
	}
	if done.Collected == nil || done.Collected.Amount != 3000 {
		t.Errorf("what the patient gave is lost: %+v", done.Collected)
	}
	wantDays(t, b, alice, paid)
	wantPapers(t, b, paperView{"bordereau", 1, "a-imprimer", false}, paperView{"feuille", 2, "a-imprimer", false})
	r, err := b.Return(old.Reject.Return)
	if err != nil || r.Remade != done.ID || !r.Done || r.Lot != old.Lot || r.External || r.Numero != "000000001" {
		t.Errorf("%+v, %v", r, err)
	}
	if _, _, err := b.Cancel(ctx, alice, done.ID, "erreur", Call{}); err != nil {
		t.Fatal(err)
	}
	if stateOf(t, b, old.ID) != fse.Rejetee || b.Queue().Rejects != 1 {
		t.Errorf("the old one is %s, %d rejects", stateOf(t, b, old.ID), b.Queue().Rejects)
	}
	wantDays(t, b, alice, paid)
	third, err := b.Remake(ctx, Practice, Remake{FSE: old.ID, Mode: fse.Securise}, Call{Principal: bob})
	if err != nil || third.Owner != bob || third.Certification != "S" || third.Draft.Degrade != nil {
		t.Errorf("%q, %v", third.Owner, err)
	}
	if f, err := b.Get(alice, old.ID); err != nil || f.ReplacedBy != third.ID {
		t.Error("the link is that of before")
	}
	verify(t, b)
}

// What is rejected, or makes a rejected one again, is no duplicate; what was paid
// meanwhile is.
func TestRemakeIsNoDuplicate(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	old := rejected(t, b, alice)
	again, err := b.Remake(ctx, alice, Remake{FSE: old.ID}, Call{})
	if err != nil {
		t.Fatal(err)
	}
	suspect := func() bool {
		past, err := b.Past(again.Draft)
		if err != nil {
			t.Fatal(err)
		}
		c := fse.Context{Today: again.Draft.DateSoins}
		for _, f := range past {
			c.Passees = append(c.Passees, fse.Passee{Etat: f.State, Draft: f.Draft})
		}
		return fse.Check(again.Draft, c).Prix == nil
	}
	if suspect() {
		t.Error("a duplicate of what it replaces")
	}
	ready, err := b.Reserve(ctx, alice, again.ID, priceOf(t, again.Draft), Call{})
	if err != nil {
		t.Fatal(err)
	}
	become(t, b, old.ID, fse.Payee)
	if !suspect() {
		t.Error("no duplicate of what was paid")
	}
	_, _, err = b.Signed(ctx, alice, ready, []byte("sceau"), Signature{At: openDay}, Call{})
	wantError(t, err, ErrOriginal)
	_, err = b.Reserve(ctx, alice, again.ID, priceOf(t, again.Draft), Call{})
	wantError(t, err, ErrOriginal)
	_, err = b.Remake(ctx, alice, Remake{FSE: old.ID}, Call{})
	wantError(t, err, ErrState)
	_, err = b.Remake(ctx, alice, Remake{FSE: old.ID, Mode: "autre"}, Call{})
	wantError(t, err, ErrMode)
	_, err = b.Remake(ctx, alice, Remake{}, Call{})
	wantError(t, err, ErrNotFound)
	if b.Queue().Rejects != 0 {
		t.Errorf("%d rejects", b.Queue().Rejects)
	}
	verify(t, b)
}

// The reject of another software's FSE is kept until an FSE of this book takes its place.
func TestRemakeOfAnotherSoftware(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	call := Call{Principal: alice, Method: "returns.reject", Key: "k", Digest: "d"}
	var r Return
	for range 2 {
		var err error
		if r, err = b.Reject(ctx, alice, Rejection{Numero: "000004711", Date: civil(openDay), Label: " lu sur Espace Pro "}, call); err != nil {
			t.Fatal(err)
		}
	}
	want := Return{ID: r.ID, Kind: ReturnByHand, Received: openDay, Seq: 1, Numero: "000004711", Date: civil(openDay), Label: "lu sur Espace Pro", External: true}
	if diff := cmp.Diff(want, r); diff != "" || b.Queue().Rejects != 1 {
		t.Errorf("%d rejects, %s", b.Queue().Rejects, diff)
	}
	f, err := b.Remake(ctx, alice, Remake{Return: r.ID}, Call{})
	if err != nil || !f.Draft.Degrade.Remplace.Externe || f.Replaces.Numero != "000004711" {
		t.Fatal(err)
	}
	_, err = b.Remake(ctx, alice, Remake{Return: r.ID}, Call{})
	wantError(t, err, ErrRemade)
	if _, _, err = b.Cancel(ctx, alice, f.ID, "", Call{}); err != nil { // a draft: the reject stays open
		t.Fatal(err)
	}
	if f, err = b.Remake(ctx, alice, Remake{Return: r.ID}, Call{}); err != nil {
		t.Fatal(err)
	}
	d := draft(doctor)
	d.Degrade = f.Draft.Degrade
	if _, err = b.Update(ctx, alice, f.ID, d, Call{}); err == nil {
		f, err = b.Reserve(ctx, alice, f.ID, priceOf(t, d), Call{})
	}
	if err == nil {
		f, _, err = b.Signed(ctx, alice, f, []byte("sceau"), Signature{At: openDay}, Call{})
	}
	if err != nil || b.Queue().Rejects != 0 {
		t.Fatalf("%d rejects, %v", b.Queue().Rejects, err)
	}
	_, err = b.Remake(ctx, alice, Remake{Return: r.ID}, Call{})
	wantError(t, err, ErrRemade)
	if r, err = b.Return(r.ID); err != nil || !r.Done || r.Remade != f.ID {
		t.Errorf("%+v, %v", r, err)
	}
	if _, _, err = b.Cancel(ctx, alice, f.ID, "erreur", Call{}); err != nil || b.Queue().Rejects != 1 {
		t.Errorf("%d rejects, %v", b.Queue().Rejects, err)
	}
	if f, err = b.Remake(ctx, alice, Remake{Return: r.ID}, Call{}); err == nil {
		_, err = b.ToPaper(ctx, alice, f.ID, nil, Call{})
	}
	if err != nil || b.Queue().Rejects != 0 {
		t.Errorf("%d rejects once it is on paper, %v", b.Queue().Rejects, err)
	}
	verify(t, b)
}

// Pages of returns begin with the newest and neither miss nor repeat one.
func TestReturns(t *testing.T) {
	b := openBook(t, t.TempDir())
	var want []string
	for i := range 7 {
		r, err := b.Reject(t.Context(), alice, Rejection{Numero: fmt.Sprintf("%09d", i), Date: civil(openDay), Label: "x"}, Call{})
		if err != nil {
			t.Fatal(err)
		}
		want = append([]string{r.ID}, want...)
	}
	for _, size := range []int{1, 3, 7, 100} {
		var got []string
		for after := ""; ; {
			page, next, err := b.Returns(after, size)
			if err != nil || len(page) > size {
				t.Fatalf("%d in a page, %v", len(page), err)
			}
			for _, r := range page {
				got = append(got, r.ID)
			}
			if after = next; after == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	_, err := b.Return("absent")
	wantError(t, err, ErrNotFound)
}

// An FSE ends on paper without its number being lost.
func TestToPaper(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	d := draft(doctor)
	price := priceOf(t, d)
	f := reserved(t, b, alice, d, price)
	if _, err := b.Collect(ctx, alice, f.ID, Payment{Amount: 500, Means: MeansCash}, Call{}); err != nil {
		t.Fatal(err)
	}
	call := Call{Principal: alice, Method: "fse.toPaper", Key: "k", Digest: "d"}
	var sheet FSE
	for range 2 {
		var err error
		if sheet, err = b.ToPaper(ctx, alice, f.ID, nil, call); err != nil {
			t.Fatal(err)
		}
	}
	if sheet.ID == f.ID || sheet.State != fse.Papier || sheet.Numero != 0 || sheet.Lot != "" || sheet.Price == nil || sheet.Collected.Amount != 500 || sheet.Replaces.FSE != f.ID {
		t.Errorf("%+v", sheet)
	}
	old, err := b.Get(alice, f.ID)
	if err != nil || old.State != fse.Annulee || old.Numero != 1 || old.ReplacedBy != sheet.ID {
		t.Errorf("%s %d, %v", old.State, old.Numero, err)
	}
	plain, err := b.Create(ctx, alice, d, Call{})
	if err == nil {
		plain, err = b.ToPaper(ctx, Practice, plain.ID, price, Call{Principal: bob})
	}
	if err != nil || plain.State != fse.Papier || plain.Owner != alice {
		t.Errorf("%s, %v", plain.State, err)
	}
	wantPapers(t, b, paperView{"papier", 0, "a-imprimer", false}, paperView{"papier", 0, "a-imprimer", false})
	next := signed(t, b, alice, d, price)
	if next.Numero != 2 {
		t.Errorf("the next number is %d", next.Numero)
	}
	for _, id := range []string{sheet.ID, plain.ID, next.ID, old.ID} {
		_, err := b.ToPaper(ctx, alice, id, nil, Call{})
		wantError(t, err, ErrState)
	}
	_, err = b.ToPaper(ctx, bob, plain.ID, nil, Call{})
	wantError(t, err, ErrNotFound)
	if past, err := b.Past(d); err != nil || len(past) != 3 {
		t.Errorf("%d of the patient's, %v", len(past), err)
	}
	if _, err := b.Collect(ctx, alice, plain.ID, Payment{Amount: 500, Means: MeansCash}, Call{}); err != nil {
		t.Error(err)
	}
	if past, err := b.Past(d); err != nil || len(past) != 3 {
		t.Errorf("%d of the patient's, %v", len(past), err)
	}
	verify(t, b)
}

// A rejected FSE that ends on paper is replaced by its sheet, number or not.
func TestRemakeOnPaper(t *testing.T) {
	for _, numbered := range []bool{false, true} {
		b := openBook(t, t.TempDir())
		old := rejected(t, b, alice)
		f, err := b.Remake(t.Context(), alice, Remake{FSE: old.ID}, Call{})
		if err == nil && numbered {
			f, err = b.Reserve(t.Context(), alice, f.ID, priceOf(t, f.Draft), Call{})
		}
		if err == nil {
			f, err = b.ToPaper(t.Context(), alice, f.ID, f.Price, Call{})
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.Get(alice, old.ID)
		if err != nil || got.State != fse.Remplacee || got.ReplacedBy != f.ID || f.Replaces.FSE != old.ID || b.Queue().Rejects != 0 {
			t.Errorf("numbered %t: %s, %v", numbered, got.State, err)
		}
		verify(t, b)
	}
}

// Nothing goes of what is rejected, waits for the post, or is tied to either; once all
// is over, all of it goes together.
func TestPurgeOfRejects(t *testing.T) {
	b := openBook(t, t.TempDir())
	b.now = func() time.Time { return later }
	ctx := t.Context()
	old := rejected(t, b, alice)
	external, err := b.Reject(ctx, alice, Rejection{Numero: "000004711", Date: civil(openDay), Label: "x"}, Call{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.Remake(ctx, alice, Remake{FSE: old.ID}, Call{})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := b.ToPaper(ctx, alice, again.ID, nil, Call{})
	if err != nil {
		t.Fatal(err)
	}
	goes := func(want ...string) {
		t.Helper()
		p, err := b.Purgeable(openDay.Add(time.Second))
		if err != nil || len(p.subjects) != len(want) {
			t.Errorf("%d subjects go, want %d, %v", len(p.subjects), len(want), err)
		}
		for _, id := range want {
			if !p.subjects[id] {
				t.Error("something that is over stays")
			}
		}
	}
	goes() // the bordereau and the sheet are not posted
	post(t, b, old.Lot)
	goes()
	post(t, b, sheet.ID)
	goes(old.ID, old.Lot, sheet.ID, old.Reject.Return)
	if _, gone, err := b.Purge(ctx, openDay.Add(time.Second)); err != nil || gone.FSE != 2 || gone.Lots != 1 {
		t.Fatalf("%+v, %v", gone, err)
	}
	if list, _, err := b.Returns("", 10); err != nil || len(list) != 1 || list[0].ID != external.ID || b.Queue().Rejects != 1 {
		t.Errorf("%d returns, %v", len(list), err)
	}
	f, err := b.Remake(ctx, alice, Remake{Return: external.ID}, Call{})
	if err == nil {
		_, err = b.ToPaper(ctx, alice, f.ID, nil, Call{})
	}
	if err != nil {
		t.Fatal(err)
	}
	post(t, b, f.ID)
	goes(external.ID, f.ID)
	verify(t, b)
}
