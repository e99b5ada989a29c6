//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon"
)

func TestPasswordIsForItsOwnerAlone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "mail.password")
	if err := os.WriteFile(name, []byte("the one before, and longer"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writePassword(name, []byte("mot de passe"), anyOwner); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil || string(data) != "mot de passe\n" {
		t.Errorf("the file holds %q, %v", data, err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
}

// What a link in the place of the file leads to stays as it is.
func TestPasswordIsNotWrittenThroughALink(t *testing.T) {
	dir := t.TempDir()
	other, name := filepath.Join(dir, "other"), filepath.Join(dir, "mail.password")
	if err := os.WriteFile(other, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, name); err != nil {
		t.Fatal(err)
	}
	if err := writePassword(name, []byte("ours"), os.Geteuid()); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(other); err != nil || string(data) != "theirs" {
		t.Errorf("the other file holds %q, %v", data, err)
	}
	if data, err := os.ReadFile(name); err != nil || string(data) != "ours\n" {
		t.Errorf("the file holds %q, %v", data, err)
	}
}

func TestCheckPassword(t *testing.T) {
	for _, test := range []struct {
		name, typed string
		ok          bool
	}{
		{"plain", "Azerty-1234", true},
		{"with spaces and accents", " été à la mer ", true},
		{"nothing", "", false},
		{"pasted with a line end", "secret\r", false},
		{"an arrow key", "sec\x1b[Dret", false},
		{"not UTF-8", "sec\xffret", false},
		{"as long as may be", strings.Repeat("x", longestPassword), true},
		{"too long", strings.Repeat("x", longestPassword+1), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := checkPassword([]byte(test.typed)); (err == nil) != test.ok {
				t.Errorf("checkPassword: %v", err)
			}
		})
	}
}

// The password goes to whoever the state folder belongs to.
func TestPasswordOwner(t *testing.T) {
	cfg := daemon.Config{State: t.TempDir()}
	owner, err := passwordOwner(cfg)
	if err != nil || owner != anyOwner {
		t.Errorf("of one's own service: %d, %v", owner, err)
	}
	cfg.State = filepath.Join(cfg.State, "absent")
	owner, err = passwordOwner(cfg)
	if root := os.Geteuid() == 0; root != (err != nil) {
		t.Errorf("of a service that never ran: %d, %v", owner, err)
	}
}

// Root writes for the service's user where that user can't lead it elsewhere.
func TestRootWritesOnlyInItsOwnFolders(t *testing.T) {
	if os.Geteuid() != 0 { // only root may give files away
		if _, err := passwordOwner(daemon.Config{State: "/"}); err == nil || !strings.Contains(err.Error(), "sudo -u '#0'") {
			t.Errorf("for another user's service: %v", err)
		}
		return
	}
	const service = 12345
	top := t.TempDir()
	theirs := filepath.Join(top, "state")
	if err := os.Mkdir(theirs, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(theirs, service, service); err != nil {
		t.Fatal(err)
	}
	cfg := daemon.Config{State: theirs}
	if _, err := passwordOwner(cfg); err == nil || !strings.Contains(err.Error(), "sudo -u '#12345'") {
		t.Errorf("in the service's own folder: %v", err)
	}
	cfg.Mail.PasswordFile = filepath.Join(top, "mail.password")
	owner, err := passwordOwner(cfg)
	if err != nil || owner != service {
		t.Fatalf("in a folder of root's: %d, %v", owner, err)
	}
	if err := writePassword(cfg.Mail.PasswordFile, []byte("x"), owner); err != nil {
		t.Fatal(err)
	}
	if uid, ok := ownerOf(cfg.Mail.PasswordFile); !ok || uid != service {
		t.Errorf("the file belongs to %d", uid)
	}
}
