package main

import "testing"

func TestEuros(t *testing.T) {
	tests := []struct {
		name  string
		cents int64
		want  string
	}{
		{"nothing", 0, "0,00\u202f€"},
		{"cents", 5, "0,05\u202f€"},
		{"hundreds", 99999, "999,99\u202f€"},
		{"thousands", 123450, "1\u202f234,50\u202f€"},
		{"millions", 123456789012, "1\u202f234\u202f567\u202f890,12\u202f€"},
		{"taken back", -123450, "-1\u202f234,50\u202f€"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := euros(tt.cents); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestCents(t *testing.T) {
	tests := []struct {
		name, text string
		want       int64
		fails      bool
	}{
		{"euros", "25", 2500, false},
		{"comma", " 25,50 ", 2550, false},
		{"point", "25.05", 2505, false},
		{"nothing", "0", 0, false},
		{"one digit behind the comma", "25,5", 0, true},
		{"below nothing", "-25", 0, true},
		{"thousands", "1 234", 0, true},
		{"far too much", "12345678", 0, true},
		{"word", "douze", 0, true},
		{"empty", "", 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := cents(tt.text)
			if got != tt.want || (err != nil) != tt.fails {
				t.Errorf("%d, %v", got, err)
			}
		})
	}
}

func TestDay(t *testing.T) {
	for iso, want := range map[string]string{"2026-11-22": "22/11/2026", "": "", "hier": "hier"} {
		if got := day(iso); got != want {
			t.Errorf("%q is shown as %q", iso, got)
		}
	}
}
