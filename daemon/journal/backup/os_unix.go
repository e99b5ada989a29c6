//go:build unix

package backup

import (
	"errors"
	"os"
	"syscall"
)

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

// syncDir makes the entries of dir durable. Some shares can't be asked to, and keep them durable by themselves.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}
