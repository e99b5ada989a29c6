package b2

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata, or writes the file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// readGolden returns a file of testdata.
func readGolden(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEncodeGolden(t *testing.T) {
	data, err := Encode(sampleFile(t))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "demonstration.b2", data)
}

func TestDecodeGolden(t *testing.T) {
	f, err := Decode(readGolden(t, "demonstration.b2"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sampleFile(t), f, ownFields); diff != "" {
		t.Errorf("decoded file differs (-want +got):\n%s", diff)
	}
	if !f.Demonstration {
		t.Error("the mark of a demonstration was not read")
	}
}

// TestDecodeCareCentre reads a file written the way a public care-centre program
// does: kinds of record that no médecin writes, other constants, no mark.
func TestDecodeCareCentre(t *testing.T) {
	data := readGolden(t, "centre.b2")
	f, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if f.Demonstration || len(f.Lots) != 1 || len(f.Lots[0].Factures) != 2 {
		t.Fatalf("wrong content: demonstration %v, %d lots", f.Demonstration, len(f.Lots))
	}
	if got := f.Lots[0].Constantes.Categorie; got != "189" {
		t.Errorf("category %q, want 189", got)
	}
	if got := len(f.Lots[0].Factures[0].Prealables); got != 3 {
		t.Errorf("%d records before the lines, want 3", got)
	}
	again, err := Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(data), string(again)); diff != "" {
		t.Errorf("encoded again differs (-want +got):\n%s", diff)
	}
}

func TestExplainGolden(t *testing.T) {
	tests := []struct {
		name string
		vue  Vue
		data func([]byte) []byte
	}{
		{"demonstration", VueComplete, func(b []byte) []byte { return b }},
		{"masquee", VueMasquee, func(b []byte) []byte { return b }},
		{"tronquee", VueMasquee, func(b []byte) []byte { return b[:3*Size+50] }},
		{"abimee", VueMasquee, func(b []byte) []byte { return append(append([]byte{}, b[:4*Size+20]...), b[4*Size+23:]...) }},
		{"separee", VueComplete, func(b []byte) []byte { return withLineEnds(b[:2*Size]) }},
	}
	data := readGolden(t, "demonstration.b2")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			golden(t, test.name+".txt", []byte(Explain(test.data(data), test.vue)))
		})
	}
}

func withLineEnds(data []byte) []byte {
	var out []byte
	for at := 0; at < len(data); at += Size {
		out = append(append(out, data[at:at+Size]...), "\r\n"...)
	}
	return out
}
