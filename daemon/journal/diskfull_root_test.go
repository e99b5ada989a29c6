//go:build linux && root

package journal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// smallDisk mounts a file system of so many MiB.
func smallDisk(t *testing.T, mib int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", mib)); err != nil {
		t.Fatalf("cannot mount a file system (this test needs root): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestRealDiskFull(t *testing.T) {
	dir := smallDisk(t, 220)
	j := open(t, journal.Options{Dir: filepath.Join(dir, "journal"), Project: countKinds})
	text := fmt.Appendf(nil, "%q", strings.Repeat("x", 100<<10))
	write := func() error {
		_, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{{Kind: "n", Subject: "1", Actor: "a", Data: text}}, nil
		})
		return err
	}
	ballast := filepath.Join(dir, "ballast")
	acknowledged := 0
	for round := range 3 {
		if err := os.WriteFile(ballast, make([]byte, 60<<20), 0o600); err != nil {
			t.Fatal(err)
		}
		var err error
		for err == nil {
			if err = write(); err == nil {
				acknowledged++
			}
		}
		if journal.KindOf(err) != journal.DiskFull {
			t.Fatalf("round %d, after %d records: %v, want DiskFull", round, acknowledged, err)
		}
		if got := len(records(t, j)); got != acknowledged {
			t.Fatalf("%d records with a full disk, want %d", got, acknowledged)
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		if err := write(); err != nil {
			t.Fatalf("with room again: %v", err)
		}
		acknowledged++
	}
	if _, err := j.Verify(context.Background()); err != nil && journal.KindOf(err) != journal.DiskFull {
		t.Error(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, journal.Options{Dir: filepath.Join(dir, "journal"), Project: countKinds})
	if got := len(records(t, j)); got != acknowledged {
		t.Errorf("%d records after reopening, want %d", got, acknowledged)
	}
}

// TestOpenOnARealFullDisk: killed, and then not a byte free: opening must refuse, and work once there is room.
func TestOpenOnARealFullDisk(t *testing.T) {
	dir := smallDisk(t, 220)
	c, err := startChild("sample", dir)
	if err != nil {
		t.Fatal(err)
	}
	if !c.waitFor("done") {
		t.Fatal("the child did not start")
	}
	if err := c.kill(); err != nil {
		t.Fatal(err)
	}
	ballast, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = ballast.Write(make([]byte, 64<<10))
	}
	if err := ballast.Close(); err != nil {
		t.Fatal(err)
	}
	o := journal.Options{Dir: filepath.Join(dir, "journal"), Project: countKinds}
	if _, err := journal.Open(o); journal.KindOf(err) != journal.DiskFull {
		t.Errorf("Open = %v, want DiskFull", err)
	}
	if err := os.Remove(ballast.Name()); err != nil {
		t.Fatal(err)
	}
	if got := len(records(t, open(t, o))); got != sampleUpdates*sampleEntries {
		t.Errorf("%d records, want %d", got, sampleUpdates*sampleEntries)
	}
}

// TestBareBadgerDiesOfAFullDisk shows what the watermark is for.
func TestBareBadgerDiesOfAFullDisk(t *testing.T) {
	c, err := startChild("bare-fill", smallDisk(t, 40))
	if err != nil {
		t.Fatal(err)
	}
	for c.out.Scan() {
	}
	err = c.cmd.Wait()
	ws, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if err == nil || !ok || c.cmd.ProcessState.ExitCode() == 1 {
		t.Errorf("Badger alone ended with %v (%v), want a fault", err, ws)
	}
}
