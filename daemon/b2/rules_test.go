package b2

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// places words problems briefly: record, kind, first column, reason.
func places(problems Problems) []string {
	var all []string
	for _, p := range problems {
		all = append(all, fmt.Sprintf("%d %s %d %s", p.Record, p.Kind, p.Start, p.Reason.text(1)))
	}
	return all
}

func TestValidate(t *testing.T) {
	facture := func(change func(*Facture)) func(*File) {
		return func(f *File) { change(&f.Lots[0].Factures[0]) }
	}
	ligne := func(change func(*Ligne)) func(*File) {
		return facture(func(f *Facture) { change(&f.Lignes[0]) })
	}
	tests := []struct {
		name   string
		change func(*File)
		want   []string
	}{
		{"nothing wrong", func(*File) {}, nil},
		{"no lot", func(f *File) { f.Lots = nil }, []string{"1 000 0 " + Ordre.text(1)}},
		{"no date", func(f *File) { f.Creation = 0 }, []string{"1 000 56 " + Absent.text(1)}},
		{"sender of 9 digits", func(f *File) { f.Emetteur = "991000015" }, []string{"1 000 6 " + Largeur.text(1)}},
		{"destination of another régime", func(f *File) { f.Destinataire.Type = "CT" }, []string{"1 000 26 " + Regle.text(1)}},
		{"destination of no known régime", func(f *File) { f.Destinataire.Numero = "00000017052835" },
			[]string{"1 000 28 " + Regle.text(1)}},
		{"destination without its zeros", func(f *File) { f.Destinataire.Numero = "10000008052835" },
			[]string{"1 000 28 " + Regle.text(1)}},
		{"another organism in the lot", func(f *File) { f.Lots[0].Organisme = "756" }, []string{"2 1 17 " + Regle.text(1)}},
		{"same lot twice", func(f *File) { f.Lots = append(f.Lots, f.Lots[0]) }, []string{"1 000 0 " + Doublon.text(1)}},
		{"lot without number", func(f *File) { f.Lots[0].Numero = 0 }, []string{"2 1 20 " + Absent.text(1)}},
		{"lot number of 4 digits", func(f *File) { f.Lots[0].Numero = 1000 }, []string{"2 1 20 " + TropGrand.text(1)}},
		{"lot without date", func(f *File) { f.Lots[0].Date = 0 }, []string{"2 1 72 " + Absent.text(1)}},
		{"lot without invoice", func(f *File) { f.Lots[0].Factures = nil }, []string{"2 1 0 " + Ordre.text(1)}},
		{"name too long", func(f *File) { f.Lots[0].Nom = strings.Repeat("N", 41) }, []string{"2 1 30 " + TropLong.text(1)}},
		{"same invoice twice", facture(func(f *Facture) { f.Numero = 102 }), []string{"2 1 0 " + Doublon.text(1)}},
		{"invoice without number", facture(func(f *Facture) { f.Numero = 0 }), []string{"3 2 30 " + Absent.text(1)}},
		{"invoice without line", facture(func(f *Facture) { f.Lignes = nil }), []string{"3 2 0 " + Ordre.text(1)}},
		{"short NIR", facture(func(f *Facture) { f.NIR = "297" }), []string{"3 2 12 " + Largeur.text(1)}},
		{"no NIR", facture(func(f *Facture) { f.NIR = "" }),
			[]string{"3 2 12 " + Absent.text(1), "3 2 12 " + Largeur.text(1)}},
		{"top éclatement", facture(func(f *Facture) { f.Eclatement = "X" }), []string{"3 2 95 " + Regle.text(1)}},
		{"AMC part billed apart", facture(func(f *Facture) { f.Eclatement = "F"; f.Lignes[0].AMC = 900 }),
			[]string{"5 4 123 " + Regle.text(1)}},
		{"no exonération", facture(func(f *Facture) { f.Exoneration = "" }), []string{"3 2 79 " + Absent.text(1)}},
		{"line with another exonération", ligne(func(l *Ligne) { l.Exoneration = "4" }), []string{"3 2 79 " + Regle.text(1)}},
		{"exonération of two letters", facture(func(f *Facture) { f.Exoneration = "44" }), []string{"3 2 79 " + TropLong.text(1)}},
		{"line without date", ligne(func(l *Ligne) { l.Date = 0 }), []string{"5 4 70 " + Absent.text(1)}},
		{"line of no day", ligne(func(l *Ligne) { l.Date = 250230 }), []string{"5 4 70 " + DateImpossible.text(1)}},
		{"line without quantity", ligne(func(l *Ligne) { l.Quantite = 0 }), []string{"5 4 81 " + Absent.text(1)}},
		{"rate above 100", ligne(func(l *Ligne) { l.Taux = 101 }), []string{"5 4 105 " + TropGrand.text(1)}},
		{"negative amount", ligne(func(l *Ligne) { l.AMC = -1 }),
			[]string{"5 4 123 " + TropGrand.text(1), "6 5 90 " + TropGrand.text(1)}},
		{"more reimbursed than billed", ligne(func(l *Ligne) { l.AMO = 3001 }),
			[]string{"5 4 108 " + Regle.text(1), "6 5 74 " + TropGrand.text(1)}},
		{"text in the editors' zone of a demonstration", facture(func(f *Facture) { f.Editeur = "AGR" }),
			[]string{"6 5 123 " + Regle.text(1)}},
		{"mark of a demonstration in a real file", func(f *File) { f.Demonstration, f.Message = false, "DEMO 1" },
			[]string{"1 000 92 " + Regle.text(1)}},
		{"mark of a demonstration in lower case", func(f *File) {
			f.Demonstration, f.Message = false, " demo 1"
			f.Lots[0].Factures[0].Editeur = "demo"
		}, []string{"1 000 92 " + Regle.text(1), "6 5 123 " + Regle.text(1)}},
		{"NIR in lower case", facture(func(f *Facture) { f.NIR = "297022a020778" }), []string{"3 2 12 " + Caractere.text(1)}},
		{"exonération in lower case", facture(func(f *Facture) { f.Exoneration = "c" }), []string{"3 2 79 " + Caractere.text(1)}},
		{"blank name", func(f *File) { f.Lots[0].Nom = " " }, []string{"2 1 30 " + Absent.text(1)}},
		{"test payer in a real file", func(f *File) {
			f.Demonstration = false
			f.Destinataire = Destinataire{"CT", "00000001000349"}
			f.Lots[0].Organisme = "349"
		}, []string{"1 000 28 " + Regle.text(1)}},
		{"all at once", func(f *File) { f.Creation = 0; f.Lots[0].Date = 0; f.Lots[0].Factures[0].Lignes[0].Code = "" },
			[]string{"1 000 56 " + Absent.text(1), "2 1 72 " + Absent.text(1), "5 4 76 " + Absent.text(1)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := sampleFile(t)
			test.change(&f)
			problems := Validate(f)
			if diff := cmp.Diff(test.want, places(problems)); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
			data, err := Encode(f)
			if (err != nil) != (len(test.want) > 0) || (data == nil) != (len(test.want) > 0) {
				t.Errorf("Encode: %d bytes, %v", len(data), err)
			}
		})
	}
}

