package backup

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// threeSegments makes a backup of records 1 to 4, 5 to 7 and 8 to 12.
func threeSegments(t testing.TB) (j *journal.Journal, dir string) {
	j, dir = openJournal(t, journalOptions(t)), t.TempDir()
	for _, n := range []int{4, 3, 5} {
		grow(t, j, n, 10)
		backUp(t, j, dir)
	}
	return j, dir
}

const (
	beginName  = "0001-000000000001-000000000000.agrafe"
	middleName = "0001-000000000005-000000000007.agrafe"
	lastName   = "0001-000000000008-000000000012.agrafe"
)

// without returns all records but those from first to last.
func without(all []journal.Record, first, last uint64) []journal.Record {
	var rest []journal.Record
	for _, r := range all {
		if r.Seq < first || r.Seq > last {
			rest = append(rest, r)
		}
	}
	return rest
}

// wantMiddleLost fails unless the middle segment is named and skipped, and the others are believed.
func wantMiddleLost(t *testing.T, what string, rest []journal.Record, dir string) {
	t.Helper()
	src, info, err := Open(dir, testSecret(t))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if len(info.Faults) != 1 || info.Faults[0].Name != middleName || info.Faults[0].First != 5 || info.Faults[0].Last != 7 {
		t.Fatalf("%s: faults %v", what, info.Faults)
	}
	if d := cmp.Diff([]journal.Gap{{First: 5, Last: 7}}, info.Missing); d != "" || info.Complete || info.Until != 12 {
		t.Fatalf("%s: missing (-want +got):\n%s%+v", what, d, info)
	}
	wantRecords(t, recordsOf(t, src), rest)
}

// TestEveryByteOfASegment flips each byte, and cuts the file at many lengths.
func TestEveryByteOfASegment(t *testing.T) {
	j, dir := threeSegments(t)
	path := filepath.Join(dir, middleName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rest := without(truth(t, j, 0), 5, 7)
	try := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		wantMiddleLost(t, what, rest, dir)
	}
	for i := range whole {
		b := append([]byte(nil), whole...)
		b[i] ^= 1 << (i % 8)
		try("a byte flipped", b)
		if i%16 == 0 {
			try("a file cut", whole[:i])
		}
	}
	try("a byte more", append(append([]byte(nil), whole...), 0))
	_, err = Verify(context.Background(), dir, testSecret(t))
	wantKind(t, err, Damaged)
	if r, err := Mend(context.Background(), j, dir, testSecret(t)); err != nil || len(r.Mended) != 1 || r.Written != 3 {
		t.Fatalf("Mend = %+v, %v", r, err)
	}
	wantWhole(t, j, dir)
}

func TestLostFiles(t *testing.T) {
	tests := []struct {
		name    string
		blow    func(t *testing.T, dir string)
		faults  int
		missing []journal.Gap
		known   bool // whether the beginning is
		records int
	}{
		{"the beginning", remove(beginName), 0, nil, true, 12},
		{"the first", remove("0001-000000000001-000000000004.agrafe"), 0, []journal.Gap{{First: 1, Last: 4}}, true, 8},
		{"the middle", remove(middleName), 0, []journal.Gap{{First: 5, Last: 7}}, true, 9},
		{"the last", remove(lastName), 0, nil, true, 7}, // nothing else tells that it was there
		{"two swapped", func(t *testing.T, dir string) {
			swap(t, filepath.Join(dir, middleName), filepath.Join(dir, lastName))
		}, 2, []journal.Gap{{First: 5, Last: 12}}, true, 4},
		{"renamed", func(t *testing.T, dir string) {
			rename(t, filepath.Join(dir, lastName), filepath.Join(dir, "0001-000000000008-000000000013.agrafe"))
		}, 1, []journal.Gap{{First: 8, Last: 13}}, true, 7},
		{"another series' name", func(t *testing.T, dir string) {
			rename(t, filepath.Join(dir, lastName), filepath.Join(dir, "0002-000000000008-000000000012.agrafe"))
		}, 1, nil, true, 7},
		{"files of others", func(t *testing.T, dir string) {
			for _, name := range []string{"Thumbs.db", "0001-1-2.agrafe", "lisez-moi.agrafe"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}, 0, nil, true, 12},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j, dir := threeSegments(t)
			tt.blow(t, dir)
			src, info, err := Open(dir, testSecret(t))
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := src.Beginning(); ok != tt.known {
				t.Errorf("beginning known: %v", ok)
			}
			if len(info.Faults) != tt.faults || len(recordsOf(t, src)) != tt.records {
				t.Errorf("faults %v, records %v", info.Faults, numbers(recordsOf(t, src)))
			}
			if d := cmp.Diff(tt.missing, info.Missing); d != "" {
				t.Errorf("missing (-want +got):\n%s", d)
			}
			for range 2 { // a renamed segment may lead to a new series first
				if _, err := Mend(context.Background(), j, dir, testSecret(t)); err != nil {
					t.Fatal(err)
				}
			}
			src, _, err = Open(dir, testSecret(t))
			if err != nil {
				t.Fatal(err)
			}
			wantRecords(t, recordsOf(t, src), truth(t, j, 0))
		})
	}
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func swap(t *testing.T, a, b string) {
	t.Helper()
	rename(t, a, a+"~")
	rename(t, b, a)
	rename(t, a+"~", b)
}

// TestChangedAfterOpening: what was whole when the backup was opened is damaged when it is read.
func TestChangedAfterOpening(t *testing.T) {
	_, dir := threeSegments(t)
	src, _, err := Open(dir, testSecret(t))
	if err != nil {
		t.Fatal(err)
	}
	remove(middleName)(t, dir)
	n := 0
	for _, rerr := range src.Records(2) {
		if err = rerr; err == nil {
			n++
		}
	}
	if e := wantKind(t, err, Damaged); n != 3 || len(e.Faults) != 1 || e.Faults[0].First != 5 {
		t.Errorf("%d records, then %v", n, err)
	}
}
