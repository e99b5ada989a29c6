package rig

import (
	"bufio"
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

// Wine is a Windows of wine's in a folder. It needs the packages wine64, wine and
// gcc-mingw-w64-x86-64.
type Wine struct {
	Dir string // WINEPREFIX
}

// NewWine makes one, with its service manager running, that goes with the test.
func NewWine(t *testing.T) Wine {
	t.Helper()
	dir, err := os.MkdirTemp("", "wine-") // wine goes on writing for a moment after it was told to end
	if err != nil {
		t.Fatal(err)
	}
	w := Wine{Dir: dir}
	t.Cleanup(func() {
		_ = w.command(context.Background(), "wineserver", "--kill", "--wait").Run()
		_ = os.RemoveAll(dir)
	})
	w.do(t, "wineboot", "--init")
	w.do(t, "wineserver", "--wait") // its service manager goes, with what it does not know yet
	source := filepath.Join(t.TempDir(), "prng.c")
	if err := os.WriteFile(source, []byte(prng), 0o600); err != nil {
		t.Fatal(err)
	}
	w.do(t, "x86_64-w64-mingw32-gcc", "-shared", "-o", w.Drive("windows", "system32", "bcryptprimitives.dll"), source, "-ladvapi32")
	w.stayOn(t)
	return w
}

// stayOn keeps a program running until the test ends. Without one wine shuts down a moment
// after each command, its services with it, and starts them anew for the next command.
func (w Wine) stayOn(t *testing.T) {
	t.Helper()
	cmd := w.command(context.Background(), "wine", "cmd", "/c", "echo ready & pause")
	_, err := cmd.StdinPipe() // it waits for a key
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	late := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(line, "ready") {
		t.Fatalf("wine does not stay on: %q: %v", line, err)
	}
}

// Drive is the path of what is below C:\.
func (w Wine) Drive(below ...string) string {
	return filepath.Join(append([]string{w.Dir, "drive_c"}, below...)...)
}

// Run runs a program of Windows and returns what it said, and its exit code.
func (w Wine) Run(t *testing.T, args ...string) (string, int) {
	t.Helper()
	return w.run(t, "wine", args...)
}

// Programs builds programs of ours into C:\Program Files\Agrafe.
func (w Wine) Programs(t *testing.T, packages ...string) {
	t.Helper()
	folder := w.Drive("Program Files", "Agrafe")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	build(t, append([]string{"build", "-o", folder + "/"}, packages...)...)
}

// Test runs the tests of a package that match pattern, built for Windows; that there are
// none is a failure.
func (w Wine) Test(t *testing.T, pkg, pattern string) {
	t.Helper()
	build(t, "test", "-c", "-o", w.Drive("probe.exe"), pkg)
	out, code := w.Run(t, `C:\probe.exe`, "-test.v", "-test.timeout=90s", "-test.run="+pattern)
	if code != 0 || !strings.Contains(out, "--- PASS: ") {
		t.Errorf("%s: exit code %d\n%s", pkg, code, out)
	}
}

func build(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Env = append(os.Environ(), "GOOS=windows", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func (w Wine) do(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, code := w.run(t, name, args...); code != 0 {
		t.Fatalf("%s %s: exit code %d\n%s", name, strings.Join(args, " "), code, out)
	}
}

func (w Wine) run(t *testing.T, name string, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := w.command(ctx, name, args...)
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

func (w Wine) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	// No menus: wine would make them in the home of whoever runs the test.
	cmd.Env = append(os.Environ(), "WINEPREFIX="+w.Dir, "WINEDEBUG=-all", "WINEARCH=win64", "WINEDLLOVERRIDES=winemenubuilder.exe=d", "DISPLAY=")
	cmd.WaitDelay = time.Second // services keep the pipes
	return cmd
}
