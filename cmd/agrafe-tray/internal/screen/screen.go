//go:build desktop

// Package screen is a screen without glass for tests of windows: Xvfb, with openbox to
// give windows the keyboard, and xdotool to play the user.
package screen

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// within bounds each wait.
const within = 20 * time.Second

// Screen is an X display.
type Screen struct {
	Display string // ":7"
	Env     []string
	tb      testing.TB
}

// New starts a screen, which ends with the test.
func New(tb testing.TB) *Screen {
	tb.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	defer read.Close()
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp",
		"-noreset") // else the end of the first program, if no other is there yet, ends those that come
	x.ExtraFiles = []*os.File{write}
	if err := x.Start(); err != nil {
		tb.Fatalf("Xvfb (package xvfb): %v", err)
	}
	_ = write.Close()
	end(tb, x)
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		tb.Fatalf("Xvfb gives no display: %v", err)
	}
	s := &Screen{Display: ":" + strings.TrimSpace(line), tb: tb}
	s.Env = []string{"DISPLAY=" + s.Display, "WAYLAND_DISPLAY=", "NO_AT_BRIDGE=1", "LC_ALL=C.UTF-8"}
	s.Start("openbox")
	s.until("a window manager", func() bool { return s.try("xdotool", "get_desktop") })
	return s
}

func end(tb testing.TB, cmd *exec.Cmd) {
	tb.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
}

// Start runs a program on the screen until the test ends.
func (s *Screen) Start(name string, args ...string) *exec.Cmd {
	s.tb.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), s.Env...)
	if err := cmd.Start(); err != nil {
		s.tb.Fatalf("cannot start %s: install its package (%v)", name, err)
	}
	end(s.tb, cmd)
	return cmd
}

func (s *Screen) try(name string, args ...string) bool {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), s.Env...)
	return cmd.Run() == nil
}

func (s *Screen) until(what string, true func() bool) {
	s.tb.Helper()
	for deadline := time.Now().Add(within); !true(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.tb.Fatalf("there is no %s on the screen", what)
		}
	}
}

// Window waits for a window whose title has a text in it and gives it the keyboard.
func (s *Screen) Window(title string) {
	s.tb.Helper()
	s.until("window "+title, func() bool {
		return s.try("xdotool", "search", "--onlyvisible", "--name", title, "windowactivate", "--sync")
	})
}

// Gone waits until no window has a text in its title.
func (s *Screen) Gone(title string) {
	s.tb.Helper()
	s.until("end of the window "+title, func() bool { return !s.Has(title) })
}

// Has says whether there is a window whose title has a text in it.
func (s *Screen) Has(title string) bool {
	return s.try("xdotool", "search", "--onlyvisible", "--name", title)
}

// Type types text into the window that has the keyboard.
func (s *Screen) Type(text string) { s.do("xdotool", "type", "--delay", "20", text) }

// Key presses keys one after the other: "Tab", "Return", "Escape".
func (s *Screen) Key(keys ...string) {
	for _, k := range keys {
		s.do("xdotool", "key", k)
	}
}

// Mouse moves to a point and clicks a button there.
func (s *Screen) Mouse(x, y, button string) { s.do("xdotool", "mousemove", x, y, "click", button) }

// Picture writes what is on the screen to a PNG file.
func (s *Screen) Picture(file string) { s.do("import", "-window", "root", file) }

func (s *Screen) do(name string, args ...string) {
	s.tb.Helper()
	if !s.try(name, args...) {
		s.tb.Fatalf("cannot do %s %s", name, args[0])
	}
}
