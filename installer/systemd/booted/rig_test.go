//go:build booted

package booted

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
)

const (
	socket = "/run/agrafe/control.sock"
	seat   = "/run/systemd/seats/seat0"
)

// try runs a program and returns what it said, and its exit code.
func try(t *testing.T, name string, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// do is try of what has to succeed.
func do(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, code := try(t, name, args...)
	if code != 0 {
		t.Fatalf("%s %s: exit code %d\n%s", name, strings.Join(args, " "), code, out)
	}
	return out
}

func agrafe(t *testing.T, args ...string) string {
	t.Helper()
	return do(t, "/opt/agrafe/agrafe", args...)
}

// property is one of the service's, as systemd has it.
func property(t *testing.T, name string) string {
	t.Helper()
	return strings.TrimSpace(do(t, "systemctl", "show", "--value", "--property="+name, "agrafed.service"))
}

func mainPID(t *testing.T) int {
	t.Helper()
	pid, err := strconv.Atoi(property(t, "MainPID"))
	if err != nil || pid == 0 {
		t.Fatalf("no main process: %d, %v", pid, err)
	}
	return pid
}

// dial connects to the service, which may take until a moment from now.
func dial(t *testing.T, within time.Duration) *local.Client {
	t.Helper()
	for limit := time.Now().Add(within); ; time.Sleep(20 * time.Millisecond) {
		c, err := local.DialSocket(t.Context(), socket, nil)
		if err == nil {
			return c
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
}

// create makes n drafts and returns their ids.
func create(t *testing.T, c *local.Client, n int) (ids []string) {
	t.Helper()
	for range n {
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

// kept fails unless all FSE are there.
func kept(t *testing.T, c *local.Client, ids []string) {
	t.Helper()
	for _, id := range ids {
		if err := c.Call(t.Context(), "fse.get", map[string]any{"id": id}, nil); err != nil {
			t.Fatalf("fse.get %s of %d: %v", id, len(ids), err)
		}
	}
}

// day is where the FSE of the first boot are noted.
const day = "/out/day"

func note(t *testing.T, ids []string) {
	t.Helper()
	if err := os.WriteFile(day, []byte(strings.Join(ids, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

func noted(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(day)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

// looked are the folders that an installation may leave something in.
var looked = []string{"/etc", "/usr", "/var", "/run", "/opt", "/srv", "/home", "/root", "/dev/shm"}

// others' are changed by the system itself while it runs: its logs and timers, its
// backups of the lists of users, what it knows of running services; what Java makes of
// the authorities that are trusted.
var others = []string{"/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/.pwd.lock", "/etc/ld.so.cache",
	"/run/systemd", "/run/udev", "/run/log", "/run/pcscd", "/run/dbus", "/run/user", "/run/credentials",
	"/var/log", "/var/tmp", "/var/lib/systemd", "/var/lib/polkit-1", "/etc/ssl/certs/java", "/var/lib/dpkg/status-old",
	"/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy"}

// tree is what there is: what stands in files of /etc, and of the others what they are.
func tree(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, top := range looked {
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // it went while we looked
			}
			for _, o := range others {
				if path == o && d.IsDir() {
					return fs.SkipDir
				} else if path == o {
					return nil
				}
			}
			if err == nil {
				all[path], err = look(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func look(path string) (string, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	case info.Mode()&fs.ModeSymlink != 0:
		return os.Readlink(path)
	case info.Mode().IsRegular() && strings.HasPrefix(path, "/etc/"):
		text, err := os.ReadFile(path)
		return fmt.Sprintf("%v %x", info.Mode(), sha256.Sum256(text)), err
	case info.Mode().IsRegular():
		return fmt.Sprintf("%v %d", info.Mode(), info.Size()), nil
	}
	return info.Mode().String(), nil
}

// differences lists what is not as before.
func differences(before, after map[string]string) (list []string) {
	for path, was := range before {
		if is, ok := after[path]; !ok {
			list = append(list, "gone: "+path)
		} else if is != was {
			list = append(list, "changed: "+path)
		}
	}
	for path := range after {
		if _, ok := before[path]; !ok {
			list = append(list, "left: "+path)
		}
	}
	return list
}
