//go:build wine

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// prng is what Go's runtime asks of Windows 10 and wine 8 does not have yet.
const prng = `#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE p, SIZE_T n) { return SystemFunction036(p, (ULONG)n); }
`

// prefix is a Windows of wine's in a folder, with the programs installed.
type prefix struct {
	dir, programs string
}

func (p prefix) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "WINEPREFIX="+p.dir, "WINEDEBUG=-all", "WINEARCH=win64", "DISPLAY=")
	cmd.WaitDelay = time.Second // services keep the pipes
	return cmd
}

// run returns what a program said, and its exit code.
func (p prefix) run(t *testing.T, name string, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := p.command(ctx, name, args...)
	file, err := os.Create(filepath.Join(t.TempDir(), "out")) // a service that is started keeps it open
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cmd.Stdout, cmd.Stderr = file, file
	_ = cmd.Run()
	out, err := os.ReadFile(file.Name())
	if err != nil || cmd.ProcessState == nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func (p prefix) agrafe(t *testing.T, want int, args ...string) string {
	t.Helper()
	out, code := p.run(t, "wine", append([]string{`C:\Program Files\Agrafe\agrafe.exe`}, args...)...)
	if code != want {
		t.Fatalf("agrafe %s: exit code %d, want %d\n%s", strings.Join(args, " "), code, want, out)
	}
	return out
}

func newPrefix(t *testing.T) prefix {
	t.Helper()
	dir, err := os.MkdirTemp("", "wine-") // wine goes on writing for a moment after it was told to end
	if err != nil {
		t.Fatal(err)
	}
	p := prefix{dir: dir, programs: filepath.Join(dir, "drive_c", "Program Files", "Agrafe")}
	t.Cleanup(func() {
		_ = p.command(context.Background(), "wineserver", "--kill", "--wait").Run()
		_ = os.RemoveAll(dir)
	})
	if out, code := p.run(t, "wineboot", "--init"); code != 0 {
		t.Fatalf("wineboot: %d\n%s", code, out)
	}
	source := filepath.Join(t.TempDir(), "prng.c")
	if err := os.WriteFile(source, []byte(prng), 0o600); err != nil {
		t.Fatal(err)
	}
	system := filepath.Join(dir, "drive_c", "windows", "system32", "bcryptprimitives.dll")
	if out, code := p.run(t, "x86_64-w64-mingw32-gcc", "-shared", "-o", system, source, "-ladvapi32"); code != 0 {
		t.Fatalf("mingw: %d\n%s", code, out)
	}
	if err := os.MkdirAll(p.programs, 0o755); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", p.programs+"/", ".", "../agrafed")
	build.Env = append(os.Environ(), "GOOS=windows", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return p
}

// await waits until the service manager says state of the service.
func (p prefix) await(t *testing.T, state string) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		out, _ := p.run(t, "wine", "sc", "query", "agrafed")
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
	p := newPrefix(t)
	_, _ = p.run(t, "wine", "sc", "query") // has wine's service manager begin
	t.Log(p.agrafe(t, exitDone, "install"))
	p.await(t, "RUNNING")
	key := `HKLM\System\CurrentControlSet\Services\agrafed`
	out, _ := p.run(t, "wine", "reg", "query", key)
	for _, want := range []string{`"C:\Program Files\Agrafe\agrafed.exe" -config `, `service run`, `NT SERVICE\agrafed`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	p.agrafe(t, exitDone, "stop")
	p.await(t, "STOPPED")
	p.agrafe(t, exitDone, "start")
	p.await(t, "RUNNING")
	p.agrafe(t, exitDone, "install") // over itself
	p.await(t, "RUNNING")
	t.Log(p.agrafe(t, exitDone, "uninstall"))
	if out, _ := p.run(t, "wine", "sc", "query", "agrafed"); strings.Contains(out, "STATE") {
		t.Errorf("the service is still there:\n%s", out)
	}
	if _, err := os.Stat(filepath.Join(p.dir, "drive_c", "ProgramData", "Agrafe", "journal")); err != nil {
		t.Errorf("the data: %v", err)
	}
}

// S29: only what lies under Program Files is installed, which is administrators' to write.
func TestS29WindowsFolder(t *testing.T) {
	p := newPrefix(t)
	program, err := os.ReadFile(filepath.Join(p.programs, "agrafe.exe"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.dir, "drive_c", "agrafe.exe"), program, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, code := p.run(t, "wine", `C:\agrafe.exe`, "install"); code != exitRefused || !strings.Contains(out, "Program Files") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if err := os.WriteFile(filepath.Join(p.programs, "agrafe-tray.exe"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	run := `HKCU\Software\Microsoft\Windows\CurrentVersion\Run`
	p.agrafe(t, exitDone, "install", "--user-tray")
	if out, _ := p.run(t, "wine", "reg", "query", run); !strings.Contains(out, `"C:\Program Files\Agrafe\agrafe-tray.exe"`) {
		t.Errorf("the tray at login:\n%s", out)
	}
	p.agrafe(t, exitDone, "uninstall", "--user-tray")
	if out, _ := p.run(t, "wine", "reg", "query", run); strings.Contains(out, "agrafe") {
		t.Errorf("the tray at login, S32:\n%s", out)
	}
}
