package b2

import (
	"errors"
	"strings"
	"testing"
)

func newRecord(t testing.TB, k Kind) Record {
	t.Helper()
	r, err := NewRecord(k)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// wantProblem checks that err is one problem of this field and reason.
func wantProblem(t *testing.T, err error, field string, reason Reason) {
	t.Helper()
	var p *Problem
	if !errors.As(err, &p) {
		t.Fatalf("error %v, want a Problem of reason %q", err, reason)
	}
	if p.Field != field || p.Reason != reason {
		t.Errorf("problem of %q, reason %q; want %q, %q", p.Field, p.Reason, field, reason)
	}
}

func TestRecordSetters(t *testing.T) {
	tests := []struct {
		name  string
		field string
		set   func(*Record, string) error
		want  string
	}{
		{"text", "Code acte", func(r *Record, f string) error { return r.SetText(f, "g") }, "G    "},
		{"text with accents", "Code acte", func(r *Record, f string) error { return r.SetText(f, "Éœ") }, "EOE  "},
		{"code", "N° exécutant + clé", func(r *Record, f string) error { return r.SetText(f, "991000015") }, "991000015"},
		{"repeated code", "N° du partenaire de santé + clé", func(r *Record, f string) error { return r.SetText(f, "991000015") }, "991000015"},
		{"number", "Quantité", func(r *Record, f string) error { return r.SetNumber(f, 3) }, "03"},
		{"decimal", "Coefficient", func(r *Record, f string) error { return r.SetNumber(f, 150) }, "000150"},
		{"amount", "Prix unitaire", func(r *Record, f string) error { return r.SetNumber(f, 3000) }, "0003000"},
		{"largest amount", "Prix unitaire", func(r *Record, f string) error { return r.SetNumber(f, 9999999) }, "9999999"},
		{"date", "Date des soins", func(r *Record, f string) error { return r.SetDate(f, 240229) }, "240229"},
		{"no date", "Date des soins", func(r *Record, f string) error { return r.SetDate(f, 0) }, "000000"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRecord(t, Kind4)
			if err := test.set(&r, test.field); err != nil {
				t.Fatal(err)
			}
			got, err := r.Raw(test.field)
			if err != nil || got != test.want {
				t.Errorf("bytes %q (%v), want %q", got, err, test.want)
			}
		})
	}
}

func TestRecordSettersRefuse(t *testing.T) {
	tests := []struct {
		name   string
		field  string
		set    func(*Record, string) error
		reason Reason
	}{
		{"unknown field", "Couleur", func(r *Record, f string) error { return r.SetText(f, "X") }, ChampInconnu},
		{"filler", "FILLER", func(r *Record, f string) error { return r.SetText(f, "X") }, ChampInconnu},
		{"constant", "Type d'enregistrement", func(r *Record, f string) error { return r.SetText(f, "5") }, ChampInconnu},
		{"text too long", "Code acte", func(r *Record, f string) error { return r.SetText(f, "ABCDEF") }, TropLong},
		{"text of no B2 form", "Code acte", func(r *Record, f string) error { return r.SetText(f, "语") }, Caractere},
		{"control character", "Code acte", func(r *Record, f string) error { return r.SetText(f, "A\nB") }, Caractere},
		{"short code", "N° exécutant + clé", func(r *Record, f string) error { return r.SetText(f, "99100001") }, Largeur},
		{"code of letters", "N° exécutant + clé", func(r *Record, f string) error { return r.SetText(f, "99100001A") }, Chiffres},
		{"text in a number", "Quantité", func(r *Record, f string) error { return r.SetText(f, "01") }, ChampInconnu},
		{"number too big", "Quantité", func(r *Record, f string) error { return r.SetNumber(f, 100) }, TropGrand},
		{"negative number", "Quantité", func(r *Record, f string) error { return r.SetNumber(f, -1) }, TropGrand},
		{"number in a text", "Code acte", func(r *Record, f string) error { return r.SetNumber(f, 1) }, ChampInconnu},
		{"no such day", "Date des soins", func(r *Record, f string) error { return r.SetDate(f, 250229) }, DateImpossible},
		{"date in a number", "Quantité", func(r *Record, f string) error { return r.SetDate(f, 250208) }, ChampInconnu},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRecord(t, Kind4)
			before := r
			wantProblem(t, test.set(&r, test.field), test.field, test.reason)
			if r != before {
				t.Error("a refused value changed the record")
			}
		})
	}
}

