//go:build unix

package backup

import "syscall"

// What file systems and shares say, by what can be done about it.
var (
	awayErrors = map[syscall.Errno]bool{
		syscall.ENOTDIR: true, syscall.ESTALE: true, syscall.ENOTCONN: true, syscall.EHOSTDOWN: true, syscall.EHOSTUNREACH: true,
		syscall.ENETDOWN: true, syscall.ENETUNREACH: true, syscall.ETIMEDOUT: true, syscall.ECONNRESET: true,
		syscall.ECONNREFUSED: true, syscall.ENODEV: true, syscall.ENXIO: true,
	}
	refusedErrors = map[syscall.Errno]bool{syscall.EROFS: true}
	fullErrors    = map[syscall.Errno]bool{syscall.ENOSPC: true, syscall.EDQUOT: true, syscall.EFBIG: true}
)
