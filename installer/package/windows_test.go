//go:build packages

package packages

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/installer/rig"
)

// windowsPort is not that of a service which this machine may run.
const windowsPort = 27373

// certificate makes a key and a certificate of nobody's, and returns their files.
func certificate(t *testing.T) (cert, key string) {
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	run(t, time.Minute, nil, "openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "30", "-subj", "/CN=Agrafe test",
		"-addext", "extendedKeyUsage=codeSigning", "-keyout", key, "-out", cert)
	return cert, key
}

// TestWindowsSetup takes the setup program through its life under wine. Wine has no
// virtual accounts, no access rights, no desktop here and no smart cards: those
// remain to be seen on Windows.
func TestWindowsSetup(t *testing.T) {
	cert, key := certificate(t)
	setup := build(t, "../..", "windows", "1.0.0", "*.exe", "SIGN_CERT="+cert, "SIGN_KEY="+key)
	if out := run(t, time.Minute, nil, "osslsigncode", "verify", "-CAfile", cert, "-in", setup); !strings.Contains(out, "Signature verification: ok") {
		t.Errorf("osslsigncode:\n%s", out)
	}
	w := rig.NewWine(t)
	text, err := os.ReadFile(setup)
	if err == nil {
		err = os.WriteFile(w.Drive("agrafe-1.0.0.exe"), text, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	before(t, w)
	installSilently(t, w, "/NOTRAY")
	if _, err := os.Stat(w.Drive("Program Files", "Agrafe", "agrafe-tray.exe")); err == nil {
		t.Error("/NOTRAY: the tray is there")
	}
	refused(t, w)
	installSilently(t, w, "/ORIGINS=https://premier.example", "/BROWSERS")
	installSilently(t, w, "/ORIGINS=https://logiciel.example,https://autre.example", "/BROWSERS", fmt.Sprint("/PORT=", windowsPort))
	presets(t, w)
	id := create(t, w)
	killed(t, w)
	kept(t, w, id)

	uninstall(t, w)
	if _, err := os.Stat(w.Drive("ProgramData", "Agrafe", "journal")); err != nil {
		t.Errorf("the practice's data: %v", err)
	}
	othersStay(t, w)
	installSilently(t, w)
	kept(t, w, id)
	uninstall(t, w, "/PURGE")
	if found, err := filepath.Glob(w.Drive("ProgramData", "Agrafe*")); err != nil || len(found) > 0 {
		t.Errorf("/PURGE left %v, %v", found, err)
	}
	for line := range strings.Lines(hive(t, w)) {
		if strings.Contains(strings.ToLower(line), "agrafe") || strings.Contains(line, ".example") {
			t.Errorf("left in the registry: %s", line)
		}
	}
}

// registry is what may have been there before setup: an administrator's policies, and
// the notes of the two setups before this one, the first of them with /BROWSERS, with what
// they wrote.
const registry = `Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Agrafe\Origins]
"https://autre.example"="readers"
"https://ancien.example"="readers,cards,fse"
"https://passe.example"="readers,cards,fse"

[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Google\Chrome\LoopbackNetworkAllowedForUrls]
"2"="https://ancien.example"
"7"="https://premier.example"
"8"="https://passe.example"

[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Google\Chrome\LocalNetworkAccessAllowedForUrls]
"1"="https://ancien.example"

[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Edge\LoopbackNetworkAllowedForUrls]
"1"="https://ancien.example"

[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Edge\LocalNetworkAccessAllowedForUrls]
"1"="https://ancien.example"

[HKEY_LOCAL_MACHINE\Software\Agrafe\Setup]
"Origins"="https://ancien.example,https://jamais.example"

[HKEY_LOCAL_MACHINE\Software\Agrafe\Setup\Origins]
"https://passe.example"=""
`

func before(t *testing.T, w rig.Wine) {
	t.Helper()
	if err := os.WriteFile(w.Drive("before.reg"), []byte(strings.ReplaceAll(registry, "\n", "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := w.Run(t, "regedit", "/S", `C:\before.reg`); code != 0 {
		t.Fatalf("regedit: exit code %d\n%s", code, out)
	}
}

// othersStay: the administrator's entries, and nothing of what setups wrote, are there once
// it is uninstalled. They are removed then, for what comes after.
func othersStay(t *testing.T, w rig.Wine) {
	t.Helper()
	var left []string
	for line := range strings.Lines(hive(t, w)) {
		if strings.Contains(line, ".example") {
			left = append(left, strings.Join(strings.Fields(line), " "))
		}
	}
	want := []string{"7 REG_SZ https://premier.example", "8 REG_SZ https://passe.example", "https://autre.example REG_SZ readers"}
	slices.Sort(left)
	left = slices.Compact(left) // programs of 32 bits have a view of their own
	if diff := cmp.Diff(want, left); diff != "" {
		t.Errorf("left in the registry (-want +got):\n%s", diff)
	}
	for _, key := range []string{`HKLM\SOFTWARE\Policies\Agrafe`, `HKLM\SOFTWARE\Policies\Google`, `HKLM\SOFTWARE\Policies\Microsoft\Edge`} {
		_, _ = w.Run(t, "reg", "delete", key, "/f")
	}
}

// refused: what setup is told is looked at before anything is changed, and no program of
// a folder that is not taken is run.
func refused(t *testing.T, w rig.Wine) {
	t.Helper()
	planted := w.Drive("users", "Public", "Agrafe")
	program, err := os.ReadFile(w.Drive("Program Files", "Agrafe", "agrafe.exe"))
	if err == nil {
		err = errors.Join(os.MkdirAll(planted, 0o755), os.WriteFile(filepath.Join(planted, "agrafe.exe"), program, 0o755))
	}
	if err != nil {
		t.Fatal(err)
	}
	config := w.Drive("ProgramData", "Agrafe-config", "agrafed.toml")
	before, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	for _, option := range []string{
		`/PORT=0`, `/PORT=1'2`, `/ORIGINS=http://logiciel.example`, `/ORIGINS=https://logiciel.example/page`,
		`/D=C:\users\Public\Agrafe`,
	} {
		if out, code := w.Run(t, `C:\agrafe-1.0.0.exe`, "/S", option); code != 2 {
			t.Errorf("%s: exit code %d\n%s", option, code, out)
		}
	}
	if list, err := os.ReadDir(planted); err != nil || len(list) != 1 {
		t.Errorf("in the folder of /D: %v, %v", list, err)
	}
	if after, err := os.ReadFile(config); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the configuration: %v\n%s", err, after)
	}
	if known := hive(t, w); strings.Contains(known, "logiciel.example") {
		t.Error("an origin that was refused is in the registry")
	}
}

func installSilently(t *testing.T, w rig.Wine, options ...string) {
	t.Helper()
	if out, code := w.Run(t, append([]string{`C:\agrafe-1.0.0.exe`, "/S"}, options...)...); code != 0 {
		t.Fatalf("setup: exit code %d\n%s", code, out)
	}
	await(t, "the service does not run", func() bool {
		out, _ := w.Run(t, "sc", "query", "agrafed")
		return strings.Contains(out, "RUNNING")
	})
}

// await waits until ok, which otherwise is what is said.
func await(t *testing.T, said string, ok func() bool) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); !ok(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal(said)
		}
	}
}

