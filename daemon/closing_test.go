package daemon

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
)

// clock is a clock that a test sets.
type clock struct{ at atomic.Int64 }

func (c *clock) set(t time.Time) { c.at.Store(t.UnixNano()) }
func (c *clock) now() time.Time  { return time.Unix(0, c.at.Load()) }

// evening is a moment of the open day, or of one n days behind it, by the clock of the practice.
func evening(n, hour, minute int) time.Time {
	y, m, d := openDay.Local().Date()
	return time.Date(y, m, d+n, hour, minute, 0, 0, time.Local)
}

// closingRig is a daemon with a CPS, whose practice closes at 19:00.
func closingRig(t *testing.T, hour string) (*rig, *clock) {
	t.Helper()
	c := &clock{}
	c.set(evening(0, 10, 0))
	r := newRig(t, func(_ *Config, d *Deps) { d.Now = c.now })
	p := practice("991000015", "99900000011")
	p.Fermeture = hour
	if _, err := r.d.SetCabinet(t.Context(), ehr, p, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	r.insert(left, card(t, "medecin-secteur1"))
	return r, c
}

// state is the state of the lot of an FSE after what is due at a moment was done.
func (r *rig) stateAt(c *clock, at time.Time, f lot.FSE) fse.LotState {
	r.t.Helper()
	c.set(at)
	r.d.closeDue(r.t.Context())
	l, err := r.d.book.Lot(f.Lot)
	if err != nil {
		r.t.Fatal(err)
	}
	return l.State
}

// Lots are closed at the hour of their practice, once a day; one that somebody reopens in
// the evening stays open until the next day's, and so does one that was begun then.
func TestClosingHour(t *testing.T) {
	r, c := closingRig(t, "19:00")
	first := r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	want := func(what string, at time.Time, f lot.FSE, want fse.LotState) {
		t.Helper()
		if got := r.stateAt(c, at, f); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	want("before the hour", evening(0, 18, 59), first, fse.LotOuvert)
	want("at the hour", evening(0, 19, 0), first, fse.LotClos)
	c.set(evening(0, 19, 30))
	if _, err := r.d.ReopenLot(t.Context(), ehr, first.Lot, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	want("reopened in the evening", evening(0, 23, 59), first, fse.LotOuvert)
	want("the next morning", evening(1, 9, 0), first, fse.LotOuvert)
	want("the next hour", evening(1, 19, 0), first, fse.LotClos)
	c.set(evening(1, 20, 0))
	late := r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	want("begun in the evening", evening(1, 21, 0), late, fse.LotOuvert)
	want("a hour that was missed", evening(4, 8, 0), late, fse.LotClos)
}

// A lot that was empty at the hour, and is filled in the evening, is left open.
func TestClosingHourOfAnEmptyLot(t *testing.T) {
	r, c := closingRig(t, "19:00")
	gone := r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	if _, err := r.d.CancelFSE(t.Context(), ehr, gone.ID, "essai", lot.Call{}); err != nil {
		t.Fatal(err)
	}
	if got := r.stateAt(c, evening(0, 19, 1), gone); got != fse.LotOuvert {
		t.Errorf("an empty lot is %s", got)
	}
	c.set(evening(0, 19, 30))
	f := r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	if got := r.stateAt(c, evening(0, 20, 0), f); f.Lot != gone.Lot || got != fse.LotOuvert {
		t.Errorf("filled in the evening it is %s", got)
	}
	if got := r.stateAt(c, evening(1, 19, 0), f); got != fse.LotClos {
		t.Errorf("the next day it is %s", got)
	}
}

// A practice without an hour closes its lots by hand, and another's hour does not.
func TestNoClosingHour(t *testing.T) {
	r, c := closingRig(t, "")
	bis := practice("991000031", "99900000037")
	bis.Fermeture = "12:00"
	if _, err := r.d.SetCabinet(t.Context(), ehr, bis, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	f := r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	if got := r.stateAt(c, evening(2, 23, 0), f); got != fse.LotOuvert {
		t.Errorf("it is %s", got)
	}
}

// What was missed while the service did not run is made up for at its start.
func TestClosingHourAtTheStart(t *testing.T) {
	r, c := closingRig(t, "19:00")
	f := r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	r.stop()
	c.set(evening(1, 8, 0))
	r.start(func(_ *Config, d *Deps) { d.Now = c.now })
	_, events := r.d.Hello()
	defer events.Close()
	timeout := time.After(20 * time.Second)
	for {
		if l, err := r.d.book.Lot(f.Lot); err != nil {
			t.Fatal(err)
		} else if l.State == fse.LotClos {
			return
		}
		select {
		case <-events.Events():
		case <-timeout:
			t.Fatal("it was not closed")
		}
	}
}

// The hours are slept through, looked at again when the settings change, and at the
// latest after lookAgain.
func TestHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var looked []time.Duration
		var next []time.Duration // of each look, 0 for nothing to come
		h := newHours(time.Now, nil)
		h.due = func(context.Context) time.Time {
			n := len(looked)
			looked = append(looked, time.Since(begun))
			if n >= len(next) || next[n] == 0 {
				return time.Time{}
			}
			return begun.Add(next[n])
		}
		next = []time.Duration{time.Minute, 12 * time.Minute, 12 * time.Minute, 12 * time.Minute, 0}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); h.keep(ctx) }()
		time.Sleep(time.Hour)
		h.again()
		synctest.Wait()
		cancel()
		<-done
		want := []time.Duration{0, time.Minute, 6 * time.Minute, 11 * time.Minute, 12 * time.Minute, time.Hour}
		if !slices.Equal(looked, want) {
			t.Errorf("looked at %v, want %v", looked, want)
		}
	})
}

func TestAround(t *testing.T) {
	tests := []struct {
		name, hour    string
		now           time.Time
		before, after time.Time
	}{
		{"before it", "19:00", evening(0, 18, 59), evening(-1, 19, 0), evening(0, 19, 0)},
		{"at it", "19:00", evening(0, 19, 0), evening(0, 19, 0), evening(1, 19, 0)},
		{"after it", "19:00", evening(0, 19, 1), evening(0, 19, 0), evening(1, 19, 0)},
		{"midnight", "00:00", evening(0, 0, 0), evening(0, 0, 0), evening(1, 0, 0)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if before, after, ok := around(tt.hour, tt.now); !ok || !before.Equal(tt.before) || !after.Equal(tt.after) {
				t.Errorf("%s, %s, %v", before, after, ok)
			}
		})
	}
	for _, none := range []string{"", "24:00", "7"} {
		if _, _, ok := around(none, openDay); ok {
			t.Errorf("%q is an hour", none)
		}
	}
}
