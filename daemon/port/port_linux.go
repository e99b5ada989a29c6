package port

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
)

var errNobody = errors.New("nobody listens there any more")

// Find tells who listens on a port, by the tables of proc(5): the socket's inode
// in /proc/net/tcp, and the process that has it open. Which that is, only its own user
// and root may know. root goes before each path: "" is the machine itself. It fails if
// nobody listens.
func Find(root string, port int) (Holder, error) {
	inode, uid, err := listener(root, port)
	if err != nil {
		return Holder{}, err
	}
	h := Holder{User: uid}
	if u, err := user.LookupId(uid); err == nil {
		h.User = u.Username
	}
	wanted := "socket:[" + inode + "]"
	links, err := filepath.Glob(filepath.Join(root, "/proc/[0-9]*/fd/[0-9]*"))
	if err != nil {
		return h, err
	}
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != wanted {
			continue
		}
		process := filepath.Dir(filepath.Dir(link))
		h.PID, _ = strconv.Atoi(filepath.Base(process)) // digits, by the pattern
		name, err := os.ReadFile(filepath.Join(process, "comm"))
		if err != nil {
			return h, fmt.Errorf("it ended meanwhile: %w", err)
		}
		h.Program = printable(string(bytes.TrimSpace(name)))
		return h, nil
	}
	return h, nil
}

// listener is the inode and the user of the socket that listens on a port of loopback
// or of every address.
func listener(root string, port int) (inode, uid string, err error) {
	const listens = "0A" // TCP_LISTEN
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(filepath.Join(root, table))
		if errors.Is(err, fs.ErrNotExist) {
			continue // no IPv6
		}
		if err != nil {
			return "", "", err
		}
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line) // sl local remote st queues timers retransmits uid timeout inode
			if len(f) >= 10 && f[3] == listens && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) {
				return f[9], f[7], nil
			}
		}
	}
	return "", "", errNobody
}

// printable is a program's name, which it may have chosen itself, for a screen.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return '?'
	}, name)
}
