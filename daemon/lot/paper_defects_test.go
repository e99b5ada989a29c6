package lot

import (
	"fmt"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/google/go-cmp/cmp"
)

// A posted sheet whose FSE is over is marked no more, by itself or with its lot; a record
// that does so is derived as what waits for nobody.
func TestMarksOfWhatIsOver(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	f, left := signed(t, b, alice, d, priceOf(t, d)), signed(t, b, alice, d, priceOf(t, d))
	post(t, b, f.ID)
	if _, _, err := b.Cancel(t.Context(), alice, f.ID, "erreur", Call{}); err != nil {
		t.Fatal(err)
	}
	old := rejected(t, b, alice)
	post(t, b, old.ID)
	again := sign(t, b, remade(t, b, old))
	mark(t, b, fse.PapierImprime, old.Lot)
	want := []paperView{{"feuille", left.Numero, "imprime", false}, {"bordereau", 1, "imprime", false}, {"feuille", again.Numero, "a-imprimer", false}}
	for _, id := range []string{f.ID, old.ID} {
		_, err := b.MarkPapers(t.Context(), alice, alice, []string{id}, Mark{To: fse.PapierSigne}, Call{})
		wantError(t, err, ErrNoPaper)
		_, err = b.journal.Update(t.Context(), func(journal.State) ([]journal.Entry, error) { // as an older version did
			return one((&paperChange{State: fse.PapierSigne}).record(id, alice))
		})
		if err != nil {
			t.Fatal(err)
		}
		wantPapers(t, b, want...)
	}
	if _, _, err := b.Cancel(t.Context(), alice, again.ID, "erreur", Call{}); err != nil { // old is rejected again
		t.Fatal(err)
	}
	wantPapers(t, b, want[0], paperView{"feuille", old.Numero, "signe", false}, want[1])
	verify(t, b)
}

