//go:build booted

package booted

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/installer/rig"
)

const (
	older = "/opt/in/old.deb"
	newer = "/opt/in/new.deb"

	socket = "/run/agrafe/control.sock"
	config = "/etc/agrafe/agrafed.toml"
)

// packaging are the folders of dpkg, apt and ldconfig, which know of packages that were.
var packaging = []string{"/var/lib/dpkg", "/var/lib/apt", "/var/cache/apt", "/var/cache/debconf", "/var/cache/ldconfig", "/var/backups"}

// practice is who bills, as agrafe setup takes it from an administrator.
const practice = `
numeroAM = "991000015"
rpps = "99900000011"
nom = "DÉMONSTRATION"
prenom = "Claire"
specialite = "01"
convention = 1
zone = "metro"
adresse = ["1 rue de la Démonstration", "75000 PARIS"]

[rattachement]
nom = "CPAM de démonstration"
adresse = ["2 rue de la Démonstration", "75000 PARIS"]
`

// TestDeb takes the package through its life. The steps build on one another.
func TestDeb(t *testing.T) {
	before := rig.Tree(t, packaging...)
	var day []string // the FSE of the day
	step := func(name string, f func(t *testing.T)) {
		if !t.Run(name, f) {
			t.FailNow()
		}
	}
	step("apt install", install)
	step("the practice begins", func(t *testing.T) { day = begin(t) })
	step("an installation by hand gives way", func(t *testing.T) { byHand(t, day) })
	step("apt install of the next version", func(t *testing.T) { upgrade(t, day) })
	step("apt remove, the data stay", func(t *testing.T) { remove(t, day) })
	step("cards in a vpcd", plugCards)
	step("the tray at login", login)
	step("doctor", examine)
	step("S32 apt purge leaves nothing", func(t *testing.T) { purge(t, before) })
}

// apt installs or removes, without a question and without a network.
func apt(t *testing.T, args ...string) {
	t.Helper()
	out := rig.Do(t, "apt-get", append([]string{"-qy", "-o", "Dpkg::Use-Pty=0"}, args...)...)
	if strings.Contains(out, "Failed") || strings.Contains(out, "warning") {
		t.Errorf("apt-get %s:\n%s", strings.Join(args, " "), out)
	}
}

// property is one of the service's, as systemd has it.
func property(t *testing.T, name string) string {
	t.Helper()
	return strings.TrimSpace(rig.Do(t, "systemctl", "show", "--value", "--property="+name, "agrafed.service"))
}

// dial connects to the service, which may take until a moment from now.
func dial(t *testing.T) *local.Client {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := local.DialSocket(t.Context(), socket, nil)
		if err == nil {
			return c
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
}

// kept fails unless all FSE are there.
func kept(t *testing.T, ids []string) {
	t.Helper()
	c := dial(t)
	defer c.Close()
	for _, id := range ids {
		if err := c.Call(t.Context(), "fse.get", map[string]any{"id": id}, nil); err != nil {
			t.Fatalf("fse.get %s of %d: %v", id, len(ids), err)
		}
	}
}

func install(t *testing.T) {
	apt(t, "install", older)
	for name, want := range map[string]string{"ActiveState": "active", "UnitFileState": "enabled", "NRestarts": "0", "User": "agrafe"} {
		if got := property(t, name); got != want {
			t.Errorf("%s=%s, want %s", name, got, want)
		}
	}
	if text := property(t, "StatusText"); !strings.HasPrefix(text, "on 127.0.0.1:17373") {
		t.Errorf("status %q", text)
	}
	for _, entry := range []string{"/etc/xdg/autostart/agrafe-tray.desktop", "/usr/share/applications/agrafe.desktop"} {
		rig.Do(t, "desktop-file-validate", entry)
	}
	if out, code := rig.Try(t, "agrafe", "install"); code != 1 || !strings.Contains(out, "apt") {
		t.Errorf("agrafe install over the package: exit code %d: %s", code, out)
	}
	if out := rig.Do(t, "dpkg", "--verify", "agrafe"); out != "" {
		t.Errorf("dpkg finds changed files:\n%s", out)
	}
}

// begin has the administrator set what there is to set, and makes FSE.
func begin(t *testing.T) (ids []string) {
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, append([]byte("alsace_moselle = true\n"), text...), 0o644); err != nil {
		t.Fatal(err)
	}
	rig.Do(t, "install", "-m", "644", "/usr/share/doc/agrafe/examples/origins.toml", "/etc/agrafe/origins.d/logiciel.toml")
	rig.Do(t, "agrafe", "restart")
	if out := rig.Do(t, "agrafe", "origins", "list"); !strings.Contains(out, "https://logiciel.example") {
		t.Errorf("the example of an origin is not read:\n%s", out)
	}
	file := filepath.Join(t.TempDir(), "practice.toml")
	if err := os.WriteFile(file, []byte(practice), 0o600); err != nil {
		t.Fatal(err)
	}
	rig.Do(t, "agrafe", "setup", "--file", file)
	c := dial(t)
	defer c.Close()
	for range 20 {
		var f struct {
			ID string `json:"id"`
		}
		if err := c.Call(t.Context(), "fse.create", map[string]any{"facture": map[string]any{"mode": "degrade"}}, &f); err != nil || f.ID == "" {
			t.Fatalf("fse.create: %q, %v", f.ID, err)
		}
		ids = append(ids, f.ID)
	}
	return ids
}

