package fse

import (
	"errors"
	"strings"
	"testing"
)

func TestParseNIR(t *testing.T) {
	tests := []struct {
		name, in, code string // code of the refusal
		warnings       string
		kind           NIRKind
		key, masked    string
	}{
		{"Corsica 2A", "297022A02077878", "", "", NIRNormal, "78", "2 97 ** ** *** *** **"},
		{"Corsica 2B", "297022B02077808", "", "", NIRNormal, "08", "2 97 ** ** *** *** **"},
		{"test card", "236066322083656", "", "", NIRNormal, "56", "2 36 ** ** *** *** **"},
		{"published sample", "255081416802538", "", "", NIRNormal, "38", "2 55 ** ** *** *** **"},
		{"spaces", "2 55 08 14 168 025 38", "", "", NIRNormal, "38", "2 55 ** ** *** *** **"},
		{"no-break spaces", "2\u00a055\u00a008\u00a014\u00a0168\u00a0025\u00a038", "", "", NIRNormal, "38", "2 55 ** ** *** *** **"},
		{"month 31", "297312A02077857", "", "NIR_MOIS", NIRNormal, "57", "2 97 ** ** *** *** **"},
		{"provisional", "797022A02077822", "", "NIR_PROVISOIRE", NIRProvisoire, "22", "7 97 ** ** *** *** **"},
		{"anonymous", "A555555131001", "", "", NIRAnonyme, "", "A 55 ** ** *** *** **"},
		{"anonymous, letters", "A555555CCCzzz", "", "", NIRAnonyme, "", "A 55 ** ** *** *** **"},
		{"empty", "", CodeNIRAbsent, "", 0, "", ""},
		{"wrong key", "297022A02077879", CodeNIRCle, "", 0, "", ""},
		{"no key", "297022A020778", CodeNIRFormat, "", 0, "", ""},
		{"one digit of key", "297022A0207787", CodeNIRFormat, "", 0, "", ""},
		{"letters for a key", "297022A020778AB", CodeNIRFormat, "", 0, "", ""},
		{"letter C", "297022C02077878", CodeNIRFormat, "", 0, "", ""},
		{"1A", "297021A02077878", CodeNIRFormat, "", 0, "", ""},
		{"first digit 0", "097022A02077878", CodeNIRFormat, "", 0, "", ""},
		{"first digit 9", "997022A02077878", CodeNIRFormat, "", 0, "", ""},
		{"too long", "297022A020778780", CodeNIRFormat, "", 0, "", ""},
		{"anonymous cut short", "A55555513100", CodeNIRFormat, "", 0, "", ""},
		{"anonymous with a dash", "A55555513100-", CodeNIRFormat, "", 0, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, warnings, err := ParseNIR(tt.in)
			if tt.code != "" {
				var ne *NIRError
				if !errors.As(err, &ne) || ne.Code != tt.code || err.Error() == "" {
					t.Fatalf("got %v, want %s", err, tt.code)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, w := range warnings {
				codes = append(codes, w.Code)
			}
			if got := strings.Join(codes, " "); got != tt.warnings {
				t.Errorf("warnings %q, want %q", got, tt.warnings)
			}
			if n.Kind() != tt.kind || n.Key() != tt.key || n.Masked() != tt.masked {
				t.Errorf("kind %v, key %q, masked %q", n.Kind(), n.Key(), n.Masked())
			}
			if got := strings.NewReplacer(" ", "", "\u00a0", "").Replace(tt.in); n.String() != got {
				t.Errorf("String is %q", n.String())
			}
		})
	}
}

func TestNIRKinds(t *testing.T) {
	want := map[byte]NIRKind{'1': NIRNormal, '2': NIRNormal, '3': NIRRare, '4': NIRRare, '5': NIRMigrant, '6': NIRMigrant, '7': NIRProvisoire, '8': NIRProvisoire}
	for first, kind := range want {
		n := string(first) + "97022A020778"
		key, _ := nirKey(n)
		got, warnings, err := ParseNIR(n + string(rune('0'+key/10)) + string(rune('0'+key%10)))
		if err != nil || got.Kind() != kind {
			t.Errorf("first digit %c: kind %v, %v", first, got.Kind(), err)
		}
		if kind.Libelle() == "" || (kind.Libelle() == "normal") != (kind == NIRNormal) {
			t.Errorf("first digit %c: %q", first, kind.Libelle())
		}
		if unusual := kind != NIRNormal; unusual != (len(warnings) == 1) {
			t.Errorf("first digit %c: warnings %v", first, warnings)
		}
	}
}

func TestNIRKindOfAnAnonymousNumber(t *testing.T) {
	n, _, err := ParseNIR("A555555131001")
	if err != nil || n.Kind().Libelle() != "anonyme" {
		t.Errorf("got %q, %v", n.Kind().Libelle(), err)
	}
}

func TestMaskNIRHidesWhateverItIsGiven(t *testing.T) {
	for in, want := range map[string]string{
		"":                      "* ** ** ** *** *** **",
		"29":                    "* ** ** ** *** *** **",
		"2 97 02 2A 020 778 78": "* ** ** ** *** *** **",
		"297022A02077878":       "2 97 ** ** *** *** **",
		"\x1b[31m":              "* ** ** ** *** *** **",
	} {
		if got := MaskNIR(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func FuzzParseNIR(f *testing.F) {
	f.Add("297022A02077878")
	f.Add("A555555CCCzzz")
	f.Add("2 97 02 2A 020 778 78")
	f.Fuzz(func(t *testing.T, s string) {
		n, _, err := ParseNIR(s)
		if err != nil {
			if len(s) > 6 && strings.Contains(err.Error(), s) {
				t.Fatal("the error shows the number")
			}
			return
		}
		if again, _, err := ParseNIR(n.String()); err != nil || again != n {
			t.Fatalf("%q does not read back", n.String())
		}
		if m := n.Masked(); len(n.String()) > 3 && strings.Contains(m, n.String()[3:]) {
			t.Fatal("the mask shows the number")
		}
	})
}
