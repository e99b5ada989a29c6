package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/agrafe-fse/agrafe/installer/place"
	"github.com/agrafe-fse/agrafe/installer/systemd"
)

func installService(e *env, folder string, later bool, set presets) (changes, error) {
	if set != (presets{}) {
		return changes{}, &usageError{errors.New("cannot take presets here: they are for the setup program of Windows")}
	}
	r, err := systemd.ThisMachine().Install(e, folder, later)
	return changes(r), err
}

func uninstallService(e *env, purge bool, set place.Data) (changes, error) {
	r, err := systemd.ThisMachine().Uninstall(e, purge, set)
	return changes(r), err
}

// packaged says whether a package of the distribution has the service.
func packaged() bool { return systemd.ThisMachine().Packaged() }

func controlService(e *env, verb string) error { return systemd.ThisMachine().Control(e, verb) }

// userTray is the entry that starts the tray at this user's login (Desktop Application
// Autostart Specification, freedesktop.org).
func userTray() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("cannot find this user's configuration: %w", err)
	}
	return filepath.Join(dir, "autostart", "agrafe-tray.desktop"), nil
}

func addUserTray(folder string) (string, error) {
	if _, err := os.Stat(filepath.Join(folder, "agrafe-tray")); err != nil {
		return "", fmt.Errorf("cannot start the tray at login: %w", err)
	}
	path, err := userTray()
	if err != nil {
		return "", err
	}
	text, err := systemd.TrayEntry(folder)
	if err != nil {
		return "", err
	}
	if err := ownPlace(path); err != nil {
		return "", fmt.Errorf("cannot start the tray at login: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("cannot start the tray at login: %w", err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return "", fmt.Errorf("cannot start the tray at login: %w", err)
	}
	return path, nil
}

// removeUserTray returns what it removed: nothing where there was nothing.
func removeUserTray() ([]string, error) {
	path, err := userTray()
	if err != nil {
		return nil, err
	}
	if err := ownPlace(path); err != nil {
		return nil, fmt.Errorf("cannot stop starting the tray at login: %w", err)
	}
	switch err := os.Remove(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("cannot stop starting the tray at login: %w", err)
	}
	return []string{path}, nil
}
