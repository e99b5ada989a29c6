//go:build systemd

package systemd

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBooted runs the tests of package booted in a copy of this machine that systemd
// has booted, twice. It needs root and the packages systemd-container, polkitd, pcscd,
// vsmartcard-vpcd, iproute2 and util-linux.
func TestBooted(t *testing.T) {
	programs, out := t.TempDir(), t.TempDir()
	build(t, "build", "-o", programs+"/", "../../cmd/agrafe", "../../cmd/agrafed", "../../cmd/agrafe-tray")
	build(t, "test", "-c", "-tags", "booted", "-o", filepath.Join(programs, "probe"), "./booted")
	ctx, cancel := context.WithTimeout(t.Context(), 7*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "unshare", "--mount", "testdata/boot.sh", t.TempDir(), programs, out)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	said, err := cmd.CombinedOutput()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Errorf("the probe left no %s: %v", name, err)
		}
		return string(text)
	}
	log, status, journal := read("log"), strings.TrimSpace(read("status")), read("journal")
	t.Logf("the probe:\n%s", log)
	both := strings.Contains(log, "\n--- PASS: TestService ") && strings.Contains(log, "\n--- PASS: TestRebooted ")
	if err != nil || status != "0" || !both {
		t.Errorf("exit status %q of the probe, %v\n%s\nagrafed:\n%s", status, err, said, journal)
	}
}

func build(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
