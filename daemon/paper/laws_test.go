package paper

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// genAmount draws amounts as they are, as they might be, and the largest there is.
func genAmount() *rapid.Generator[fse.Cents] {
	return rapid.OneOf(rapid.Just(fse.Cents(0)), rapid.Custom(func(t *rapid.T) fse.Cents {
		return fse.Cents(rapid.Int64Range(0, 30_000).Draw(t, "cents"))
	}), rapid.Custom(func(t *rapid.T) fse.Cents { return fse.Cents(rapid.Int64Range(0, 999_999_999).Draw(t, "large")) }))
}

// genSheet draws a sheet with any amounts and any texts.
func genSheet(t *rapid.T) *Sheet {
	text := rapid.OneOf(rapid.String(), rapid.StringN(0, 600, -1), rapid.Just("")).Draw
	mode := rapid.SampledFrom([]fse.Mode{fse.Securise, fse.Degrade, fse.SansVitale, "?"}).Draw(t, "mode")
	d := draft(mode)
	d.Nature.Code = rapid.SampledFrom([]string{fse.Maladie, fse.Maternite, fse.AT, fse.SMG, "?"}).Draw(t, "nature")
	d.Beneficiaire.Nom, d.Beneficiaire.Prenom = text(t, "nom"), text(t, "prenom")
	d.Beneficiaire.NIR, d.Beneficiaire.Naissance.EnCarte = text(t, "nir"), text(t, "naissance")
	d.AMO.TexteALD, d.Parcours = text(t, "ald"), text(t, "parcours")
	if rapid.Bool().Draw(t, "assure?") {
		d.Assure = &fse.Personne{NIR: text(t, "nir assure"), Nom: text(t, "assure")}
	}
	x := &fse.Prix{TiersPayant: fse.TiersPayant{AMO: rapid.Bool().Draw(t, "tpamo"), AMC: rapid.Bool().Draw(t, "tpamc")}}
	for range rapid.IntRange(0, 40).Draw(t, "acts") {
		l := fse.Ligne{Code: text(t, "code"), Date: 20261116, Quantite: rapid.Int().Draw(t, "quantite"), Acte: rapid.IntRange(-1, 3).Draw(t, "acte")}
		for _, n := range []*fse.Cents{&l.Base, &l.AMO, &l.AMC, &l.Patient, &l.NonPrisEnCharge, &l.Honoraires} {
			*n = genAmount().Draw(t, "montant")
		}
		x.Lignes = append(x.Lignes, l)
	}
	for _, n := range []*fse.Cents{&x.Total.Base, &x.Total.AMO, &x.Total.AMC, &x.Total.Patient, &x.Total.Honoraires, &x.Total.ARegler,
		&x.Total.NonPrisEnCharge, &x.Total.MTM, &x.Total.Retenue, &x.Total.Forfait} {
		*n = genAmount().Draw(t, "total")
	}
	return &Sheet{Numero: "000000321", Draft: d, Prix: x}
}

// printedAmounts counts the amounts on the pages of a PDF. pdftotext parts thousands by
// one space and columns by several, or by the cents of the amount before.
func printedAmounts(t *testing.T, pdf []byte) map[string]int {
	counts := map[string]int{}
	for _, m := range amountOnPage.FindAllString(string(tool(t, pdf, "pdftotext", "-layout", "-", "-")), -1) {
		counts[m]++
	}
	return counts
}

var amountOnPage = regexp.MustCompile(`\d{1,3}(?: \d{3})*,\d{2}`)

// wanted are all the amounts of a sheet, with how often each is at least printed.
func wanted(s *Sheet) map[string]int {
	counts := map[string]int{}
	add := func(list ...fse.Cents) {
		for _, n := range list {
			counts[strings.ReplaceAll(euros(n), nbsp, " ")]++
		}
	}
	for i := range s.Prix.Lignes {
		l := &s.Prix.Lignes[i]
		add(l.Honoraires, l.Base, excess(l), l.AMO, l.AMC, l.Patient)
		if l.NonPrisEnCharge != 0 {
			add(l.NonPrisEnCharge)
		}
	}
	x := &s.Prix.Total
	add(x.Honoraires, x.Base, x.AMO, x.AMC, x.Patient, x.ARegler)
	for _, n := range []fse.Cents{x.NonPrisEnCharge, x.MTM, x.Retenue, x.Forfait} {
		if n != 0 {
			add(n)
		}
	}
	return counts
}

// Every amount of a sheet is on its pages, whatever else the sheet holds, and nothing
// is printed outside the margins.
func TestLawEveryAmountIsPrinted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := genSheet(r)
		pdf, err := FeuilleDeSoins(cabinet(), s, printed)
		if err != nil {
			r.Fatal(err)
		}
		have := printedAmounts(t, pdf)
		for amount, n := range wanted(s) {
			if have[amount] < n {
				r.Fatalf("%s is there %d times, want %d", amount, have[amount], n)
			}
		}
		inside(r, tool(t, pdf, "pdftotext", "-bbox", "-", "-"))
	})
}

var wordBox = regexp.MustCompile(`<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">`)

