package lot

import (
	"context"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/google/go-cmp/cmp"
)

// mark marks papers, all of which must allow it.
func mark(t testing.TB, b *Book, to fse.PaperState, ids ...string) []PaperOf {
	t.Helper()
	list, err := b.MarkPapers(context.Background(), alice, Practice, ids, Mark{To: to}, Call{})
	if err != nil {
		t.Fatalf("marking %s: %v", to, err)
	}
	return list
}

// post has the papers of FSE or lots printed, signed and posted.
func post(t testing.TB, b *Book, ids ...string) {
	t.Helper()
	for _, to := range []fse.PaperState{fse.PapierImprime, fse.PapierSigne, fse.PapierPoste} {
		mark(t, b, to, ids...)
	}
}

// paperView is a paper as far as tests compare it.
type paperView struct {
	Kind    state.PaperKind
	Numero  int
	State   fse.PaperState
	Patient bool
}

func viewOf(list []PaperOf) (views []paperView) {
	for _, p := range list {
		v := paperView{Kind: p.Kind, State: p.State, Patient: p.PatientSigned}
		if p.FSE != nil {
			v.Numero = p.FSE.Numero
		} else {
			v.Numero = p.Lot.Numero
		}
		views = append(views, v)
	}
	return views
}

// wantPapers compares the papers that wait, and their count, with what should.
func wantPapers(t testing.TB, b *Book, want ...paperView) {
	t.Helper()
	list, next, err := b.Papers(Practice, "", 1000)
	if err != nil || next != "" {
		t.Fatalf("next page %q, %v", next, err)
	}
	if diff := cmp.Diff(want, viewOf(list)); diff != "" {
		t.Errorf("papers that wait: -want +got\n%s", diff)
	}
	if n := b.Queue().Papers; n != len(want) {
		t.Errorf("%d papers are counted, %d wait", n, len(want))
	}
}

// The papers of a degraded lot from their printing to the post, with one mark each.
func TestPapersOfALot(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	price := priceOf(t, d)
	wantPapers(t, b)
	reserved(t, b, alice, d, price)
	wantPapers(t, b) // a sheet is signed when the FSE is
	first, second := signed(t, b, alice, d, price), signed(t, b, bob, d, price)
	wantPapers(t, b, paperView{"feuille", 2, "a-imprimer", false}, paperView{"feuille", 3, "a-imprimer", false})
	lot := first.Lot
	_, err := b.MarkPapers(t.Context(), alice, Practice, []string{lot}, Mark{To: fse.PapierImprime}, Call{})
	wantError(t, err, ErrNoPaper) // the bordereau of an open lot
	if _, err := b.CloseLot(t.Context(), alice, lot, Call{}); err != nil {
		t.Fatal(err)
	}
	wantPapers(t, b, paperView{"feuille", 2, "a-imprimer", false}, paperView{"feuille", 3, "a-imprimer", false}, paperView{"bordereau", 1, "a-imprimer", false})
	mark(t, b, fse.PapierImprime, second.ID)
	mark(t, b, fse.PapierSigne, second.ID)
	mark(t, b, fse.PapierImprime, lot)
	want := []paperView{{"bordereau", 1, "imprime", false}, {"feuille", 2, "imprime", false}, {"feuille", 3, "signe", false}}
	if list, err := b.LotPapers(lot); err != nil || cmp.Diff(want, viewOf(list)) != "" {
		t.Errorf("%v, %v", viewOf(list), err)
	}
	list, err := b.MarkPapers(t.Context(), alice, Practice, []string{lot}, Mark{To: fse.PapierSigne, PatientSigned: true}, Call{})
	want = []paperView{{"bordereau", 1, "signe", false}, {"feuille", 2, "signe", true}, {"feuille", 3, "signe", false}}
	if diff := cmp.Diff(want, viewOf(list)); diff != "" || err != nil {
		t.Errorf("%v, %v", diff, err)
	}
	for _, p := range mark(t, b, fse.PapierPoste, lot) {
		if p.State != fse.PapierPoste || p.Date != civil(openDay) || p.Lot.ID != lot {
			t.Errorf("%+v", p.Paper)
		}
	}
	wantPapers(t, b)
	if f, err := b.Get(alice, first.ID); err != nil || f.Paper == nil || f.Paper.State != fse.PapierPoste || !f.Paper.PatientSigned {
		t.Errorf("%+v, %v", f.Paper, err)
	}
	verify(t, b)
}

