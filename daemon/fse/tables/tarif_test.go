package tables

import (
	"strings"
	"testing"
)

func TestTarif(t *testing.T) {
	tests := []struct {
		name, code string
		on         Date
		specialite int
		secteur    Secteur
		zone       string
		want       Cents
		why        Absence
	}{
		{"first day", "G", 20241222, 1, Secteur1Optam, "metro", 3000, Trouve},
		{"last day", "G", 20241221, 1, Secteur1Optam, "metro", 2650, Trouve},
		{"sector", "G", 20250808, 1, Secteur2, "metro", 3000, HorsSecteur},
		{"speciality", "G", 20250808, 3, Secteur1Optam, "metro", 3000, HorsSpecialite},
		{"zone", "G", 20250808, 1, Secteur1Optam, "reunion", 3000, HorsZone},
		{"before", "G", 20160101, 1, Secteur1Optam, "metro", 2500, PasCommence},
		{"ended", "GS", 20250808, 1, Secteur1Optam, "metro", 2650, Termine},
		{"ended, another speciality", "GS", 20250808, 3, Secteur1Optam, "metro", 0, HorsDates},
		{"closed by the newer row", "CRM", 20170430, 1, Secteur1Optam, "metro", 5150, Trouve},
		{"no row at all", "LCS", 20250808, 1, Secteur1Optam, "metro", 0, AucuneLigne},
		{"a row without specialities is never chosen", "IKS", 20250808, 50, Secteur1Optam, "metro", 0, HorsSpecialite},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, ok := Default().Acte(tt.code)
			if !ok {
				t.Fatal("no such act")
			}
			p, why := a.Tarif(tt.on, tt.specialite, tt.secteur, tt.zone)
			if why != tt.why || tt.want != 0 && p.Prix != tt.want || why == AucuneLigne && p != nil {
				t.Errorf("got %+v, %v", p, why)
			}
		})
	}
}

func TestNewerRowsCloseOlderOnes(t *testing.T) {
	row := func(layer int, spe string, du, au Date) *Tarif {
		t := &Tarif{Code: "X", Zone: "metro", layer: layer}
		t.Du, t.Au = du, au
		for c := range strings.SplitSeq(spe, "|") {
			n, _ := digits(c)
			t.Specialites.add(n)
		}
		return t
	}
	type span struct{ du, au Date }
	tests := []struct {
		name string
		rows []*Tarif
		want []span
	}{
		{"the newer layer closes the day before", []*Tarif{row(0, "1", 20170101, 0), row(1, "1", 20231101, 0)}, []span{{20170101, 20231031}, {20231101, 0}}},
		{"a row that starts with the newer one goes", []*Tarif{row(0, "1", 20170501, 0), row(1, "1", 20170501, 20231031)}, []span{{20170501, 20231031}}},
		{"a row within the newer one goes", []*Tarif{row(0, "1", 20180101, 20190101), row(1, "1", 20170501, 0)}, []span{{20170501, 0}}},
		{"a row after the newer one stays", []*Tarif{row(0, "1", 20250101, 0), row(1, "1", 20170501, 20241231)}, []span{{20250101, 0}, {20170501, 20241231}}},
		{"an undated row is closed", []*Tarif{row(0, "1", 0, 0), row(1, "1", 20170501, 0)}, []span{{0, 20170430}, {20170501, 0}}},
		{"other specialities go on", []*Tarif{row(0, "1|2", 20170101, 0), row(1, "1", 20231101, 0)}, []span{{20170101, 0}, {20231101, 0}}},
		{"a wider newer row closes", []*Tarif{row(0, "1", 20170101, 0), row(1, "1|2", 20231101, 0)}, []span{{20170101, 20231031}, {20231101, 0}}},
		{"in one layer the later row closes", []*Tarif{row(0, "1", 20191001, 20210212), row(0, "1", 20210212, 0)}, []span{{20191001, 20210211}, {20210212, 0}}},
		{"a row that already ended stays as it is", []*Tarif{row(0, "1", 20170101, 20180101), row(1, "1", 20231101, 0)}, []span{{20170101, 20180101}, {20231101, 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := closeOlder(tt.rows)
			if len(got) != len(tt.want) {
				t.Fatalf("%d rows, want %d", len(got), len(tt.want))
			}
			for i, g := range got {
				if (span{g.Du, g.Au}) != tt.want[i] {
					t.Errorf("row %d: %v to %v, want %v", i, g.Du, g.Au, tt.want[i])
				}
			}
		})
	}
}

func TestSpecialites(t *testing.T) {
	a, _ := Default().Acte("G")
	if got := a.Tarifs[0].Specialites.List(); got != "01, 22, 23" {
		t.Errorf("got %s", got)
	}
	var s Specialites
	if s.Has(-1) || s.Has(128) || s.Has(5) {
		t.Error("an empty set has something")
	}
}

func TestIsCCAM(t *testing.T) {
	for code, want := range map[string]bool{"DEQP003": true, "G": false, "DEQP00X": false, "deqp003": false, "1EQP003": false, "DEQP0030": false} {
		if IsCCAM(code) != want {
			t.Errorf("%s: %v", code, !want)
		}
	}
}

// A professional whose price has ended is told so, even where the act goes on for others.
func TestAnEndedPriceIsNearerThanAnotherSpeciality(t *testing.T) {
	o, err := Default().WithOverride("tarifs", strings.NewReader(tarifHeader+
		"ZZZ,x,1,,metro,31.00,,,,,,,,,,,,2024-01-01,2024-06-30,s,V,\n"+
		"ZZZ,x,1,,metro,32.00,,,,,,,,,,,,2024-07-01,2024-12-31,s,V,\n"+
		"ZZZ,x,3,,metro,33.00,,,,,,,,,,,,2024-01-01,,s,V,\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, _ := o.Acte("ZZZ")
	if p, why := a.Tarif(20250808, 1, Secteur1Optam, "metro"); why != Termine || p.Au != 20241231 {
		t.Errorf("got %+v, %d", p, why)
	}
	if p, why := a.Tarif(20231231, 1, Secteur1Optam, "metro"); why != PasCommence || p.Du != 20240101 {
		t.Errorf("got %+v, %d", p, why)
	}
}
