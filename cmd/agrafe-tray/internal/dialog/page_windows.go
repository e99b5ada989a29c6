package dialog

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// page is memory that is not paged out.
type page struct {
	data    []byte
	address uintptr
}

const pageSize = 4096

func newPage() (*page, error) {
	address, err := windows.VirtualAlloc(0, pageSize, windows.MEM_COMMIT|windows.MEM_RESERVE, windows.PAGE_READWRITE)
	if err == nil {
		err = windows.VirtualLock(address, pageSize)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot keep a code in memory: %w", err)
	}
	start := *(*unsafe.Pointer)(unsafe.Pointer(&address)) // memory that Go's collector does not know
	return &page{unsafe.Slice((*byte)(start), pageSize), address}, nil
}

// free wipes the page and gives it back.
func (p *page) free() {
	clear(p.data)
	_ = windows.VirtualUnlock(p.address, pageSize)
	_ = windows.VirtualFree(p.address, 0, windows.MEM_RELEASE)
	p.data = nil
}
