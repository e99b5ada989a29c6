package lot

import (
	"cmp"
	"context"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Means is how a patient has paid. The list is ours.
type Means string

// The means of payment.
const (
	MeansCard     Means = "carte"
	MeansCheque   Means = "cheque"
	MeansCash     Means = "especes"
	MeansTransfer Means = "virement"
)

func (m Means) known() bool {
	return m == MeansCard || m == MeansCheque || m == MeansCash || m == MeansTransfer
}

// Payment is what a patient gave for an FSE.
type Payment struct {
	Amount fse.Cents `json:"montant"`
	Means  Means     `json:"moyen"`
	Date   fse.Date  `json:"date"`
}

// Collect notes what the patient gave for an FSE, instead of what was noted before; an
// amount of 0 takes that back. It is at most what the patient has to pay now, which is
// not the same as what the patient bears in the end: see fse.Total. A zero date is today.
//
// It fails with ErrState for an FSE without a price, cancelled or replaced, with
// ErrPayment, ErrTooMuch, and ErrDate for a day to come.
func (b *Book) Collect(ctx context.Context, owner, id string, p Payment, c Call) (FSE, error) {
	today := civil(b.now())
	p.Date = cmp.Or(p.Date, today)
	switch {
	case p.Amount == 0:
		p = Payment{}
	case p.Amount < 0 || !p.Means.known():
		return FSE{}, ErrPayment
	case p.Date > today:
		return FSE{}, ErrDate
	}
	f, _, err := b.change(ctx, id, owner, c, func(_ journal.State, f *FSE) ([]journal.Entry, error) {
		noted := Payment{}
		if f.Collected != nil {
			noted = *f.Collected
		}
		switch {
		case f.Price == nil || f.State == fse.Brouillon || replacedOrCancelled(f.State):
			return nil, ErrState
		case p.Amount > f.Price.Total.ARegler:
			return nil, ErrTooMuch
		case p == noted:
			return nil, nil
		}
		change := fseChange{State: f.State, Collected: &p, Key: c.key()}
		return one(change.record(id, cmp.Or(c.Principal, owner), ""))
	})
	return f, err
}

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
	Collected fse.Cents `json:"encaisse,omitempty"`
	Means     Means     `json:"moyen,omitempty"`
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
	if f.Collected != nil {
		l.Collected, l.Means = f.Collected.Amount, f.Collected.Means
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
// what is cancelled or replaced. Days on which there was nothing are left out. Its cost
// is that of the FSE of these days. More than 92 days, or none, is ErrDate.
func (b *Book) Days(from, to fse.Date, owner string) (days []state.Takings, err error) {
	if from.IsZero() || to < from || to.Ordinal()-from.Ordinal() >= maxDays {
		return nil, ErrDate
	}
	err = b.journal.View(func(s journal.State) error {
		for day := from; day <= to; day = day.AddDays(1) {
			sum := state.Takings{Date: day.String()}
			err := linesOf(s, day, owner, func(l *dayLine) error { l.addTo(&sum); return nil })
			if err != nil {
				return err
			}
			if sum.Count > 0 {
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
	if l.Collected == 0 {
		return
	}
	if sum.ByMeans == nil {
		sum.ByMeans = map[string]int64{}
	}
	sum.Collected += int64(l.Collected)
	sum.ByMeans[string(l.Means)] += int64(l.Collected)
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
