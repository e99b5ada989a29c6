package lot

import (
	"fmt"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// fill puts n FSE in the book, one of ten not signed, the others in closed lots of
// 90 that are archived but for the last.
func fill(b *testing.B, book *Book, n int) {
	d := draft(doctor)
	price := priceOf(b, d)
	const batch, perDay = 90, 100
	for done := 0; done < n; done += batch {
		_, err := book.journal.Update(b.Context(), func(journal.State) (entries []journal.Entry, err error) {
			add := func(e journal.Entry, fault error) {
				entries = append(entries, e)
				if err == nil {
					err = fault
				}
			}
			l := &Lot{ID: newID(), Numero: 1 + done/batch%maxLot, Regime: "01", Caisse: "349", Centre: "9881", Certification: "D",
				NumeroAM: doctor, Environment: Demonstration, Opened: openDay}
			add((&lotChange{State: fse.LotClos, At: &openDay, New: l}).record(l.ID, alice, ""))
			for i := range min(batch, n-done) {
				d := *d
				d.DateSoins = d.DateSoins.AddDays(-(n - 1 - done - i) / perDay)
				change := fseChange{State: fse.EnLot, Owner: alice, Certification: "D", Draft: &d, Price: price, Numero: done + i + 1, Lot: l.ID}
				if i%10 == 9 {
					change.State, change.Lot = fse.Brouillon, ""
				}
				add(change.record(newID(), alice, ""))
			}
			if done+batch < n {
				add((&lotChange{State: fse.LotTransmis}).record(l.ID, alice, ""))
			}
			return entries, err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func whereBench(book *Book, s fse.State) error {
	_, _, err := book.ListWhere(alice, Filter{States: []fse.State{s}}, "", 50)
	return err
}

// BenchmarkBook reads what screens show with 100 FSE in the book and with 100 000:
// the first page of the list, a page in the middle, the counters, what is late, a day of
// 100 FSE and its takings, those of a quarter, what is rejected, papers. Their times
// must not grow with what is over.
func BenchmarkBook(b *testing.B) {
	for _, n := range []int{100, 100_000} {
		book := openBook(b, b.TempDir())
		fill(b, book, n)
		middle := fmt.Sprintf("%020d", n/2)
		for name, read := range map[string]func() error{
			"page":     func() error { _, _, err := book.List(alice, "", 50); return err },
			"middle":   func() error { _, _, err := book.List(alice, middle, 50); return err },
			"counters": func() error { _ = book.Queue(); return nil },
			"day":      func() error { _, err := book.OfDay(june(16), alice); return err },
			"takings":  func() error { _, err := book.Days(june(16), june(16), alice); return err },
			"quarter":  func() error { _, err := book.Days(june(16).AddDays(-91), june(16), alice); return err },
			"rejected": func() error { return whereBench(book, fse.Rejetee) },
			"drafts":   func() error { return whereBench(book, fse.Brouillon) },
			"papers":   func() error { _, _, err := book.Papers(alice, "", 50); return err },
			"late":     func() error { _, err := book.Late(openDay.AddDate(0, 0, 10)); return err },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := read(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		if err := book.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
