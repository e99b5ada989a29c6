package journal

import (
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