func TestValidateRecordsKeptAsTheyAre(t *testing.T) {
	tests := []struct {
		name   string
		record func(t *testing.T) Record
		reason Reason
	}{
		{"complement of a stay after an act", func(t *testing.T) Record { return newRecord(t, Kind3S) }, Ordre},
		{"type with a Go type", func(t *testing.T) Record { return newRecord(t, Kind5) }, Ordre},
		{"zero record", func(*testing.T) Record { return Record{} }, Ordre},
		{"blank compulsory field", func(t *testing.T) Record { return newRecord(t, Kind4M) }, Absent},
		{"other invoice", func(t *testing.T) Record {
			r := newRecord(t, Kind4E)
			if err := r.SetNumber("N° facture", 999); err != nil {
				t.Fatal(err)
			}
			return r
		}, Repetition},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := sampleFile(t)
			f.Lots[0].Factures[0].Lignes[0].Suite = []Record{test.record(t)}
			problems := Validate(f)
			if len(problems) == 0 || problems[0].Record != 6 || problems[0].Reason != test.reason {
				t.Errorf("problems %v, want %q first, at record 6", places(problems), test.reason.text(1))
			}
		})
	}
}

func TestEncodeRefusesTooManyRecords(t *testing.T) {
	f := sampleFile(t)
	for n := len(f.Lots[0].Factures); f.Records() <= MaxRecords; n++ {
		facture := sampleConsultation()
		facture.Numero = 1000 + n
		f.Lots[0].Factures = append(f.Lots[0].Factures, facture)
	}
	_, err := Encode(f)
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Reason != Limite {
		t.Errorf("error %v, want the limit", err)
	}
	f.Lots[0].Factures = f.Lots[0].Factures[:len(f.Lots[0].Factures)-1]
	if _, err := Encode(f); err != nil {
		t.Errorf("%d records: %v", f.Records(), err)
	}
}

