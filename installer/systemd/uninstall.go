package systemd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/agrafe-fse/agrafe/installer/place"
)

// Uninstall stops the service and takes away all that Install made. The practice's data
// and the user that owns them stay, and so does a configuration that was changed,
// unless purge says that they go too: those in our folders, and in those that set names.
// What is not there any more is no error. Over a package's installation it takes away
// only what Install made, and has the package's service run; it fails with
// *PackagedError where there is nothing of the kind, or with purge.
func (m *Machine) Uninstall(ctx context.Context, purge bool, set place.Data) (Report, error) {
	var r Report
	err := m.ready()
	if _, packaged := errors.AsType[*PackagedError](err); packaged && !purge && m.overPackage() {
		return m.uncover(ctx)
	}
	if err != nil {
		return r, err
	}
	if m.exists(unitFile) {
		if err := m.run(ctx, "systemctl", "disable", "--now", Unit); err != nil {
			return r, fmt.Errorf("cannot stop the service: %w", err)
		}
	}
	err = m.removeFiles(&r)
	if purge {
		err = errors.Join(err, m.purge(ctx, m.below(set), &r))
	} else {
		m.tellKept(&r)
	}
	err = errors.Join(err, m.run(ctx, "systemctl", "daemon-reload"))
	_ = m.run(ctx, "systemctl", "reset-failed", Unit) // fails where it had not failed
	if err != nil {
		return r, fmt.Errorf("cannot uninstall everything: %w", err)
	}
	return r, nil
}

// removeFiles removes our files, and the folders that are empty without them.
func (m *Machine) removeFiles(r *Report) (failed error) {
	for _, path := range []string{unitFile, sysusersFile, rulesFile, trayFile, consoleFile} {
		failed = errors.Join(failed, m.remove(path, os.Remove, r))
	}
	if text, err := os.ReadFile(m.at(configFile)); err == nil && bytes.Equal(text, []byte(configText)) {
		failed = errors.Join(failed, m.remove(configFile, os.Remove, r))
	}
	for _, folder := range []string{policyFolder, configFolder, filepath.Dir(sysusersFile), filepath.Dir(trayFile), filepath.Dir(consoleFile)} {
		_ = os.Remove(m.at(folder)) // it stays where it is not empty
	}
	return failed
}

// remove removes what is at path by way of by, if there is anything.
func (m *Machine) remove(path string, by func(string) error, r *Report) error {
	if !m.exists(path) {
		return nil
	}
	if err := by(m.at(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.Removed = append(r.Removed, path)
	return nil
}

// purge removes what Uninstall leaves otherwise. The user goes last: as long as there
// are files of his, nobody else may get his number.
func (m *Machine) purge(ctx context.Context, set place.Data, r *Report) (failed error) {
	for _, path := range append([]string{configFolder, dropIns}, data...) {
		failed = errors.Join(failed, m.remove(path, os.RemoveAll, r))
	}
	removed, kept, err := set.Remove()
	r.Removed, r.Kept = append(r.Removed, removed...), append(r.Kept, kept...)
	failed = errors.Join(failed, err)
	if found, ours := m.userThere(); failed != nil || !found {
		return failed
	} else if !ours {
		r.Kept = append(r.Kept, "user "+user+", who is somebody else")
		return nil
	}
	if err := m.disown(ctx, set); err != nil {
		return err
	}
	if err := m.run(ctx, "userdel", user); err != nil {
		return err
	}
	r.Removed = append(r.Removed, "user "+user)
	return nil
}

// below is set as it is on this machine.
func (m *Machine) below(set place.Data) place.Data {
	for _, path := range []*string{&set.State, &set.Key, &set.Anchor, &set.Log, &set.Backup} {
		if *path != "" {
			*path = m.at(*path)
		}
	}
	return set
}

// disown gives root what stays of the service's user in the folders that set names: his
// number may be somebody else's soon.
func (m *Machine) disown(ctx context.Context, set place.Data) error {
	account := m.account()
	for _, folder := range []string{set.Backup, set.State} {
		if _, err := os.Lstat(folder); folder == "" || err != nil {
			continue
		}
		if err := m.run(ctx, "find", folder, "-xdev", "-uid", account[2], "-exec", "chown", "-h", "0:0", "{}", "+"); err != nil {
			return fmt.Errorf("cannot give root what stays of the user %s: %w", user, err)
		}
	}
	return nil
}

// userThere tells whether the machine has a user of that name, and whether it is the
// service's: one that nobody can log in as. A person may be called so too.
func (m *Machine) userThere() (found, ours bool) {
	f := m.account()
	return f != nil, f != nil && f[5] == home && strings.HasSuffix(f[6], "/nologin")
}

// account is the user's line of passwd(5): name, password, uid, gid, comment, home,
// shell; nil if there is none.
func (m *Machine) account() []string {
	text, _ := os.ReadFile(m.at("/etc/passwd"))
	for line := range strings.Lines(string(text)) {
		if f := strings.Split(strings.TrimSpace(line), ":"); len(f) == 7 && f[0] == user {
			return f
		}
	}
	return nil
}

func (m *Machine) tellKept(r *Report) {
	for _, path := range append([]string{configFolder, dropIns}, data...) {
		if m.exists(path) {
			r.Kept = append(r.Kept, path)
		}
	}
}