// inside checks that each word of a page is within its margins. -bbox counts in points.
func inside(t interface{ Fatalf(string, ...any) }, bbox []byte) {
	const point = 25.4 / 72
	for _, m := range wordBox.FindAllSubmatch(bbox, -1) {
		var at [4]float64
		for i := range at {
			at[i], _ = strconv.ParseFloat(string(m[i+1]), 64)
			at[i] *= point
		}
		if at[0] < left-0.5 || at[2] > left+innerWidth+0.5 || at[1] < topDemo || at[3] > footLine+2 {
			t.Fatalf("a word is at %.1f", at)
		}
	}
}

// What is owed by all makes the fees, whatever the tiers payant.
func TestLawDueMakesTheFees(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := draft(fse.Securise, fse.Acte{Code: "G"})
		d.AMC = &fse.AMC{Organisme: "1"}
		d.TiersPayant.AMO = rapid.Bool().Draw(r, "amo")
		d.TiersPayant.AMC = d.TiersPayant.AMO && rapid.Bool().Draw(r, "amc")
		d.Actes[0].Code = rapid.SampledFrom([]string{"G", "VG", "COE"}).Draw(r, "code")
		if d.Actes[0].Code == "COE" {
			d.Actes[0].Code = "G"
			d.Actes = append(d.Actes, fse.Acte{Code: "MD"})
		}
		s := sheet(t, 1, d)
		if x := s.due(); x.amo+x.amc+x.patient+x.nobody != s.Prix.Total.Honoraires {
			r.Fatalf("%+v do not make %d", x, s.Prix.Total.Honoraires)
		}
	})
}

// The same values give the same bytes, and another moment of printing others.
func TestSameBytes(t *testing.T) {
	for _, doc := range documents() {
		t.Run(doc.name, func(t *testing.T) {
			a, err := doc.make(t)
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				b, err := doc.make(t)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(a, b) {
					t.Fatal("the bytes differ")
				}
			}
		})
	}
}

// FuzzClean checks that whatever comes in, what goes out can be printed.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "Hélène", "a\r\nb\x1b[0m\x00", "محمد بن علي", "王小明", "שלום", "😀👩‍👩‍👧", "\xff\xfe", "e\u0301", "\u202Eabc", strings.Repeat("Ẅ ", 900)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		n := 0
		for _, r := range got {
			n++
			if shown(r) != string(r) {
				t.Fatalf("%q holds %q", got, r)
			}
		}
		if clean(got) != got && n < maxRunes {
			t.Fatalf("cleaned twice %q becomes %q", got, clean(got))
		}
	})
}

func TestErrors(t *testing.T) {
	noAddress := cabinet()
	noAddress.Rattachement = Caisse{}
	lot := lotOf(t, 1)
	unpriced := lotOf(t, 1)
	unpriced.Sheets[0].Prix = nil
	tests := []struct {
		name string
		make func() ([]byte, error)
		want error
	}{
		{"sheet without content", func() ([]byte, error) { return FeuilleDeSoins(cabinet(), &Sheet{Numero: "1"}, printed) }, ErrIncomplete},
		{"sheet without price", func() ([]byte, error) {
			return FeuilleDeSoins(cabinet(), &Sheet{Numero: "1", Draft: draft(fse.Securise)}, printed)
		}, ErrIncomplete},
		{"sheet without number", func() ([]byte, error) {
			return FeuilleDeSoins(cabinet(), &Sheet{Draft: draft(fse.Securise), Prix: &fse.Prix{}}, printed)
		}, ErrIncomplete},
		{"paper sheet without content", func() ([]byte, error) { return FeuillePapier(cabinet(), &Sheet{}, printed) }, ErrIncomplete},
		{"receipt without content", func() ([]byte, error) { return Quittance(cabinet(), &Sheet{}, Payment{}, printed) }, ErrIncomplete},
		{"lot without number", func() ([]byte, error) { return BordereauDeLot(cabinet(), &Lot{}, printed) }, ErrIncomplete},
		{"lot without FSE", func() ([]byte, error) { return Liasse(cabinet(), &Lot{Numero: "001"}, printed) }, ErrIncomplete},
		{"lot with an FSE without price", func() ([]byte, error) { return Liasse(cabinet(), unpriced, printed) }, ErrIncomplete},
		{"envelope for nowhere", func() ([]byte, error) { return Enveloppe(noAddress, lot, printed) }, ErrAddress},
		{"by hand for nowhere", func() ([]byte, error) { return ALaMain(noAddress, lot, printed) }, ErrAddress},
		{"day with a sheet without content", func() ([]byte, error) { return RecetteDuJour(cabinet(), 0, []Sheet{{}}, printed) }, ErrIncomplete},
		{"no moment of printing", func() ([]byte, error) { return BordereauDeLot(cabinet(), lot, Print{}) }, ErrIncomplete},
		{"day with an FSE without price", func() ([]byte, error) {
			return RecetteDuJour(cabinet(), 0, []Sheet{{Numero: "1", Draft: draft(fse.Securise)}}, printed)
		}, ErrIncomplete},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if pdf, err := tt.make(); !errors.Is(err, tt.want) || pdf != nil {
				t.Errorf("got %d bytes and %v, want %v", len(pdf), err, tt.want)
			}
		})
	}
}
