package systemd

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/installer/place"
)

// rig is a machine in a folder, with the programs in /opt/agrafe.
type rig struct {
	*Machine
	ran  []string
	fail string // the command that fails
}

func newRig(t *testing.T, programs ...string) *rig {
	t.Helper()
	r := &rig{Machine: &Machine{root: t.TempDir()}}
	r.run = func(_ context.Context, name string, args ...string) error {
		line := strings.Join(append([]string{name}, args...), " ")
		r.ran = append(r.ran, line)
		if line == r.fail {
			return errors.New("it failed")
		}
		return nil
	}
	r.check = func(folder string, _ ...string) (string, error) { return folder, nil }
	for _, dir := range []string{"/run/systemd/system", rulesFolder, "/etc/systemd/system", "/etc/sysusers.d", "/etc/xdg", "/usr/local/share"} {
		r.make(t, dir+"/of-others", "")
	}
	for _, p := range programs {
		r.make(t, "/opt/agrafe/"+p, "")
	}
	return r
}

func (r *rig) make(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(r.at(path)), 0o755), os.WriteFile(r.at(path), []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// install installs with the programs of /opt/agrafe, which only the rig has.
func (r *rig) install(t *testing.T, later bool) (Report, error) {
	t.Helper()
	return r.Install(t.Context(), r.at("/opt/agrafe"), later)
}

// files are the paths of all that there is.
func (r *rig) files(t *testing.T) (list []string) {
	t.Helper()
	err := filepath.WalkDir(r.root, func(path string, d fs.DirEntry, err error) error {
		list = append(list, strings.TrimPrefix(path, r.root))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var started = []string{"systemd-sysusers " + sysusersFile, "systemctl daemon-reload", "systemctl enable agrafed.service", "systemctl restart agrafed.service"}

func TestInstall(t *testing.T) {
	r := newRig(t, "agrafe", "agrafed", "agrafe-tray")
	report, err := r.install(t, false)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(started, r.ran); d != "" {
		t.Errorf("ran (-want +got):\n%s", d)
	}
	unit, err := os.ReadFile(r.at(unitFile))
	if want := "\nExecStart=" + r.at("/opt/agrafe") + "/agrafed -config /etc/agrafe/agrafed.toml\n"; err != nil || !strings.Contains(string(unit), want) {
		t.Errorf("%v: no %q in\n%s", err, want, unit)
	}
	for _, path := range report.Written {
		info, err := os.Stat(r.at(path))
		if err != nil || info.Mode() != 0o644 {
			t.Errorf("%s: %v, %v", path, info, err)
		}
		if text, err := os.ReadFile(r.at(path)); err != nil || strings.Contains(string(text), "/usr/bin/agrafe") {
			t.Errorf("%s: names the place of packages (%v)", path, err)
		}
	}
	if len(report.Written) != 6 {
		t.Errorf("wrote %v", report.Written)
	}
}

func TestInstallVariants(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(t *testing.T, r *rig)
		later   bool
		ran     int
		check   func(r *rig, report Report) bool
	}{
		{"later", func(*testing.T, *rig) {}, true, 3, func(*rig, Report) bool { return true }},
		{"a configuration that is there stays", func(t *testing.T, r *rig) { r.make(t, configFile, "port = 1\n") }, false, 4,
			func(r *rig, report Report) bool {
				text, _ := os.ReadFile(r.at(configFile))
				return string(text) == "port = 1\n" && slices.Contains(report.Kept, configFile)
			}},
		{"an old unit does not", func(t *testing.T, r *rig) { r.make(t, unitFile, "old") }, false, 4,
			func(r *rig, _ Report) bool {
				text, _ := os.ReadFile(r.at(unitFile))
				return strings.Contains(string(text), "WatchdogSec")
			}},
		{"without polkit", func(t *testing.T, r *rig) { _ = os.RemoveAll(r.at("/etc/polkit-1")) }, false, 4,
			func(r *rig, report Report) bool {
				return !r.exists("/etc/polkit-1") && strings.Contains(strings.Join(report.Notes, " "), "polkit")
			}},
		{"without the tray", func(t *testing.T, r *rig) { _ = os.Remove(r.at("/opt/agrafe/agrafe-tray")) }, false, 4,
			func(r *rig, report Report) bool {
				return !r.exists(trayFile) && strings.Contains(strings.Join(report.Notes, " "), "agrafe-tray")
			}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, "agrafe", "agrafed", "agrafe-tray")
			tt.prepare(t, r)
			report, err := r.install(t, tt.later)
			if err != nil || len(r.ran) != tt.ran || !tt.check(r, report) {
				t.Errorf("%v; ran %q; %+v", err, r.ran, report)
			}
		})
	}
}

func TestNothingIsChanged(t *testing.T) {
	writable := errors.New("others may write it")
	tests := []struct {
		name    string
		prepare func(t *testing.T, r *rig)
		want    error
	}{
		{"without systemd", func(_ *testing.T, r *rig) { _ = os.RemoveAll(r.at("/run/systemd")) }, ErrNoSystemd},
		{"not root", func(_ *testing.T, r *rig) { r.uid = 1000 }, ErrNotRoot},
		{"S29 a folder of others", func(_ *testing.T, r *rig) {
			r.check = func(string, ...string) (string, error) { return "", writable }
		}, writable},
		{"S29 a folder with a line break in its name", func(_ *testing.T, r *rig) {
			r.check = func(string, ...string) (string, error) { return "/opt/a\nUser=root", nil }
		}, nil},
		{"S29 a folder with a blank", func(_ *testing.T, r *rig) {
			r.check = func(string, ...string) (string, error) { return "/opt/a b", nil }
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, "agrafe", "agrafed")
			tt.prepare(t, r)
			before := r.files(t)
			_, err := r.install(t, false)
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("%v", err)
			}
			if d := cmp.Diff(before, r.files(t)); d != "" || len(r.ran) > 0 {
				t.Errorf("ran %q; changed:\n%s", r.ran, d)
			}
		})
	}
}

