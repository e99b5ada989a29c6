package tables

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDate(t *testing.T) {
	tests := []struct {
		name, in string
		want     Date
	}{
		{"day", "2025-08-08", 20250808},
		{"leap day", "2024-02-29", 20240229},
		{"leap day of a century", "2000-02-29", 20000229},
		{"no leap day", "2025-02-29", 0},
		{"no leap day of a century", "1900-02-29", 0},
		{"day 31 of a short month", "2025-04-31", 0},
		{"month 0", "2025-00-10", 0},
		{"month 13", "2025-13-10", 0},
		{"day 0", "2025-01-00", 0},
		{"too old", "1799-12-31", 0},
		{"too far", "3000-01-01", 0},
		{"short", "2025-8-8", 0},
		{"slashes", "2025/08/08", 0},
		{"letters", "2025-0x-08", 0},
		{"sign", "+025-08-08", 0},
		{"empty", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseDate(tt.in)
			if got != tt.want || (err != nil) != (tt.want == 0) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func genDate(t *rapid.T, name string) (Date, time.Time) {
	day := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 200_000).Draw(t, name))
	d, _ := MakeDate(day.Year(), int(day.Month()), day.Day())
	return d, day
}

// The standard library's calendar is the reference.
func TestLawDates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, day := genDate(t, "day")
		n := rapid.IntRange(-3000, 3000).Draw(t, "days")
		if got := d.AddDays(n).String(); got != day.AddDate(0, 0, n).Format(time.DateOnly) {
			t.Fatalf("%v and %d days: %s", d, n, got)
		}
		if got := d.Weekday() % 7; got != int(day.Weekday()) {
			t.Fatalf("%v: weekday %d", d, got)
		}
		if back, err := ParseDate(d.String()); err != nil || back != d {
			t.Fatalf("%v reads back as %v", d, back)
		}
		other, day2 := genDate(t, "other")
		if got := d.Ordinal() - other.Ordinal(); got != int((day.Unix()-day2.Unix())/86400) {
			t.Fatalf("%v − %v = %d days", d, other, got)
		}
	})
}

func TestDateArithmetic(t *testing.T) {
	if got := Date(0).AddDays(5); got != 0 {
		t.Errorf("no date and 5 days: %v", got)
	}
	if got := Date(20250101).AddDays(-900_000); got != 0 {
		t.Errorf("before the calendar: %v", got)
	}
	if got := Date(20250101).AddDays(900_000); got != 0 {
		t.Errorf("after the calendar: %v", got)
	}
	months := []struct {
		from Date
		n    int
		want Date
	}{{20250131, 1, 20250228}, {20240131, 1, 20240229}, {20251115, 3, 20260215}, {20250315, -3, 20241215}, {0, 3, 0}}
	for _, m := range months {
		if got := m.from.AddMonths(m.n); got != m.want {
			t.Errorf("%v and %d months: %v, want %v", m.from, m.n, got, m.want)
		}
	}
	ages := []struct {
		on, birth Date
		want      int
	}{{20250808, 20090808, 16}, {20250807, 20090808, 15}, {20250228, 20040229, 20}, {20250301, 20040229, 21}, {20250808, 20260101, -1}}
	for _, a := range ages {
		if got := a.on.Age(a.birth); got != a.want {
			t.Errorf("born %v: %d years on %v, want %d", a.birth, got, a.on, a.want)
		}
	}
}

func TestDateText(t *testing.T) {
	if s := Date(20250808).French(); s != "08/08/2025" {
		t.Errorf("got %s", s)
	}
	if s := Date(0).French() + Date(0).String(); s != "" || !Date(0).IsZero() {
		t.Errorf("no date is written %q", s)
	}
	b, err := json.Marshal([]Date{20250808, 0})
	if err != nil || string(b) != `["2025-08-08",null]` {
		t.Errorf("got %s, %v", b, err)
	}
	var back []Date
	if err := json.Unmarshal(b, &back); err != nil || back[0] != 20250808 || back[1] != 0 {
		t.Errorf("got %v, %v", back, err)
	}
	for _, bad := range []string{`["2025-02-30"]`, `[20250808]`, `[""]`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}
