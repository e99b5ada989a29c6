package noemie

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestGolden(t *testing.T) {
	for name, data := range samples(t) {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".noemie", data)
			golden(t, name+".complet.txt", []byte(Explain(data, VueComplete)))
			golden(t, name+".masque.txt", []byte(Explain(data, VueMasquee)))
			golden(t, name+".tronque.txt", []byte(Explain(data[:len(data)-Size-20], VueMasquee)))
		})
	}
}

func TestExplainHidesIdentities(t *testing.T) {
	data := newer(t)
	full := Explain(data, VueComplete)
	hidden := Explain(data, VueMasquee)
	damaged := Explain(replaced(t, data, "@10300", "@1030X"), VueMasquee)
	damaged += Explain(data[:bytes.Index(data, []byte("INVENTEE"))+4], VueMasquee)
	for _, secret := range []string{"2970763220123", "PERSONNE", "INVENTEE", "970700", "Mme Personne"} {
		if !strings.Contains(full, secret) {
			t.Errorf("the full view does not show %q", secret)
		}
		if strings.Contains(hidden, secret) || strings.Contains(damaged, secret) {
			t.Errorf("the masked view shows %q", secret)
		}
	}
}

// TestParseBothWays rebuilds every record from what is read of its fields.
func TestParseBothWays(t *testing.T) {
	for name, data := range samples(t) {
		t.Run(name, func(t *testing.T) {
			f, err := Parse(data)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(Encode(f), data) {
				t.Error("Encode(Parse(b)) differs from b")
			}
			for number, r := range f.Records() {
				if number == 1 || number == f.Len() || !r.Known() {
					continue
				}
				if again := rebuild(t, r); again.Raw() != r.Raw() {
					t.Errorf("record %d: %q, %q expected", number, again.Raw(), r.Raw())
				}
			}
		})
	}
}

func rebuild(t testing.TB, r Record) Record {
	t.Helper()
	var values []Value
	for _, f := range r.Fields() {
		if f.Format == FormatBlanc || f.Format == FormatConstante {
			continue
		}
		text, _ := r.Text(f.Name)
		if n, ok := r.Number(f.Name); ok {
			values = append(values, Number(f.Name, n))
		} else {
			values = append(values, Text(f.Name, text))
		}
	}
	return rec(t, r.Entite(), values...)
}

// TestRecordLaws: what is written in any field of any entity is read again.
func TestRecordLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e *entity
		for e == nil || !e.delimited() {
			e = noemie[rapid.IntRange(0, 999).Draw(t, "entity")]
		}
		var values []Value
		want := map[string]string{}
		for i := range e.fields {
			f := &e.fields[i]
			if f.Format == FormatBlanc || f.Format == FormatConstante {
				continue
			}
			var text string
			switch {
			case f.Format == FormatDate:
				text = rapid.SampledFrom([]string{"000000", "240229", "991231"}).Draw(t, f.Name)
			case f.Format.numeric():
				text = rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), f.width(), f.width(), -1).Draw(t, f.Name)
			default:
				text = strings.TrimRight(rapid.StringOfN(rapid.RuneFrom([]rune("A Zé'ÿ0/")), 0, f.width(), -1).Draw(t, f.Name), " ")
			}
			want[f.Name] = text
			values = append(values, Text(f.Name, text))
		}
		r, err := NewRecord(e.number, values...)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range want {
			if got, ok := r.Text(name); !ok || got != text {
				t.Fatalf("%s %s: %q, %q expected", e.number, name, got, text)
			}
		}
	})
}

