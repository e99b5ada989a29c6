package lot

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/google/go-cmp/cmp"
)

const (
	alice = "alice"
	bob   = "bob"
)

var openDay = time.Date(2026, time.June, 16, 10, 0, 0, 0, time.UTC)

func now() time.Time { return openDay }

func optionsIn(dir string) Options {
	return Options{Dir: filepath.Join(dir, "journal"), Anchor: filepath.Join(dir, "anchor"), Log: slog.New(slog.DiscardHandler), Now: now}
}

func openBook(t testing.TB, dir string) *Book {
	t.Helper()
	b, err := Open(optionsIn(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// draft is a degraded consultation by the professional am.
func draft(am string) *fse.Draft {
	day, _ := tables.MakeDate(2026, 6, 16)
	return &fse.Draft{Mode: fse.Degrade, DateSoins: day, Parcours: "T",
		Professionnel: fse.Professionnel{NumeroAM: am, RPPS: "99900000011", Specialite: "01", Convention: 1, Zone: "metro"},
		Beneficiaire: fse.Personne{NIR: "297022A02077878", Nom: "ADRTROIS", NomFamille: "ADRTROIS", Prenom: "DOMINIQUE",
			Naissance: fse.Naissance{EnCarte: "19970226"}, Rang: 1, Qualite: "0"},
		AMO: fse.AMO{Regime: "01", Caisse: "349", Centre: "9881"}, Nature: fse.Nature{Code: "maladie"},
		Actes: []fse.Acte{{Code: "G"}}, Degrade: &fse.Degradation{Motif: "carte-absente"}}
}

// doctor is the professional of most drafts.
const doctor = "991000015"

// priceOf prices a draft.
func priceOf(t testing.TB, d *fse.Draft) *fse.Prix {
	t.Helper()
	answer := fse.Price(d, fse.Context{Today: d.DateSoins})
	if answer.Prix == nil {
		t.Fatalf("no price: %v", answer.Erreurs)
	}
	return answer.Prix
}

// reserved creates and reserves an FSE.
func reserved(t testing.TB, b *Book, owner string, d *fse.Draft, price *fse.Prix) FSE {
	t.Helper()
	f, err := b.Create(context.Background(), owner, d, Call{})
	if err != nil {
		t.Fatal(err)
	}
	if f, err = b.Reserve(context.Background(), owner, f.ID, price, Call{}); err != nil {
		t.Fatal(err)
	}
	return f
}

// signed puts a new FSE in a lot.
func signed(t testing.TB, b *Book, owner string, d *fse.Draft, price *fse.Prix) FSE {
	t.Helper()
	f := reserved(t, b, owner, d, price)
	f, _, err := b.Signed(context.Background(), owner, f, []byte("sceau"), Signature{At: openDay, Serial: "1"}, Call{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// verify checks the journal and that a replay gives the same state.
func verify(t testing.TB, b *Book) {
	t.Helper()
	if _, err := b.Verify(context.Background()); err != nil {
		t.Errorf("Verify: %v", err)
	}
}

func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

// A lot is cut at its 200th FSE and the next one takes the next number.
func TestCutByCount(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	price := priceOf(t, d)
	lots := map[string]int{}
	var order []string
	for n := 1; n <= b2.CoupureFactures+1; n++ {
		f := signed(t, b, alice, d, price)
		if f.Numero != n {
			t.Fatalf("FSE %d has number %d", n, f.Numero)
		}
		if lots[f.Lot]++; lots[f.Lot] == 1 {
			order = append(order, f.Lot)
		}
	}
	want := []Lot{{Numero: 1, State: fse.LotClos, Count: 200}, {Numero: 2, State: fse.LotOuvert, Count: 1}}
	var got []Lot
	for _, id := range order {
		l, err := b.Lot(id)
		if err != nil {
			t.Fatal(err)
		}
		members, err := b.InLot(id)
		if err != nil || len(members) != l.Count || fse.Cents(l.Count)*price.Total.Honoraires != l.Total || (l.Closed == nil) != (l.State == fse.LotOuvert) {
			t.Errorf("lot %d: %d members, count %d, total %d, %v", l.Numero, len(members), l.Count, l.Total, err)
		}
		got = append(got, Lot{Numero: l.Numero, State: l.State, Count: l.Count})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lots -want +got\n%s", diff)
	}
	if name, file, err := b.File(order[0]); err != nil || len(file) == 0 || name == "" {
		t.Errorf("File: %v", err)
	}
	verify(t, b)
}

// A lot is cut before it holds more records than a file may.
func TestCutByRecords(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	price := *priceOf(t, d)
	line := price.Lignes[0]
	for range 96 {
		price.Lignes = append(price.Lignes, line)
	}
	size := b2Records(&price) // 100
	perLot := b2.CoupureRecords / size
	lots := map[string]int{}
	for range 2*perLot + 1 {
		f := signed(t, b, alice, d, &price)
		lots[f.Lot]++
		if l, err := b.Lot(f.Lot); err != nil || l.Records > b2.CoupureRecords || l.Records != lots[f.Lot]*size {
			t.Fatalf("a lot of %d records, %v", l.Records, err)
		}
	}
	if len(lots) != 3 {
		t.Errorf("%d lots, want 3", len(lots))
	}
}

// closedLots puts 999 closed lots of the doctor in the book and returns the second.
func closedLots(t testing.TB, b *Book, price *fse.Prix) (second string) {
	t.Helper()
	route, err := b2.RouteOf(price.Destinataire.Regime, price.Destinataire.Caisse, price.Destinataire.Centre)
	if err != nil {
		t.Fatal(err)
	}
	destination := route.Destinataire
	for n := 1; n <= maxLot; {
		_, err := b.journal.Update(t.Context(), func(journal.State) (entries []journal.Entry, err error) {
			for range 111 {
				l := &Lot{ID: newID(), Numero: n, Regime: price.Destinataire.Regime, Caisse: price.Destinataire.Caisse, Centre: price.Destinataire.Centre,
					Destination: destination.Numero, Certification: "D", NumeroAM: doctor, Environment: Demonstration, Opened: openDay}
				entry, err := (&lotChange{State: fse.LotClos, At: &openDay, New: l}).record(l.ID, alice, "")
				if err != nil {
					return nil, err
				}
				if entries = append(entries, entry); n == 2 {
					second = l.ID
				}
				n++
			}
			return entries, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return second
}

// Every lot is on one page, the newest first.
func TestLotsByPages(t *testing.T) {
	b := openBook(t, t.TempDir())
	closedLots(t, b, priceOf(t, draft(doctor)))
	want := maxLot
	for after, pages := "", 1; ; pages++ {
		list, next, err := b.Lots(after, 333)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			if l.Numero != want {
				t.Fatalf("lot %d on page %d, want %d", l.Numero, pages, want)
			}
			want--
		}
		if after = next; next == "" {
			break
		}
	}
	if want != 0 {
		t.Errorf("%d lots are on no page", want)
	}
}

// After 999 the numbers of lots begin again with those that are archived; when
// all are in use, nothing is written.
func TestLotNumbersWrap(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	price := priceOf(t, d)
	second := closedLots(t, b, price)
	waiting := reserved(t, b, alice, d, price)
	_, _, err := b.Signed(t.Context(), alice, waiting, []byte("sceau"), Signature{At: openDay}, Call{})
	wantError(t, err, ErrExhausted)
	if f, err := b.Get(alice, waiting.ID); err != nil || f.State != fse.ASigner {
		t.Errorf("the FSE is %s, %v", f.State, err)
	}
	archive := lotChange{State: fse.LotArchive, At: &openDay}
	if _, err := b.journal.Update(t.Context(), func(journal.State) ([]journal.Entry, error) {
		return one(archive.record(second, alice, ""))
	}); err != nil {
		t.Fatal(err)
	}
	f, lots, err := b.Signed(t.Context(), alice, waiting, []byte("sceau"), Signature{At: openDay}, Call{})
	if err != nil || len(lots) != 1 || lots[0].Numero != 2 || lots[0].ID == second || f.Numero != 1 {
		t.Errorf("FSE %d in lot %v, %v", f.Numero, lots, err)
	}
	verify(t, b)
}

// Numbers are given side by side without a gap or a repetition, to each
// professional their own, and go on after the book was closed.
func TestNumbersSideBySide(t *testing.T) {
	dir := t.TempDir()
	b := openBook(t, dir)
	doctors := []string{"991000015", "991000031"}
	given := map[string]map[int]bool{doctors[0]: {}, doctors[1]: {}}
	var mu sync.Mutex
	var all sync.WaitGroup
	const each = 40
	for i := range 2 * each {
		am := doctors[i%2]
		all.Go(func() {
			d := draft(am)
			f := reserved(t, b, alice, d, priceOf(t, d))
			again, err := b.Reserve(context.Background(), alice, f.ID, f.Price, Call{})
			mu.Lock()
			defer mu.Unlock()
			if err != nil || again.Numero != f.Numero || given[am][f.Numero] {
				t.Errorf("number %d, then %d, %v", f.Numero, again.Numero, err)
			}
			given[am][f.Numero] = true
		})
	}
	all.Wait()
	for _, am := range doctors {
		for n := 1; n <= each; n++ {
			if !given[am][n] {
				t.Errorf("number %d of a professional was not given", n)
			}
		}
	}
	verify(t, b)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = openBook(t, dir)
	if f := reserved(t, b, bob, draft(doctors[0]), priceOf(t, draft(doctors[0]))); f.Numero != each+1 {
		t.Errorf("after a restart number %d", f.Numero)
	}
}

// A call that is repeated, also side by side, is done once.
func TestRepeatedCalls(t *testing.T) {
	b := openBook(t, t.TempDir())
	call := Call{Principal: alice, Method: "fse.create", Key: "k", Digest: "d"}
	ids := make([]string, 16)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			f, err := b.Create(context.Background(), alice, draft(doctor), call)
			if err != nil {
				t.Error(err)
			}
			ids[i] = f.ID
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatal("the same call made two FSE")
		}
	}
	if list, _, err := b.List(alice, "", 10); err != nil || len(list) != 1 {
		t.Errorf("%d FSE, %v", len(list), err)
	}
	call.Digest = "e"
	_, err := b.Create(t.Context(), alice, draft(doctor), call)
	wantError(t, err, ErrDuplicate)
	if f, found, err := b.Repeated(alice, Call{Principal: alice, Method: "fse.create", Key: "k", Digest: "d"}); !found || err != nil || f.ID != ids[0] {
		t.Errorf("Repeated: %t, %v", found, err)
	}
	if _, found, err := b.Repeated(alice, Call{}); found || err != nil {
		t.Errorf("Repeated without a key: %t, %v", found, err)
	}
}

// Pages of the list neither miss nor repeat an FSE and end.
func TestPages(t *testing.T) {
	b := openBook(t, t.TempDir())
	var want []string
	for i := range 23 {
		owner := []string{alice, bob}[i%2]
		f, err := b.Create(t.Context(), owner, draft(doctor), Call{})
		if err != nil {
			t.Fatal(err)
		}
		if owner == alice {
			want = append([]string{f.ID}, want...)
		}
	}
	for _, size := range []int{1, 5, 12, 100} {
		var got []string
		for after := ""; ; {
			page, next, err := b.List(alice, after, size)
			if err != nil || len(page) > size {
				t.Fatalf("a page of %d, %v", len(page), err)
			}
			for _, f := range page {
				got = append(got, f.ID)
			}
			if after = next; after == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("pages of %d: -want +got\n%s", size, diff)
		}
	}
	for _, after := range []string{"x", "../", "0", "99999999999999999999", "\xff"} {
		if _, _, err := b.List(alice, after, 5); err != nil {
			t.Errorf("cursor %q: %v", after, err)
		}
	}
}

// A disk that fills up refuses what is new and loses nothing; writing goes on by
// itself when there is room.
func TestDiskFull(t *testing.T) {
	var full atomic.Bool
	dir := t.TempDir()
	o := optionsIn(dir)
	o.FreeSpace = func(string) (uint64, error) {
		if full.Load() {
			return 0, nil
		}
		return 1 << 40, nil
	}
	b, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	d := draft(doctor)
	price := priceOf(t, d)
	kept := signed(t, b, alice, d, price)
	waiting := reserved(t, b, alice, d, price)
	full.Store(true)
	calls := map[string]func() error{
		"create":  func() error { _, err := b.Create(t.Context(), alice, d, Call{}); return err },
		"update":  func() error { _, err := b.Update(t.Context(), alice, waiting.ID, d, Call{}); return err },
		"reserve": func() error { _, err := b.Reserve(t.Context(), alice, waiting.ID, price, Call{}); return err },
		"cancel":  func() error { _, _, err := b.Cancel(t.Context(), alice, waiting.ID, "motif", Call{}); return err },
		"close":   func() error { _, err := b.CloseLot(t.Context(), alice, kept.Lot, Call{}); return err },
		"sign": func() error {
			_, _, err := b.Signed(t.Context(), alice, waiting, []byte("sceau"), Signature{At: openDay}, Call{})
			return err
		},
	}
	for name, call := range calls {
		if err := call(); journal.KindOf(err) != journal.DiskFull {
			t.Errorf("%s: %v", name, err)
		}
	}
	for id, want := range map[string]FSE{kept.ID: kept, waiting.ID: waiting} {
		if got, err := b.Get(alice, id); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("an FSE changed: %v", err)
		}
	}
	if q := b.Queue(); q.ToSign != 1 || q.Signed != 1 || q.Lots != 1 {
		t.Errorf("queue %+v", q)
	}
	full.Store(false)
	if err := calls["sign"](); err != nil {
		t.Errorf("with room again: %v", err)
	}
	verify(t, b)
}
