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
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer maps.Close()
	var from, to uintptr // of the mapping that the lines are about; the same if it stays
	for s := bufio.NewScanner(maps); s.Scan(); {
		f := strings.Fields(s.Text())
		if len(f) > 1 && strings.Contains(f[0], "-") {
			from, to = 0, 0
			if len(f) == 6 && f[5] == program && !strings.Contains(f[1], "w") {
				_, _ = fmt.Sscanf(f[0], "%x-%x", &from, &to)
			}
			continue
		}
		// What was written before it was made read-only, as relocated addresses are, is
		// not in the file.
		if len(f) == 3 && f[0] == "Anonymous:" && f[1] == "0" && from < to {
			start := *(*unsafe.Pointer)(unsafe.Pointer(&from)) // the program's own text, which Go's collector does not move
			_ = unix.Madvise(unsafe.Slice((*byte)(start), to-from), unix.MADV_DONTNEED)
		}
	}
}
