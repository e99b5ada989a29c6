// Package rig is what the tests of an installation use in the machine that they change:
// it runs programs, and tells what was left behind.
//
// It is for tests, in copies of machines. A program that cannot be run, or a folder
// that cannot be read, ends the test.
package rig

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Try runs a program and returns what it said, and its exit code.
func Try(t *testing.T, name string, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// Do is Try of what has to succeed.
func Do(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, code := Try(t, name, args...)
	if code != 0 {
		t.Fatalf("%s %s: exit code %d\n%s", name, strings.Join(args, " "), code, out)
	}
	return out
}

// looked are the folders that an installation may leave something in.
var looked = []string{"/etc", "/usr", "/var", "/run", "/opt", "/srv", "/home", "/root", "/dev/shm"}

// others' are changed by the system itself while it runs: its logs and timers, its
// backups of the lists of users, what it knows of running services; what Java makes of
// the authorities that are trusted.
var others = []string{"/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/.pwd.lock", "/etc/ld.so.cache",
	"/run/systemd", "/run/udev", "/run/log", "/run/pcscd", "/run/dbus", "/run/user", "/run/credentials",
	"/var/log", "/var/tmp", "/var/lib/systemd", "/var/lib/polkit-1", "/etc/ssl/certs/java", "/var/lib/dpkg/status-old"}

// Tree is what there is, but in the folders and files except: what stands in files of
// /etc, and of the others what they are.
func Tree(t *testing.T, except ...string) map[string]string {
	t.Helper()
	except = slices.Concat(others, except)
	all := make(map[string]string)
	for _, top := range looked {
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil // it went while we looked
			case err != nil:
				return err
			case slices.Contains(except, path) && d.IsDir():
				return fs.SkipDir
			case slices.Contains(except, path):
				return nil
			}
			all[path], err = look(path)
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

// Differences lists what is not as before.
func Differences(before, after map[string]string) (list []string) {
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
	slices.Sort(list)
	return list
}