// A mark that is not allowed, of one paper or of several, changes nothing.
func TestMarksThatAreRefused(t *testing.T) {
	b := openBook(t, t.TempDir())
	d, s := draft(doctor), draft(doctor)
	s.Mode, s.Degrade = fse.Securise, nil
	one, two, secured := signed(t, b, alice, d, priceOf(t, d)), signed(t, b, bob, d, priceOf(t, d)), signed(t, b, alice, s, priceOf(t, s))
	waiting := reserved(t, b, alice, d, priceOf(t, d))
	signedSheet := signed(t, b, alice, d, priceOf(t, d))
	mark(t, b, fse.PapierImprime, one.ID, signedSheet.ID)
	mark(t, b, fse.PapierSigne, signedSheet.ID)
	before := string(derived(t, b))
	tomorrow := civil(openDay.AddDate(0, 0, 1))
	tests := []struct {
		name  string
		owner string
		ids   []string
		mark  Mark
		want  error
	}{
		{"posted before it is signed", alice, []string{one.ID}, Mark{To: fse.PapierPoste}, ErrPaper},
		{"one of two", Practice, []string{one.ID, two.ID}, Mark{To: fse.PapierSigne}, ErrPaper},
		{"an unknown state", alice, []string{one.ID}, Mark{To: "perdu"}, ErrPaper},
		{"another's", alice, []string{one.ID, two.ID}, Mark{To: fse.PapierImprime}, ErrNotFound},
		{"absent", alice, []string{"absent"}, Mark{To: fse.PapierImprime}, ErrNotFound},
		{"a secured one", alice, []string{secured.ID}, Mark{To: fse.PapierImprime}, ErrNoPaper},
		{"one that is not signed", alice, []string{waiting.ID}, Mark{To: fse.PapierImprime}, ErrNoPaper},
		{"a lot of secured ones", alice, []string{secured.Lot}, Mark{To: fse.PapierImprime}, ErrNoPaper},
		{"a day to come", alice, []string{one.ID}, Mark{To: fse.PapierPoste, Date: tomorrow}, ErrDate},
		{"a day before the care", alice, []string{signedSheet.ID}, Mark{To: fse.PapierPoste, Date: june(15)}, ErrDate},
		{"no paper at all", alice, nil, Mark{To: fse.PapierPoste}, nil},
		{"printed once more", alice, []string{one.ID}, Mark{To: fse.PapierImprime}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := b.MarkPapers(t.Context(), alice, test.owner, test.ids, test.mark, Call{})
			wantError(t, err, test.want)
			if diff := cmp.Diff(before, string(derived(t, b))); diff != "" {
				t.Errorf("it changed something: %s", diff)
			}
		})
	}
	if list, err := b.LotPapers(secured.Lot); err != nil || len(list) != 0 {
		t.Errorf("%d papers of a secured lot, %v", len(list), err)
	}
}

// What was marked by mistake is put right: spoilt papers are printed again, posted ones
// were not.
func TestMarksThatArePutRight(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := on(15)
	f := signed(t, b, alice, d, priceOf(t, d))
	post(t, b, f.ID)
	wantPapers(t, b)
	mark(t, b, fse.PapierImprime, f.ID) // a duplicate is printed
	wantPapers(t, b)
	mark(t, b, fse.PapierSigne, f.ID)
	wantPapers(t, b, paperView{"feuille", 1, "signe", false})
	late, err := b.MarkPapers(t.Context(), alice, alice, []string{f.ID}, Mark{To: fse.PapierSigne, PatientSigned: true}, Call{})
	if err != nil || !late[0].PatientSigned {
		t.Errorf("the patient signs later: %+v, %v", late, err)
	}
	day := civil(openDay.AddDate(0, 0, -1))
	for _, date := range []fse.Date{day, 0} { // a day that was given stays
		list, err := b.MarkPapers(t.Context(), alice, alice, []string{f.ID}, Mark{To: fse.PapierScanne, Date: date}, Call{})
		if err != nil || list[0].Date != day || !list[0].PatientSigned {
			t.Errorf("%+v, %v", list, err)
		}
	}
	mark(t, b, fse.PapierSigne, f.ID)
	mark(t, b, fse.PapierAImprimer, f.ID)
	if f, err = b.Get(alice, f.ID); err != nil || f.Paper.PatientSigned || !f.Paper.Date.IsZero() {
		t.Errorf("a spoilt sheet: %+v, %v", f.Paper, err)
	}
	verify(t, b)
}