func TestPackagesAreLeftAlone(t *testing.T) {
	for _, dir := range []string{"/lib/systemd/system/", "/usr/lib/systemd/system/"} {
		r := newRig(t, "agrafe", "agrafed")
		r.make(t, dir+Unit, "")
		before := r.files(t)
		_, installed := r.install(t, false)
		_, uninstalled := r.Uninstall(t.Context(), true, place.Data{})
		for _, err := range []error{installed, uninstalled} {
			if e, ok := errors.AsType[*PackagedError](err); !ok || e.File != dir+Unit {
				t.Errorf("%v", err)
			}
		}
		if d := cmp.Diff(before, r.files(t)); d != "" || len(r.ran) > 0 {
			t.Errorf("ran %q; changed:\n%s", r.ran, d)
		}
	}
}

func TestInstallSaysWhatFailed(t *testing.T) {
	for _, line := range started {
		r := newRig(t, "agrafe", "agrafed")
		r.fail = line
		if _, err := r.install(t, false); err == nil || !strings.Contains(err.Error(), "it failed") {
			t.Errorf("%s: %v", line, err)
		}
		if r.ran[len(r.ran)-1] != line {
			t.Errorf("%s: went on with %q", line, r.ran)
		}
	}
}

// S32: what Install made is taken away, and what is the practice's stays unless asked.
func TestS32Uninstall(t *testing.T) {
	const passwd = "root:x:0:0::/root:/bin/sh\nagrafe:x:990:990::/var/lib/agrafe:/usr/sbin/nologin\n"
	r := newRig(t, "agrafe", "agrafed", "agrafe-tray")
	r.make(t, "/etc/passwd", passwd)
	before := r.files(t)
	if _, err := r.install(t, false); err != nil {
		t.Fatal(err)
	}
	r.make(t, "/var/lib/agrafe/journal", "FSE")
	r.make(t, "/var/lib/agrafe-key/journal.key", "key")
	r.ran = nil
	report, err := r.Uninstall(t.Context(), false, place.Data{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"/var/lib/agrafe", "/var/lib/agrafe-key"}, report.Kept); d != "" {
		t.Errorf("kept (-want +got):\n%s", d)
	}
	stays := []string{"/var", "/var/lib", "/var/lib/agrafe", "/var/lib/agrafe/journal", "/var/lib/agrafe-key", "/var/lib/agrafe-key/journal.key"}
	if d := cmp.Diff(before, r.without(t, stays)); d != "" {
		t.Errorf("left (-before +after):\n%s", d)
	}
	want := []string{"systemctl disable --now agrafed.service", "systemctl daemon-reload", "systemctl reset-failed agrafed.service"}
	if d := cmp.Diff(want, r.ran); d != "" {
		t.Errorf("ran (-want +got):\n%s", d)
	}
	if _, err := r.Uninstall(t.Context(), true, place.Data{}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, r.without(t, stays[:2])); d != "" {
		t.Errorf("left by purge (-before +after):\n%s", d)
	}
	if !slices.Contains(r.ran, "userdel agrafe") {
		t.Errorf("the user is still there: %q", r.ran)
	}
}

// without is files but for some.
func (r *rig) without(t *testing.T, some []string) []string {
	t.Helper()
	return slices.DeleteFunc(r.files(t), func(path string) bool { return slices.Contains(some, path) })
}

