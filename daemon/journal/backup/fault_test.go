package backup

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// faulty is a folder of which one operation that changes it fails.
type faulty struct {
	folder
	at   int   // which one, from 1; 0 for none
	err  error // what it fails with
	dead bool  // whether all that come after it fail too, as when the process was killed
	half bool  // whether a write that fails writes half of what it was given; without err it does not say so
	n    int   // operations so far
}

var errKilled = errors.New("killed")

// step counts an operation, and tells whether it is the one that goes wrong, and with what error.
func (f *faulty) step() (hit bool, err error) {
	f.n++
	switch {
	case f.at == 0 || f.n < f.at:
		return false, nil
	case f.n == f.at:
		return true, f.err
	case f.dead:
		return false, errKilled
	}
	return false, nil
}

func (f *faulty) create(name string) (writeFile, error) {
	if _, err := f.step(); err != nil {
		return nil, err
	}
	w, err := f.folder.create(name)
	return &faultyFile{w, f}, err
}

func (f *faulty) rename(from, to string) error {
	if _, err := f.step(); err != nil {
		return err
	}
	return f.folder.rename(from, to)
}

func (f *faulty) remove(name string) error {
	if _, err := f.step(); err != nil {
		return err
	}
	return f.folder.remove(name)
}

func (f *faulty) sync() error {
	if _, err := f.step(); err != nil {
		return err
	}
	return f.folder.sync()
}

type faultyFile struct {
	writeFile
	f *faulty
}

func (w *faultyFile) Write(b []byte) (int, error) {
	hit, err := w.f.step()
	if hit && w.f.half {
		n, werr := w.writeFile.Write(b[:len(b)/2])
		return n, errors.Join(werr, err)
	}
	if err != nil {
		return 0, err
	}
	return w.writeFile.Write(b)
}

func (w *faultyFile) Sync() error {
	if _, err := w.f.step(); err != nil {
		return err
	}
	return w.writeFile.Sync()
}

func (w *faultyFile) Close() error {
	_, err := w.f.step()
	return errors.Join(err, w.writeFile.Close())
}

// blow is a way in which a folder fails.
type blow struct {
	name       string
	err        error
	dead, half bool
	want       Kind // of the run's error
}

var blows = []blow{
	{name: "killed", err: errKilled, dead: true, want: Internal},
	{name: "killed in a write", err: errKilled, dead: true, half: true, want: Internal},
	{name: "full", err: syscall.ENOSPC, half: true, want: Full},
	{name: "share gone", err: syscall.ESTALE, dead: true, want: Away},
	{name: "read-only", err: syscall.EROFS, want: Refused},
	{name: "short write without a word", half: true},
}

// strike runs the backup of j onto copies of dir, with the blow at each operation in turn until none is left
// (each tenth of many). After each one
// what was there before must be whole still, and the next run must complete it. It returns how many operations there were.
func strike(t *testing.T, j *journal.Journal, dir string, b blow, acknowledged []journal.Record) int {
	t.Helper()
	all := truth(t, j, 0)
	for at := 1; ; at++ {
		if at > 40 { // segments being removed, one after the other
			at += 9
		}
		d := copyOf(t, dir)
		f := &faulty{folder: folder(d), at: at, err: b.err, dead: b.dead, half: b.half}
		_, err := run(context.Background(), j, f, testSecret(t).Identity(), false)
		err = asError(opRun, d, err)
		if f.n < at {
			if err != nil {
				t.Fatalf("without a blow: %v", err)
			}
			return f.n
		}
		if b.err != nil && err != nil && KindOf(err) != b.want {
			t.Fatalf("operation %d: %v, want kind %v", at, err, b.want)
		}
		if len(acknowledged) > 0 {
			src, info, err := Open(d, testSecret(t))
			if err != nil || len(info.Faults) > 0 {
				t.Fatalf("after a blow at operation %d: %v, %v", at, err, info.Faults)
			}
			got := recordsOf(t, src)
			if len(got) < len(acknowledged) {
				t.Fatalf("after a blow at operation %d: records %v, want %v at least", at, numbers(got), numbers(acknowledged))
			}
			wantRecords(t, got, truthBehind(all, info.First)[:len(got)])
		}
		backUp(t, j, d)
		wantWhole(t, j, d)
		for _, name := range names(t, d) {
			if isPart(name) {
				t.Fatalf("after a blow at operation %d, %s is left", at, name)
			}
		}
		os.RemoveAll(d)
	}
}

// truthBehind returns the records from number first on.
func truthBehind(all []journal.Record, first uint64) []journal.Record {
	for i, r := range all {
		if r.Seq >= first {
			return all[i:]
		}
	}
	return nil
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestBlowsInTheFirstRun(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 9, 9<<10) // two chunks of age
	for _, b := range blows {
		t.Run(b.name, func(t *testing.T) {
			t.Logf("%d operations", strike(t, j, dir, b, nil))
		})
	}
}

func TestBlowsInAnIncrement(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 9, 10)
	backUp(t, j, dir)
	before := truth(t, j, 0)
	grow(t, j, 4, 10)
	for _, b := range blows {
		t.Run(b.name, func(t *testing.T) {
			t.Logf("%d operations", strike(t, j, dir, b, before))
		})
	}
}

func TestBlowsInAMerge(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	for range maxSmall {
		grow(t, j, 1, 10)
		backUp(t, j, dir)
	}
	before := truth(t, j, 0)
	grow(t, j, 1, 10)
	t.Logf("%d operations", strike(t, j, dir, blow{err: errKilled, dead: true, half: true, want: Internal}, before))
}

// TestUnreadableAfterWriting: the medium gives back other bytes than it was given.
func TestUnreadableAfterWriting(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 9, 10)
	_, err := run(context.Background(), j, lying{folder(dir)}, testSecret(t).Identity(), false)
	if e := wantKind(t, asError(opRun, dir, err), Damaged); len(e.Faults) != 1 {
		t.Errorf("faults = %v", e.Faults)
	}
	if list := names(t, dir); len(list) != 0 {
		t.Errorf("the folder holds %v", list)
	}
}

// lying flips a bit of what is read.
type lying struct{ folder }

func (l lying) open(name string) (readFile, int64, error) {
	f, n, err := l.folder.open(name)
	return lyingFile{f, n}, n, err
}

type lyingFile struct {
	readFile
	size int64
}

func (l lyingFile) ReadAt(b []byte, off int64) (int, error) {
	n, err := l.readFile.ReadAt(b, off)
	if at := l.size - 20 - off; at >= 0 && at < int64(n) {
		b[at] ^= 4
	}
	return n, err
}

var _ io.ReaderAt = lyingFile{}