// A lot that is opened again needs a new bordereau; its sheets go where their FSE go.
func TestPapersOfALotThatChanges(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	price := priceOf(t, d)
	one, two := signed(t, b, alice, d, price), signed(t, b, alice, d, price)
	lot := one.Lot
	if _, err := b.CloseLot(t.Context(), alice, lot, Call{}); err != nil {
		t.Fatal(err)
	}
	mark(t, b, fse.PapierImprime, lot)
	_, to, err := b.TakeOut(t.Context(), alice, lot, two.ID, Call{})
	if err != nil {
		t.Fatal(err)
	}
	wantPapers(t, b, paperView{"feuille", 1, "imprime", false}, paperView{"feuille", 2, "imprime", false}, paperView{"bordereau", 1, "a-imprimer", false})
	if _, err := b.ReopenLot(t.Context(), alice, lot, Call{}); err != nil {
		t.Fatal(err)
	}
	wantPapers(t, b, paperView{"feuille", 1, "imprime", false}, paperView{"feuille", 2, "imprime", false})
	if list, err := b.LotPapers(lot); err != nil || len(list) != 1 || list[0].FSE.ID != one.ID {
		t.Errorf("%v, %v", viewOf(list), err)
	}
	if _, _, err := b.Cancel(t.Context(), alice, two.ID, "erreur", Call{}); err != nil {
		t.Fatal(err)
	}
	wantPapers(t, b, paperView{"feuille", 1, "imprime", false})
	_, err = b.MarkPapers(t.Context(), alice, alice, []string{two.ID}, Mark{To: fse.PapierSigne}, Call{})
	wantError(t, err, ErrNoPaper)
	if _, err := b.CloseLot(t.Context(), alice, lot, Call{}); err != nil {
		t.Fatal(err)
	}
	wantPapers(t, b, paperView{"feuille", 1, "imprime", false}, paperView{"bordereau", 1, "a-imprimer", false})
	if _, err := b.CloseLot(t.Context(), alice, to.ID, Call{}); err == nil {
		t.Error("an empty lot was closed")
	}
	verify(t, b)
}

// A lot takes the sheets of its caller's FSE along, and a mark is repeated by its key.
func TestMarksOfOne(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	price := priceOf(t, d)
	mine, other := signed(t, b, alice, d, price), signed(t, b, bob, d, price)
	if _, err := b.CloseLot(t.Context(), alice, mine.Lot, Call{}); err != nil {
		t.Fatal(err)
	}
	call := Call{Principal: alice, Method: "print.mark", Key: "k", Digest: "d"}
	for range 2 {
		list, err := b.MarkPapers(t.Context(), alice, alice, []string{mine.Lot, mine.ID}, Mark{To: fse.PapierImprime}, call)
		want := []paperView{{"bordereau", 1, "imprime", false}, {"feuille", 1, "imprime", false}}
		if diff := cmp.Diff(want, viewOf(list)); diff != "" || err != nil {
			t.Errorf("%v, %s", err, diff)
		}
	}
	if f, err := b.Get(bob, other.ID); err != nil || f.Paper.State != fse.PapierAImprimer {
		t.Errorf("another's sheet is %s, %v", f.Paper.State, err)
	}
	if list, _, err := b.Papers(bob, "", 10); err != nil || cmp.Diff([]paperView{{"feuille", 2, "a-imprimer", false}, {"bordereau", 1, "imprime", false}}, viewOf(list)) != "" {
		t.Errorf("%v, %v", viewOf(list), err)
	}
	call.Digest = "other"
	_, err := b.MarkPapers(t.Context(), alice, alice, []string{mine.ID}, Mark{To: fse.PapierSigne}, call)
	wantError(t, err, ErrDuplicate)
}

// A full lot is marked at once, and pages of what waits neither miss nor repeat a paper.
func TestPapersOfAFullLot(t *testing.T) {
	b := openBook(t, t.TempDir())
	clock := openDay
	b.now = func() time.Time { clock = clock.Add(time.Minute); return clock }
	d := draft(doctor)
	price := *priceOf(t, d)
	for range 2 {
		price.Lignes = append(price.Lignes, price.Lignes[0])
	}
	lot := ""
	for range 130 {
		lot = signed(t, b, alice, d, &price).Lot
	}
	if _, err := b.CloseLot(t.Context(), alice, lot, Call{}); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{1, 7, 131, 1000} {
		var got []paperView
		pages := 0
		for after := ""; ; pages++ {
			page, next, err := b.Papers(alice, after, size)
			if err != nil || len(page) > size {
				t.Fatalf("a page of %d, %v", len(page), err)
			}
			got = append(got, viewOf(page)...)
			if after = next; after == "" {
				break
			}
		}
		if len(got) != 131 || got[0].Numero != 1 || got[129].Numero != 130 || got[130].Kind != state.PaperBordereau {
			t.Errorf("%d papers in pages of %d", len(got), size)
		}
	}
	for _, after := range []string{"x", "../", "-1", "99999999999999999999999"} {
		if list, _, err := b.Papers(alice, after, 5); err != nil || len(list) != 0 {
			t.Errorf("cursor %q: %d, %v", after, len(list), err)
		}
	}
	if list := mark(t, b, fse.PapierImprime, lot); len(list) != 131 {
		t.Errorf("%d papers marked", len(list))
	}
	post(t, b, lot)
	wantPapers(t, b)
	verify(t, b)
}
