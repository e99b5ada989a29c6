//go:build unix

package mail

import (
	"fmt"
	"os"
)

// private refuses a file that others may read, or its group.
func private(info os.FileInfo, group bool) error {
	closed := os.FileMode(0o077)
	if group {
		closed = 0o037
	}
	if info.Mode().Perm()&closed != 0 {
		return fmt.Errorf("others may read it, close it by chmod 600 (mode %04o)", info.Mode().Perm())
	}
	return nil
}