// TestDecodeRefuses damages the golden file record by record.
func TestDecodeRefuses(t *testing.T) {
	data := readGolden(t, "demonstration.b2")
	cut := func(from, to int) func([]byte) []byte { // drops records, numbered from 1
		return func(b []byte) []byte { return append(b[:(from-1)*Size:(from-1)*Size], b[to*Size:]...) }
	}
	put := func(record, column int, text string) func([]byte) []byte {
		return func(b []byte) []byte {
			copy(b[(record-1)*Size+column-1:], text)
			return b
		}
	}
	tests := []struct {
		name   string
		damage func([]byte) []byte
		want   []string
	}{
		{"empty", func([]byte) []byte { return nil },
			[]string{"1 ? 0 " + Ordre.text(1), "1 ? 0 " + Ordre.text(1)}},
		{"no header", cut(1, 1), []string{"1 1 0 " + Ordre.text(1), "13 999 56 " + Compte.text(1)}},
		{"no lot", cut(2, 13), []string{"1 000 0 " + Ordre.text(1), "2 999 56 " + Compte.text(1), "2 999 83 " + Compte.text(1)}},
		{"no start of lot", cut(2, 11), []string{"1 000 0 " + Ordre.text(1), "2 5 0 " + Ordre.text(1), "3 6 0 " + Ordre.text(1),
			"4 999 56 " + Compte.text(1), "4 999 83 " + Compte.text(1)}},
		{"no invoice", cut(3, 12), []string{"2 1 0 " + Ordre.text(1), "3 6 11 " + Compte.text(1), "3 6 14 " + Compte.text(1),
			"3 6 18 " + Compte.text(1), "3 6 22 " + Compte.text(1), "3 6 25 " + Total.text(1), "3 6 34 " + Total.text(1),
			"4 999 56 " + Compte.text(1)}},
		{"no start of invoice", cut(3, 5), []string{"3 5 0 " + Ordre.text(1), "10 6 11 " + Compte.text(1), "10 6 14 " + Compte.text(1),
			"10 6 18 " + Compte.text(1), "10 6 22 " + Compte.text(1), "10 6 25 " + Total.text(1), "10 6 34 " + Total.text(1),
			"11 999 56 " + Compte.text(1)}},
		{"no line", cut(5, 5), []string{"3 2 0 " + Ordre.text(1), "5 5 39 " + Compte.text(1), "5 5 58 " + Total.text(1),
			"5 5 66 " + Total.text(1), "5 5 74 " + Total.text(1), "12 6 14 " + Compte.text(1), "12 6 25 " + Total.text(1),
			"12 6 34 " + Total.text(1), "13 999 56 " + Compte.text(1)}},
		{"no end of invoice", cut(6, 6), []string{"6 2 0 " + Ordre.text(1), "13 999 56 " + Compte.text(1)}},
		{"no end of lot", cut(13, 13), []string{"13 999 0 " + Ordre.text(1), "13 999 56 " + Compte.text(1)}},
		{"no end of file", cut(14, 14), []string{"14 ? 0 " + Ordre.text(1)}},
		{"something after the end", func(b []byte) []byte { return append(b, b[:Size]...) },
			[]string{"15 000 0 " + Ordre.text(1)}},
		{"complement twice", func(b []byte) []byte { return append(b[:4*Size:4*Size], b[3*Size:]...) },
			[]string{"5 2S 0 " + Ordre.text(1), "15 999 56 " + Compte.text(1)}},
		{"unknown type", put(10, 1, "8"), []string{"10 ? 0 " + TypeInconnu.text(1), "11 4M 0 " + Ordre.text(1), "12 5 39 " + Compte.text(1)}},
		{"lower case", put(2, 30, "m"), []string{"2 1 30 " + Caractere.text(1)}},
		{"accent", put(2, 30, "\xc9"), []string{"2 1 30 " + Caractere.text(1)}},
		{"text to the right", put(2, 30, " "), []string{"2 1 30 " + Cadrage.text(1)}},
		{"blank number", put(5, 91, "       "), []string{"5 4 91 " + Chiffres.text(1)}},
		{"sign in a number", put(5, 91, "-"), []string{"5 4 91 " + Chiffres.text(1)}},
		{"filler", put(5, 11, "X"), []string{"5 4 11 " + NonBlanc.text(1)}},
		{"length of records", put(1, 83, "256"), []string{"1 000 83 " + Constant.text(1)}},
		{"other invoice number", put(5, 38, "2"), []string{"5 4 30 " + Repetition.text(1)}},
		{"other professional", put(2, 2, "8"), []string{"3 2 2 " + Repetition.text(1), "7 2 2 " + Repetition.text(1),
			"13 6 2 " + Repetition.text(1)}},
		{"rank in régime 01", func(b []byte) []byte { return put(3, 29, "1")(put(4, 29, "1")(put(5, 29, "1")(put(6, 29, "1")(b)))) },
			[]string{"3 2 27 " + Regle.text(1)}},
		{"exonération in the line too", put(5, 54, "0"), []string{"3 2 79 " + Regle.text(1)}},
		{"exonération in the line only", func(b []byte) []byte { return put(3, 79, " ")(put(5, 54, "0")(b)) },
			[]string{"3 2 79 " + Regle.text(1)}},
		{"exonération nowhere", put(3, 79, " "), []string{"3 2 79 " + Absent.text(1)}},
		{"number of records of the invoice", put(6, 41, "2"), []string{"6 5 39 " + Compte.text(1)}},
		{"total of the invoice", put(6, 65, "1"), []string{"6 5 58 " + Total.text(1)}},
		{"number of invoices", put(13, 13, "3"), []string{"13 6 11 " + Compte.text(1)}},
		{"number of acts", put(13, 17, "4"), []string{"13 6 14 " + Compte.text(1)}},
		{"total of the lot", put(13, 33, "1"), []string{"13 6 25 " + Total.text(1)}},
		{"lot number at the end", put(13, 54, "8"), []string{"13 6 52 " + Repetition.text(1)}},
		{"number of lots", put(14, 85, "2"), []string{"14 999 83 " + Compte.text(1)}},
		{"another file at the end", put(14, 50, "X"), []string{"14 999 50 " + Repetition.text(1)}},
		{"one invoice without the mark", put(6, 123, "    "), []string{"6 5 123 " + Regle.text(1)}},
		{"half a record", func(b []byte) []byte { return b[:len(b)-Size/2] },
			[]string{"14 ? 0 " + Tronque.text(1), "15 ? 0 " + Ordre.text(1)}},
		{"line ends", withLineEnds, []string{"2 ? 0 " + Separateur.text(1)}},
		{"two things at once", func(b []byte) []byte { return put(2, 30, "m")(put(14, 85, "2")(b)) },
			[]string{"2 1 30 " + Caractere.text(1), "14 999 83 " + Compte.text(1)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			damaged := test.damage(append([]byte(nil), data...))
			_, err := Decode(damaged)
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error %v, want Problems", err)
			}
			if diff := cmp.Diff(places(problems), places(Check(damaged))); diff != "" {
				t.Errorf("Check and Decode differ:\n%s", diff)
			}
			if diff := cmp.Diff(test.want, places(problems)); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProblemsSayNothingOfPersons(t *testing.T) {
	data := readGolden(t, "demonstration.b2")
	for at := 0; at < len(data); at += 5 {
		damaged := append([]byte(nil), data...)
		damaged = append(damaged[:at], damaged[at+1:]...)
		text := Explain(damaged, VueMasquee)
		for _, p := range Check(damaged) {
			text += p.Error() + p.Message()
		}
		for _, secret := range []string{"97022A020778", "366322083", "360621", "970226", "MEDECIN"} {
			if strings.Contains(text, secret) {
				t.Fatalf("byte %d lost: a part of an identity is told", at)
			}
		}
	}
}

func TestProblemTexts(t *testing.T) {
	for r := Tronque; r <= Regle; r++ {
		if r.text(0) == "" || r.text(1) == "" {
			t.Errorf("reason %d has no text", r)
		}
	}
	p := Problem{Record: 5, Kind: Kind4, Lot: 7, Facture: 101, Field: "Code acte", Start: 76, End: 80, Reason: Absent, Detail: "détail"}
	want := "cannot accept B2 record 5 (type 4), in lot 007, invoice 000000101, columns 76-80, Code acte: " +
		"compulsory field is blank: fill it"
	if got := p.Error(); got != want {
		t.Errorf("error %q, want %q", got, want)
	}
	want = "enregistrement 5 (type 4), lot 007, facture 000000101, colonnes 76-80, Code acte : champ obligatoire absent (détail)"
	if got := p.Message(); got != want {
		t.Errorf("message %q, want %q", got, want)
	}
	if got := (Problems{&p, &p}).Error(); !strings.HasSuffix(got, "(and 1 more)") {
		t.Errorf("error %q", got)
	}
	if got := Reason(200).String(); got != "unknown reason" {
		t.Errorf("unknown reason is %q", got)
	}
}
