package fse

import (
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

func TestFerie(t *testing.T) {
	// The holidays of 2025 and 2024, as the calendars print them.
	for _, d := range []Date{20250101, 20250421, 20250501, 20250508, 20250529, 20250609, 20250714, 20250815, 20251101, 20251111, 20251225,
		20240401, 20240509, 20240520, 20380426, 20080324} {
		if !Ferie(d, false) {
			t.Errorf("%v is a holiday", d)
		}
	}
	for _, d := range []Date{20250102, 20250418, 20250420, 20250422, 20250530, 20250610, 20251226, 20250320, 20250701} {
		if Ferie(d, false) {
			t.Errorf("%v is no holiday", d)
		}
	}
	for _, d := range []Date{20250418, 20251226} {
		if !Ferie(d, true) {
			t.Errorf("%v is a holiday in Alsace-Moselle", d)
		}
	}
}

func TestDateLimite(t *testing.T) {
	tests := []struct {
		name   string
		care   Date
		tp, am bool
		want   Date
	}{
		{"three working days", 20250804, false, false, 20250807},
		{"over a week end", 20250808, false, false, 20250813},
		{"over 15 August", 20250813, false, false, 20250819},
		{"eight working days", 20250804, true, false, 20250814},
		{"eight over 15 August", 20250807, true, false, 20250820},
		{"over Christmas", 20251223, false, false, 20251229},
		{"over Christmas in Alsace-Moselle", 20251223, false, true, 20251230},
		{"over Easter", 20250417, false, false, 20250423},
		{"over Good Friday in Alsace-Moselle", 20250417, false, true, 20250424},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := DateLimite(tables.Default(), tt.care, tt.tp, tt.am); !ok || got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if d, ok := DateLimite(tables.Default(), 0, false, false); ok {
		t.Errorf("a limit without a day of care: %v", d)
	}
}
