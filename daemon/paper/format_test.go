package paper

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

func TestEuros(t *testing.T) {
	tests := []struct {
		name string
		n    fse.Cents
		want string
	}{
		{"nothing", 0, "0,00"},
		{"cents", 7, "0,07"},
		{"below a thousand", 99_999, "999,99"},
		{"thousand", 123_456, "1 234,56"},
		{"million", 123_456_789, "1 234 567,89"},
		{"negative", -250, "−2,50"},
		{"largest", math.MaxInt64, "92 233 720 368 547 758,07"},
		{"smallest", math.MinInt64, "−92 233 720 368 547 758,08"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.ReplaceAll(euros(tt.n), nbsp, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNIROnPaper(t *testing.T) {
	tests := []struct{ name, nir, want string }{
		{"ordinary", "255081416802538", "2 55 08 14 168 025 38"},
		{"Corsica", "297022A02077878", "2 97 02 2A 020 778 78"},
		{"anonymous", "A555555471042", "A555555471042"},
		{"wrong key, as typed", "255081416802539", "255081416802539"},
		{"none", "", ""},
		{"control characters", "2\x00\r\n", "2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.ReplaceAll(nirPaper(tt.nir), nbsp, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestBirth(t *testing.T) {
	tests := []struct {
		name string
		n    fse.Naissance
		want string
	}{
		{"ordinary", fse.Naissance{EnCarte: "26021997"}, "26/02/1997"},
		{"lunar, unchanged", fse.Naissance{EnCarte: "00001950"}, "00/00/1950"},
		{"without century", fse.Naissance{EnCarte: "310255"}, "31/02/55"},
		{"civil only", fse.Naissance{Civile: 19970226}, "26/02/1997"},
		{"not a date", fse.Naissance{EnCarte: "hier\n"}, "hier"},
		{"none", fse.Naissance{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := birth(tt.n); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"accents", "Hélène Œuvré-L’Été", "Hélène Œuvré-L’Été"},
		{"accent apart", "e\u0301", "é"},
		{"Greek and Cyrillic", "Ελένη Иван", "Ελένη Иван"},
		{"control characters", "a\r\nb\x1b[31mc\x00", "a b [31mc"},
		{"hidden direction", "a\u202Eb\u2066c\u200B", "abc"},
		{"not UTF-8", "a\xff\xfeb", "a?b"},
		{"emoji", "Zoé 😀", "Zoé ?"},
		{"Arabic", "محمد بن علي", "[écriture arabe]"},
		{"Chinese", "王小明", "[écriture chinoise ou japonaise]"},
		{"Hebrew", "שלום", "[écriture hébraïque]"},
		{"Latin then Arabic", "Ali علي", "Ali [écriture arabe]"},
		{"a script without a name here", "ᚠᚢ", "[autre écriture]"},
		{"spaces", "  a \t b  ", "a b"},
		{"narrow space", "1\u202f000", "1\u00a0000"},
		{"too long", strings.Repeat("é", 1000), strings.Repeat("é", maxRunes) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, clean(tt.in)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Both fonts have every character that is held to be printable.
func TestFontsHoldWhatIsPrinted(t *testing.T) {
	for name, font := range map[string][]byte{"regular": fontRegular, "bold": fontBold} {
		t.Run(name, func(t *testing.T) {
			has := glyphs(t, font)
			for r := rune(0x20); r <= 0xffff; r++ {
				if unicode.Is(printable, r) && !has(r) {
					t.Errorf("%U is missing", r)
				}
			}
		})
	}
}

// glyphs reads the characters of a font: its cmap table of format 4 (OpenType).
func glyphs(t *testing.T, font []byte) func(rune) bool {
	t.Helper()
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(font[at:])) }
	u32 := func(at int) int { return int(binary.BigEndian.Uint32(font[at:])) }
	cmap := 0
	for i := range u16(4) {
		if entry := 12 + 16*i; string(font[entry:entry+4]) == "cmap" {
			cmap = u32(entry + 8)
		}
	}
	table := 0
	for i := range u16(cmap + 2) {
		if at := cmap + u32(cmap+4+8*i+4); u16(at) == 4 {
			table = at
		}
	}
	if cmap == 0 || table == 0 {
		t.Fatal("the font has no cmap of format 4")
	}
	n := u16(table+6) / 2
	ends, starts := table+14, table+16+2*n
	deltas, offsets := starts+2*n, starts+4*n
	return func(r rune) bool {
		for i := range n {
			start, end := u16(starts+2*i), u16(ends+2*i)
			if int(r) < start || int(r) > end {
				continue
			}
			glyph, at := int(r), offsets+2*i
			if offset := u16(at); offset != 0 {
				glyph = u16(at + offset + 2*(int(r)-start))
				if glyph == 0 {
					return false
				}
			}
			return (glyph+u16(deltas+2*i))&0xffff != 0
		}
		return false
	}
}
