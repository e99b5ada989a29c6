package b2

import (
	"errors"
	"testing"
)

// Only a file that is right and no demonstration leaves for production.
func TestCheckProduction(t *testing.T) {
	encoded := func(change func(*File)) []byte {
		f := sampleFile(t)
		f.Demonstration = false
		change(&f)
		data, err := Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	real := encoded(func(*File) {})
	testPayer := encoded(func(f *File) {
		route, err := RouteOf("01", "349", "9881")
		if err != nil {
			t.Fatal(err)
		}
		f.Demonstration = true // Encode refuses it otherwise
		f.Destinataire, f.Lots[0].Organisme = route.Destinataire, route.Destinataire.Organisme()
	})
	var problems Problems
	tests := []struct {
		name string
		data []byte
		ok   func(error) bool
	}{
		{"real", real, func(err error) bool { return err == nil }},
		{"demonstration", readGolden(t, "demonstration.b2"), func(err error) bool { return errors.Is(err, ErrDemonstration) }},
		{"test payer", testPayer, func(err error) bool { return errors.Is(err, ErrDemonstration) }},
		{"cut", real[:len(real)-1], func(err error) bool { return errors.As(err, &problems) }},
		{"marked in the header only", append([]byte{}, mark(real)...), func(err error) bool { return errors.As(err, &problems) }},
		{"empty", nil, func(err error) bool { return errors.As(err, &problems) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := CheckProduction(test.data); !test.ok(err) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// mark writes DEMO in the header, and nowhere else.
func mark(data []byte) []byte {
	data = append([]byte{}, data...)
	f := theLayout.field(Kind000, "zone message")
	copy(f.of(data[:Size]), demo+"     ")
	return data
}

// The table of groups has codes that a record 4 can hold, each with its source.
func TestRegroupements(t *testing.T) {
	rows := mustTable("regroupements.csv", "code", "regroupement", "source", "certitude")
	for _, row := range rows {
		group, err := Regroupement(row[0])
		if err != nil || group != row[1] || len(group) > 5 || len(row[0]) != 7 || row[2] == "" || row[3] != "M" {
			t.Errorf("row %v gives %q, %v", row, group, err)
		}
	}
	if _, err := Regroupement("ZZZZ999"); !errors.Is(err, ErrRegroupement) {
		t.Errorf("an act of no table: %v", err)
	}
}
