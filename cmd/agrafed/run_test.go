package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/vault"
)

// TestMain lets the test binary be agrafed: the exit codes are those of a process.
func TestMain(m *testing.M) {
	if os.Getenv("AGRAFED_TEST_RUN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), "AGRAFED_TEST_RUN=1")
	return cmd
}

func agrafed(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := command(t, args...)
	var out, errOut strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errOut
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode(), out.String(), errOut.String()
}

// settings writes a configuration for a daemon of the test's own.
func settings(t *testing.T, port int) (file, state string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "agrafed-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	file, state = filepath.Join(dir, "agrafed.toml"), filepath.Join(dir, "state")
	if err := os.WriteFile(file, fmt.Appendf(nil, "state = %q\nport = %d\n", state, port), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, state
}

func TestExitCodes(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file, state := settings(t, taken.Addr().(*net.TCPAddr).Port)
	bad := filepath.Join(t.TempDir(), "bad.toml")
	if err := os.WriteFile(bad, []byte("prot = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		code int
		says string
	}{
		{"help", []string{"-h"}, 0, "exit codes"},
		{"print-config", []string{"-print-config"}, 0, "signatures_per_minute"},
		{"unknown flag", []string{"-x"}, 2, "cannot understand the command line"},
		{"unknown word", []string{"walk"}, 2, "walk"},
		{"the service manager of another system", []string{"service", "run"}, 2, "service run"},
		{"no such file", []string{"-config", "/no/such/file"}, 2, "/no/such/file"},
		{"unknown key", []string{"-config", bad}, 2, "line 1: prot"},
		{"port taken", []string{"-config", file}, 3, "another program has it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errOut := agrafed(t, tt.args...)
			if code != tt.code || !strings.Contains(out+errOut, tt.says) {
				t.Errorf("exit code %d, want %d; %q in:\n%s%s", code, tt.code, tt.says, out, errOut)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(state, "control.sock")); err == nil {
		t.Error("port taken: the control socket was left behind")
	}
}

func TestDamagedJournal(t *testing.T) {
	file, state := settings(t, 0)
	cfg, err := daemon.LoadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"-print-config", "-config", file}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(cfg.State, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Open(cfg.Places(), vault.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now}); err != nil { // makes the secret
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(cfg.State, "journal"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(state, "journal.anchor"), []byte("not an anchor"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errOut := agrafed(t, "-config", file)
	if code != 4 || !strings.Contains(errOut, "damaged") {
		t.Errorf("exit code %d, want 4:\n%s", code, errOut)
	}
	if err := os.Remove(cfg.KeyFile()); err != nil {
		t.Fatal(err)
	}
	code, _, errOut = agrafed(t, "-config", file)
	if code != 2 || !strings.Contains(errOut, "recovery code") {
		t.Errorf("without its key: exit code %d, want 2:\n%s", code, errOut)
	}
}
