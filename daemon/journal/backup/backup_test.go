package backup

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/key"
)

// canary stands in every sample record: it must not be found in what is encrypted.
const canary = "CANARI-DU-COFFRE"

func secretOf(t testing.TB, code string) key.Secret {
	t.Helper()
	s, err := key.Recover(code)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func testSecret(t testing.TB) key.Secret {
	return secretOf(t, "000GW-40R4Z-0M30Z-E209A-185GA-R38EJ-1W81H-24GK2-R9XKK")
}

func otherSecret(t testing.TB) key.Secret {
	return secretOf(t, "ZZZZ6-ZZZZC-ZZZZA-ZZZZR-ZZZZY-ZZZZM-ZZZZJ-ZZZZN-PR0MS")
}

// lastSubject is a projection: the number of the last record about each subject.
func lastSubject(r journal.Record, w journal.Writer) error {
	return w.Set("subject/"+r.Subject, fmt.Append(nil, r.Seq))
}

func journalOptions(t testing.TB) journal.Options {
	k := testSecret(t).Store()
	return journal.Options{Dir: filepath.Join(t.TempDir(), "journal"), Key: k[:], Project: lastSubject}
}

func openJournal(t testing.TB, o journal.Options) *journal.Journal {
	t.Helper()
	j, err := journal.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// grow appends n records, in one update, of about size bytes each.
func grow(t testing.TB, j *journal.Journal, n, size int) {
	t.Helper()
	_, err := j.Update(context.Background(), func(s journal.State) ([]journal.Entry, error) {
		var es []journal.Entry
		for i := range n {
			es = append(es, journal.Entry{
				Kind: "fse.signée", Subject: fmt.Sprint((s.Last() + uint64(i)) % 7), Actor: canary, Version: 1,
				Data: fmt.Appendf(nil, `{"n":%d,"text":%q}`, s.Last()+uint64(i), strings.Repeat("x", size)),
			})
		}
		return es, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// truth returns the records of j from first on.
func truth(t testing.TB, j *journal.Journal, first uint64) []journal.Record {
	t.Helper()
	var all []journal.Record
	err := j.View(func(s journal.State) error {
		for r, err := range s.Range(first, s.Last()) {
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func recordsOf(t testing.TB, src journal.Source) []journal.Record {
	t.Helper()
	var all []journal.Record
	for r, err := range src.Records(0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func backUp(t testing.TB, j *journal.Journal, dir string) Report {
	t.Helper()
	r, err := Run(context.Background(), j, dir, testSecret(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// wantRecords compares records by their hashes, which cover all that is in them and were checked when they were read.
func wantRecords(t testing.TB, got, want []journal.Record) {
	t.Helper()
	same := slices.EqualFunc(got, want, func(x, y journal.Record) bool { return x.Seq == y.Seq && x.Hash == y.Hash })
	if !same {
		t.Fatalf("records %v, want %v", numbers(got), numbers(want))
	}
}

func numbers(records []journal.Record) []uint64 {
	var ns []uint64
	for _, r := range records {
		ns = append(ns, r.Seq)
	}
	return ns
}

// wantWhole fails unless the folder holds a complete series that says what j says.
func wantWhole(t testing.TB, j *journal.Journal, dir string) Info {
	t.Helper()
	info, err := Verify(context.Background(), dir, testSecret(t))
	if err != nil {
		t.Fatal(err)
	}
	src, _, err := Open(dir, testSecret(t))
	if err != nil {
		t.Fatal(err)
	}
	wantRecords(t, recordsOf(t, src), truth(t, j, 0))
	want, err := j.Beginning()
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := src.Beginning(); !ok || !cmp.Equal(got, want) {
		t.Fatal("the backup has another beginning")
	}
	return info
}

func names(t testing.TB, dir string) []string {
	t.Helper()
	list, err := folder(dir).list()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func wantKind(t testing.TB, err error, want Kind) *Error {
	t.Helper()
	e, ok := err.(*Error)
	if !ok || e.Kind != want {
		t.Fatalf("error = %v, want kind %v", err, want)
	}
	return e
}

func TestIncrement(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	empty := backUp(t, j, dir)
	if empty.Last != 0 || !empty.New || len(names(t, dir)) != 1 {
		t.Errorf("of an empty journal: %+v, %v", empty, names(t, dir))
	}
	grow(t, j, 10, 100)
	first := backUp(t, j, dir)
	grow(t, j, 3, 100)
	second := backUp(t, j, dir)
	idle := backUp(t, j, dir)
	if first.Written != 10 || second.Written != 3 || idle.Written != 0 || idle.Bytes != 0 {
		t.Errorf("written %d, %d, %d records and %d bytes in the end", first.Written, second.Written, idle.Written, idle.Bytes)
	}
	want := []string{
		"0001-000000000001-000000000000.agrafe", "0001-000000000001-000000000010.agrafe",
		"0001-000000000011-000000000013.agrafe",
	}
	if d := cmp.Diff(want, names(t, dir)); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	info := wantWhole(t, j, dir)
	if info.First != 1 || info.Last != 13 || info.Until != 13 || info.Segments != 2 || info.Series != 1 || !info.Complete {
		t.Errorf("info = %+v", info)
	}
}

func TestSegmentsAreBounded(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 6, 100<<10)
	for range 9 {
		grow(t, j, 1, 900<<10)
	}
	r := backUp(t, j, dir)
	if r.Segments != 2 {
		t.Errorf("%d segments for 9 MB", r.Segments)
	}
	for _, name := range names(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Size() > segmentSize+64<<10 {
			t.Errorf("%s: %v, %v", name, info.Size(), err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
	wantWhole(t, j, dir)
}

// TestSmallSegmentsAreMerged, and a large one before them is not.
func TestSmallSegmentsAreMerged(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	for range 10 { // more than half a segment
		grow(t, j, 1, 500<<10)
	}
	backUp(t, j, dir)
	large := names(t, dir)[1]
	for i := range maxSmall + 2 {
		grow(t, j, 1, 10)
		r := backUp(t, j, dir)
		if r.Segments > maxSmall+1 || len(names(t, dir)) != r.Segments+1 || (r.Merged > 0) != (i == maxSmall) {
			t.Fatalf("run %d: %+v, %d files", i, r, len(names(t, dir)))
		}
	}
	want := []string{
		"0001-000000000001-000000000000.agrafe", large, "0001-000000000011-000000000075.agrafe",
		"0001-000000000076-000000000076.agrafe",
	}
	if d := cmp.Diff(want, names(t, dir)); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	wantWhole(t, j, dir)
}

func TestAnotherJournal(t *testing.T) {
	j, other, dir := openJournal(t, journalOptions(t)), openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 5, 10)
	backUp(t, j, dir)
	grow(t, other, 5, 10)
	before := names(t, dir)
	_, err := Run(context.Background(), other, dir, testSecret(t))
	e := wantKind(t, err, Foreign)
	here, _ := j.Beginning()
	mine, _ := other.Beginning()
	if e.Here != here.ID || e.Mine != mine.ID || !strings.Contains(e.Error(), here.ID.String()) ||
		!strings.Contains(e.Error(), mine.ID.String()) {
		t.Errorf("the journals are not named: %v", err)
	}
	if d := cmp.Diff(before, names(t, dir)); d != "" {
		t.Errorf("the folder was changed:\n%s", d)
	}
}

func TestAnotherKey(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 5, 10)
	backUp(t, j, dir)
	_, err := Run(context.Background(), j, dir, otherSecret(t))
	wantKind(t, err, WrongKey)
	_, _, err = Open(dir, otherSecret(t))
	wantKind(t, err, WrongKey)
	wantWhole(t, j, dir)
}

func TestFolders(t *testing.T) {
	j := openJournal(t, journalOptions(t))
	grow(t, j, 5, 10)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, dir string
	}{
		{"not there", filepath.Join(t.TempDir(), "share")},
		{"a file", file},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Run(context.Background(), j, tt.dir, testSecret(t))
			wantKind(t, err, Away)
			_, _, err = Open(tt.dir, testSecret(t))
			wantKind(t, err, Away)
		})
	}
	_, _, err := Open(t.TempDir(), testSecret(t))
	wantKind(t, err, Empty)
}

// TestNothingIsInPlainText copies what a thief would.
func TestNothingIsInPlainText(t *testing.T) {
	o, dir := journalOptions(t), t.TempDir()
	j := openJournal(t, o)
	for range 40 {
		grow(t, j, 20, 1000)
	}
	backUp(t, j, dir)
	if err := j.Close(); err != nil { // which writes tables
		t.Fatal(err)
	}
	files := 0
	for _, root := range []string{filepath.Dir(o.Dir), dir} {
		err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			for _, plain := range []string{canary, "fse.sign", "subject/", "xxxxxxxx"} {
				if bytes.Contains(b, []byte(plain)) {
					t.Errorf("%s holds %q", path, plain)
				}
			}
			files++
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 6 {
		t.Errorf("only %d files were searched", files)
	}
}

func TestContextEnds(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 5, 10)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, j, dir, testSecret(t)); err != context.Canceled {
		t.Errorf("Run = %v", err)
	}
	if _, err := Verify(ctx, dir, testSecret(t)); err != nil && err != context.Canceled && KindOf(err) != Empty {
		t.Errorf("Verify = %v", err)
	}
	backUp(t, j, dir)
	wantWhole(t, j, dir)
}
