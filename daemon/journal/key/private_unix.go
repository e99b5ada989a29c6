//go:build unix

package key

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// createPrivate makes a new file that only this user can read.
func createPrivate(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

// checkPrivate refuses a file that others can read or change, or own. Root is no exception: what root then writes in the journal's
// folder the service could not read any more.
func checkPrivate(_ *os.File, info fs.FileInfo) error {
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return &Error{Kind: Foreign, Owner: strconv.Itoa(int(st.Uid))}
	}
	if info.Mode().Perm()&0o077 != 0 {
		return &Error{Kind: Exposed}
	}
	return nil
}

// moveNew gives the file at tmp the name path, which must be free.
func moveNew(tmp, path string) error {
	if err := os.Link(tmp, path); err != nil {
		return err
	}
	if err := os.Remove(tmp); !errors.Is(err, fs.ErrNotExist) { // another creation may have tidied it away
		return err
	}
	return nil
}

// seal and unseal do nothing: the file's mode is what protects it.
func seal(b []byte) ([]byte, error)   { return b, nil }
func unseal(b []byte) ([]byte, error) { return b, nil }
