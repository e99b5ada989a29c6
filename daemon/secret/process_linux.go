package secret

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Harden keeps other processes of this user from reading the memory of this one
// (PR_SET_DUMPABLE), and the system from writing it to a core file.
func Harden() error {
	var faults []error
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		faults = append(faults, fmt.Errorf("cannot keep the memory of this process from others: %w", err))
	}
	if err := withoutCore(); err != nil {
		faults = append(faults, fmt.Errorf("cannot forbid core files: %w", err))
	}
	return errors.Join(faults...)
}

// withoutCore sets the limit unless it is set: the filter of a service manager may let
// a program read its limits and not change them.
func withoutCore() error {
	var now unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CORE, &now) == nil && now == (unix.Rlimit{}) {
		return nil
	}
	return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}

func keepFromDumps(data []byte) error {
	if err := unix.Madvise(data, unix.MADV_DONTDUMP); err != nil {
		return fmt.Errorf("cannot keep a code out of core files: %w", err)
	}
	return nil
}
