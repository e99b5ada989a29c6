package rights

import (
	"fmt"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
)

// morning leaves MaxAge before midnight.
var morning = time.Date(2026, time.June, 16, 8, 0, 0, 0, time.Local)

func TestCache(t *testing.T) {
	asked := adri.Request{NIR: "297022A02077878", Naissance: "19970226", Rang: 1, DateSoins: 20260616, NumeroAM: "991000015", Mode: adri.Targeted}
	answer := adri.Response{Persons: []adri.Person{{AMO: adri.AMO{Du: 20260610, Au: 20260620}}}}
	tests := []struct {
		name   string
		asker  string
		change func(*adri.Request)
		after  time.Duration
		found  bool
	}{
		{"the same", "a", func(*adri.Request) {}, 0, true},
		{"by the software", "a", func(r *adri.Request) { r.Mode = adri.Systematic }, 0, true},
		{"another day of the month", "a", func(r *adri.Request) { r.DateSoins = 20260620 }, time.Hour, true},
		{"at last", "a", func(*adri.Request) {}, MaxAge, true},
		{"too old", "a", func(*adri.Request) {}, MaxAge + 1, false},
		{"the clock went back", "a", func(*adri.Request) {}, -1, false},
		{"behind the rights", "a", func(r *adri.Request) { r.DateSoins = 20260621 }, 0, false},
		{"before the rights", "a", func(r *adri.Request) { r.DateSoins = 20260609 }, 0, false},
		{"another month", "a", func(r *adri.Request) { r.DateSoins = 20260516 }, 0, false},
		{"another asker", "b", func(*adri.Request) {}, 0, false},
		{"another practice", "a", func(r *adri.Request) { r.NumeroAM = "991000031" }, 0, false},
		{"another person", "a", func(r *adri.Request) { r.NIR = "251063417200151" }, 0, false},
		{"another birth", "a", func(r *adri.Request) { r.Naissance = "19970227" }, 0, false},
		{"the twin", "a", func(r *adri.Request) { r.Rang = 2 }, 0, false},
	}
	c := NewCache()
	c.Put("a", asked, answer, morning)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := asked
			tt.change(&r)
			got, at, ok := c.Get(tt.asker, r, morning.Add(tt.after))
			if ok != tt.found || ok && (len(got.Persons) != 1 || !at.Equal(morning)) {
				t.Errorf("found %v, of %s", ok, at)
			}
		})
	}
}

// The day changes at midnight where the practice is, and not where UTC is.
func TestCacheIsOfOneDay(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	here := time.Local
	time.Local = paris
	t.Cleanup(func() { time.Local = here })
	r := adri.Request{NIR: "297022A02077878", DateSoins: 20260616}
	tests := []struct {
		name    string
		at, now time.Time
		found   bool
	}{
		{"before midnight", time.Date(2026, 6, 16, 23, 57, 0, 0, paris), time.Date(2026, 6, 16, 23, 59, 0, 0, paris), true},
		{"over midnight", time.Date(2026, 6, 16, 23, 59, 0, 0, paris), time.Date(2026, 6, 17, 0, 1, 0, 0, paris), false},
		{"over midnight, told in UTC", time.Date(2026, 6, 16, 21, 59, 0, 0, time.UTC), time.Date(2026, 6, 16, 22, 1, 0, 0, time.UTC), false},
		{"over midnight of UTC", time.Date(2026, 6, 16, 23, 59, 0, 0, time.UTC), time.Date(2026, 6, 17, 0, 1, 0, 0, time.UTC), true},
		{"a month later", time.Date(2026, 5, 16, 9, 0, 0, 0, paris), time.Date(2026, 6, 16, 9, 0, 0, 0, paris), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := NewCache()
			c.Put("a", r, adri.Response{}, tt.at)
			if _, _, ok := c.Get("a", r, tt.now); ok != tt.found {
				t.Errorf("found %v", ok)
			}
		})
	}
}

// The oldest answer makes room; one that is asked for anew takes its own place.
func TestCacheIsBounded(t *testing.T) {
	c := NewCache()
	of := func(i int) adri.Request {
		return adri.Request{NumeroAM: fmt.Sprint(i), DateSoins: tables.Date(20260616)}
	}
	for i := range maxAnswers + 10 {
		c.Put("a", of(i), adri.Response{}, morning.Add(time.Duration(i)*time.Second))
	}
	c.Put("a", of(maxAnswers), adri.Response{}, morning.Add(time.Hour))
	if len(c.answers) != maxAnswers {
		t.Errorf("%d answers", len(c.answers))
	}
	for i, want := range map[int]bool{9: false, 10: true, maxAnswers: true, maxAnswers + 9: true} {
		if _, _, ok := c.Get("a", of(i), morning.Add(time.Hour)); ok != want {
			t.Errorf("answer %d: found %v", i, ok)
		}
	}
}
