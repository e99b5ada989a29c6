//go:build packages

package packages

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What dpkg is told: the files of package systemd as they are, the administrator's as
// conffiles, nothing that others than root may write.
func TestDebContents(t *testing.T) {
	deb := build(t, "../..", "deb", "1.0.0", "*.deb")
	root := t.TempDir()
	run(t, time.Minute, nil, "dpkg-deb", "--raw-extract", deb, root)
	for shipped, source := range map[string]string{
		"usr/lib/systemd/system/agrafed.service":     "agrafed.service",
		"usr/lib/sysusers.d/agrafe.conf":             "agrafe.sysusers",
		"usr/share/polkit-1/rules.d/50-agrafe.rules": "agrafe.rules",
		"etc/agrafe/agrafed.toml":                    "agrafed.toml",
		"etc/xdg/autostart/agrafe-tray.desktop":      "agrafe-tray.desktop",
		"usr/share/applications/agrafe.desktop":      "agrafe.desktop",
	} {
		if sum(t, filepath.Join(root, shipped)) != sum(t, filepath.Join("../systemd", source)) {
			t.Errorf("%s is not installer/systemd/%s", shipped, source)
		}
	}
	conffiles, err := os.ReadFile(filepath.Join(root, "DEBIAN", "conffiles"))
	if got := strings.Fields(string(conffiles)); err != nil || !slices.Equal(got, []string{"/etc/agrafe/agrafed.toml", "/etc/xdg/autostart/agrafe-tray.desktop"}) {
		t.Errorf("conffiles %q, %v", got, err)
	}
	for line := range strings.Lines(run(t, time.Minute, nil, "dpkg-deb", "--contents", deb)) {
		if fields := strings.Fields(line); fields[1] != "root/root" || strings.ContainsAny(fields[0][5:], "wst") {
			t.Errorf("others may change it: %s", line)
		}
	}
	if out := run(t, 5*time.Minute, nil, "lintian", "--allow-root", "--fail-on", "error", deb); strings.Contains(out, "E: ") {
		t.Errorf("lintian:\n%s", out)
	}
	if got := run(t, time.Minute, nil, filepath.Join(root, "usr/bin/agrafe"), "version"); got != "agrafe 1.0.0\n" {
		t.Errorf("agrafe version: %q", got)
	}
	newestGlibc(t, root)
}

// newestGlibc: no program needs a newer glibc than the package says (Depends: libc6).
func newestGlibc(t *testing.T, root string) {
	for _, program := range []string{"agrafe", "agrafed"} { // agrafe-tray uses none
		symbols := run(t, time.Minute, nil, "objdump", "-T", filepath.Join(root, "usr/bin", program))
		for _, m := range regexp.MustCompile(`GLIBC_2\.([0-9]+)`).FindAllStringSubmatch(symbols, -1) {
			if minor, err := strconv.Atoi(m[1]); err != nil || minor > 34 {
				t.Errorf("%s needs %s", program, m[0])
			}
		}
	}
}

// TestDebOnDebian runs the test of package booted in a clean Debian 12 that systemd has
// booted. That Debian is kept in the user's cache folder. It needs root, a mirror of
// Debian, and the packages debootstrap and systemd-container.
func TestDebOnDebian(t *testing.T) {
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	debian := filepath.Join(cache, "agrafe", "debian12")
	run(t, 10*time.Minute, nil, "testdata/root.sh", debian)
	in, out := t.TempDir(), t.TempDir()
	for name, version := range map[string]string{"old.deb": "1.0.0", "new.deb": "2.0.0"} {
		if err := os.Rename(build(t, "../..", "deb", version, "*.deb"), filepath.Join(in, name)); err != nil {
			t.Fatal(err)
		}
	}
	run(t, 5*time.Minute, nil, "go", "test", "-c", "-tags", "booted", "-o", filepath.Join(in, "probe"), "./booted")
	started := time.Now()
	said := run(t, 4*time.Minute, nil, "unshare", "--mount", "testdata/boot.sh", debian, t.TempDir(), in, out)
	t.Logf("booted, tested and gone in %v", time.Since(started).Round(time.Second))
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Errorf("the probe left no %s: %v", name, err)
		}
		return string(text)
	}
	log, status, journal := read("log"), strings.TrimSpace(read("status")), read("journal")
	t.Logf("the probe:\n%s", log)
	if status != "0" || !strings.Contains(log, "\n--- PASS: TestDeb ") {
		t.Errorf("exit status %q of the probe\n%s\nagrafed:\n%s", status, said, journal)
	}
}
