//go:build unix

package main

import (
	"os"
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