func TestParseRefuses(t *testing.T) {
	data := newer(t)
	at := func(s string) int { return bytes.Index(data, []byte(s)) }
	tests := []struct {
		name   string
		data   []byte
		reason Reason
		record int
		field  string
	}{
		{"empty", nil, Tronque, 1, ""},
		{"header cut", data[:Size-1], Tronque, 1, ""},
		{"without header", data[Size:], Ordre, 1, ""},
		{"cut within a record", data[:at("@10200")+20], Tronque, 4, ""},
		{"cut between records", data[:at("@10200")+1], Tronque, 4, ""},
		{"end cut", data[:len(data)-1], Tronque, 18, ""},
		{"after the end", append(bytes.Clone(data), '\n'), Ordre, 18, ""},
		{"second header", replaced(t, data, "@081", "@"+string(data[:Size])+"081"), Ordre, 3, ""},
		{"byte lost", replaced(t, data, "00002100P", "0002100P"), Longueur, 6, ""},
		{"byte added", replaced(t, data, "00002100P", "000002100P"), Longueur, 6, ""},
		{"no number", replaced(t, data, "@19800", "@I9800"), Type, 6, ""},
		{"letter among digits", replaced(t, data, "00002100P", "0000210OP"), Chiffres, 6, "Montant AMO demandé"},
		{"half blank", replaced(t, data, "00002100P00002100", "00002100P    2100"), Chiffres, 6, "Montant AMO payé"},
		{"control character", replaced(t, data, "VIREMENT", "VIR\x00MENT"), Caractere, 2, "Libellé du virement - ligne 1"},
		{"delimiter in a text", replaced(t, data, "VIREMENT", "VIR@MENT"), Caractere, 2, "Libellé du virement - ligne 1"},
		{"level", replaced(t, data, "@08102", "@08103"), Constante, 3, "Niveau de rupture"},
		{"impossible date", replaced(t, data, "250819", "250231"), DateImpossible, 2, fields.date071.Name},
		{"unknown without end", replaced(t, data, "777INCONNU 42@", "777"+strings.Repeat("X", 2000)+"@"), Longueur, 14, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := Parse(test.data)
			var problems Problems
			if f != nil || !errors.As(err, &problems) {
				t.Fatalf("Parse = %v, %v", f, err)
			}
			p := problems.Faults()[0]
			if p.Reason != test.reason || p.Record != test.record || p.Field != test.field {
				t.Errorf("%v (record %d, %q), want %v (record %d, %q)", p, p.Record, p.Field, test.reason, test.record, test.field)
			}
			if diff := cmp.Diff(Check(test.data), problems); diff != "" {
				t.Errorf("Check and Parse differ: %s", diff)
			}
		})
	}
}

// TestEveryCutIsRefused: no beginning of a file is a file.
func TestEveryCutIsRefused(t *testing.T) {
	for name, data := range samples(t) {
		t.Run(name, func(t *testing.T) {
			for n := range data {
				if f, err := Parse(data[:n]); err == nil {
					t.Fatalf("cut at %d: accepted with %d records", n, f.Len())
				}
			}
		})
	}
}

func TestOneDamageSpoilsOneRecord(t *testing.T) {
	data := replaced(t, newer(t), "00002100P", "0002100P")
	data = replaced(t, data, "250819", "250231")
	faults := Check(data).Faults()
	if len(faults) != 2 || faults[0].Record != 2 || faults[1].Record != 6 {
		t.Errorf("faults %v, want one in record 2 and one in record 6", faults)
	}
	if faults[1].Offset != bytes.Index(data, []byte("19800")) {
		t.Errorf("offset %d, %d expected", faults[1].Offset, bytes.Index(data, []byte("19800")))
	}
}

