package lot

import (
	"cmp"
	"context"
	"fmt"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// What a patient gave is noted once. It goes with the claim: to the FSE that takes the
// place of a rejected one, back when that is cancelled, to the paper sheet of an FSE that
// has a number. What an FSE that ends as annulée is left with counts as given back.

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

// OverpaidError is that a patient gave more for an FSE than is to pay for it now, in
// cents: its price has changed since. Numero is that of the FSE of which the payment is
// noted, 9 digits.
type OverpaidError struct {
	Numero    string
	Paid, Due fse.Cents
}

func (e *OverpaidError) Error() string {
	return fmt.Sprintf("cannot go on: %s was noted as paid, %s is to pay now", e.Paid, e.Due)
}

// settle fails with an *OverpaidError if more was given for f than price says, or, where
// nothing was, for the rejected FSE that f makes again: paid, nil for nothing.
func settle(price *fse.Prix, f *FSE, paid *Payment) error {
	numero := fmt.Sprintf("%09d", f.Numero)
	if f.Collected != nil {
		paid = f.Collected
	} else if paid != nil {
		numero = f.Replaces.Numero
	}
	if price == nil || paid == nil || paid.Amount <= price.Total.ARegler {
		return nil
	}
	return &OverpaidError{Numero: numero, Paid: paid.Amount, Due: price.Total.ARegler}
}

// Collect notes what the patient gave for an FSE, instead of what was noted before; an
// amount of 0 takes that back. It is at most what the patient has to pay now, which is
// not the same as what the patient bears in the end: see fse.Total; but what was noted
// may stay or become less, also for a draft that was changed since. A zero date is today.
//
// It fails with ErrState for an FSE without a price, cancelled or replaced, with
// ErrPayment, ErrTooMuch, ErrDate for a day to come, and ErrPaid where the payment is
// noted of the rejected FSE that this one makes again, or of the one that makes it again.
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
	f, _, err := b.change(ctx, id, owner, c, func(s journal.State, f *FSE) ([]journal.Entry, error) {
		noted := Payment{}
		if f.Collected != nil {
			noted = *f.Collected
		}
		if err := mayCollect(s, f, p, noted); err != nil || p == noted {
			return nil, err
		}
		change := fseChange{State: f.State, Collected: &p, Key: c.key()}
		return one(change.record(id, cmp.Or(c.Principal, owner), ""))
	})
	return f, err
}

// mayCollect tells why p can't be noted of f instead of what was noted, nil if it can.
func mayCollect(s journal.State, f *FSE, p, noted Payment) error {
	priced := f.Price != nil && f.State != fse.Brouillon
	if replacedOrCancelled(f.State) || !priced && f.Collected == nil {
		return ErrState
	}
	most := noted.Amount
	if priced {
		most = max(most, f.Price.Total.ARegler)
	}
	if p.Amount > most {
		return ErrTooMuch
	}
	if p.Amount == 0 || f.Collected != nil {
		return nil
	}
	other, err := counterpart(s, f)
	if err == nil && other != nil && other.Collected != nil {
		err = ErrPaid
	}
	return err
}

// counterpart is the rejected FSE that f is to replace, or what is to replace f, which is
// rejected; nil for none.
func counterpart(g getter, f *FSE) (*FSE, error) {
	switch {
	case f.State == fse.Rejetee && f.ReplacedBy != "":
		by, err := fetch(g, f.ReplacedBy)
		if err != nil || by.State == fse.Annulee {
			return nil, err
		}
		return by, nil
	case f.Replaces != nil && f.Replaces.FSE != "":
		old, err := fetch(g, f.Replaces.FSE)
		if err != nil || old.State != fse.Rejetee || old.ReplacedBy != f.ID {
			return nil, err
		}
		return old, nil
	}
	return nil, nil
}

// inTill is what a patient gave for f and was not given back, nil for nothing. A replaced
// FSE has none: older records left it with a copy of what is noted of the new one.
func (f *FSE) inTill() *Payment {
	if replacedOrCancelled(f.State) {
		return nil
	}
	return f.Collected
}

// tillLine is what the till of a day knows of a payment.
type tillLine struct {
	FSE    string    `json:"fse"`
	Owner  string    `json:"proprietaire"`
	Amount fse.Cents `json:"montant"`
	Means  Means     `json:"moyen"`
}

// enterTill keeps what was given for f under the day on which it was.
func enterTill(w journal.Writer, before, f *FSE) error {
	was, is := before.inTill(), f.inTill()
	if f.Seq == 0 || was == is { // 0: see adopt
		return nil
	}
	if was != nil && (is == nil || is.Date != was.Date) {
		if err := w.Set(keyTill(was.Date, f.Seq), nil); err != nil {
			return err
		}
	}
	if is == nil {
		return nil
	}
	return set(w, keyTill(is.Date, f.Seq), tillLine{f.ID, f.Owner, is.Amount, is.Means})
}

// addTill adds what was given on a day to its sum.
func addTill(s scanner, day fse.Date, owner string, sum *state.Takings) error {
	items, err := s.Scan(prefixTill(day), "", 0, false)
	if err != nil {
		return err
	}
	for _, item := range items {
		l, err := decode[tillLine](item.Value)
		if err != nil {
			return err
		}
		if owner != Practice && l.Owner != owner {
			continue
		}
		if sum.ByMeans == nil {
			sum.ByMeans = map[string]int64{}
		}
		sum.Collected += int64(l.Amount)
		sum.ByMeans[string(l.Means)] += int64(l.Amount)
	}
	return nil
}
