package daemon

import (
	"context"
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/lot"
)

// closingActor is who the journal names as having closed lots at their hour.
const closingActor = "service"

// lookAgain bounds how long the hours are slept through: a machine that was suspended,
// or whose clock was set, comes back to them in that time.
const lookAgain = 5 * time.Minute

// hours closes the lots of each practice at its closing hour. What is due follows from
// the lots themselves: one that was opened, closed or reopened since the last closing
// hour is left until the next. So an hour that was missed is made up for at the next
// start, nothing is done twice, and a lot that somebody reopens in the evening stays
// open until the next day. An hour that is set, or changed, begins with the next one.
type hours struct {
	now     func() time.Time
	due     func(context.Context) (next time.Time) // does what is due; next is zero where nothing will be
	changed chan struct{}                          // holds one while the settings have changed
}

func newHours(now func() time.Time, due func(context.Context) time.Time) *hours {
	return &hours{now: now, due: due, changed: make(chan struct{}, 1)}
}

// again has the hours looked at anew.
func (h *hours) again() {
	select {
	case h.changed <- struct{}{}:
	default:
	}
}

// keep does what is due, each time that something is, until ctx ends.
func (h *hours) keep(ctx context.Context) {
	for ctx.Err() == nil {
		var passed <-chan time.Time
		if next := h.due(ctx); !next.IsZero() {
			passed = time.After(min(lookAgain, max(next.Sub(h.now()), time.Second)))
		}
		select {
		case <-ctx.Done():
		case <-passed:
		case <-h.changed:
		}
	}
}

// closeDue closes what is due and returns the next closing hour, zero where there is none.
func (d *Daemon) closeDue(ctx context.Context) (next time.Time) {
	now := d.now().Local()
	due := make(map[string]time.Time) // the last hour of each number
	hours, err := d.book.ClosingHours()
	if err != nil {
		d.log.Warn("closing hours not read", "error", err)
		return next
	}
	for _, h := range hours {
		before, after, ok := around(h.Hour, now)
		if !ok {
			continue
		}
		if before.After(h.Since) {
			due[h.NumeroAM] = before
		}
		if next.IsZero() || after.Before(next) {
			next = after
		}
	}
	if len(due) > 0 {
		d.closeAll(ctx, due)
	}
	return next
}

// closeAll closes the open lots that were last changed before the hour of their number.
func (d *Daemon) closeAll(ctx context.Context, due map[string]time.Time) {
	open, err := d.book.OpenLots()
	if err != nil {
		d.log.Warn("lots not read at their hour", "error", err)
		return
	}
	for _, l := range open {
		if hour, ok := due[l.NumeroAM]; ok && l.Changed.Before(hour) {
			d.closeAtHour(ctx, l, hour)
		}
	}
}

// closeAtHour closes a lot, unless all of its FSE were signed since: it was empty then.
func (d *Daemon) closeAtHour(ctx context.Context, l lot.Lot, hour time.Time) {
	members, err := d.book.InLot(l.ID)
	if err == nil && !slices.ContainsFunc(members, func(f lot.FSE) bool { return f.Signature != nil && f.Signature.At.Before(hour) }) {
		return
	}
	if err == nil {
		_, err = d.CloseLot(ctx, closingActor, l.ID, lot.Call{})
	}
	if err != nil {
		d.log.Warn("a lot was not closed at its hour", "lot", l.Numero, "error", err)
		return
	}
	d.log.Info("a lot was closed at its hour", "lot", l.Numero)
}

// around gives the moments of an hour of the day, HH:MM, before now or at it, and after
// it, by the clock of the practice. ok is false for no hour.
func around(hour string, now time.Time) (before, after time.Time, ok bool) {
	at, err := time.Parse("15:04", hour)
	if err != nil {
		return before, after, false
	}
	on := func(days int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+days, at.Hour(), at.Minute(), 0, 0, now.Location())
	}
	if on(0).After(now) {
		return on(-1), on(0), true
	}
	return on(0), on(1), true
}
