package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// syncData makes the written bytes of f durable.
func syncData(f *os.File) error { return f.Sync() }

// freeSpace returns the bytes that this user may still write on the volume of dir.
func freeSpace(dir string) (uint64, error) {
	p, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(p, &free, nil, nil)
	return free, err
}

// lockFile takes f for this process; it returns errHeld at once if another one has it. The lock goes with the file's closing.
// Windows locks ranges against reading too: the range lies far behind the process number, which others must be able to read.
func lockFile(f *os.File) error {
	const far = 1 << 30
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0,
		&windows.Overlapped{OffsetHigh: far})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errHeld
	}
	return err
}

// syncDir does nothing: Windows keeps directory entries durable by itself and can't be asked to.
func syncDir(string) error { return nil }
