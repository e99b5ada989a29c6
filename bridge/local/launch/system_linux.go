package launch

import (
	"bytes"
	"os"
	"path/filepath"
)

// opener opens a file with what the user has chosen for its kind.
var opener = []string{"xdg-open"}

// snaps is where snapd puts the desktop entries of the snaps that have windows.
var snaps = "/var/lib/snapd/desktop/applications"

// folder is where the file goes: the user's folder of the session, which is in memory and
// emptied at its end. A browser that is a snap, as Firefox is on Ubuntu, sees neither that
// nor /tmp nor what begins with a dot, but the rest of the user's home as far as it is the
// user's (the home interface of snapd; not ~/snap, where each sees its own folder only).
// So where a browser is a snap the file goes to the home.
func folder() string {
	if home, err := os.UserHomeDir(); err == nil && snapBrowser() {
		return home
	}
	return os.Getenv("XDG_RUNTIME_DIR")
}

// snapBrowser says whether a snap opens pages.
func snapBrowser() bool {
	entries, _ := filepath.Glob(filepath.Join(snaps, "*.desktop")) // fails for a bad pattern only
	for _, name := range entries {
		if text, err := os.ReadFile(name); err == nil && bytes.Contains(text, []byte("text/html")) {
			return true
		}
	}
	return false
}
