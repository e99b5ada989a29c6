package paper

import (
	"strconv"
	"strings"
	"testing"
)

// Whatever the address, it stays in the part of the page that the window shows, and its
// last line, the town, is there.
func TestAddressStaysInTheWindow(t *testing.T) {
	long := make([]string, 40)
	for i := range long {
		long[i] = strings.Repeat("Bâtiment des très longues adresses ", 1+i%3)
	}
	tests := []struct {
		name string
		to   Caisse
		town string
	}{
		{"three lines", Caisse{"CPAM", []string{"2 rue Diderot", "47914 AGEN cedex 9"}}, "47914"},
		{"six lines of 38 characters", Caisse{strings.Repeat("W", 38), []string{strings.Repeat("M", 38), strings.Repeat("x", 38),
			strings.Repeat("x", 38), strings.Repeat("x", 38), "83090 TOULON CEDEX 9"}}, "83090"},
		{"far too long", Caisse{strings.Repeat("Caisse ", 80), append(long, "99999 LOIN")}, "99999"},
		{"one word without end", Caisse{"C", []string{strings.Repeat("a", 5000), "99999 LOIN"}}, "99999"},
		{"scripts and control characters", Caisse{"C\x00\r\n", []string{"محمد", "😀", "99999 LOIN"}}, "99999"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := cabinet()
			p.Rattachement = tt.to
			pdf, err := Enveloppe(p, lotOf(t, 1), printed)
			if err != nil {
				t.Fatal(err)
			}
			page := tool(t, pdf, "pdftotext", "-bbox", "-", "-")
			inside(t, page)
			seen := 0
			for _, m := range wordBox.FindAllSubmatchIndex(page, -1) {
				at := [4]float64{}
				for i := range at {
					at[i], _ = strconv.ParseFloat(string(page[m[2*i+2]:m[2*i+3]]), 64)
					at[i] *= 25.4 / 72
				}
				if at[1] > foldHeight || at[1] < top+5 || at[2] < 60 {
					continue // below the fold, the band, or who sends
				}
				if at[0] < 100 || at[2] > 190 || at[1] < 55 || at[3] > 79 {
					t.Fatalf("a word at %.1f is not in the window", at)
				}
				if strings.HasPrefix(string(page[m[1]:]), tt.town) {
					seen++
				}
			}
			if seen != 1 {
				t.Errorf("the town is in the window %d times", seen)
			}
		})
	}
}