// A member of the set that has no paper does not stop the list.
func TestPapersSkipsWhatHasNone(t *testing.T) {
	const enters = "essai" // records that enter their subject among what waits
	o := JournalOptions(optionsIn(t.TempDir()))
	o.Project = func(r journal.Record, w journal.Writer) error {
		if r.Kind == enters {
			return wait(w, setPapers, keyFSE(r.Subject), 1, true)
		}
		return project(r, w)
	}
	j, err := journal.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	b, d := &Book{journal: j, now: now}, draft(doctor)
	without, with := reserved(t, b, alice, d, priceOf(t, d)), signed(t, b, alice, d, priceOf(t, d))
	_, err = j.Update(t.Context(), func(journal.State) ([]journal.Entry, error) {
		return []journal.Entry{{Kind: enters, Subject: without.ID, Actor: alice}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if list, _, err := b.Papers(Practice, "", 10); err != nil || len(list) != 1 || list[0].FSE.ID != with.ID {
		t.Errorf("%v, %v", viewOf(list), err)
	}
}

// A lot that was marked as posted by mistake takes back the sheets that it took along, and
// no other.
func TestPostingOfALotIsUndone(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	var lot string
	for range 3 {
		lot = signed(t, b, alice, d, priceOf(t, d)).Lot
	}
	if _, err := b.CloseLot(t.Context(), alice, lot, Call{}); err != nil {
		t.Fatal(err)
	}
	members, err := b.InLot(lot)
	if err != nil {
		t.Fatal(err)
	}
	post(t, b, members[2].ID) // in an envelope of its own
	post(t, b, lot)
	states := func(list []PaperOf) (out []fse.PaperState) {
		for _, p := range list {
			out = append(out, p.State)
		}
		return out
	}
	want := []fse.PaperState{"signe", "signe", "signe", "poste"}
	if diff := cmp.Diff(want, states(mark(t, b, fse.PapierSigne, lot))); diff != "" {
		t.Errorf("undone: -want +got\n%s", diff)
	}
	mark(t, b, fse.PapierPoste, members[0].ID)
	mark(t, b, fse.PapierPoste, lot)
	want = []fse.PaperState{"signe", "poste", "signe", "poste"}
	if diff := cmp.Diff(want, states(mark(t, b, fse.PapierSigne, lot))); diff != "" {
		t.Errorf("undone again: -want +got\n%s", diff)
	}
	want = []fse.PaperState{"a-imprimer", "poste", "a-imprimer", "poste"}
	if diff := cmp.Diff(want, states(mark(t, b, fse.PapierAImprimer, lot))); diff != "" {
		t.Errorf("spoilt: -want +got\n%s", diff)
	}
	verify(t, b)
}

// What has come out of a printer is noted as far as it is still what was drawn.
func TestMarkPrinted(t *testing.T) {
	b := openBook(t, t.TempDir())
	ctx := t.Context()
	d := draft(doctor)
	var printed Printed
	var ids []string
	for range 3 {
		f := signed(t, b, alice, d, priceOf(t, d))
		ids = append(ids, f.ID)
		printed.Sheets, printed.Lot = append(printed.Sheets, PrintedSheet{f.ID, f.Lot}), f.Lot
	}
	l, err := b.CloseLot(ctx, alice, printed.Lot, Call{})
	if err != nil {
		t.Fatal(err)
	}
	printed.Closed = *l.Closed
	b.now = func() time.Time { return openDay.Add(time.Minute) }
	if _, err := b.ReopenLot(ctx, alice, l.ID, Call{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Cancel(ctx, alice, ids[2], "erreur", Call{}); err != nil {
		t.Fatal(err)
	}
	late := signed(t, b, alice, d, priceOf(t, d))
	if late.Lot != l.ID {
		t.Fatal("another lot")
	}
	for _, closed := range []bool{false, true} {
		if closed {
			if _, err := b.CloseLot(ctx, alice, l.ID, Call{}); err != nil {
				t.Fatal(err)
			}
		}
		list, all, err := b.MarkPrinted(ctx, alice, Practice, printed)
		if diff := cmp.Diff([]paperView{{"feuille", 1, "imprime", false}, {"feuille", 2, "imprime", false}}, viewOf(list)); err != nil || all || diff != "" {
			t.Errorf("closed %t: all %t, %v, %s", closed, all, err, diff)
		}
	}
	wantPapers(t, b, paperView{"feuille", 1, "imprime", false}, paperView{"feuille", 2, "imprime", false}, paperView{"bordereau", 1, "a-imprimer", false}, paperView{"feuille", 4, "a-imprimer", false})
	l, err = b.Lot(l.ID)
	if err != nil {
		t.Fatal(err)
	}
	printed = Printed{Sheets: []PrintedSheet{{late.ID, l.ID}}, Lot: l.ID, Closed: *l.Closed}
	if list, all, err := b.MarkPrinted(ctx, alice, Practice, printed); len(list) != 2 || !all || err != nil {
		t.Errorf("%v, all %t, %v", viewOf(list), all, err)
	}
	if list, all, err := b.MarkPrinted(ctx, bob, bob, Printed{Sheets: []PrintedSheet{{late.ID, l.ID}}}); len(list) != 0 || all || err != nil {
		t.Errorf("of another's: %v, all %t, %v", viewOf(list), all, err)
	}
	if list, all, err := b.MarkPrinted(ctx, alice, alice, Printed{Sheets: []PrintedSheet{{ids[0], "other"}}}); len(list) != 0 || all || err != nil {
		t.Errorf("of another lot: %v, all %t, %v", viewOf(list), all, err)
	}
	verify(t, b)
}

// A mark is of 1000 papers at most, however few lots they are in.
func TestMarksOfTooMany(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	price := priceOf(t, d)
	var lots []string
	for n := range 6 {
		_, err := b.journal.Update(t.Context(), func(journal.State) (entries []journal.Entry, err error) {
			l := &Lot{ID: newID(), Numero: n + 1, Regime: "01", Caisse: "349", Centre: "9881", Certification: "D", NumeroAM: doctor, Environment: Demonstration, Opened: openDay}
			lots = append(lots, l.ID)
			add := func(e journal.Entry, fault error) {
				if entries = append(entries, e); fault != nil {
					err = fault
				}
			}
			add((&lotChange{State: fse.LotOuvert, New: l}).record(l.ID, alice, ""))
			for i := range 180 {
				id := fmt.Sprintf("f%d-%d", n, i)
				add((&fseChange{State: fse.Signee, Owner: alice, Certification: "D", Draft: d, Price: price, Numero: n*180 + i + 1, Signature: &Signature{At: openDay}}).record(id, alice, ""))
				add((&fseChange{State: fse.EnLot, Lot: l.ID}).record(id, alice, ""))
			}
			add(closing(openDay).record(l.ID, alice, ""))
			return entries, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if list, err := b.MarkPapers(t.Context(), alice, Practice, lots[:5], Mark{To: fse.PapierImprime}, Call{}); err != nil || len(list) != 5*181 {
		t.Fatalf("%d papers, %v", len(list), err)
	}
	_, err := b.MarkPapers(t.Context(), alice, Practice, lots, Mark{To: fse.PapierSigne}, Call{})
	wantError(t, err, ErrManyPapers)
}
