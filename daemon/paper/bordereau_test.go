package paper

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// priceOf gives each sheet of a lot amounts of its own.
func priceOf(l *Lot, draw func(i int) (total, amo, amc fse.Cents)) {
	for i := range l.Sheets {
		x := *l.Sheets[i].Prix
		x.Total.Honoraires, x.Total.AMO, x.Total.AMC = draw(i)
		l.Sheets[i].Prix = &x
	}
}

var carried = regexp.MustCompile(`(À reporter|Report|Total du lot) \((\d+) FSE\) +([\d ]+,\d\d)  +([\d ]+,\d\d)  +([\d ]+,\d\d)`)

// What is carried from page to page is the sum of the lines above, for lots of every
// length around the turn of a page; each page has heads and its number.
func TestBordereauCarriesItsTotals(t *testing.T) {
	for _, n := range []int{1, 37, 38, 39, 40, 45, 46, 47, 100, 200} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			l := lotOf(t, n)
			priceOf(l, func(i int) (_, _, _ fse.Cents) { return fse.Cents(3000 + i), fse.Cents(2100 + i), fse.Cents(i) })
			pdf, err := BordereauDeLot(cabinet(), l, printed)
			pages := strings.Split(strings.TrimSuffix(text(t, pdf, err), "\f"), "\f")
			for i, page := range pages {
				foot := fmt.Sprintf("page %d/%d", i+1, len(pages))
				if !strings.Contains(page, foot) || !strings.Contains(page, "Lot n° 012") || !strings.Contains(page, "LOT NON SÉCURISÉ") {
					t.Errorf("page %d has no %q, lot number or certification", i+1, foot)
				}
				if strings.Contains(page, "Échantillon") && !strings.Contains(page, "Part AMO (€)") {
					t.Errorf("page %d has no heads", i+1)
				}
			}
			all := strings.Join(pages, "\n")
			sums := carried.FindAllStringSubmatch(all, -1)
			if len(sums) == 0 || sums[len(sums)-1][2] != fmt.Sprint(n) {
				t.Fatalf("the total of %d FSE is not there: %v", n, sums)
			}
			for _, m := range sums {
				var k int
				fmt.Sscan(m[2], &k)
				extra := fse.Cents(k * (k - 1) / 2)
				want := fmt.Sprint(euros(fse.Cents(3000*k)+extra), euros(fse.Cents(2100*k)+extra), euros(extra))
				if got := fmt.Sprint(m[3], m[4], m[5]); got != strings.ReplaceAll(want, nbsp, " ") {
					t.Errorf("%s after %d FSE: %s, want %s", m[1], k, got, want)
				}
			}
			if turns := strings.Count(all, "À reporter"); turns != strings.Count(all, "Report (") {
				t.Errorf("carried %d times and taken up %d", turns, strings.Count(all, "Report ("))
			}
		})
	}
}

// Every amount of a lot and of a day is on their pages, with the sums.
func TestLawEveryAmountOfAListIsPrinted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := lotOf(t, rapid.IntRange(1, 60).Draw(r, "n"))
		counts := map[string]int{}
		var sum [3]fse.Cents
		priceOf(l, func(int) (_, _, _ fse.Cents) {
			var one [3]fse.Cents
			for i := range one {
				one[i] = genAmount().Draw(r, "montant")
				sum[i] += one[i]
				counts[strings.ReplaceAll(euros(one[i]), nbsp, " ")]++
			}
			return one[0], one[1], one[2]
		})
		for _, n := range sum {
			counts[strings.ReplaceAll(euros(n), nbsp, " ")]++
		}
		for i := range l.Sheets { // as in a day where nobody but the insurances pays
			x := l.Sheets[i].Prix
			x.TiersPayant = fse.TiersPayant{AMO: true, AMC: true}
			x.Total.ARegler, x.Total.NonPrisEnCharge = 0, 0
		}
		for name, page := range map[string]func() ([]byte, error){
			"bordereau": func() ([]byte, error) { return BordereauDeLot(cabinet(), l, printed) },
			"recette":   func() ([]byte, error) { return RecetteDuJour(cabinet(), 20261116, l.Sheets, printed) },
		} {
			pdf, err := page()
			if err != nil {
				r.Fatal(err)
			}
			have := printedAmounts(t, pdf)
			for amount, n := range counts {
				if have[amount] < n {
					r.Fatalf("%s: %s is there %d times, want %d", name, amount, have[amount], n)
				}
			}
		}
	})
}

// Each fee of a paper sheet and of a receipt is on them.
func TestLawEveryFeeIsPrinted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := genSheet(r)
		paid := Payment{Amount: genAmount().Draw(r, "reçu"), Means: rapid.String().Draw(r, "moyen")}
		onPaper := *s
		onPaper.Numero = ""
		counts := map[string]int{strings.ReplaceAll(euros(s.Prix.Total.Honoraires), nbsp, " "): 1}
		for i := range s.Prix.Lignes {
			counts[strings.ReplaceAll(euros(s.Prix.Lignes[i].Honoraires), nbsp, " ")]++
		}
		for name, page := range map[string]func() ([]byte, error){
			"paper":   func() ([]byte, error) { return FeuillePapier(cabinet(), &onPaper, printed) },
			"receipt": func() ([]byte, error) { return Quittance(cabinet(), s, paid, printed) },
		} {
			pdf, err := page()
			if err != nil {
				r.Fatal(err)
			}
			have := printedAmounts(t, pdf)
			for amount, n := range counts {
				if have[amount] < n {
					r.Fatalf("%s: %s is there %d times, want %d", name, amount, have[amount], n)
				}
			}
			inside(r, tool(t, pdf, "pdftotext", "-bbox", "-", "-"))
		}
	})
}

// A bundle is in the order in which it is stapled, and each of its documents is
// numbered by itself.
func TestLiasseIsInStaplingOrder(t *testing.T) {
	pdf, err := Liasse(cabinet(), lotOf(t, 50), printed)
	pages := strings.Split(strings.TrimSuffix(text(t, pdf, err), "\f"), "\f")
	if len(pages) != 52 {
		t.Fatalf("%d pages, want 2 and 50", len(pages))
	}
	for i, page := range pages {
		want := []string{fmt.Sprintf("FSE n° %09d", 200+i-2), "Mode dégradé", "page 1/1"}
		if i < 2 {
			want = []string{"Bordereau de télétransmission", fmt.Sprintf("page %d/2", i+1)}
		}
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("page %d does not say %q", i+1, w)
			}
		}
	}
}

// Documents are made at the same time without touching each other.
func TestManyAtOnce(t *testing.T) {
	l := lotOf(t, 5)
	want, err := Liasse(cabinet(), l, printed)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got, err := Liasse(cabinet(), l, printed)
			if err != nil || string(got) != string(want) {
				t.Errorf("%d other bytes, %v", len(got), err)
			}
		})
	}
	wg.Wait()
}