// byHand: the unit of an installation from before the package hides the package's. The
// package says so, and uninstall takes it away, with nothing of the practice's.
func byHand(t *testing.T, day []string) {
	const packages, hand = "/usr/lib/systemd/system/agrafed.service", "/etc/systemd/system/agrafed.service"
	unit, err := os.ReadFile(packages)
	if err == nil {
		err = os.WriteFile(hand, []byte(strings.ReplaceAll(string(unit), "/usr/bin/", "/opt/agrafe/")), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	if out := rig.Do(t, "dpkg", "--install", older); !strings.Contains(out, "hides this package's service") {
		t.Errorf("not a word of it:\n%s", out)
	}
	if got := property(t, "FragmentPath"); got != hand {
		t.Fatalf("the unit is %s", got)
	}
	rig.Do(t, "agrafe", "uninstall")
	if got := property(t, "FragmentPath"); !strings.HasSuffix(packages, got) { // it may name /lib, which is /usr/lib
		t.Errorf("the unit is %s", got)
	}
	for name, want := range map[string]string{"ActiveState": "active", "UnitFileState": "enabled"} {
		if got := property(t, name); got != want {
			t.Errorf("%s=%s, want %s", name, got, want)
		}
	}
	kept(t, day)
}

func upgrade(t *testing.T, day []string) {
	was := property(t, "MainPID")
	apt(t, "install", newer)
	if now := property(t, "MainPID"); now == was || now == "0" {
		t.Errorf("the new program does not run: process %s, then %s", was, now)
	}
	kept(t, day)
	if out := rig.Do(t, "agrafe", "status"); !strings.Contains(out, "2.0.0") {
		t.Errorf("the service is not the new one:\n%s", out)
	}
	if text, err := os.ReadFile(config); err != nil || !strings.HasPrefix(string(text), "alsace_moselle = true\n") {
		t.Errorf("the administrator's configuration: %v\n%s", err, text)
	}
}

func remove(t *testing.T, day []string) {
	apt(t, "remove", "agrafe")
	nothingRuns(t)
	for _, path := range []string{"/var/lib/agrafe/journal", "/var/lib/agrafe-key/journal.key", config} {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("the practice's: %v", err)
		}
	}
	apt(t, "install", newer)
	kept(t, day)
}

func purge(t *testing.T, before map[string]string) {
	logout(t)
	rig.Do(t, "agrafe", "tls", "enable", "--install")
	if _, err := os.Stat("/etc/ssl/certs/agrafe-localhost.pem"); err != nil {
		t.Fatal(err)
	}
	// libqrencode4 came with vpcd, and systemd would have it stay.
	apt(t, "purge", "--autoremove", "agrafe", "vsmartcard-vpcd", "libqrencode4")
	nothingRuns(t)
	left := rig.Differences(before, rig.Tree(t, packaging...))
	if len(left) > 0 {
		t.Errorf("%d differences:\n%s", len(left), strings.Join(left, "\n"))
	}
	if out, _ := rig.Try(t, "find", "/etc", "/usr", "/var", "/run", "-xdev", "(", "-name", "*agrafe*", "-o", "-nouser", ")", "-print"); out != "" {
		t.Errorf("left:\n%s", out)
	}
	if out, code := rig.Try(t, "id", "agrafe"); code == 0 {
		t.Errorf("the user: %s", out)
	}
	if out, code := rig.Try(t, "dpkg-query", "-W", "agrafe"); code == 0 {
		t.Errorf("dpkg: %s", out)
	}
}

func nothingRuns(t *testing.T) {
	t.Helper()
	if out := rig.Do(t, "ss", "--listening", "--tcp", "--unix", "--numeric", "--no-header", "--processes"); strings.Contains(out, "agrafe") {
		t.Errorf("something listens:\n%s", out)
	}
	if runs := processes(t, "agrafed"); len(runs) > 0 {
		t.Errorf("processes %v run", runs)
	}
	if out, code := rig.Try(t, "systemctl", "status", "agrafed.service"); code != 4 { // no such unit (LSB)
		t.Errorf("systemd still knows it, exit code %d: %s", code, out)
	}
}

// processes are the numbers of those that run the program.
func processes(t *testing.T, program string) (pids []int) {
	t.Helper()
	list, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		name, err := os.ReadFile("/proc/" + e.Name() + "/comm")
		if pid, bad := strconv.Atoi(e.Name()); bad == nil && err == nil && strings.TrimSpace(string(name)) == program {
			pids = append(pids, pid)
		}
	}
	return pids
}
