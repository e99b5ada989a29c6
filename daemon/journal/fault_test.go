package journal_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

var errDisk = errors.New("input/output error")

// faultyFile is an anchor file of which one operation, counted from the opening of the journal, does not do what it should, and
// with lasting all that follow.
type faultyFile struct {
	journal.AnchorFile
	faults *anchorFaults
}

type anchorFaults struct {
	left    int // operations until the fault
	lasting bool
	torn    bool // a write that fails has written its first half
	met     int
}

func (f *anchorFaults) fails() bool {
	f.left--
	if f.left == 0 || f.lasting && f.left < 0 {
		f.met++
		return true
	}
	return false
}

func (f faultyFile) WriteAt(b []byte, at int64) (int, error) {
	if !f.faults.fails() {
		return f.AnchorFile.WriteAt(b, at)
	}
	if f.faults.torn {
		n, err := f.AnchorFile.WriteAt(b[:len(b)/2], at)
		return n, errors.Join(err, errDisk)
	}
	return 0, errDisk
}

func (f faultyFile) ReadAt(b []byte, at int64) (int, error) {
	if f.faults.fails() {
		return 0, errDisk
	}
	return f.AnchorFile.ReadAt(b, at)
}

func (f faultyFile) Truncate(size int64) error {
	if f.faults.fails() {
		return errDisk
	}
	return f.AnchorFile.Truncate(size)
}

func (f faultyFile) Sync() error {
	if f.faults.fails() {
		return errDisk
	}
	return f.AnchorFile.Sync()
}

func (f faultyFile) SyncData() error {
	if f.faults.fails() {
		return errDisk
	}
	return f.AnchorFile.SyncData()
}

func (f *anchorFaults) into(o journal.Options) journal.Options {
	return journal.WithAnchorFile(o, func(next func() (journal.AnchorFile, error)) (journal.AnchorFile, error) {
		if f.fails() {
			return nil, errDisk
		}
		file, err := next()
		return faultyFile{file, f}, err
	})
}

// TestFaultsOfTheAnchor has each operation on the anchor's file fail in turn: at making a journal, at opening one, at updates and at a
// purge. After it nothing acknowledged is lost, updates are refused, or work, and opening again works.
func TestFaultsOfTheAnchor(t *testing.T) {
	for _, kind := range []anchorFaults{{}, {lasting: true}, {torn: true}} {
		t.Run(fmt.Sprintf("lasting=%v torn=%v", kind.lasting, kind.torn), func(t *testing.T) {
			t.Parallel()
			for left := 1; ; left++ {
				f := kind
				f.left = left
				if atAnchorFault(t, &f); t.Failed() {
					t.Fatalf("with operation %d failing", left)
				}
				if f.met == 0 {
					t.Logf("%d operations", left-1)
					if left < 20 {
						t.Error("the operations of a purge were not reached")
					}
					return
				}
			}
		})
	}
}

// atAnchorFault makes a journal, opens it again, writes, purges and writes, with a fault somewhere.
func atAnchorFault(t *testing.T, f *anchorFaults) {
	o := journal.Options{Dir: filepath.Join(t.TempDir(), "journal"), Project: bookKeys}
	faulty := f.into(o)
	var acknowledged []journal.Record
	write := func(j *journal.Journal) {
		stopped := false
		for i := range 3 {
			rs, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
				return []journal.Entry{{Kind: "close", Subject: fmt.Sprint(i % 3)}}, nil
			})
			if err == nil && stopped {
				t.Error("an update works after one that failed half way")
			}
			if stopped = err != nil; !stopped {
				acknowledged = append(acknowledged, rs...)
			} else if journal.KindOf(err) != journal.Internal || journal.KindOf(j.Err()) != journal.Internal {
				t.Errorf("Update = %v, Err = %v, want Internal", err, j.Err())
			}
		}
	}
	if j, err := journal.Open(faulty); err == nil {
		write(j)
		var last uint64
		j.View(func(s journal.State) error { last = s.Last(); return nil })
		if last > 0 && j.Err() == nil {
			if _, err := j.Purge(context.Background(), last, openSubjects); err != nil && journal.KindOf(err) != journal.Internal {
				t.Errorf("Purge = %v, want Internal", err)
			}
			write(j)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	}
	if j, err := journal.Open(faulty); err == nil {
		write(j)
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	}
	j := open(t, o)
	defer j.Close()
	checkAcknowledged(t, j, acknowledged)
	appendOne(t, j, journal.Entry{Kind: "begin", Subject: "after"})
	if _, err := j.Verify(context.Background()); err != nil {
		t.Error(err)
	}
}

// checkAcknowledged expects each acknowledged record under its number, unless a purge has removed it.
func checkAcknowledged(t *testing.T, j *journal.Journal, acknowledged []journal.Record) {
	t.Helper()
	err := j.View(func(s journal.State) error {
		for _, want := range acknowledged {
			r, ok, err := s.Read(want.Seq)
			if err != nil {
				return err
			}
			if ok && r.Hash != want.Hash || !ok && want.Seq >= s.First() {
				t.Errorf("record %d was acknowledged and is %v, %v", want.Seq, r, ok)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
