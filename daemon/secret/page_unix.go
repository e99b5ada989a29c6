//go:build unix

package secret

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Page is one page of memory.
type Page struct {
	data  []byte
	fault error
}

// NewPage gives an empty page. It fails only if there is no memory at all.
func NewPage() (*Page, error) {
	data, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("cannot keep a code in memory: %w", err)
	}
	p := &Page{data: data}
	if err := unix.Mlock(data); err != nil {
		p.fault = fmt.Errorf("cannot keep a code out of the swap: raise the limit of locked memory, ulimit -l (%w)", err)
	}
	p.fault = errors.Join(p.fault, keepFromDumps(data))
	return p, nil
}

// Free wipes the page and gives it back.
func (p *Page) Free() {
	clear(p.data)
	_ = unix.Munmap(p.data) // it fails for what is no mapping only
	p.data = nil
}
