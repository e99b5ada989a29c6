package durable

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Lock takes f for this process, or returns ErrHeld at once if another one has it. The
// lock goes with the file's closing. The content of f can still be read by others:
// Windows locks ranges against reading too, and the range lies far behind it.
func Lock(f *os.File) error {
	const far = 1 << 30
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{OffsetHigh: far})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrHeld
	}
	return err
}
