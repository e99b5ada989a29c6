package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncData makes the written bytes of f durable. The file's size never changes after it is made, so its metadata can wait.
func syncData(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return err
		}
	}
}