// hive is what reg.exe knows of the machine's programs and policies.
func hive(t *testing.T, w rig.Wine) string {
	t.Helper()
	var all strings.Builder
	for _, key := range []string{`HKLM\Software`, `HKLM\System\CurrentControlSet\Services`, `HKCU\Software`} {
		out, _ := w.Run(t, "reg", "query", key, "/s")
		all.WriteString(out)
	}
	return all.String()
}

// presets: the listed applications are let in, and others are not; the tray begins at
// each login, and browsers do not ask.
func presets(t *testing.T, w rig.Wine) {
	for origin, want := range map[string]int{"https://logiciel.example": 204, "https://autre.example": 204, "https://other.example": 403} {
		status := 0
		await(t, fmt.Sprintf("%s: not %d", origin, want), func() bool {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/healthz", windowsPort), nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Origin", origin)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				return false
			}
			status = answer.StatusCode
			return answer.Body.Close() == nil && status == want
		})
	}
	known := hive(t, w)
	for _, want := range []string{
		`"C:\Program Files\Agrafe\agrafe-tray.exe"`,             // Run
		`"C:\Program Files\Agrafe\uninstall.exe" /S`,            // QuietUninstallString
		`Google\Chrome\LoopbackNetworkAllowedForUrls`,           // /BROWSERS
		`Microsoft\Edge\LocalNetworkAccessAllowedForUrls`,       // /BROWSERS
		`NT SERVICE\agrafed`,                                    // the service's account
		`"C:\Program Files\Agrafe\agrafed.exe" -config C:\Prog`, // and program
	} {
		if !strings.Contains(known, want) {
			t.Errorf("not in the registry: %s", want)
		}
	}
}

