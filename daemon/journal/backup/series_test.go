package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// purge purges what is about subjects 0 to 2 up to a record.
func purge(t testing.TB, j *journal.Journal, until uint64) {
	t.Helper()
	_, err := j.Purge(context.Background(), until, func(journal.Past) (journal.Keep, error) {
		return journal.Keep{
			Key:    func(key string, _ []byte) bool { return key > "subject/2" },
			Record: func(r journal.Record) bool { return r.Subject > "2" },
		}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// series returns the numbers of the series in dir, as a string.
func series(t testing.TB, dir string) string {
	t.Helper()
	seen := ""
	for _, name := range names(t, dir) {
		if s, _, _ := strings.Cut(name, "-"); !strings.HasSuffix(seen, s) {
			seen += " " + s
		}
	}
	return strings.TrimSpace(seen)
}

func TestPurgeBeginsASeries(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 30, 10)
	backUp(t, j, dir)
	purge(t, j, 20)
	r := backUp(t, j, dir)
	if r.Series != 2 || !r.New || r.First != 21 || r.Last != 30 || len(r.Forks) != 0 || series(t, dir) != "0002" {
		t.Errorf("report %+v, series %s", r, series(t, dir))
	}
	wantWhole(t, j, dir)
	grow(t, j, 2, 10)
	if r = backUp(t, j, dir); r.Series != 2 || r.New || r.Written != 2 {
		t.Errorf("report %+v", r)
	}
	purge(t, j, 32) // of everything
	if r = backUp(t, j, dir); r.Series != 3 || r.First != 33 || r.Last != 32 || series(t, dir) != "0003" {
		t.Errorf("report %+v, series %s", r, series(t, dir))
	}
	grow(t, j, 1, 10)
	backUp(t, j, dir)
	wantWhole(t, j, dir)
}

// TestTheOldSeriesStaysUntilTheNewIsComplete strikes the run that follows a purge at every operation.
func TestTheOldSeriesStaysUntilTheNewIsComplete(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 30, 10)
	backUp(t, j, dir)
	old := truth(t, j, 0)
	purge(t, j, 20)
	grow(t, j, 3, 10)
	all := truth(t, j, 0)
	for at := 1; ; at++ {
		d := copyOf(t, dir)
		f := &faulty{folder: folder(d), at: at, err: syscall.ENOSPC, dead: true}
		_, _ = run(context.Background(), j, f, testSecret(t).Identity(), false)
		if f.n < at {
			t.Logf("%d operations", f.n)
			return
		}
		src, info, err := Open(d, testSecret(t))
		if err != nil || !info.Complete || len(info.Faults) > 0 {
			t.Fatalf("operation %d: %+v, %v", at, info, err)
		}
		if info.Series == 1 {
			wantRecords(t, recordsOf(t, src), old)
		} else {
			wantRecords(t, recordsOf(t, src), all)
		}
		backUp(t, j, d)
		wantWhole(t, j, d)
		if series(t, d) != "0002" {
			t.Fatalf("operation %d: series %s in the end", at, series(t, d))
		}
		os.RemoveAll(d)
	}
}

func TestALostCheckpointIsWrittenAnew(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 30, 10)
	purge(t, j, 20)
	backUp(t, j, dir)
	remove("0001-000000000021-000000000020.agrafe")(t, dir)
	src, info, err := Open(dir, testSecret(t))
	if err != nil || info.Complete {
		t.Fatalf("info %+v, %v", info, err)
	}
	if _, known := src.Beginning(); known {
		t.Error("the beginning is known without its checkpoint")
	}
	backUp(t, j, dir)
	wantWhole(t, j, dir)
}

// rebuild restores what the sources hold into a new folder.
func rebuild(t *testing.T, known uint64, sources ...journal.Source) (*journal.Journal, journal.Rebuilt) {
	t.Helper()
	o := journalOptions(t)
	r, err := journal.Rebuild(context.Background(), o, known, sources...)
	if err != nil {
		t.Fatal(err)
	}
	j := openJournal(t, o)
	if _, err := j.Verify(context.Background()); err != nil {
		t.Fatal(err)
	}
	return j, r
}

