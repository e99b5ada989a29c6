//go:build unix

package place

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

const example = "/opt/agrafe"

// Check fails with *Error unless root alone may change the files that are named in
// folder, the folder, and every folder above it. It returns the folder with links
// followed: what is run later is what was looked at.
func Check(folder string, files ...string) (string, error) { return check(folder, files, 0) }

// check is Check for the user owner in the place of root.
func check(folder string, files []string, owner uint32) (string, error) {
	real, err := filepath.EvalSymlinks(folder)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return "", fmt.Errorf("cannot install from %s: %w", folder, err)
	}
	var paths []string
	for _, f := range files {
		paths = append(paths, filepath.Join(real, f))
	}
	for p := real; ; p = filepath.Dir(p) {
		paths = append(paths, p)
		if p == filepath.Dir(p) {
			break
		}
	}
	for _, p := range paths {
		info, err := os.Lstat(p)
		if err != nil {
			return "", fmt.Errorf("cannot install from %s: %w", folder, err)
		}
		if why := fault(info, owner); why != "" {
			return "", &Error{Folder: folder, Where: p, Why: why}
		}
	}
	return real, nil
}

// fault is who else may change the file, "" for nobody. A sticky bit does not help: it
// keeps others from removing what is there, not from adding to it.
func fault(info fs.FileInfo, owner uint32) string {
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return "the system does not tell whose it is"
	case info.Mode()&fs.ModeSymlink != 0:
		return "it is a link"
	case st.Uid != 0 && st.Uid != owner:
		return fmt.Sprintf("user %d owns it", st.Uid)
	case info.Mode().Perm()&0o002 != 0:
		return "everybody may write it"
	case info.Mode().Perm()&0o020 != 0: // also where an access list shows as that
		return fmt.Sprintf("group %d may write it", st.Gid)
	}
	return ""
}
