package lot

import (
	"cmp"
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Reason says why something is late.
type Reason string

// The reasons. The delays of the law are seen (R.161-47 CSS, V): 3 working days
// from the care when the patient paid, 8 with tiers payant. That they run from the
// first day of care of an invoice that has several is inferred (I). What is soon and
// what waits for long is ours.
const (
	DeadlinePassed Reason = "delai-depasse" // its last day to be transmitted is over
	DeadlineNear   Reason = "delai-proche"  // that day is today or the next working day
	WaitsForLong   Reason = "attente"       // it waits for more than a working day
	NoAnswer       Reason = "sans-reponse"  // it was transmitted, and no ARL has come for more than 5 working days
)

const (
	nearDays = 1   // working days before the deadline that are near (ours)
	longDays = 1   // working days that anything may wait without being shown (ours)
	maxLate  = 200 // rows of each list

	silentDays = 5 // working days in which an ARL should come (ours)
)

// Deadline is the last day to transmit something, or for an answer to come, and how far it is.
type Deadline struct {
	Limit     fse.Date
	DaysLeft  int // working days from today to Limit, 0 on the day itself, below 0 behind it
	Reason    Reason
	Certitude tables.Certitude // of the rule behind Reason; Ours for none
}

// Ours marks a reason that no law gives.
const Ours tables.Certitude = ""

// LateFSE is an FSE that is late.
type LateFSE struct {
	FSE FSE
	Deadline
}

// LateLot is a lot that is late. Its deadline is the nearest of its FSE.
type LateLot struct {
	Lot Lot
	Deadline
}

// Late is what the practice has to do first. The lists begin with the nearest
// deadline and hold 200 rows at most; the counts are those of all.
type Late struct {
	ToSign []LateFSE // priced and numbered, not signed
	ToSend []LateFSE // signed, in a lot that is not transmitted
	Open   []LateLot // lots that nobody closed
	Closed []LateLot // closed lots that nobody transmitted
	Silent []LateLot // transmitted lots that no payer has answered about

	CountToSign, CountToSend, CountOpen, CountClosed, CountSilent int
}

// Late returns what is late at a moment, by the days of this machine's time zone.
// It reads what waits, for an ARL too, and nothing of what is answered.
func (b *Book) Late(now time.Time) (Late, error) {
	l := &latecomers{calendar: newCalendar(now, b.alsaceMoselle)}
	err := b.journal.View(func(s journal.State) error {
		if err := waiting(s, setOf(fse.ASigner), l.toSign); err != nil {
			return err
		}
		if err := waiting(s, setLots, func(lot *Lot) error { return l.lot(s, lot) }); err != nil {
			return err
		}
		if err := waiting(s, setSent, l.silent); err != nil {
			return err
		}
		return l.finish(s)
	})
	return l.Late, err
}

// latecomers gathers what is late.
type latecomers struct {
	Late
	calendar
	toSend []lateMember
}

type lateMember struct {
	id string
	Deadline
}

func (l *latecomers) toSign(f *FSE) error {
	d, late := l.deadline(memberOf(f))
	if !late {
		d, late = l.long(d, f.Created)
	}
	if late {
		l.ToSign = append(l.ToSign, LateFSE{*f, d})
	}
	return nil
}

// lot looks at a lot that was not transmitted and at its FSE. An empty lot is
// never late.
func (l *latecomers) lot(s scanner, lot *Lot) error {
	members, err := membersOf(s, lot.ID)
	if err != nil || len(members) == 0 {
		return err
	}
	var nearest Deadline
	anyLate := false
	for _, m := range members {
		d, late := l.deadline(m)
		if late {
			l.toSend = append(l.toSend, lateMember{m.FSE, d})
		}
		if !d.Limit.IsZero() && (nearest.Limit.IsZero() || d.Limit < nearest.Limit) {
			nearest, anyLate = d, late
		}
	}
	since := lot.Opened
	if lot.Closed != nil {
		since = *lot.Closed
	}
	if !anyLate {
		nearest, anyLate = l.long(nearest, since)
	}
	switch {
	case !anyLate:
	case lot.State == fse.LotOuvert:
		l.Open = append(l.Open, LateLot{*lot, nearest})
	default:
		l.Closed = append(l.Closed, LateLot{*lot, nearest})
	}
	return nil
}

// silent looks at a lot that was transmitted and that no payer has answered about.
func (l *latecomers) silent(lot *Lot) error {
	if lot.Sent == nil {
		return nil
	}
	limit := fse.AddWorkingDays(civil(*lot.Sent), silentDays, l.alsaceMoselle)
	if limit < l.today {
		l.Silent = append(l.Silent, LateLot{*lot, Deadline{Limit: limit, DaysLeft: l.daysLeft(limit), Reason: NoAnswer, Certitude: Ours}})
	}
	return nil
}

// finish counts, sorts and cuts the lists, and reads the FSE of the one to send.
func (l *latecomers) finish(g getter) error {
	l.CountToSign, l.CountToSend, l.CountOpen, l.CountClosed = len(l.ToSign), len(l.toSend), len(l.Open), len(l.Closed)
	l.CountSilent = len(l.Silent)
	l.Silent = first(l.Silent, func(x LateLot) fse.Date { return x.Limit })
	l.ToSign = first(l.ToSign, func(x LateFSE) fse.Date { return x.Limit })
	l.Open = first(l.Open, func(x LateLot) fse.Date { return x.Limit })
	l.Closed = first(l.Closed, func(x LateLot) fse.Date { return x.Limit })
	for _, m := range first(l.toSend, func(x lateMember) fse.Date { return x.Limit }) {
		f, err := fetch(g, m.id)
		if err != nil {
			return err
		}
		l.ToSend = append(l.ToSend, LateFSE{*f, m.Deadline})
	}
	return nil
}

// first sorts a list by its deadlines and cuts it.
func first[T any](list []T, limit func(T) fse.Date) []T {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(limit(a), limit(b)) })
	return list[:min(len(list), maxLate)]
}
