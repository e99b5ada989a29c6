package lot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/export"
	"github.com/google/go-cmp/cmp"
)

// later is when a purge of all that is over may run: everything else happens on
// openDay.
var later = openDay.AddDate(1, 0, 0)

// purgeBook holds one of each sort of FSE, and names them.
func purgeBook(t *testing.T) (b *Book, names map[string]string) {
	b = openBook(t, t.TempDir())
	b.now = func() time.Time { return later }
	names = map[string]string{}
	d, tp := draft(doctor), draft(doctor)
	tp.AMO.Caisse, tp.AMO.Centre = "999", "0000"
	price := priceOf(t, d)
	key := Call{Principal: alice, Method: "fse.create", Key: "k", Digest: "d"}
	made, err := b.Create(t.Context(), alice, d, key)
	if err != nil {
		t.Fatal(err)
	}
	if made, err = b.Reserve(t.Context(), alice, made.ID, price, Call{}); err != nil {
		t.Fatal(err)
	}
	paid, _, err := b.Signed(t.Context(), alice, made, []byte("sceau"), Signature{At: openDay}, Call{})
	if err != nil {
		t.Fatal(err)
	}
	names[paid.ID], names[paid.Lot] = "payée", "lot payé"
	end := func(id string, last fse.State) {
		l, err := b.CloseLot(t.Context(), alice, id, Call{})
		if err == nil {
			err = archive(b, l, last)
		}
		if err != nil {
			t.Fatal(err)
		}
		post(t, b, l.ID)
	}
	gone := signed(t, b, alice, d, price)
	names[gone.ID] = "annulée"
	if _, _, err := b.Cancel(t.Context(), alice, gone.ID, "erreur", Call{}); err != nil {
		t.Fatal(err)
	}
	end(paid.Lot, fse.Payee)
	mixed, unpaid := signed(t, b, alice, d, price), signed(t, b, alice, d, price)
	names[mixed.ID], names[unpaid.ID], names[mixed.Lot] = "payée avec une impayée", "impayée", "lot impayé"
	end(mixed.Lot, fse.Payee)
	_, err = b.journal.Update(t.Context(), func(journal.State) ([]journal.Entry, error) {
		return one((&fseChange{State: fse.Rejetee}).record(unpaid.ID, "payeur", ""))
	})
	if err != nil {
		t.Fatal(err)
	}
	split, err := b.Create(t.Context(), alice, d, Call{})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := b.Split(t.Context(), alice, split.ID, []*fse.Draft{d, d}, Call{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Cancel(t.Context(), alice, parts[0].ID, "", Call{}); err != nil {
		t.Fatal(err)
	}
	names[parts[0].ID], names[parts[1].ID] = "annulée, liée à un brouillon", "brouillon"
	waiting := signed(t, b, alice, tp, priceOf(t, tp))
	names[waiting.ID], names[waiting.Lot] = "en lot", "lot ouvert"
	return b, names
}

// What goes is what is over, old enough and tied to nothing that stays.
func TestPurgeable(t *testing.T) {
	b, names := purgeBook(t)
	if len(names) != 10 {
		t.Fatalf("%d subjects", len(names))
	}
	p, err := b.Purgeable(openDay.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	var goes []string
	for id := range p.subjects {
		goes = append(goes, names[id])
	}
	slices.Sort(goes)
	if diff := cmp.Diff([]string{"annulée", "lot payé", "payée"}, goes); diff != "" || p.FSE != 2 || p.Lots != 1 {
		t.Errorf("%d FSE and %d lots go: -want +got\n%s", p.FSE, p.Lots, diff)
	}
	if p, err := b.Purgeable(openDay); err != nil || p.FSE+p.Lots != 0 {
		t.Errorf("%d FSE and %d lots of that very day go, %v", p.FSE, p.Lots, err)
	}
	_, err = b.Purgeable(later.AddDate(0, 0, -89))
	wantError(t, err, ErrRetention)
	if _, err = b.Purgeable(later.AddDate(0, 0, -90)); err != nil {
		t.Error(err)
	}
}

// Of the derived keys those of what goes go, and no other; numbers and counts stay.
func TestPurgedKeys(t *testing.T) {
	b, names := purgeBook(t)
	p, err := b.Purgeable(openDay.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	err = b.journal.View(func(s journal.State) error {
		items, err := s.Scan("", "", 0, false)
		for _, item := range items {
			family, _, _ := strings.Cut(item.Key, "/")
			whole := item.Key + " " + string(item.Value)
			about := ""
			for id := range p.subjects {
				if strings.Contains(whole, id) {
					about = names[id]
				}
			}
			if keeps := p.KeepKey(item.Key, item.Value); keeps != (about == "") {
				t.Errorf("a key of the family %s about %q stays: %t", family, about, keeps)
			} else if !keeps {
				count[family]++
			}
		}
		for r, err := range s.Range(1, s.Last()) {
			if err != nil {
				return err
			}
			if p.KeepRecord(r) == p.subjects[r.Subject] {
				t.Error("a record stays with a subject that goes, or the reverse")
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"appel": 1, "fse": 2, "fse-numero": 2, "fse-suite": 1, "jour": 2, "papier": 3, "toutes": 2, "liste": 2, "lot": 1, "lot-fse": 1, "lot-numero": 1, "lots": 1, "patient": 2}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("keys that go -want +got\n%s", diff)
	}
}

// The accountant's rows: every priced FSE once, with the sums of the lots.
func TestExport(t *testing.T) {
	b, _ := purgeBook(t)
	var rows []export.Row
	for r, err := range b.Export(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	want := []struct {
		numero, lot string
		etat        string
		paid        bool
	}{
		{"000000001", "001", "payée", true}, {"000000002", "001", "annulée", false}, {"000000003", "002", "payée", true},
		{"000000004", "002", "rejetée", false}, {"000000005", "001", "en lot", false},
	}
	if len(rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(rows), len(want))
	}
	for i, w := range want {
		r := rows[i]
		if r.Numero != w.numero || r.Lot != w.lot || r.Etat != w.etat || r.PayeeLe.IsZero() == w.paid ||
			r.Honoraires != 3000 || r.AMO != 2100 || r.Professionnel != doctor || r.DateSoins.Format(time.DateOnly) != "2026-06-16" {
			t.Errorf("row %d: %+v", i, r)
		}
	}
	for range b.Export(t.Context()) {
		break // whoever has enough may stop
	}
}

// A purge takes out what is over and changes nothing of what stays; numbers go on,
// and what went is gone also for keys of calls.
func TestPurge(t *testing.T) {
	b, names := purgeBook(t)
	before := string(derived(t, b))
	done, gone, err := b.Purge(t.Context(), openDay.Add(time.Second))
	if err != nil || gone.FSE != 2 || gone.Lots != 1 || done.GoneKeys != 21 {
		t.Fatalf("%d FSE, %d lots, %+v, %v", gone.FSE, gone.Lots, done, err)
	}
	var want []string
	for _, line := range strings.SplitAfter(before, "\n") {
		keep := true
		for id := range gone.subjects {
			keep = keep && !strings.Contains(line, id)
		}
		if keep {
			want = append(want, line)
		}
	}
	if diff := cmp.Diff(strings.Join(want, ""), string(derived(t, b))); diff != "" {
		t.Errorf("what stays -want +got\n%s", diff)
	}
	for id, name := range names {
		if !strings.Contains(name, "lot") && gone.subjects[id] {
			_, err := b.Get(alice, id)
			wantError(t, err, ErrNotFound)
		}
	}
	for id := range names {
		f, err := b.Get(alice, id)
		if err != nil || f.Signature == nil {
			continue
		}
		if seal, err := b.Seal(f); err != nil || string(seal) != "sceau" {
			t.Errorf("the seal of an FSE that stays: %v", err)
		}
	}
	d := draft(doctor)
	if f := signed(t, b, alice, d, priceOf(t, d)); f.Numero != 6 {
		t.Errorf("the next FSE has number %d", f.Numero)
	}
	verify(t, b)
	if _, again, err := b.Purge(t.Context(), openDay.Add(time.Second)); err != nil || again.FSE+again.Lots != 0 {
		t.Errorf("a second purge takes %d FSE and %d lots, %v", again.FSE, again.Lots, err)
	}
}
