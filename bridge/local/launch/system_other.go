//go:build !linux

package launch

import (
	"os"
	"path/filepath"
	"runtime"
)

// opener opens a file with what the user has chosen for its kind.
var opener = system()

func system() []string {
	if runtime.GOOS == "windows" {
		return []string{filepath.Join(os.Getenv("SystemRoot"), "System32", "rundll32.exe"), "url.dll,FileProtocolHandler"}
	}
	return []string{"/usr/bin/open"}
}

// folder is where the file goes: that of temporary files, which is the user's own.
func folder() string { return "" }
