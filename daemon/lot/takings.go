package lot

import (
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// dayLine is what the takings of a day know of an FSE, so that summing them does not
// read the FSE.
type dayLine struct {
	FSE       string    `json:"fse"`
	Owner     string    `json:"proprietaire"`
	State     fse.State `json:"etat"`
	Counts    bool      `json:"compte,omitempty"`
	Priced    bool      `json:"prix,omitempty"`
	Fees      fse.Cents `json:"honoraires,omitempty"`
	AMO       fse.Cents `json:"amo,omitempty"`
	AMC       fse.Cents `json:"amc,omitempty"`
	Patient   fse.Cents `json:"patient,omitempty"`
	Uncovered fse.Cents `json:"nonPrisEnCharge,omitempty"`
}

// counts tells whether f is part of the takings. What makes a rejected FSE again is not,
// until it takes its place.
func (f *FSE) counts() bool {
	switch f.State {
	case fse.Brouillon, fse.Annulee, fse.Remplacee:
		return false
	case fse.ASigner:
		return f.Price != nil && f.Replaces == nil
	}
	return true
}

func dayLineOf(f *FSE) dayLine {
	l := dayLine{FSE: f.ID, Owner: f.Owner, State: f.State, Counts: f.counts()}
	if f.Price != nil {
		t := f.Price.Total
		l.Priced, l.Fees, l.AMO, l.AMC, l.Patient, l.Uncovered = true, t.Honoraires, t.AMO, t.AMC, t.Patient, t.NonPrisEnCharge
	}
	return l
}

// enterDay keeps f under its day of care.
func enterDay(w journal.Writer, before, f *FSE) error {
	if f.Seq == 0 { // see adopt
		return nil
	}
	if before.Draft != nil && before.Draft.DateSoins != f.Draft.DateSoins {
		if err := w.Set(keyDay(before.Draft.DateSoins, f.Seq), nil); err != nil {
			return err
		}
	}
	return set(w, keyDay(f.Draft.DateSoins, f.Seq), dayLineOf(f))
}

// maxDays bounds the days that are summed at once: a quarter (ours).
const maxDays = 92

// Days sums what the days from one to another have brought, by day of care: every FSE
// that has a price and is no draft, and paper sheets, with or without one; nothing of
// what is cancelled or replaced. What patients have given is summed by the day on which
// they gave it. Days on which there was nothing are left out. Its cost is that of the FSE
// and the payments of these days. More than 92 days, or none, is ErrDate.
func (b *Book) Days(from, to fse.Date, owner string) (days []state.Takings, err error) {
	if from.IsZero() || to < from || to.Ordinal()-from.Ordinal() >= maxDays {
		return nil, ErrDate
	}
	err = b.journal.View(func(s journal.State) error {
		for day := from; day <= to; day = day.AddDays(1) {
			sum := state.Takings{Date: day.String()}
			err := linesOf(s, day, owner, func(l *dayLine) error { l.addTo(&sum); return nil })
			if err == nil {
				err = addTill(s, day, owner, &sum)
			}
			if err != nil {
				return err
			}
			if sum.Count > 0 || sum.Collected > 0 {
				days = append(days, sum)
			}
		}
		return nil
	})
	return days, err
}

// addTo adds a line to the sum of its day.
func (l *dayLine) addTo(sum *state.Takings) {
	sum.Count++
	if !l.Priced {
		sum.Unpriced++
	}
	sum.Honoraires += int64(l.Fees)
	sum.AMO += int64(l.AMO)
	sum.AMC += int64(l.AMC)
	sum.Patient += int64(l.Patient)
	sum.Uncovered += int64(l.Uncovered)
}

// OfDay returns the FSE of a day of care that Days counts, in the order in which they
// were begun.
func (b *Book) OfDay(day fse.Date, owner string) (list []FSE, err error) {
	err = b.journal.View(func(s journal.State) error {
		return linesOf(s, day, owner, func(l *dayLine) error {
			f, err := fetch(s, l.FSE)
			if err == nil {
				list = append(list, *f)
			}
			return err
		})
	})
	return list, err
}

// linesOf calls f with what counts of a day, by the record that began it.
func linesOf(s scanner, day fse.Date, owner string, f func(*dayLine) error) error {
	items, err := s.Scan(prefixDay(day), "", 0, false)
	if err != nil {
		return err
	}
	for _, item := range items {
		l, err := decode[dayLine](item.Value)
		if err != nil {
			return err
		}
		if !l.Counts || owner != Practice && l.Owner != owner {
			continue
		}
		if err := f(l); err != nil {
			return err
		}
	}
	return nil
}