func open(t *testing.T, dir string) journal.Source {
	t.Helper()
	src, _, err := Open(dir, testSecret(t))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestRestore(t *testing.T) {
	for _, purged := range []bool{false, true} {
		t.Run(map[bool]string{false: "from record 1", true: "after a purge"}[purged], func(t *testing.T) {
			j, dir := openJournal(t, journalOptions(t)), t.TempDir()
			grow(t, j, 30, 10)
			if purged {
				purge(t, j, 20)
			}
			grow(t, j, 5, 10)
			backUp(t, j, dir)
			back, r := rebuild(t, 35, open(t, dir))
			if r.Last != 35 || len(r.Missing) != 0 {
				t.Errorf("rebuilt %+v", r)
			}
			wantRecords(t, truth(t, back, 0), truth(t, j, 0))
			wantWhole(t, back, dir)
			// The restored journal goes on in the same series.
			grow(t, back, 2, 10)
			if r := backUp(t, back, dir); r.New || r.Written != 2 || len(r.Forks) != 0 {
				t.Errorf("the next run: %+v", r)
			}
			wantWhole(t, back, dir)
		})
	}
}

// TestRestoreWithADamagedSegment names the records that are lost, and finds them in what can be salvaged of the journal.
func TestRestoreWithADamagedSegment(t *testing.T) {
	o, dir := journalOptions(t), t.TempDir()
	j := openJournal(t, o)
	for _, n := range []int{4, 3, 5} {
		grow(t, j, n, 10)
		backUp(t, j, dir)
	}
	grow(t, j, 6, 10) // not in the backup
	all := truth(t, j, 0)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, middleName), 300); err != nil {
		t.Fatal(err)
	}
	_, r := rebuild(t, 18, open(t, dir))
	if d := cmp.Diff([]journal.Gap{{First: 5, Last: 18}}, r.Missing); d != "" || r.Last != 4 || r.Unreachable != 5 {
		t.Errorf("from the backup alone: %+v\n%s", r, d)
	}
	rest, err := journal.Salvage(o)
	if err != nil {
		t.Fatal(err)
	}
	back, r := rebuild(t, 18, open(t, dir), rest)
	if r.Last != 18 || len(r.Missing) != 0 {
		t.Errorf("with what was salvaged: %+v", r)
	}
	wantRecords(t, truth(t, back, 0), all)
}

// TestRestoreFromAnOlderCopy: the journal goes on without records that the backup has. They are kept.
func TestRestoreFromAnOlderCopy(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 10, 10)
	backUp(t, j, dir)
	older := copyOf(t, dir)
	grow(t, j, 5, 10)
	backUp(t, j, dir)
	lost := truth(t, j, 0)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	back, _ := rebuild(t, 0, open(t, older))
	grow(t, back, 7, 20) // other records 11 to 17
	for i := range 2 {
		r := backUp(t, back, dir)
		if d := cmp.Diff([]int{1}, r.Forks); d != "" || r.Series != 2 || r.New != (i == 0) {
			t.Errorf("run %d: %+v", i, r)
		}
	}
	wantWhole(t, back, dir)
	for _, name := range names(t, dir) { // what somebody does to look at the old series
		if strings.HasPrefix(name, "0002") {
			remove(name)(t, dir)
		}
	}
	wantRecords(t, recordsOf(t, open(t, dir)), lost)
}

// TestInterruptedSeriesAndShorterJournal: what a run meant to write may not keep the next one from being complete.
func TestInterruptedSeriesAndShorterJournal(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 10, 10)
	backUp(t, j, dir)
	older := copyOf(t, dir)
	for range 12 {
		grow(t, j, 1, 900<<10)
	}
	f := &faulty{folder: folder(dir), err: errors.New("cut"), dead: true}
	var info Info
	for f.at = 120; info.Until != 22; f.at += 20 { // until the first of two segments has its name
		f.n = 0
		_, _ = run(context.Background(), j, f, testSecret(t).Identity(), false)
		var err error
		if _, info, err = Open(dir, testSecret(t)); err != nil {
			t.Fatal(err)
		}
	}
	if info.Complete || info.Last == 22 {
		t.Fatalf("interrupted: %+v", info)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	back, _ := rebuild(t, 0, open(t, older))
	grow(t, back, 1, 10)
	r := backUp(t, back, dir)
	if r.Series != 2 || len(r.Forks) != 1 {
		t.Errorf("report %+v", r)
	}
	wantWhole(t, back, dir)
}
