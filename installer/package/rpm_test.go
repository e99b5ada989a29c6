//go:build packages

package packages

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// What rpm is told, by rpm itself. No system with rpm packages is booted here: the
// scripts are only read.
func TestRpmContents(t *testing.T) {
	file := build(t, "../..", "rpm", "1.0.0", "*.rpm")
	run(t, time.Minute, nil, "rpm", "--checksig", file)
	lines := func(query ...string) []string {
		return strings.Split(strings.TrimSpace(run(t, time.Minute, nil, "rpm", append([]string{"--query", "--package", file}, query...)...)), "\n")
	}
	if got := lines("--configfiles"); !slices.Equal(got, []string{"/etc/agrafe/agrafed.toml", "/etc/xdg/autostart/agrafe-tray.desktop"}) {
		t.Errorf("configuration %q", got)
	}
	for _, line := range lines("--queryformat", "[%{FILENAMES} %{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME}\n]") {
		if f := strings.Fields(line); len(f) != 3 || f[2] != "root:root" || strings.ContainsAny(f[1][5:], "wst") {
			t.Errorf("others may change it: %s", line)
		}
	}
	requires := lines("--requires")
	for _, want := range []string{"pcsc-lite", "pcsc-lite-libs", "systemd"} {
		if !slices.Contains(requires, want) {
			t.Errorf("requires %q, not %s", requires, want)
		}
	}
	for _, script := range []string{"%{POSTIN}", "%{PREUN}", "%{POSTUN}"} {
		run(t, time.Minute, nil, "sh", "-nc", strings.Join(lines("--queryformat", script), "\n"))
	}
}
