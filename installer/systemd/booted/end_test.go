//go:build booted

package booted

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/installer/rig"
)

// uninstall, with wss on and trusted by the system, and a socket that a user's own
// autostart entry would reach.
func uninstall(t *testing.T, before map[string]string, day []string) {
	agrafe(t, "tls", "enable", "--install")
	if _, err := os.Stat("/etc/ssl/certs/agrafe-localhost.pem"); err != nil {
		t.Fatal(err)
	}
	t.Log(agrafe(t, "uninstall"))
	nothingRuns(t)
	stays := []string{"/var/lib/agrafe", "/var/lib/agrafe-key", "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"}
	for _, d := range rig.Differences(before, tree(t)) {
		_, path, _ := strings.Cut(d, ": ")
		if !slices.ContainsFunc(stays, func(s string) bool { return path == s || strings.HasPrefix(path, s+"/") }) {
			t.Error(d)
		}
	}
	if _, err := os.Stat("/var/lib/agrafe/journal"); err != nil {
		t.Errorf("the data: %v", err)
	}
	agrafe(t, "install")
	c := dial(t)
	defer c.Close()
	kept(t, c, day)
}

func purge(t *testing.T, before map[string]string) {
	t.Log(agrafe(t, "uninstall", "--purge"))
	nothingRuns(t)
	if d := rig.Differences(before, tree(t)); len(d) > 0 {
		t.Errorf("%d differences:\n%s", len(d), strings.Join(d, "\n"))
	}
	if out, code := rig.Try(t, "find", "/etc", "/var", "/run", "(", "-name", "*agrafe*", "-o", "-user", "agrafe", ")", "-print", "-quit"); code == 0 && out != "" {
		t.Errorf("left: %s", out)
	}
	if out, code := rig.Try(t, "id", "agrafe"); code == 0 {
		t.Errorf("the user: %s", out)
	}
	agrafe(t, "uninstall", "--purge") // there is nothing any more: no error
}

func nothingRuns(t *testing.T) {
	t.Helper()
	if out := rig.Do(t, "ss", "--listening", "--tcp", "--unix", "--numeric", "--no-header", "--processes"); strings.Contains(out, "agrafe") {
		t.Errorf("something listens:\n%s", out)
	}
	if out, code := rig.Try(t, "pgrep", "-x", "agrafed"); code == 0 {
		t.Errorf("a process runs: %s", out)
	}
	for _, path := range []string{"/etc/systemd/system/agrafed.service", "/etc/systemd/system/multi-user.target.wants/agrafed.service",
		"/etc/xdg/autostart/agrafe-tray.desktop", "/etc/ssl/certs/agrafe-localhost.pem", "/usr/local/share/ca-certificates/agrafe-localhost.crt"} {
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
	if out, code := rig.Try(t, "systemctl", "status", "agrafed.service"); code != 4 { // no such unit (LSB)
		t.Errorf("systemd still knows it, exit code %d: %s", code, out)
	}
}
