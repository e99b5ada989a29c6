package fse

import "testing"

func TestParseNaissance(t *testing.T) {
	tests := []struct {
		name, in string
		on, want Date
	}{
		{"day first", "26021997", 20250808, 19970226},
		{"year first", "19970226", 20250808, 19970226},
		{"both ways make sense: day first", "20011930", 20250808, 19300120},
		{"day first would be in the future: year first, lunar month", "19122030", 20250808, 19120101},
		{"year first where day first is in the future", "20012099", 20250808, 20010101},
		{"lunar: day 00", "00021997", 20250808, 19970201},
		{"lunar: month 00", "15001997", 20250808, 19970101},
		{"lunar: month 13", "15131997", 20250808, 19970101},
		{"lunar: month 99", "31991997", 20250808, 19970101},
		{"lunar: day 31 of April", "31041997", 20250808, 19970501},
		{"lunar: 30 February", "30021997", 20250808, 19970301},
		{"lunar: day 99 of December", "99121997", 20250808, 19980101},
		{"29 February of a leap year", "29022000", 20250808, 20000229},
		{"six digits, youngest age", "080825", 20250808, 20250808},
		{"six digits, the day after: a century older", "090825", 20250808, 19250809},
		{"six digits, 1997", "260297", 20250808, 19970226},
		{"six digits, no day of care", "260297", 0, 19970226},
		{"no day of care", "26021997", 0, 19970226},
		{"oldest", "01011850", 20250808, 18500101},
		{"too old both ways", "01011849", 20250808, 0},
		{"letters", "2602199A", 20250808, 0},
		{"seven digits", "2602199", 20250808, 0},
		{"empty", "", 20250808, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseNaissance(tt.in, tt.on)
			if got != tt.want || (err != nil) != (tt.want == 0) {
				t.Errorf("got %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestTypedNaissance(t *testing.T) {
	n, err := TypedNaissance("31/04/1997")
	if want := (Naissance{EnCarte: "31041997", Civile: 19970501}); err != nil || n != want {
		t.Errorf("got %+v, %v", n, err)
	}
	for _, bad := range []string{"", "31-04-1997", "31/04-1997", "31/04/97", "aa/bb/cccc", "31/04/1297"} {
		if n, err := TypedNaissance(bad); err == nil {
			t.Errorf("%q gives %+v", bad, n)
		}
	}
}

func TestNaissanceAgrees(t *testing.T) {
	tests := []struct {
		name string
		in   Naissance
		want bool
	}{
		{"no digits", Naissance{Civile: 19970226}, true},
		{"no civil date", Naissance{EnCarte: "26021997"}, true},
		{"same day", Naissance{"26021997", 19970226}, true},
		{"year first", Naissance{"19970226", 19970226}, true},
		{"the other order", Naissance{"20011119", 20011119}, true},
		{"another day", Naissance{"27021997", 19970226}, false},
		{"lunar", Naissance{"00021997", 19970201}, true},
		{"six digits, a person of 103", Naissance{"260222", 19220226}, true},
		{"six digits, another day", Naissance{"260222", 19220227}, false},
		{"no date at all", Naissance{"x", 19220227}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.in.agrees(); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func FuzzParseNaissance(f *testing.F) {
	f.Add("26021997", int32(20250808))
	f.Add("080825", int32(20250808))
	f.Add("99999999", int32(0))
	f.Fuzz(func(t *testing.T, s string, on int32) {
		day := Date(on)
		if on != 0 && (day.Year() < 1900 || day.Year() > 2500 || day.Month() < 1 || day.Month() > 12 || day.Day() < 1 || day.Day() > 28) {
			return
		}
		d, err := ParseNaissance(s, day)
		if err == nil && (d.Month() < 1 || d.Month() > 12 || d.Day() < 1) {
			t.Fatalf("%q is read as %v", s, d)
		}
	})
}

func TestTheMonthOfANIRIsComparedWithTheCard(t *testing.T) {
	tests := []struct {
		name, enCarte string
		year, month   int
		want          bool
	}{
		{"same", "26021997", 97, 2, true},
		{"other month", "26031997", 97, 2, false},
		{"other year", "26021997", 2, 2, false},
		{"day past the end of the month", "31021997", 97, 2, true},
		{"no month", "00001997", 97, 2, true},
		{"no month, other year", "00001997", 96, 2, false},
		{"year first", "19970226", 97, 2, true},
		{"year first, other month", "19970326", 97, 2, false},
		{"six digits", "310297", 97, 2, true},
		{"six digits, other year", "310298", 97, 2, false},
		{"no card", "", 97, 2, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (Naissance{EnCarte: tt.enCarte}).matches(tt.year, tt.month, 19970226); got != tt.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
