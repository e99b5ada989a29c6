package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// The service's account is a virtual one: Windows makes it with the service, it has no
// password and no rights but those that are given to it.
const (
	suffix      = ".exe"
	serviceUser = `NT SERVICE\agrafed`
)

// serviceWords have agrafed answer the service manager.
var serviceWords = []string{"service", "run"}

// already says whether the service is as verb wants it, by what the manager answers.
func already(verb string, err error) bool {
	return verb == "start" && errors.Is(err, windows.ERROR_SERVICE_ALREADY_RUNNING) ||
		verb == "stop" && errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE)
}

// Whose login starts the tray.
const (
	allUsers = registry.LOCAL_MACHINE
	thisUser = registry.CURRENT_USER
)

const (
	runKey  = `Software\Microsoft\Windows\CurrentVersion\Run`
	runName = "Agrafe"
)

func addTrayFor(hive registry.Key, folder string) (string, error) {
	tray := filepath.Join(folder, "agrafe-tray.exe")
	if _, err := os.Stat(tray); err != nil {
		return "", err
	}
	k, _, err := registry.CreateKey(hive, runKey, registry.SET_VALUE)
	if err != nil {
		return "", fmt.Errorf("cannot start the tray at login: %w", err)
	}
	defer k.Close()
	if err := k.SetStringValue(runName, `"`+tray+`"`); err != nil {
		return "", fmt.Errorf("cannot start the tray at login: %w", err)
	}
	return runKey + `\` + runName, nil
}

// removeTrayFor returns what it removed: nothing where there was nothing.
func removeTrayFor(hive registry.Key) ([]string, error) {
	k, err := registry.OpenKey(hive, runKey, registry.SET_VALUE)
	if err == nil {
		defer k.Close()
		err = k.DeleteValue(runName)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("cannot stop starting the tray at login: %w", err)
	}
	return []string{runKey + `\` + runName}, nil
}
