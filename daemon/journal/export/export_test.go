package export

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"io/fs"
	"iter"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

var update = flag.Bool("update", false, "write the golden files")

var testHeader = Header{
	Journal: journal.ID{0xaf, 1}, First: 1, Last: 2, Made: time.Date(2026, 3, 2, 10, 30, 0, 0, time.UTC),
}

// sequence yields items and then, if it is not nil, err.
func sequence[T any](items []T, err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, x := range items {
			if !yield(x, nil) {
				return
			}
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

func wantGolden(t *testing.T, name string, got []byte) {
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
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

var testRecords = []journal.Record{
	{
		Seq: 1, Time: time.Date(2026, 3, 1, 9, 0, 0, 7e6, time.UTC), Kind: "fse.signée", Subject: "fse-1", Actor: "cps", Cause: "<clic>",
		Version: 2, Data: []byte("{\"total\": 3000,\n \"sceau\": \"MIIBpQYJKoZIhvcNAQcCoA==\", \"é\": \"<&\u2028>\"}"),
		Prev: journal.Hash{1}, Hash: journal.Hash{2},
	},
	{Seq: 2, Time: time.Date(2026, 3, 1, 9, 0, 1, 0, time.UTC), Kind: "lot.clos", Prev: journal.Hash{2}, Hash: journal.Hash{3}},
}

func TestRecords(t *testing.T) {
	var w bytes.Buffer
	n, err := Records(&w, testHeader, sequence(testRecords, nil))
	if err != nil || n != 2 {
		t.Fatalf("Records = %d, %v", n, err)
	}
	wantGolden(t, "records.ndjson", w.Bytes())
	lines := bufio.NewScanner(&w)
	for lines.Scan() {
		if !json.Valid(lines.Bytes()) {
			t.Errorf("not JSON: %s", lines.Text())
		}
	}
}

// TestDataIsKept: whatever the data, it is the same JSON value in the export, on one line.
func TestDataIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := map[string]any{rapid.String().Draw(t, "key"): []any{rapid.String().Draw(t, "text"), rapid.Float64Range(-1e9, 1e9).Draw(t, "n")}}
		data, err := json.MarshalIndent(value, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		var w bytes.Buffer
		if _, err := Records(&w, testHeader, sequence([]journal.Record{{Seq: 1, Kind: "k", Data: data}}, nil)); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(w.String(), "\n"), "\n")
		if len(lines) != 3 {
			t.Fatalf("%d lines", len(lines))
		}
		var got struct{ Data map[string]any }
		if err := json.Unmarshal([]byte(lines[1]), &got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(value, got.Data); d != "" {
			t.Fatalf("data (-journal +export):\n%s", d)
		}
	})
}

var testRows = []Row{
	{
		Numero: "000000041", Professionnel: "991000018", DateSoins: time.Date(2026, 2, 27, 0, 0, 0, 0, time.UTC), Etat: "payée",
		Certification: "S", Lot: "017", Honoraires: 3000, AMO: 1900, AMC: 900, Patient: 200,
		PayeeLe: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC), Regle: 1900,
		Encaisse: 200, Moyen: "carte", EncaisseLe: time.Date(2026, 2, 27, 0, 0, 0, 0, time.UTC),
	},
	{Numero: "000000042", Etat: "signée", Honoraires: 5, Patient: -5, Demonstration: true},
	{Numero: "=1+1", Professionnel: "+33", Etat: "-2", Certification: "@x", Moyen: "=2", Lot: "a;\"b\"\n=c"},
}

func TestAccounts(t *testing.T) {
	var w bytes.Buffer
	n, err := Accounts(&w, testHeader, sequence(testRows, nil))
	if err != nil || n != 3 {
		t.Fatalf("Accounts = %d, %v", n, err)
	}
	wantGolden(t, "accounts.csv", w.Bytes())
}

