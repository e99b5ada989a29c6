package virtual

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

const (
	selectRoot   = "00A40000023F00"
	selectVitale = "00A404000BD2500000025649" + "54414C45"
)

func TestVitale(t *testing.T) {
	card := open(t, "patient")
	play(t, card, []step{
		{selectRoot, "9000"},
		{"00B0820000", "6C32"}, // longer than the file: the exact length
		{"00B0820032", "6524 8008" + hexText("ADRTROIS") + "8109" + hexText("DOMINIQUE") + "8208" + hexText("19970226") + "9003" + hexText("FRA") +
			"660A 8008" + hexText("20230101") + "9000"},
		{"00B0000002", "6524 9000"}, // the file is current now
		{"00CADF6800", "6A88"},      // rights are in the application
		{selectVitale, "9000"},
		{"00B0820013", "6511 930F" + hexText("297022A02077878") + "9000"},
		{"00CADF6800", "6144"},
		{"00C0000044", "6842 8002" + hexText("01") + "8103" + hexText("349") + "8204" + hexText("9881") +
			"8301" + hexText("0") + "8401" + hexText("1") + "8508" + hexText("20240101") + "8608" + hexText("20391231") +
			"8A08" + hexText("99999997") + "8B02" + hexText("01") + "8C09" + hexText("000012345") + "9000"},
		{"00CADF6900", "6A88"},
		{"00200001", "6D00"},
		{"00A4020C020002", "6A86"},
		{"01A40000023F00", "6E00"},
	})
}

func hexText(s string) string {
	const digits = "0123456789ABCDEF"
	var b []byte
	for i := range len(s) {
		b = append(b, digits[s[i]>>4], digits[s[i]&0x0F])
	}
	return string(b)
}

// A file longer than one answer is read in slices.
func TestVitaleLongFile(t *testing.T) {
	card := open(t, "patient-famille")
	get(t, card, selectRoot)
	file := get(t, card, "00B0820000")
	if len(file) != 256 {
		t.Fatalf("first slice of %d bytes", len(file))
	}
	file = append(file, get(t, card, "00B0010000")...)
	objects, err := iso7816.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(objects) != 8 { // an identity and a validity each
		t.Errorf("%d objects", len(objects))
	}
	get(t, card, selectVitale)
	rights, err := iso7816.Parse(get(t, card, "00CADF6800"))
	if err != nil {
		t.Fatal(err)
	}
	var qualities []string
	for _, r := range rights {
		qualities = append(qualities, r.Text(0x83))
	}
	if diff := cmp.Diff([]string{"0", "2", "6", "6"}, qualities); diff != "" {
		t.Error(diff)
	}
}

func TestRightsFlags(t *testing.T) {
	tests := []struct {
		name, card string
		tag        uint16
		want       string
	}{
		{"ALD", "patient-ald", 0x87, "A"},
		{"C2S", "patient-c2s", 0x87, "C"},
		{"C2S contract", "patient-c2s", 0x8B, "89"},
		{"AME", "patient-ame", 0x87, "M"},
		{"none", "patient", 0x87, ""},
		{"Alsace-Moselle", "patient-alsace-moselle", 0x88, "alsace-moselle"},
		{"military pension", "patient-smg", 0x89, "pension-militaire"},
		{"SMG payer", "patient-smg", 0x81, "835"},
		{"CNMSS payer", "patient-cnmss", 0x82, "0100"},
		{"expired", "patient-droits-expires", 0x86, "20211231"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			card := open(t, tt.card)
			get(t, card, selectVitale)
			rights, err := iso7816.Parse(get(t, card, "00CADF6800"))
			if err != nil {
				t.Fatal(err)
			}
			if got := rights[0].Text(tt.tag); got != tt.want {
				t.Errorf("tag %02X: %q, want %q", tt.tag, got, tt.want)
			}
		})
	}
}

// Every set of situations has its letters, sorted.
func TestLawFlagsAreSorted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Rights{ALD: rapid.Bool().Draw(t, "ald"), ASPA: rapid.Bool().Draw(t, "aspa"), AME: rapid.Bool().Draw(t, "ame"), C2S: rapid.Bool().Draw(t, "c2s")}
		flags := d.flags()
		n := 0
		for _, b := range []bool{d.ALD, d.ASPA, d.AME, d.C2S} {
			if b {
				n++
			}
		}
		if len(flags) != n {
			t.Fatalf("%q for %d situations", flags, n)
		}
		for i := 1; i < len(flags); i++ {
			if flags[i-1] >= flags[i] {
				t.Fatalf("%q is not sorted", flags)
			}
		}
	})
}

func TestPersonWithoutRights(t *testing.T) {
	spec := Spec{Demonstration: true, Kind: KindVitale2, Persons: []Person{
		{NIR: "297022A02077878", Nom: "ADRTROIS", Prenom: "DOMINIQUE", Naissance: "19970226"},
	}}
	card, err := Open(spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	play(t, card, []step{{selectVitale, "9000"}, {"00CADF6800", "6102"}, {"00C0000002", "6800 9000"}})
}