func TestRecordGettersRefuse(t *testing.T) {
	r := newRecord(t, Kind4)
	copy(r.data[69:75], "250230") // Date des soins
	copy(r.data[80:82], " 1")     // Quantité
	copy(r.data[75:80], " G   ")  // Code acte
	tests := []struct {
		name   string
		field  string
		get    func(string) error
		reason Reason
	}{
		{"no such day", "Date des soins", func(f string) error { _, err := r.Date(f); return err }, DateImpossible},
		{"not a date", "Quantité", func(f string) error { _, err := r.Date(f); return err }, ChampInconnu},
		{"not digits", "Quantité", func(f string) error { _, err := r.Number(f); return err }, Chiffres},
		{"not a number", "Code acte", func(f string) error { _, err := r.Number(f); return err }, ChampInconnu},
		{"not justified", "Code acte", func(f string) error { _, err := r.Text(f); return err }, Cadrage},
		{"unknown text", "Couleur", func(f string) error { _, err := r.Text(f); return err }, ChampInconnu},
		{"unknown bytes", "Couleur", func(f string) error { _, err := r.Raw(f); return err }, ChampInconnu},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { wantProblem(t, test.get(test.field), test.field, test.reason) })
	}
}

func TestParseRecord(t *testing.T) {
	blankNumber := newRecord(t, Kind4B)
	copy(blankNumber.data[64:80], blanks[:]) // second act, not used
	tests := []struct {
		name   string
		data   []byte
		field  string
		reason Reason // 0: accepted
	}{
		{"unused act left blank", blankNumber.data[:], "", 0},
		{"short", make([]byte, 127), "", Tronque},
		{"unknown kind", blanks[:], "", TypeInconnu},
		{"reserved columns", with(newRecord(t, Kind4B), 44, "X"), "FILLER", NonBlanc},
		{"constant", with(newRecord(t, Kind2), 39, "2"), "Nature d'opération", Constant},
		{"blank compulsory text", with(newRecord(t, Kind4M), 128, " "), "Code acte CCAM", Absent},
		{"letters in a number", with(newRecord(t, Kind4H), 49, "12A"), "Code UCD", Chiffres},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := ParseRecord(test.data)
			if test.reason == 0 {
				if err != nil || string(r.Bytes()) != string(test.data) {
					t.Errorf("error %v, or other bytes", err)
				}
				return
			}
			var all Problems
			if errors.As(err, &all) {
				for _, p := range all {
					if p.Field == test.field && p.Reason == test.reason {
						return
					}
				}
				t.Fatalf("no problem of %q, reason %q in %v", test.field, test.reason, all)
			}
			wantProblem(t, err, test.field, test.reason)
		})
	}
}

// with returns the bytes of the record with text written at a column.
func with(r Record, column int, text string) []byte {
	data := r.Bytes()
	copy(data[column-1:], text)
	return data
}

func TestNewRecordRefusesUnknownKinds(t *testing.T) {
	for _, k := range []Kind{KindInconnu, kindCount, 200} {
		_, err := NewRecord(k)
		wantProblem(t, err, "", TypeInconnu)
	}
}

func TestMajuscules(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"accents", "Éléonore d'Hérouville-Çà", "ELEONORE D'HEROUVILLE-CA"},
		{"ligatures", "Lætitia Œil-de-Bœuf Strauß", "LAETITIA OEIL-DE-BOEUF STRAUSS"},
		{"typographic signs", " l’Haÿ–les\u00a0Roses ", "L'HAY-LES ROSES"},
		{"upper case already", "DUPONT", "DUPONT"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Majuscules(test.text); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestNom(t *testing.T) {
	if got, want := Nom("Marie-Hélène de la Tour d'Auvergne", 25), "MARIE-HELENE DE LA TOUR D"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Nom(strings.Repeat("语", 3), 4); got != "语" {
		t.Errorf("%q is cut inside a character", got)
	}
}

func TestDate(t *testing.T) {
	tests := []struct {
		name             string
		year, month, day int
		want             Date
	}{
		{"a day", 2025, 8, 8, 250808},
		{"first of the century", 2000, 1, 1, 101},
		{"leap day", 2024, 2, 29, 240229},
		{"leap day of 2000", 2000, 2, 29, 229},
		{"no leap day", 2025, 2, 29, 0},
		{"31 April", 2025, 4, 31, 0},
		{"month 13", 2025, 13, 1, 0},
		{"month 0", 2025, 0, 1, 0},
		{"day 0", 2025, 1, 0, 0},
		{"negative day", 2025, 1, -1, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := NewDate(test.year, test.month, test.day)
			if got != test.want || (err != nil) != (test.want == 0) {
				t.Errorf("%v, %v; want %v", got, err, test.want)
			}
		})
	}
}
