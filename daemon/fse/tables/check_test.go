package tables

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestCheckFinds(t *testing.T) {
	tests := []struct {
		name, file, from, to string
		code                 string
	}{
		{"an overlap of sectors", "tarifs.csv", "C,Consultation secteur 2 hors OPTAM," + medecins(t, "C") + ",S2", "C,Consultation secteur 2 hors OPTAM," + medecins(t, "C") + ",", ProblemOverlap},
		{"a gap", "tarifs.csv", "2024-12-22,2025-12-31,urpsml-centre.org 2026; cegedim", "2024-12-22,2025-12-30,urpsml-centre.org 2026; cegedim", ProblemGap},
		{"an unknown certainty", "zones.csv", "IR_ZTP_V.csv,V", "IR_ZTP_V.csv,W", ProblemCertitude},
		{"no source", "zones.csv", "SNDS ORAVAL 2020 IR_ZTP_V.csv", "", ProblemSource},
		{"dates the wrong way round", "zones.csv", "SANS OBJET,,", "SANS OBJET,2025-01-02,2025-01-01", ProblemDates},
		{"a supplement of unknown acts only", "associations.csv", "PRO|CCAM", "QQ1|QQ2", ProblemAct},
		{"a rate that is missing", "taux.csv", "\nbase,", "\nbasse,", ProblemRate},
		{"no payer of SMG invoices", "organismes.csv", "08,835,0300", "08,835,0301", ProblemNoPayer},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := source(t)
			edit(t, m, tt.file, tt.from, tt.to)
			s, err := Load(m)
			if err != nil {
				t.Fatal(err)
			}
			found := Check(s)
			if len(found) == 0 {
				t.Fatal("nothing found")
			}
			for _, p := range found {
				if p.Code != tt.code || p.Message == "" || p.Table != strings.TrimSuffix(tt.file, ".csv") {
					t.Errorf("found %+v", p)
				}
			}
		})
	}
}

// medecins returns the specialities of an act as its last row lists them.
func medecins(t *testing.T, code string) string {
	t.Helper()
	table, ok := Default().Table("tarifs")
	if !ok {
		t.Fatal("no table of tariffs")
	}
	for _, row := range table.Rangees {
		if row[0] == code {
			return row[2]
		}
	}
	t.Fatalf("no row of %s", code)
	return ""
}

func TestAnOverrideIsChecked(t *testing.T) {
	_, err := Default().WithOverride("tarifs", strings.NewReader(tarifHeader+
		"G,x,medecins,,metro,31.00,,,,,,,,,,,,2025-01-01,,,?,\nG,x,1,,metro,32.00,,,,,,,,,,,,2025-06-01,,s,V,\n"))
	if err == nil {
		t.Fatal("two prices for a day are accepted")
	}
	for _, want := range []string{`certitude "?" inconnue`, "la source manque", "deux tarifs le même jour", "line 2"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
}

func TestAnOverrideMayLeaveAGap(t *testing.T) {
	if _, err := Default().WithOverride("tarifs", strings.NewReader(tarifHeader+
		"G,x,medecins,,metro,31.00,,,,,,,,,,,,2025-01-01,2025-01-31,s,V,\nG,x,medecins,,metro,32.00,,,,,,,,,,,,2025-06-01,,s,V,\n")); err != nil {
		t.Error(err)
	}
}

func TestAnOverrideOfAFrenchSpreadsheet(t *testing.T) {
	header := strings.ReplaceAll(tarifHeader, ",", ";")
	o, err := Default().WithOverride("tarifs.csv", strings.NewReader("\ufeff"+header+
		"G;Tarif du cabinet;medecins;;metro;31,50;;;;;;;;;;;;01/01/2025;;convention locale;VS;\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, _ := o.Acte("G")
	if p, why := a.Tarif(20250808, 1, Secteur1Optam, "metro"); why != Trouve || p.Prix != 3150 || p.Du != 20250101 {
		t.Errorf("got %+v", p)
	}
}

func TestABrokenProgramRefusesEverything(t *testing.T) {
	if _, err := Load(fstest.MapFS{}); err == nil {
		t.Fatal("no files, no error")
	}
	s := newSet("0")
	if _, ok := s.Acte("G"); ok || s.Version() != "0" {
		t.Error("an empty set has something")
	}
}

func TestWeakest(t *testing.T) {
	order := []Certitude{"", Vu, VuSecond, Infere, Memoire}
	for i, a := range order {
		for j, b := range order {
			if got := a.Weakest(b); got != order[max(i, j)] {
				t.Errorf("%q and %q: got %q", a, b, got)
			}
		}
	}
}
