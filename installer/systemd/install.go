package systemd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Install makes the service of the programs in folder run now, unless later, and at
// each start of the machine, and the tray of each desktop at its login, if it lies
// there too. What is installed already is brought up to date; a configuration that is
// there stays as it is.
func (m *Machine) Install(ctx context.Context, folder string, later bool) (Report, error) {
	var r Report
	if err := m.ready(); err != nil {
		return r, err
	}
	if found, ours := m.userThere(); found && !ours {
		return r, ErrUserTaken
	}
	folder, withTray, err := m.programs(folder)
	if err != nil {
		return r, err
	}
	list, err := files(folder, withTray)
	if err != nil {
		return r, err
	}
	if !withTray {
		r.Notes = append(r.Notes, "agrafe-tray is not in "+folder+": no icon, no dialogs; agrafe pin and agrafe pair ask in a terminal")
	}
	if err := m.write(list, &r); err != nil {
		return r, err
	}
	return r, m.begin(ctx, later)
}

// programs looks at the folder of the programs; true if the tray is among them.
func (m *Machine) programs(folder string) (string, bool, error) {
	names := []string{cli, service}
	_, err := os.Lstat(filepath.Join(folder, tray))
	withTray := !errors.Is(err, fs.ErrNotExist)
	if withTray {
		names = append(names, tray)
	}
	real, err := m.check(folder, names...)
	return real, withTray, err
}

// write writes the files, but not a rule where there is no polkit to read it.
func (m *Machine) write(list []file, r *Report) error {
	if err := os.MkdirAll(m.at(policyFolder), 0o755); err != nil {
		return fmt.Errorf("cannot install: %w", err)
	}
	for _, f := range list {
		switch {
		case f.path == rulesFile && !m.exists(rulesFolder):
			r.Notes = append(r.Notes, "no polkit here, so no rule for pcscd: once polkit is installed, run agrafe install again")
			continue
		case f.kept && m.exists(f.path):
			r.Kept = append(r.Kept, f.path)
			continue
		}
		if err := m.put(f); err != nil {
			return fmt.Errorf("cannot install: %w", err)
		}
		r.Written = append(r.Written, f.path)
	}
	return nil
}

// put writes one file, whole or not at all. All of them may be read by everybody.
func (m *Machine) put(f file) error {
	path := m.at(f.path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if text, err := os.ReadFile(path); err == nil && bytes.Equal(text, []byte(f.text)) {
		return nil
	}
	next := path + ".new"
	_ = os.Remove(next) // left by one that was killed
	err := os.WriteFile(next, []byte(f.text), 0o644)
	if err == nil {
		err = os.Chmod(next, 0o644) // whatever the mask
	}
	if err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		_ = os.Remove(next)
	}
	return err
}

// begin has systemd make the user and run the service.
func (m *Machine) begin(ctx context.Context, later bool) error {
	steps := [][]string{
		{"systemd-sysusers", sysusersFile},
		{"systemctl", "daemon-reload"},
		{"systemctl", "enable", Unit},
	}
	for _, s := range steps {
		if err := m.run(ctx, s[0], s[1:]...); err != nil {
			return fmt.Errorf("cannot install: %w", err)
		}
	}
	if later {
		return nil
	}
	return m.Control(ctx, "restart") // of programs that may be new
}