func TestNotices(t *testing.T) {
	data := replaced(t, newer(t), "00002100P", "00002100Z")
	count := []byte("00000018")
	at := bytes.LastIndex(data, count)
	copy(data[at:], "00000099")
	f, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	var got []Reason
	for _, p := range f.Notices() {
		got = append(got, p.Reason)
	}
	if diff := cmp.Diff([]Reason{CodeInconnu, EntiteInconnue, Compte}, got); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	if r := Returns(f)[0]; r.Kind != Autre || r.Etat != "Z" {
		t.Errorf("unknown state read as %v", r.Kind)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	data := bytes.Repeat([]byte("198@"), 100_000)
	if n := len(Check(data)); n > 3*maxProblems {
		t.Errorf("%d problems", n)
	}
	if p := Check(make([]byte, MaxSize+1)); len(p.Faults()) == 0 || p[0].Reason != Limite {
		t.Errorf("a file of MaxSize+1 bytes: %v", p)
	}
	if n := len(Explain(bytes.Repeat([]byte("X"), 1<<20), VueComplete)); n > 8*maxShown {
		t.Errorf("%d bytes of explanation", n)
	}
}

func TestNewRecordRefuses(t *testing.T) {
	tests := []struct {
		name   string
		number string
		value  Value
		want   Reason
	}{
		{"unknown entity", "777", Text("x", ""), ChampInconnu},
		{"unknown field", "102", Text("x", ""), ChampInconnu},
		{"constant", "102", Text("Type d'enregistrement", "103"), ChampInconnu},
		{"number in a text", "102", Number("N° de facture", 1), ChampInconnu},
		{"too long", "102", Text("Type de facture", "FF"), TropLong},
		{"too large", "198", Number(fields.amo.demande.Name, 1e8), TropLong},
		{"below zero", "198", Number(fields.amo.demande.Name, -1), TropLong},
		{"code cut", "080", Text(fields.lot080.Name, "7"), Chiffres},
		{"compulsory code blank", "080", Text(fields.lot080.Name, ""), Chiffres},
		{"impossible date", "080", Number(fields.date080.Name, 250231), DateImpossible},
		{"delimiter", "102", Text("Complément au n° de facture", "A@B"), Caractere},
		{"no Latin 1", "102", Text("Complément au n° de facture", "€"), Caractere},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := NewRecord(test.number, test.value)
			var p *Problem
			if !errors.As(err, &p) || p.Reason != test.want {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}

func TestWriterRefuses(t *testing.T) {
	w, err := NewWriter(sampleEntete())
	if err != nil {
		t.Fatal(err)
	}
	arlRecord := rec(t, "600", Text("Sens", "P"))
	for _, r := range []Record{{}, {raw: "198@"}, {noemie[0], noemie[0].blank}, arlRecord} {
		if err := w.Add(r); err == nil {
			t.Errorf("Add(%s) accepted", r.Entite())
		}
	}
	if _, err := NewWriter(Entete{Emetteur: "X"}); err == nil {
		t.Error("a header without digits was accepted")
	}
}

func TestTablesMatchTheirChecks(t *testing.T) {
	table, err := os.ReadFile("tables/noemie.csv")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new string }{
		{"hole", "080,Lot,12,3,14", "080,Lot,13,2,14"},
		{"wrong length", "080,Lot,12,3,14", "080,Lot,12,4,14"},
		{"unknown format", "Numéro de lot,code", "Numéro de lot,chiffre"},
		{"format against type", "Numéro de lot,code", "Numéro de lot,texte"},
		{"constant too long", "constante,080", "constante,0800"},
		{"no end", "080,Lot,15,1,15,A,O,Délimiteur fin d'entité,constante,@", "080,Lot,15,1,15,A,O,Délimiteur fin d'entité,constante,#"},
		{"no source", "Numéro de lot,code,,,ALCIDE noemie_format.py (2016)", "Numéro de lot,code,,,"},
		{"columns", "entity,label", "label,entity"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			changed := string(replaced(t, table, test.old, test.new))
			if _, err := parseSchema(strings.NewReader(changed), nil); err == nil {
				t.Error("accepted")
			}
		})
	}
	if n := len(Fields("220")); n != 29 || Fields("777") != nil {
		t.Errorf("%d fields in 220", n)
	}
}

func TestProblemTexts(t *testing.T) {
	data := replaced(t, newer(t), "00002100P", "0000210OP")
	_, err := Parse(data)
	if want := "cannot accept return record 6 (198), byte 429, columns 6-13, Montant AMO demandé: digits expected (and 1 more)"; err == nil || err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
	if want := "enregistrement 6 (198), octet 429, colonnes 6-13, Montant AMO demandé : chiffres attendus"; Check(data)[0].Message() != want {
		t.Errorf("message %q, want %q", Check(data)[0].Message(), want)
	}
	for r := Tronque; r <= Compte; r++ {
		if r.String() == "" || r.text(1) == "" {
			t.Errorf("reason %d has no text", r)
		}
	}
}

// TestUnknownRecord: what a record in no table answers.
func TestUnknownRecord(t *testing.T) {
	f, err := Parse(newer(t))
	if err != nil {
		t.Fatal(err)
	}
	r := f.Record(13)
	_, hasText := r.Text("Libellé")
	_, hasNumber := r.Number("Libellé")
	if r.Known() || r.Entite() != "777" || r.Raw() != "777INCONNU 42@" || hasText || hasNumber || r.Fields() != nil {
		t.Errorf("record 14 is %q", r.Raw())
	}
}

func TestDates(t *testing.T) {
	tests := []struct {
		name, text string
		want       bool
	}{
		{"day", "250819", true}, {"none", "000000", true}, {"leap", "240229", true}, {"century", "000229", true},
		{"no leap", "250229", false}, {"month 13", "251301", false}, {"month 0", "250001", false}, {"day 0", "250800", false},
		{"day 31", "250431", false}, {"not digits", "25/8/1", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := isDate(test.text); got != test.want {
				t.Errorf("isDate(%s) = %v", test.text, got)
			}
		})
	}
	if Date(50819).String() != "050819" {
		t.Errorf("Date(50819) is written %s", Date(50819))
	}
}
