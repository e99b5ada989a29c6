//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// ownerOf returns the user that a file belongs to, and false if it is not there.
func ownerOf(path string) (int, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(st.Uid), true
}

// ownPlace fails if this process is root's and path lies in a folder of another user's:
// what root did there would be done where that user has it done, by a link.
func ownPlace(path string) error { return ownPlaceOf(os.Geteuid(), path) }

func ownPlaceOf(me int, path string) error {
	if me != 0 {
		return nil
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if uid, ok := ownerOf(dir); ok && uid != 0 {
			return fmt.Errorf("%s belongs to the user %d; run it as that user, without sudo", dir, uid)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}