func TestUninstallKeepsWhatWasChanged(t *testing.T) {
	r := newRig(t, "agrafe", "agrafed")
	if _, err := r.install(t, false); err != nil {
		t.Fatal(err)
	}
	r.make(t, configFile, "port = 1\n")
	r.make(t, policyFolder+"/ehr.toml", "")
	r.make(t, dropIns+"/mail.conf", "")
	if _, err := r.Uninstall(t.Context(), false, place.Data{}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{configFile, policyFolder + "/ehr.toml", dropIns + "/mail.conf"} {
		if !r.exists(path) {
			t.Errorf("%s is gone", path)
		}
	}
	if _, err := r.Uninstall(t.Context(), true, place.Data{}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{configFolder, dropIns} {
		if r.exists(path) {
			t.Errorf("%s is still there", path)
		}
	}
}

// A service that can't be stopped keeps its files.
func TestUninstallStopsFirst(t *testing.T) {
	r := newRig(t, "agrafe", "agrafed")
	if _, err := r.install(t, false); err != nil {
		t.Fatal(err)
	}
	r.fail = "systemctl disable --now agrafed.service"
	if _, err := r.Uninstall(t.Context(), true, place.Data{}); err == nil || !r.exists(unitFile) || !r.exists(configFile) {
		t.Errorf("%v", err)
	}
}

// The configuration that is installed can be read, and keeps the key apart.
func TestConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "agrafed.toml")
	if err := os.WriteFile(file, []byte(configText), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg, err := daemon.LoadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.KeyFile() != "/var/lib/agrafe-key/journal.key" || cfg.State != data[0] || cfg.Origins.Policy != policyFolder ||
		cfg.ControlSocket() != "/run/agrafe/control.sock" || daemon.ConfigFile() != configFile {
		t.Errorf("%+v", cfg)
	}
}

// S29: the unit and the entries name programs by their absolute paths.
func TestS29AbsolutePaths(t *testing.T) {
	command := regexp.MustCompile(`(?m)^(Exec\w*|TryExec)=(.*)$`)
	for name, text := range map[string]string{"unit": unitText, "tray": trayText, "console": consoleText} {
		lines := command.FindAllStringSubmatch(text, -1)
		if len(lines) == 0 {
			t.Errorf("%s runs nothing", name)
		}
		for _, l := range lines {
			if !strings.HasPrefix(l[2], "/usr/bin/agrafe") {
				t.Errorf("%s: %s", name, l[0])
			}
		}
	}
	for _, folder := range folders {
		if !filepath.IsAbs(folder) {
			t.Error(folder)
		}
	}
}

// S29: programs of the system are run by their place, with nothing of the caller's
// environment.
func TestS29Run(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "systemctl-planted"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	t.Setenv("LD_LIBRARY_PATH", bin)
	if _, ok := errors.AsType[*errNoTool](run(t.Context(), "systemctl-planted")); !ok {
		t.Error("a program of PATH was run")
	}
	if err := run(t.Context(), "env"); err != nil {
		t.Error(err)
	}
	err := run(t.Context(), "sh", "-c", "env; exit 1")
	if err == nil || strings.Contains(err.Error(), bin) {
		t.Errorf("%v", err)
	}
}

func TestControl(t *testing.T) {
	r := newRig(t)
	for _, verb := range []string{"start", "stop", "restart"} {
		if err := r.Control(t.Context(), verb); err != nil {
			t.Error(err)
		}
	}
	if d := cmp.Diff([]string{"systemctl start agrafed.service", "systemctl stop agrafed.service", "systemctl restart agrafed.service"}, r.ran); d != "" {
		t.Error(d)
	}
	if err := os.RemoveAll(r.at("/run/systemd")); err != nil {
		t.Fatal(err)
	}
	if err := r.Control(t.Context(), "start"); !errors.Is(err, ErrNoSystemd) {
		t.Errorf("%v", err)
	}
}

// A person may be called as our user is: nothing is installed beside, and a purge lets
// the account be.
func TestAnotherUserOfThatName(t *testing.T) {
	r := newRig(t, "agrafe", "agrafed")
	r.make(t, "/etc/passwd", "root:x:0:0::/root:/bin/sh\nagrafe:x:1000:1000:Agathe:/home/agrafe:/bin/bash\n")
	before := r.files(t)
	if _, err := r.install(t, false); !errors.Is(err, ErrUserTaken) {
		t.Errorf("install: %v", err)
	}
	if d := cmp.Diff(before, r.files(t)); d != "" || len(r.ran) > 0 {
		t.Errorf("ran %q and wrote (-before +after):\n%s", r.ran, d)
	}
	if _, err := r.Uninstall(t.Context(), true, place.Data{}); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(r.ran, "userdel agrafe") {
		t.Errorf("the account of a person was removed")
	}
}
