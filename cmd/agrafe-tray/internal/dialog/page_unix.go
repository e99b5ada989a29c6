//go:build unix

package dialog

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// page is memory that is not swapped.
type page struct{ data []byte }

func newPage() (*page, error) {
	data, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("cannot keep a code in memory: %w", err)
	}
	if err := unix.Mlock(data); err != nil {
		_ = unix.Munmap(data)
		return nil, fmt.Errorf("cannot keep a code out of the swap: raise the limit of locked memory, ulimit -l (%w)", err)
	}
	keepFromDumps(data)
	return &page{data}, nil
}

// free wipes the page and gives it back.
func (p *page) free() {
	clear(p.data)
	_ = unix.Munmap(p.data)
	p.data = nil
}
