package place

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

const example = `C:\Program Files\Agrafe`

// Check fails with *Error unless folder lies under Program Files, which Windows lets
// administrators alone write, and holds the files that are named. It returns the folder
// with links followed: what is run later is what was looked at.
func Check(folder string, files ...string) (string, error) {
	real, err := filepath.EvalSymlinks(folder)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return "", fmt.Errorf("cannot install from %s: %w", folder, err)
	}
	programs, err := windows.KnownFolderPath(windows.FOLDERID_ProgramFiles, windows.KF_FLAG_DEFAULT)
	if err != nil {
		return "", fmt.Errorf("cannot find Program Files: %w", err)
	}
	if !strings.HasPrefix(strings.ToLower(real), strings.ToLower(programs)+`\`) {
		return "", &Error{Folder: folder, Where: real, Why: "it is not under " + programs}
	}
	for _, f := range files {
		info, err := os.Lstat(filepath.Join(real, f))
		if err != nil {
			return "", fmt.Errorf("cannot install from %s: %w", folder, err)
		}
		if !info.Mode().IsRegular() {
			return "", &Error{Folder: folder, Where: filepath.Join(real, f), Why: "it is not a file"}
		}
	}
	return real, nil
}
