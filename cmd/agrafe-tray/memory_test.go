//go:build desktop

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/cardtest"
)

// maxMemory is the target for the tray at rest, in bytes.
const maxMemory = 10_000_000

// The tray at rest, as it is delivered, after a menu with a card in it was made.
func TestMemoryAtRest(t *testing.T) {
	program := filepath.Join(t.TempDir(), "agrafe-tray")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s, readers := newSession(t, true), virtual.NewReaders("Lecteur")
	d := serve(t, folder(t), readers)
	if err := readers.Insert("Lecteur", cardtest.Open(t, "medecin-secteur1")); err != nil {
		t.Fatal(err)
	}
	tray := exec.CommandContext(t.Context(), program, "-control", d.socket())
	tray.Env = s.env
	if err := tray.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tray.Process.Kill(); _ = tray.Wait() })
	s.icon(t).shows(t, "CLAIRE ESSAI")
	time.Sleep(10 * time.Second) // until it is at rest
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", tray.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	var kB int
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	if _, err := fmt.Sscan(after, &kB); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kB", kB)
	if kB*1024 > maxMemory {
		t.Errorf("the tray has %d kB, at most %d bytes are wanted", kB, maxMemory)
	}
}
