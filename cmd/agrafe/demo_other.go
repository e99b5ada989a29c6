//go:build !linux

package main

import "errors"

// openDesk returns the desk of the wanted kind; the one on pcscd is for Linux.
func openDesk(_ *env, kind string) (d desk, done bool, err error) {
	if kind == "pcsc" {
		return nil, false, &usageError{errors.New("cannot run pcscd with virtual slots on this system; use --reader virtual")}
	}
	return newInMemory(), false, nil
}
