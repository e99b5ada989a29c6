package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// shed gives back what only the start needed: free memory, and the pages of the
// program itself, of which most are initialisation. Those that are used come back from
// the system's cache at their next use, at a microsecond each.
func shed() {
	debug.FreeOSMemory()
	program, err := os.Executable()
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer maps.Close()
	for s := bufio.NewScanner(maps); s.Scan(); {
		f := strings.Fields(s.Text())
		// A page that can be written may differ from the file's: it stays.
		if len(f) < 6 || f[5] != program || strings.Contains(f[1], "w") {
			continue
		}
		var from, to uintptr
		if _, err := fmt.Sscanf(f[0], "%x-%x", &from, &to); err != nil {
			continue
		}
		start := *(*unsafe.Pointer)(unsafe.Pointer(&from)) // the program's own text, which Go's collector does not move
		_ = unix.Madvise(unsafe.Slice((*byte)(start), to-from), unix.MADV_DONTNEED)
	}
}
