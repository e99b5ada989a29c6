package systemd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// overPackage says whether there is a unit of Install's. Over a package's it is the one
// that systemd takes. A link there is an administrator's, who has masked the service.
func (m *Machine) overPackage() bool {
	info, err := os.Lstat(m.at(unitFile))
	return err == nil && info.Mode().IsRegular()
}

// uncover takes away what Install made before a package came, and has the package's
// service run. The data, the user and the configuration are the same ones.
func (m *Machine) uncover(ctx context.Context) (Report, error) {
	var r Report
	if err := m.restoreTray(&r); err != nil {
		return r, fmt.Errorf("cannot uninstall: %w", err)
	}
	for _, path := range []string{unitFile, sysusersFile, rulesFile, consoleFile} {
		if err := m.remove(path, os.Remove, &r); err != nil {
			return r, fmt.Errorf("cannot uninstall: %w", err)
		}
	}
	_ = os.Remove(m.at(filepath.Dir(consoleFile))) // it stays where it is not empty
	for _, args := range [][]string{{"daemon-reload"}, {"reenable", Unit}} {
		if err := m.run(ctx, "systemctl", args...); err != nil {
			return r, fmt.Errorf("cannot give way to the package's service: %w", err)
		}
	}
	r.Notes = append(r.Notes, "the package's service takes over, with the same data and configuration")
	return r, m.Control(ctx, "restart")
}

// restoreTray makes the entry that starts the tray the package's again, if it is the one
// of Install: the package has it in the same place, and dpkg leaves a file that is there.
func (m *Machine) restoreTray(r *Report) error {
	unit, err := os.ReadFile(m.at(unitFile))
	if err != nil {
		return err
	}
	_, command, _ := strings.Cut(string(unit), "\nExecStart=")
	program, _, _ := strings.Cut(command, " ")
	made, err := programsIn(filepath.Dir(program), trayText)
	if err != nil {
		return nil // the unit is not as Install writes it, nor is the entry
	}
	text, err := os.ReadFile(m.at(trayFile))
	if err != nil || string(text) != made {
		return nil // it is the package's, or somebody's own
	}
	if err := m.put(file{path: trayFile, text: trayText}); err != nil {
		return err
	}
	r.Written = append(r.Written, trayFile)
	return nil
}
