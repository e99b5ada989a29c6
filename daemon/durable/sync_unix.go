//go:build unix

package durable

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// SyncDir makes the names in a folder durable. A file system that can't sync a folder,
// as some shares, is taken as it is.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("cannot sync a folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return fmt.Errorf("cannot sync %s: %w", dir, err)
	}
	return nil
}
