package lot

import (
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// calendar counts working days around a day. Public holidays are those of all of
// France, with those of Alsace-Moselle where Options say so.
type calendar struct {
	today         fse.Date
	alsaceMoselle bool
	left          map[fse.Date]int // working days from today, of days seen before
}

func newCalendar(now time.Time, alsaceMoselle bool) calendar {
	return calendar{civil(now), alsaceMoselle, map[fse.Date]int{}}
}

// civil is the day of a moment in this machine's time zone.
func civil(t time.Time) fse.Date {
	year, month, day := t.Local().Date()
	d, _ := tables.MakeDate(year, int(month), day) // false only before 1800
	return d
}

// farthest bounds the days that are counted one by one.
const farthest = 400

// daysLeft counts the working days from today to a day, below 0 behind it. Far
// away it stops counting.
func (c *calendar) daysLeft(to fse.Date) int {
	if n, known := c.left[to]; known {
		return n
	}
	from, end, sign := c.today, to, 1
	if to < from {
		from, end, sign = to, from, -1
	}
	n := 0
	for i := 0; from < end && i < farthest; i++ {
		from = from.AddDays(1)
		if fse.AddWorkingDays(from.AddDays(-1), 1, c.alsaceMoselle) == from {
			n++
		}
	}
	c.left[to] = sign * n
	return sign * n
}

// deadline is the last day to transmit an FSE, and whether it is near or over.
// Without a delay in the tables nothing is late.
func (c *calendar) deadline(m member) (Deadline, bool) {
	limit, ok := fse.DateLimite(tables.Default(), m.Soins, m.TiersPayant, c.alsaceMoselle)
	if !ok {
		return Deadline{}, false
	}
	d := Deadline{Limit: limit, DaysLeft: c.daysLeft(limit), Certitude: tables.Vu}
	if m.Several {
		d.Certitude = tables.Infere
	}
	switch {
	case limit < c.today:
		d.Reason = DeadlinePassed
	case d.DaysLeft <= nearDays:
		d.Reason = DeadlineNear
	default:
		return d, false
	}
	return d, true
}

// long makes d that of something that waits since a moment, and tells whether that
// is for long.
func (c *calendar) long(d Deadline, since time.Time) (Deadline, bool) {
	if fse.AddWorkingDays(civil(since), longDays, c.alsaceMoselle) >= c.today {
		return d, false
	}
	d.Reason, d.Certitude = WaitsForLong, Ours
	return d, true
}
