package fse

import "testing"

func TestCardName(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "",
		"Dupont":               "DUPONT",
		"  de la  Tour ":       "DE LA TOUR",
		"Éloïse-Anaïs":         "ELOISE-ANAIS",
		"O’Brien":              "O'BRIEN",
		"Œuvray Læticia":       "OEUVRAY LAETICIA",
		"Groß Łukasz Đorđe":    "GROSS LUKASZ DORDE",
		"Jose\u0301":           "JOSE",
		"Nguyễn":               "NGUY N",
		"Мария":                "",
		"A\x00B":               "A B",
		"Þór Ýr Šťastný Ğ İ ı": "THOR YR STASTNY G I I",
	} {
		if got := CardName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
