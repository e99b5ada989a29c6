//go:build unix

package main

import (
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

func TestStatusLine(t *testing.T) {
	up := state.Service{Up: true}
	tests := []struct {
		name string
		s    state.Snapshot
		want string
	}{
		{"no reader", state.Snapshot{Service: up}, "on :1, 0 readers"},
		{"one", state.Snapshot{Service: up, Readers: make([]state.Reader, 1)}, "on :1, 1 reader"},
		{"just started", state.Snapshot{}, "on :1"},
		{"no card service", state.Snapshot{Service: state.Service{Detail: "stopped"}, Readers: make([]state.Reader, 2)}, "on :1, no card service"},
		{"damaged", state.Snapshot{Service: up, Journal: state.Journal{Damaged: true}}, "on :1, 0 readers, journal DAMAGED: agrafe journal restore"},
		{"backup", state.Snapshot{Service: up, Journal: state.Journal{Backup: &state.Backup{Problem: &state.Error{}}}}, "on :1, 0 readers, backup FAILED: agrafe status"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := status(":1", tt.s); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// What systemd is told: ready once it listens, alive while it lives, nothing while it
// is frozen, and that it stops.
func TestSystemdIsTold(t *testing.T) {
	file, state := settings(t, 0)
	path := filepath.Join(filepath.Dir(state), "notify")
	heard, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer heard.Close()
	cmd := start(t, []string{"NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=300000"}, "-config", file)
	next := func(within time.Duration) string {
		t.Helper()
		message := make([]byte, 4096)
		_ = heard.SetReadDeadline(time.Now().Add(within))
		n, err := heard.Read(message)
		if err != nil {
			return ""
		}
		return string(message[:n])
	}
	if got := next(20 * time.Second); !strings.HasPrefix(got, "READY=1\nSTATUS=on 127.0.0.1:") {
		t.Fatalf("first: %q", got)
	}
	for range 3 {
		if got := next(5 * time.Second); !strings.HasPrefix(got, "WATCHDOG=1") {
			t.Fatalf("alive: %q", got)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for next(500*time.Millisecond) != "" { // what was on its way
	}
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if got := next(5 * time.Second); !strings.HasPrefix(got, "WATCHDOG=1") {
		t.Fatalf("alive again: %q", got)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("stopped: %v", err)
	}
	var last string
	for said := "WATCHDOG=1"; said != ""; said = next(time.Second) { // all of it has come
		last = said
	}
	if last != "STOPPING=1" {
		t.Errorf("last: %q", last)
	}
}

// start runs agrafed until the test ends.
func start(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := command(t, args...)
	cmd.Env = append(cmd.Env, env...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _, _ = cmd.Process.Wait() })
	return cmd
}
