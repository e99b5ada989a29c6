//go:build linux && root

package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestRealDiskFull backs up to a file system of 2 MiB until it is full, and again when there is room.
func TestRealDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Fatalf("cannot mount a file system (this test needs root): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	j := openJournal(t, journalOptions(t))
	var err error
	var last uint64
	for err == nil {
		grow(t, j, 1, 100<<10)
		var r Report
		if r, err = Run(context.Background(), j, dir, testSecret(t)); err == nil {
			last = r.Last
		}
	}
	if wantKind(t, err, Full); !errors.Is(err, unix.ENOSPC) || last < 5 {
		t.Errorf("after record %d: %v", last, err)
	}
	src, info, err := Open(dir, testSecret(t))
	if err != nil || len(info.Faults) > 0 || !info.Complete {
		t.Fatalf("with a full disk: %+v, %v", info, err)
	}
	wantRecords(t, recordsOf(t, src), truth(t, j, 0)[:last])
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	backUp(t, j, dir)
	wantWhole(t, j, dir)
}
