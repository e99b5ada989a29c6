// Package port tells which program has a port of this machine.
package port

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Owner names the program that listens on a TCP port of the loopback addresses, or,
// where this user may not see it, its user; "" if nobody listens.
func Owner(port int) string {
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		if inode, uid, ok := listener(text, port); ok {
			return program(inode, uid)
		}
	}
	return ""
}

// listener finds who listens on port in a table of proc(5).
func listener(table []byte, port int) (inode, uid string, ok bool) {
	const (
		local, state, owner, socket = 1, 3, 7, 9 // columns
		listening                   = "0A"
	)
	end := fmt.Sprintf(":%04X", port)
	for line := range bytes.Lines(table) {
		f := strings.Fields(string(line))
		if len(f) > socket && f[state] == listening && strings.HasSuffix(f[local], end) {
			return f[socket], f[owner], true
		}
	}
	return "", "", false
}

// program names whoever has a socket.
func program(inode, uid string) string {
	want := "socket:[" + inode + "]"
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, link := range links {
		if to, err := os.Readlink(link); err != nil || to != want {
			continue
		}
		process := filepath.Dir(filepath.Dir(link))
		if name, err := os.ReadFile(filepath.Join(process, "comm")); err == nil {
			return strconv.Quote(strings.TrimSpace(string(name))) + " (PID " + filepath.Base(process) + ")"
		}
	}
	return "UID " + uid
}