// dial connects to the service by its WebSocket, from outside of wine.
func dial(t *testing.T, w rig.Wine) *local.Client {
	t.Helper()
	var c *local.Client
	var err error
	await(t, "no WebSocket", func() bool {
		c, err = local.DialToken(t.Context(), fmt.Sprintf("127.0.0.1:%d", windowsPort), w.Drive("ProgramData", "Agrafe", "token"), nil)
		return err == nil
	})
	t.Cleanup(func() { _ = c.Close() })
	if c.Hello.Version != "1.0.0" {
		t.Errorf("version %q", c.Hello.Version)
	}
	return c
}

func create(t *testing.T, w rig.Wine) string {
	t.Helper()
	var f struct {
		ID string `json:"id"`
	}
	if err := dial(t, w).Call(t.Context(), "fse.create", map[string]any{"facture": map[string]any{"mode": "degrade"}}, &f); err != nil || f.ID == "" {
		t.Fatalf("fse.create: %q, %v", f.ID, err)
	}
	return f.ID
}

func kept(t *testing.T, w rig.Wine, id string) {
	t.Helper()
	if err := dial(t, w).Call(t.Context(), "fse.get", map[string]any{"id": id}, nil); err != nil {
		t.Errorf("fse.get: %v", err)
	}
}

// killed kills the service, which setup's own start brings back.
func killed(t *testing.T, w rig.Wine) {
	t.Helper()
	lists, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, list := range lists {
		env, _ := os.ReadFile(list)
		line, _ := os.ReadFile(filepath.Join(filepath.Dir(list), "cmdline"))
		if !bytes.Contains(env, []byte("WINEPREFIX="+w.Dir)) || !bytes.Contains(line, []byte(`agrafed.exe`)) {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(list, "/proc/%d/", &pid); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 1 {
		t.Fatalf("%d processes of the service", n)
	}
	// Until wine's service manager has noticed, the service runs for it, and start has nothing to do.
	await(t, "the service does not come back", func() bool {
		if _, code := w.Run(t, `C:\Program Files\Agrafe\agrafe.exe`, "start"); code != 0 {
			return false
		}
		c, err := net.DialTimeout("tcp", fmt.Sprint("127.0.0.1:", windowsPort), time.Second)
		return err == nil && c.Close() == nil
	})
}

// uninstall returns once the uninstaller, which goes on in a copy of itself, is done.
func uninstall(t *testing.T, w rig.Wine, options ...string) {
	t.Helper()
	_, _ = w.Run(t, append([]string{`C:\Program Files\Agrafe\uninstall.exe`, "/S"}, options...)...)
	await(t, "the programs are still there", func() bool {
		_, err := os.Stat(w.Drive("Program Files", "Agrafe"))
		return os.IsNotExist(err)
	})
	time.Sleep(time.Second) // what comes behind the programs
	if out, _ := w.Run(t, "sc", "query", "agrafed"); strings.Contains(out, "STATE") {
		t.Errorf("the service is still there:\n%s", out)
	}
	if left := strings.ToLower(hive(t, w)); strings.Contains(left, `uninstall\agrafe`) || strings.Contains(left, "agrafe-tray") || strings.Contains(left, `services\agrafed`) {
		t.Error("it is still in the registry")
	}
	if found, _ := filepath.Glob(w.Drive("ProgramData", "Microsoft", "Windows", "Start Menu", "Programs", "Agrafe*")); len(found) > 0 {
		t.Errorf("left %v", found)
	}
}
