package fse

import "testing"

func TestDigits(t *testing.T) {
	date := func(s string) Date {
		var d Date
		if err := d.UnmarshalJSON([]byte(`"` + s + `"`)); err != nil {
			t.Fatal(err)
		}
		return d
	}
	tests := []struct {
		name             string
		birth            Naissance
		day, month, year int
	}{
		{"day first", Naissance{EnCarte: "26021997"}, 26, 2, 1997},
		{"year first", Naissance{EnCarte: "19970226"}, 26, 2, 1997},
		{"six digits", Naissance{EnCarte: "260297"}, 26, 2, 97},
		{"lunar day and month", Naissance{EnCarte: "00131950"}, 0, 13, 1950},
		{"both ways make sense, the civil date decides", Naissance{EnCarte: "20011119", Civile: date("2001-11-19")}, 19, 11, 2001},
		{"both ways make sense", Naissance{EnCarte: "20011930", Civile: date("1930-01-20")}, 20, 1, 1930},
		{"civil date alone", Naissance{Civile: date("1997-02-26")}, 26, 2, 1997},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, m, y, err := tt.birth.Digits()
			if err != nil || d != tt.day || m != tt.month || y != tt.year {
				t.Errorf("Digits = %d %d %d, %v; want %d %d %d", d, m, y, err, tt.day, tt.month, tt.year)
			}
		})
	}
	if _, _, _, err := (Naissance{EnCarte: "x"}).Digits(); err == nil {
		t.Error("letters: no error")
	}
}
