package doctor

import "golang.org/x/sys/windows"

// freeSpace is the bytes that this user may still write on the volume of dir.
func freeSpace(dir string) (free uint64, err error) {
	p, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	err = windows.GetDiskFreeSpaceEx(p, &free, nil, nil)
	return free, err
}
