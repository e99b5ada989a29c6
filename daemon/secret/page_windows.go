package secret

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Page is one page of memory.
type Page struct {
	data    []byte
	address uintptr
	fault   error
}

const pageSize = 4096

// NewPage gives an empty page. It fails only if there is no memory at all.
func NewPage() (*Page, error) {
	address, err := windows.VirtualAlloc(0, pageSize, windows.MEM_COMMIT|windows.MEM_RESERVE, windows.PAGE_READWRITE)
	if err != nil {
		return nil, fmt.Errorf("cannot keep a code in memory: %w", err)
	}
	start := *(*unsafe.Pointer)(unsafe.Pointer(&address)) // memory that Go's collector does not know
	p := &Page{data: unsafe.Slice((*byte)(start), pageSize), address: address}
	if err := windows.VirtualLock(address, pageSize); err != nil {
		p.fault = fmt.Errorf("cannot keep a code out of the paging file: %w", err)
	}
	return p, nil
}

// Free wipes the page and gives it back.
func (p *Page) Free() {
	clear(p.data)
	_ = windows.VirtualUnlock(p.address, pageSize) // what was not locked is freed too
	_ = windows.VirtualFree(p.address, 0, windows.MEM_RELEASE)
	p.data = nil
}
