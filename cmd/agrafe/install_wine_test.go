//go:build wine

package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/installer/rig"
)

// windows is a Windows of wine's with the programs installed.
type windows struct{ rig.Wine }

func newWindows(t *testing.T) windows {
	t.Helper()
	w := windows{rig.NewWine(t)}
	w.Programs(t, ".", "../agrafed")
	t.Cleanup(func() {
		if t.Failed() {
			log, err := os.ReadFile(w.Drive("ProgramData", "Agrafe", "agrafed.log"))
			t.Logf("the service's log: %v\n%s", err, log)
		}
	})
	return w
}

func (w windows) agrafe(t *testing.T, want int, args ...string) string {
	t.Helper()
	out, code := w.Run(t, append([]string{`C:\Program Files\Agrafe\agrafe.exe`}, args...)...)
	if code != want {
		t.Fatalf("agrafe %s: exit code %d, want %d\n%s", strings.Join(args, " "), code, want, out)
	}
	return out
}

// await waits until the service manager says state of the service.
func (w windows) await(t *testing.T, state string) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		out, _ := w.Run(t, "sc", "query", "agrafed")
		if strings.Contains(out, state) {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("never %s:\n%s", state, out)
		}
	}
}

// The service on wine's service manager. Wine has no virtual accounts and no access
// rights of its own: those remain to be seen on Windows.
func TestWindowsService(t *testing.T) {
	p := newWindows(t)
	t.Log(p.agrafe(t, exitDone, "install"))
	p.await(t, "RUNNING")
	key := `HKLM\System\CurrentControlSet\Services\agrafed`
	out, _ := p.Run(t, "reg", "query", key)
	for _, want := range []string{`"C:\Program Files\Agrafe\agrafed.exe" -config `, `service run`, `NT SERVICE\agrafed`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	p.agrafe(t, exitDone, "stop")
	p.await(t, "STOPPED")
	p.agrafe(t, exitDone, "start")
	p.await(t, "RUNNING")
	p.agrafe(t, exitDone, "start") // it runs already
	pipe(t, p)
	p.agrafe(t, exitDone, "install") // over itself
	p.await(t, "RUNNING")
	t.Log(p.agrafe(t, exitDone, "uninstall"))
	if out, _ := p.Run(t, "sc", "query", "agrafed"); strings.Contains(out, "STATE") {
		t.Errorf("the service is still there:\n%s", out)
	}
	if _, err := os.Stat(p.Drive("ProgramData", "Agrafe", "journal")); err != nil {
		t.Errorf("the data: %v", err)
	}
}

// pipe: the command line reaches the service by its named pipe. On wine the first client
// of a pipe is not heard: the handle that only keeps the name takes it.
func pipe(t *testing.T, p windows) {
	t.Helper()
	_, _ = p.Run(t, `C:\Program Files\Agrafe\agrafe.exe`, "readers")
	if out := p.agrafe(t, exitDone, "--json", "status"); !strings.Contains(out, "adresse") {
		t.Errorf("agrafe status: %s", out)
	}
}

// S32: a configuration that can't be read keeps nothing from uninstall; a purge leaves
// nothing.
func TestS32WindowsUninstallWithADamagedConfiguration(t *testing.T) {
	p := newWindows(t)
	p.agrafe(t, exitDone, "install")
	p.await(t, "RUNNING")
	if err := os.WriteFile(p.Drive("ProgramData", "Agrafe-config", "agrafed.toml"), []byte("prot = 'x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out := p.agrafe(t, exitDone, "uninstall", "--purge"); !strings.Contains(out, "default places") {
		t.Errorf("not a word of the configuration:\n%s", out)
	}
	for _, path := range []string{p.Drive("ProgramData", "Agrafe"), p.Drive("ProgramData", "Agrafe-config"), p.Drive("ProgramData", "Agrafe.key")} {
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
}

// S29: only what lies under Program Files is installed, which is administrators' to write.
func TestS29WindowsFolder(t *testing.T) {
	p := newWindows(t)
	program, err := os.ReadFile(p.Drive("Program Files", "Agrafe", "agrafe.exe"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.Drive("agrafe.exe"), program, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, code := p.Run(t, `C:\agrafe.exe`, "install"); code != exitRefused || !strings.Contains(out, "Program Files") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if err := os.WriteFile(p.Drive("Program Files", "Agrafe", "agrafe-tray.exe"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	run := `HKCU\Software\Microsoft\Windows\CurrentVersion\Run`
	p.agrafe(t, exitDone, "install", "--user-tray")
	if out, _ := p.Run(t, "reg", "query", run); !strings.Contains(out, `"C:\Program Files\Agrafe\agrafe-tray.exe"`) {
		t.Errorf("the tray at login:\n%s", out)
	}
	p.agrafe(t, exitDone, "uninstall", "--user-tray")
	if out, _ := p.Run(t, "reg", "query", run); strings.Contains(out, "agrafe") {
		t.Errorf("the tray at login, S32:\n%s", out)
	}
}
