package paper

import (
	"bytes"
	"flag"
	"image"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

var (
	update = flag.Bool("update", false, "write the golden files anew")
	show   = flag.String("show", "", "folder to write the PDFs to, to look at them")
)

// document is one of each kind, with the hard cases.
type document struct {
	name string
	make func(testing.TB) ([]byte, error)
}

func documents() []document {
	feuille := func(make func(testing.TB) *Sheet) func(testing.TB) ([]byte, error) {
		return func(t testing.TB) ([]byte, error) { return FeuilleDeSoins(cabinet(), make(t), printed) }
	}
	return []document{
		{"feuille-secured", feuille(secured)},
		{"feuille-degraded", feuille(degraded)},
		{"feuille-smg", feuille(smg)},
		{"feuille-anonymous", feuille(anonymous)},
		{"feuille-long", feuille(long)},
		{"feuille-hostile", feuille(hostile)},
		{"papier", func(t testing.TB) ([]byte, error) {
			s := secured(t)
			s.Numero = ""
			return FeuillePapier(cabinet(), s, printed)
		}},
		{"papier-smg-unpriced", func(t testing.TB) ([]byte, error) {
			s := smg(t)
			s.Numero, s.Prix = "", nil
			return FeuillePapier(cabinet(), s, printed)
		}},
		{"quittance", func(t testing.TB) ([]byte, error) {
			return Quittance(cabinet(), degraded(t), Payment{2000, 20261116, "carte bancaire"}, printed)
		}},
		{"bordereau", func(t testing.TB) ([]byte, error) { return BordereauDeLot(cabinet(), sent(lotOf(t, 3)), printed) }},
		{"bordereau-200", func(t testing.TB) ([]byte, error) { return BordereauDeLot(cabinet(), lotOf(t, 200), printed) }},
		{"liasse", func(t testing.TB) ([]byte, error) { return Liasse(cabinet(), sent(lotOf(t, 2)), printed) }},
		{"enveloppe", func(t testing.TB) ([]byte, error) { return Enveloppe(cabinet(), sent(lotOf(t, 3)), printed) }},
		{"a-la-main", func(t testing.TB) ([]byte, error) { return ALaMain(cabinet(), lotOf(t, 3), printed) }},
		{"recette", func(t testing.TB) ([]byte, error) { return RecetteDuJour(cabinet(), 20261116, aDay(t), printed) }},
	}
}

// aDay is a day with sheets of every kind.
func aDay(t testing.TB) []Sheet {
	paper, blank := secured(t), smg(t)
	paper.Numero = ""
	blank.Numero, blank.Prix = "", nil
	without := draft(fse.SansVitale, fse.Acte{Code: "G"})
	return []Sheet{*secured(t), *degraded(t), *smg(t), *anonymous(t), *sheet(t, 129, without), *paper, *blank}
}

// tool runs a program of poppler-utils on a PDF.
func tool(t *testing.T, pdf []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stdin = bytes.NewReader(pdf)
	var fault bytes.Buffer
	cmd.Stderr = &fault
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s (package poppler-utils): %v %s", name, err, fault.Bytes())
	}
	return out
}

func TestGoldenText(t *testing.T) {
	for _, doc := range documents() {
		t.Run(doc.name, func(t *testing.T) {
			pdf, err := doc.make(t)
			if err != nil {
				t.Fatal(err)
			}
			got := tool(t, pdf, "pdftotext", "-layout", "-", "-")
			file := filepath.Join("testdata", doc.name+".txt")
			if *update {
				write(t, file, got)
			}
			if *show != "" {
				write(t, filepath.Join(*show, doc.name+".pdf"), pdf)
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// The first page of each document looks as it did. A renderer may draw a letter's edge a
// little differently: a page passes with 1 % of its pixels changed by more than a quarter.
func TestGoldenPages(t *testing.T) {
	for _, doc := range documents() {
		t.Run(doc.name, func(t *testing.T) {
			pdf, err := doc.make(t)
			if err != nil {
				t.Fatal(err)
			}
			got := tool(t, pdf, "pdftoppm", "-r", "50", "-gray", "-png", "-f", "1", "-l", "1", "-")
			file := filepath.Join("testdata", doc.name+".png")
			if *update {
				write(t, file, got)
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if share := changed(t, want, got); share > 0.01 {
				t.Errorf("%.2f %% of the pixels changed", 100*share)
			}
		})
	}
}

// changed returns the share of pixels that differ clearly.
func changed(t *testing.T, a, b []byte) float64 {
	t.Helper()
	var pages [2]image.Image
	for i, data := range [][]byte{a, b} {
		page, _, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		pages[i] = page
	}
	bounds := pages[0].Bounds()
	if bounds != pages[1].Bounds() {
		t.Fatalf("the page is %v, not %v", pages[1].Bounds(), bounds)
	}
	n := 0
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			p, _, _, _ := pages[0].At(x, y).RGBA()
			q, _, _, _ := pages[1].At(x, y).RGBA()
			if max(p, q)-min(p, q) > 0x4000 {
				n++
			}
		}
	}
	return float64(n) / float64(bounds.Dx()*bounds.Dy())
}
