//go:build desktop

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/agrafe-fse/agrafe/bridge"
	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/dialog"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// TestMain lets the test binary be the tray, and its dialogs: systray needs a process
// of its own.
func TestMain(m *testing.M) {
	if os.Getenv("AGRAFE_TRAY_TEST_RUN") != "" || dialog.Wanted(os.Args[1:]) {
		main()
		return
	}
	os.Exit(m.Run())
}

// within bounds each wait of these tests.
const within = 10 * time.Second

// eventually waits until what says "", and fails with what it says last.
func eventually(t *testing.T, what func() string) {
	t.Helper()
	said := what()
	for deadline := time.Now().Add(within); said != "" && time.Now().Before(deadline); said = what() {
		time.Sleep(20 * time.Millisecond)
	}
	if said != "" {
		t.Fatal(said)
	}
}

// session is a desktop of the test's own: a bus, with the parts of a desktop on it.
type session struct {
	address string
	bus     *dbus.Conn
	items   chan string // names of the icons that registered
	told    chan notice
	home    string
	env     []string
}

// notice is a notification that the desktop was given.
type notice struct {
	ID      uint32
	Text    string
	Actions []string
}

// watcher plays the place for icons, and notifier what shows notifications.
type (
	watcher  struct{ items chan string }
	notifier struct {
		told chan notice
		mu   sync.Mutex
		last uint32
	}
)

func (w *watcher) RegisterStatusNotifierItem(_ string, sender dbus.Sender) *dbus.Error {
	w.items <- string(sender)
	return nil
}

func (n *notifier) Notify(_ string, _ uint32, _, _, text string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last++
	n.told <- notice{n.last, text, actions}
	return n.last, nil
}

// newSession starts a desktop with a place for icons, unless it is to have none.
func newSession(t *testing.T, icons bool) *session {
	t.Helper()
	home := t.TempDir()
	own := append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_RUNTIME_DIR="+t.TempDir(), "DISPLAY=", "WAYLAND_DISPLAY=")
	cmd := exec.CommandContext(t.Context(), "dbus-daemon", "--session", "--nofork", "--print-address")
	cmd.Env = own // of the programs that the bus starts, too
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("dbus-daemon (package dbus): %v", err)
	}
	t.Cleanup(func() { _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	s := &session{address: strings.TrimSpace(line), items: make(chan string, 10), told: make(chan notice, 100)}
	if s.bus, err = dbus.Connect(s.address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.bus.Close() })
	s.own(t, "org.freedesktop.Notifications", "/org/freedesktop/Notifications", &notifier{told: s.told})
	if icons {
		s.own(t, "org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher", &watcher{items: s.items})
	}
	s.home = home
	s.env = append(own, "DBUS_SESSION_BUS_ADDRESS="+s.address, "LANG=fr_FR.UTF-8", "LC_ALL=", "LC_MESSAGES=")
	return s
}

func (s *session) own(t *testing.T, name string, path dbus.ObjectPath, what any) {
	t.Helper()
	if err := s.bus.Export(what, path, name); err != nil {
		t.Fatal(err)
	}
	if _, err := s.bus.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
}

// run starts a tray for the service whose control socket is given.
func (s *session) run(t *testing.T, socket string, args ...string) *exec.Cmd {
	t.Helper()
	tray := exec.CommandContext(t.Context(), os.Args[0], append([]string{"-control", socket}, args...)...)
	tray.Env = append(s.env, "AGRAFE_TRAY_TEST_RUN=1")
	tray.Stderr = os.Stderr
	if err := tray.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tray.Process.Kill(); _ = tray.Wait() })
	return tray
}

// icon waits for a tray to ask for an icon.
func (s *session) icon(t *testing.T) *shown {
	t.Helper()
	select {
	case name := <-s.items:
		return &shown{s.bus, name}
	case <-time.After(within):
		t.Fatal("the tray did not ask for an icon")
		return nil
	}
}

// expect waits for a notification that has a text in it.
func (s *session) expect(t *testing.T, text string) notice {
	t.Helper()
	for deadline := time.After(within); ; {
		select {
		case n := <-s.told:
			if strings.Contains(n.Text, text) {
				return n
			}
			t.Logf("also told: %q", n.Text)
		case <-deadline:
			t.Fatalf("the user was not told %q", text)
		}
	}
}

// service is a daemon in process.
type service struct {
	cfg    daemon.Config
	addr   string
	stop   func()
	daemon *daemon.Daemon
}

func (s *service) socket() string { return s.cfg.ControlSocket() }

// folder is a short one, as a socket's path must be, in one of its own: the key of a state
// folder lies beside it.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tray-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	state := filepath.Join(dir, "s")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	return state
}

// serve runs a daemon until the test or its stop ends it.
func serve(t *testing.T, state string, readers *virtual.Readers, more ...func(*daemon.Config)) *service {
	t.Helper()
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port = state, 0
	for _, f := range more {
		f(&cfg)
	}
	log := slog.New(slog.DiscardHandler)
	d, err := daemon.New(cfg, daemon.Deps{Transport: readers, Rights: vitale.Simulated{}, Prompter: &bridge.Prompts{}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	s, err := bridge.New(d, "test", log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { _ = d.Run(ctx) })
	ended.Go(func() { _ = s.Serve(ctx) })
	stop := sync.OnceFunc(func() { cancel(); ended.Wait() })
	t.Cleanup(stop)
	return &service{cfg, s.Addr(), stop, d}
}

// client is a program of this machine beside the tray.
func (s *service) client(t *testing.T) *local.Client {
	t.Helper()
	c, err := local.DialSocket(t.Context(), s.socket(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// programs puts scripts by their name before the rest of the PATH.
func (s *session) programs(t *testing.T, scripts map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.env = append(s.env, "PATH="+dir+":"+os.Getenv("PATH"))
	return dir
}

// written waits for a file with something in it and returns that.
func written(t *testing.T, name string) (text string) {
	t.Helper()
	eventually(t, func() string {
		data, err := os.ReadFile(name)
		if text = string(data); err != nil || text == "" {
			return fmt.Sprintf("%s is not written: %v", filepath.Base(name), err)
		}
		return ""
	})
	return text
}

// ends waits for a process that is to end by itself.
func ends(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return exit.ExitCode()
		}
		return 0
	case <-time.After(within):
		t.Fatal("the tray does not end")
		return -1
	}
}