// TestNoCellIsAFormula: whatever stands in a row.
func TestNoCellIsAFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching("[=+@\t\r\n＝＋－＠-].*"))
		row := Row{
			Numero: text.Draw(t, "numero"), Professionnel: text.Draw(t, "professionnel"), Etat: text.Draw(t, "état"),
			Certification: text.Draw(t, "certification"), Lot: text.Draw(t, "lot"), Moyen: text.Draw(t, "moyen"), Honoraires: rapid.Int64().Draw(t, "honoraires"),
		}
		var w bytes.Buffer
		if _, err := Accounts(&w, testHeader, sequence([]Row{row}, nil)); err != nil {
			t.Fatal(err)
		}
		body, ok := strings.CutPrefix(w.String(), "\ufeff")
		if !ok {
			t.Fatal("no byte order mark")
		}
		r := csv.NewReader(strings.NewReader(body))
		r.Comma, r.FieldsPerRecord = ';', -1
		table, err := r.ReadAll()
		if err != nil || len(table) != 5 || len(table[3]) != len(columns) {
			t.Fatalf("%d lines, %v", len(table), err)
		}
		for i, cell := range table[3] {
			amount := i >= 6 && i <= 9 || i == 11 || i == 12
			if !amount && cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
				t.Fatalf("cell %d begins a formula: %q", i, cell)
			}
		}
	})
}

func TestEuros(t *testing.T) {
	tests := []struct {
		name  string
		cents int64
		want  string
	}{
		{"nothing", 0, "0,00"},
		{"five cents", 5, "0,05"},
		{"a visit", 3000, "30,00"},
		{"taken back", -5, "-0,05"},
		{"the most", math.MaxInt64, "92233720368547758,07"},
		{"the least", math.MinInt64, "-92233720368547758,08"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := euros(tt.cents); got != tt.want {
				t.Errorf("euros(%d) = %s, want %s", tt.cents, got, tt.want)
			}
		})
	}
}

// failing is a writer that fails after so many bytes.
type failing struct{ left int }

var errFull = errors.New("full")

func (f *failing) Write(b []byte) (int, error) {
	if len(b) > f.left {
		n := f.left
		f.left = 0
		return n, errFull
	}
	f.left -= len(b)
	return len(b), nil
}

// TestEveryFailureIsTold cuts the stream at every byte, and the source at every item.
func TestEveryFailureIsTold(t *testing.T) {
	writers := map[string]func(io.Writer, error) error{
		"records": func(w io.Writer, err error) error {
			_, err = Records(w, testHeader, sequence(testRecords, err))
			return err
		},
		"accounts": func(w io.Writer, err error) error {
			_, err = Accounts(w, testHeader, sequence(testRows, err))
			return err
		},
	}
	for name, write := range writers {
		t.Run(name, func(t *testing.T) {
			var whole bytes.Buffer
			if err := write(&whole, nil); err != nil {
				t.Fatal(err)
			}
			for n := range whole.Len() {
				if err := write(&failing{n}, nil); !errors.Is(err, errFull) {
					t.Fatalf("cut after %d bytes: %v", n, err)
				}
			}
			cause := errors.New("damaged")
			var part bytes.Buffer
			if err := write(&part, cause); !errors.Is(err, cause) {
				t.Errorf("a source that fails: %v", err)
			}
			if last := whole.Bytes()[whole.Len()-15:]; bytes.HasSuffix(part.Bytes(), last) {
				t.Error("what is not whole has the last line")
			}
		})
	}
}

func TestCreate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "export.csv")
	hello := func(w io.Writer) error { _, err := io.WriteString(w, "hello"); return err }
	if err := Create(path, hello); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	err := Create(path, func(io.Writer) error { t.Error("it is written over"); return nil })
	if !errors.Is(err, ErrExists) {
		t.Errorf("Create over a file = %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "hello" {
		t.Errorf("the file holds %q, %v", b, err)
	}
	link := filepath.Join(dir, "link.csv")
	if err := os.Symlink(filepath.Join(dir, "target.csv"), link); err != nil {
		t.Fatal(err)
	}
	if err := Create(link, hello); !errors.Is(err, ErrExists) {
		t.Errorf("Create through a link = %v", err)
	}
}

func TestCreateLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "export.csv")
	gone := func(what string) {
		t.Helper()
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the file is there: %v", what, err)
		}
	}
	if err := Create(path, func(w io.Writer) error { io.WriteString(w, "half"); return errFull }); !errors.Is(err, errFull) {
		t.Errorf("Create = %v", err)
	}
	gone("after an error")
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is swallowed")
			}
		}()
		Create(path, func(io.Writer) error { panic("x") })
	}()
	gone("after a panic")
}
