package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The service runs as root: macOS has no accounts that come and go with a service.
const (
	suffix      = ""
	serviceUser = ""
)

var serviceWords []string

// takeFolders has nothing to do: only root makes files where these are.
func takeFolders() error { return nil }

// already says whether the service is as verb wants it, by what the manager answers:
// launchd tells nothing of the kind.
func already(string, error) bool { return false }

// whose login starts the tray.
type whose int

const (
	allUsers whose = iota
	thisUser
)

const agent = "fr.agrafe.tray.plist"

// agentFile is where launchd looks for what runs at a login (launchd.plist(5)).
func agentFile(who whose) (string, error) {
	if who == allUsers {
		return filepath.Join("/Library/LaunchAgents", agent), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, "Library", "LaunchAgents", agent), err
}

func addTrayFor(who whose, folder string) (string, error) {
	tray := filepath.Join(folder, "agrafe-tray")
	if _, err := os.Stat(tray); err != nil {
		return "", err
	}
	file, err := agentFile(who)
	if err != nil {
		return "", err
	}
	if err := ownPlace(file); err != nil {
		return "", err
	}
	var path strings.Builder
	if err := xml.EscapeText(&path, []byte(tray)); err != nil {
		return "", err
	}
	text := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key><string>fr.agrafe.tray</string>
	<key>ProgramArguments</key><array><string>%s</string></array>
	<key>RunAtLoad</key><true/>
	<key>LimitLoadToSessionType</key><string>Aqua</string>
</dict>
</plist>
`, path.String())
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", err
	}
	return file, os.WriteFile(file, []byte(text), 0o644)
}

// removeTrayFor returns what it removed: nothing where there was nothing.
func removeTrayFor(who whose) ([]string, error) {
	file, err := agentFile(who)
	if err != nil {
		return nil, err
	}
	if err := ownPlace(file); err != nil {
		return nil, fmt.Errorf("cannot stop starting the tray at login: %w", err)
	}
	switch err := os.Remove(file); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("cannot stop starting the tray at login: %w", err)
	}
	return []string{file}, nil
}
