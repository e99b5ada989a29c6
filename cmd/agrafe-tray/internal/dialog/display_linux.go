package dialog

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// display says whether a window could be shown: ErrNoDisplay or ErrNoProgram if not.
// zenity itself ends in the same way when nobody can see it as when the user refuses,
// so this is looked at before.
func display() error {
	if !hasScreen() {
		return ErrNoDisplay
	}
	if _, err := exec.LookPath(zenityProgram); err != nil {
		return ErrNoProgram
	}
	return nil
}

// Possible says whether a window could be shown in this session.
func Possible() error { return display() }

// hasScreen says whether a display server answers at the address that the session gives.
func hasScreen() bool {
	if name := os.Getenv("WAYLAND_DISPLAY"); name != "" {
		if !filepath.IsAbs(name) {
			name = filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), name)
		}
		if answers("unix", name) {
			return true
		}
	}
	host, number, ok := strings.Cut(os.Getenv("DISPLAY"), ":")
	number, _, _ = strings.Cut(number, ".")
	n, err := strconv.Atoi(number)
	switch {
	case !ok || err != nil || n < 0:
		return false
	case host == "" || host == "unix":
		socket := "/tmp/.X11-unix/X" + strconv.Itoa(n)
		return answers("unix", socket) || answers("unix", "@"+socket)
	}
	const first = 6000 // port of display 0
	return answers("tcp", net.JoinHostPort(host, strconv.Itoa(first+n)))
}

func answers(network, address string) bool {
	c, err := net.DialTimeout(network, address, time.Second)
	if err != nil {
		return false
	}
	return c.Close() == nil
}
