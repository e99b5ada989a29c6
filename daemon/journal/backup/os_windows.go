package backup

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// What file systems and shares say, by what can be done about it.
var (
	awayErrors = map[syscall.Errno]bool{
		windows.ERROR_NOT_READY: true, windows.ERROR_BAD_NETPATH: true, windows.ERROR_NETNAME_DELETED: true,
		windows.ERROR_BAD_NET_NAME: true, windows.ERROR_UNEXP_NET_ERR: true, windows.ERROR_SEM_TIMEOUT: true,
		windows.ERROR_DEV_NOT_EXIST: true, windows.ERROR_NETWORK_UNREACHABLE: true, windows.ERROR_HOST_UNREACHABLE: true,
		windows.ERROR_INVALID_DRIVE: true, windows.ERROR_DIRECTORY: true,
	}
	refusedErrors = map[syscall.Errno]bool{windows.ERROR_WRITE_PROTECT: true}
	fullErrors    = map[syscall.Errno]bool{
		windows.ERROR_DISK_FULL: true, windows.ERROR_HANDLE_DISK_FULL: true, windows.ERROR_DISK_QUOTA_EXCEEDED: true,
	}
)
