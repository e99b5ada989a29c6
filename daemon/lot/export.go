package lot

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/export"
)

// Export yields a row for an accountant of every FSE that has a price, those of one principal after the
// other's, in the order in which they were begun. It reads page by page: what
// is written meanwhile may be part of it. It ends at the first error. The
// day of a payment is the one that the payer tells, or else that of the record that tells it.
func (b *Book) Export(ctx context.Context) iter.Seq2[export.Row, error] {
	return func(yield func(export.Row, error) bool) {
		for after := ""; ; {
			rows, last, err := b.exportPage(after)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(export.Row{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if last == "" {
				return
			}
			after = last
		}
	}
}

// exportPage returns rows behind the key after, and the last key it has read, ""
// at the end.
func (b *Book) exportPage(after string) (rows []export.Row, last string, err error) {
	err = b.journal.View(func(s journal.State) error {
		items, err := s.Scan("liste/", after, walkPage, false)
		if err != nil {
			return err
		}
		for _, item := range items {
			f, err := fseOf(s, string(item.Value))
			if err == nil && f == nil {
				err = errMissing(item.Key)
			}
			if err != nil {
				return err
			}
			if f.Price == nil {
				continue
			}
			row, err := rowOf(s, f)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		if len(items) == walkPage {
			last = items[len(items)-1].Key
		}
		return nil
	})
	return rows, last, err
}

// rowOf is f without anything of the patient.
func rowOf(g getter, f *FSE) (export.Row, error) {
	t := f.Price.Total
	if f.State == fse.Brouillon { // it was changed since it had that price
		t = fse.Total{}
	}
	r := export.Row{Professionnel: f.NumeroAM(), Etat: f.State.Libelle(), Certification: f.Certification,
		DateSoins:  day(f.Draft.DateSoins),
		Honoraires: int64(t.Honoraires), AMO: int64(t.AMO), AMC: int64(t.AMC), Patient: int64(t.Patient),
		Demonstration: true} // the only environment there is
	if f.Numero != 0 {
		r.Numero = fmt.Sprintf("%09d", f.Numero)
	}
	if f.PaidAt != nil && (f.State == fse.Payee || f.State == fse.PayeePartiellement) {
		r.PayeeLe = *f.PaidAt
	}
	if paid := f.Received; paid != nil {
		r.Regle = int64(paid.AMO + paid.AMC)
		if !paid.Last.IsZero() && !r.PayeeLe.IsZero() {
			r.PayeeLe = day(paid.Last)
		}
	}
	if p := f.inTill(); p != nil {
		r.Encaisse, r.Moyen, r.EncaisseLe = int64(p.Amount), string(p.Means), day(p.Date)
	}
	if f.Lot == "" {
		return r, nil
	}
	l, err := get[Lot](g, keyLot(f.Lot))
	if err == nil && l != nil { // the lot of a cancelled FSE may have been purged
		r.Lot = fmt.Sprintf("%03d", l.Numero)
	}
	return r, err
}

// day is a civil day as a moment, zero for none.
func day(d fse.Date) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(d.Year(), time.Month(d.Month()), d.Day(), 0, 0, 0, 0, time.UTC)
}
