package systemd

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/installer/place"
)

// covered is a machine where a package came after an Install.
func covered(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, "agrafe", "agrafed", "agrafe-tray")
	if _, err := r.install(t, false); err != nil {
		t.Fatal(err)
	}
	r.make(t, "/usr/lib/systemd/system/"+Unit, unitText)
	r.make(t, "/var/lib/agrafe/journal", "FSE")
	r.ran = nil
	return r
}

// A package's service that is hidden by an Install from before comes to light.
func TestUninstallUnderAPackage(t *testing.T) {
	r := covered(t)
	report, err := r.Uninstall(t.Context(), false, place.Data{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{unitFile, sysusersFile, rulesFile, consoleFile}, report.Removed); d != "" {
		t.Errorf("removed (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"systemctl daemon-reload", "systemctl reenable agrafed.service", "systemctl restart agrafed.service"}, r.ran); d != "" {
		t.Errorf("ran (-want +got):\n%s", d)
	}
	for _, stays := range []string{"/var/lib/agrafe/journal", configFile, policyFolder, "/usr/lib/systemd/system/" + Unit} {
		if !r.exists(stays) {
			t.Errorf("%s is gone", stays)
		}
	}
	if text, err := os.ReadFile(r.at(trayFile)); err != nil || string(text) != trayText {
		t.Errorf("the entry of the tray, %v:\n%s", err, text)
	}
	_, err = r.Uninstall(t.Context(), false, place.Data{})
	if _, ok := errors.AsType[*PackagedError](err); !ok {
		t.Errorf("a second time: %v", err)
	}
}

func TestUninstallUnderAPackageVariants(t *testing.T) {
	packaged := func(err error) bool { _, ok := errors.AsType[*PackagedError](err); return ok }
	tests := []struct {
		name    string
		prepare func(t *testing.T, r *rig)
		purge   bool
		want    func(error) bool
		unit    bool // still there
	}{
		{"purge is the package's", func(*testing.T, *rig) {}, true, packaged, true},
		{"not root", func(_ *testing.T, r *rig) { r.uid = 1000 }, false, func(err error) bool { return errors.Is(err, ErrNotRoot) }, true},
		{"masked by the administrator", func(t *testing.T, r *rig) {
			if err := errors.Join(os.Remove(r.at(unitFile)), os.Symlink("/dev/null", r.at(unitFile))); err != nil {
				t.Fatal(err)
			}
		}, false, packaged, true},
		{"an entry of somebody's own stays", func(t *testing.T, r *rig) { r.make(t, trayFile, "own") }, false, func(err error) bool { return err == nil }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := covered(t)
			tt.prepare(t, r)
			tray, _ := os.ReadFile(r.at(trayFile))
			if _, err := r.Uninstall(t.Context(), tt.purge, place.Data{}); !tt.want(err) {
				t.Errorf("%v", err)
			}
			if r.exists(unitFile) != tt.unit {
				t.Errorf("the unit is there: %v", !tt.unit)
			}
			if now, _ := os.ReadFile(r.at(trayFile)); string(now) != string(tray) && strings.Contains(tt.name, "own") {
				t.Errorf("the entry of the tray:\n%s", now)
			}
		})
	}
}

// Install still refuses over a package.
func TestInstallUnderAPackage(t *testing.T) {
	r := covered(t)
	if _, err := r.install(t, false); err == nil || len(r.ran) > 0 {
		t.Errorf("%v, ran %q", err, r.ran)
	}
}

// S32: purge reaches the places that the configuration names; backups stay, as root's.
func TestS32PurgeOfSetPlaces(t *testing.T) {
	r := newRig(t, "agrafe", "agrafed")
	r.make(t, "/etc/passwd", "agrafe:x:990:990::/var/lib/agrafe:/usr/sbin/nologin\n")
	for _, name := range []string{"journal/MANIFEST", "identity.key", "token"} {
		r.make(t, "/disk/agrafe/"+name, "x")
	}
	r.make(t, "/disk/a.key", "Agrafe : clé secrète du journal\n")
	r.make(t, "/mnt/backup/0001-000000000001-000000000000.agrafe", "x")
	set := place.Data{State: "/disk/agrafe", Key: "/disk/a.key", Backup: "/mnt/backup"}
	report, err := r.Uninstall(t.Context(), true, set)
	if err != nil || r.exists("/disk/agrafe") || r.exists("/disk/a.key") {
		t.Errorf("%v; %+v", err, report)
	}
	want := []string{"find " + r.at("/mnt/backup") + " -xdev -uid 990 -exec chown -h 0:0 {} +", "userdel agrafe"}
	if len(r.ran) < 2 || !slices.Equal(r.ran[:2], want) {
		t.Errorf("ran %q, want first %q", r.ran, want)
	}
}
