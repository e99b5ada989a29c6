//go:build desktop

package main

import (
	"bufio"
	"context"
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
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/cardtest"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// TestMain lets the test binary be the tray: systray needs a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("AGRAFE_TRAY_TEST_RUN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// watcher plays the desktop's tray: it takes items in.
type watcher struct{ items chan string }

func (w *watcher) RegisterStatusNotifierItem(service string, sender dbus.Sender) *dbus.Error {
	w.items <- string(sender)
	return nil
}

// privateBus starts a session bus of the test's own, with a watcher on it.
func privateBus(t *testing.T) (address string, bus *dbus.Conn, items <-chan string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "dbus-daemon", "--session", "--nofork", "--print-address")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("dbus-daemon (package dbus): %v", err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address = strings.TrimSpace(line)
	if bus, err = dbus.Connect(address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	w := &watcher{items: make(chan string, 10)}
	if err := bus.Export(w, "/StatusNotifierWatcher", "org.kde.StatusNotifierWatcher"); err != nil {
		t.Fatal(err)
	}
	if _, err := bus.RequestName("org.kde.StatusNotifierWatcher", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return address, bus, w.items
}

// service runs a daemon in process until stop.
func service(t *testing.T, state string, readers *virtual.Readers) (stop func()) {
	t.Helper()
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port = state, 0
	log := slog.New(slog.DiscardHandler)
	d, err := daemon.New(cfg, daemon.Deps{Transport: readers, Rights: vitale.Simulated{}, Log: log})
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
	stop = sync.OnceFunc(func() { cancel(); ended.Wait() })
	t.Cleanup(stop)
	return stop
}

// labels are the lines of the tray's menu.
func labels(bus *dbus.Conn, item string) (list []string, err error) {
	type layout struct {
		ID         int32
		Properties map[string]dbus.Variant
		Children   []dbus.Variant
	}
	var revision uint32
	var root layout
	err = bus.Object(item, "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		return nil, err
	}
	for _, child := range root.Children {
		var l layout
		if err := dbus.Store([]any{child.Value()}, &l); err != nil {
			return nil, err
		}
		if label, ok := l.Properties["label"]; ok {
			list = append(list, fmt.Sprint(label.Value()))
		}
	}
	return list, nil
}

func TestTrayShowsReadersOnTheDesktop(t *testing.T) {
	address, bus, items := privateBus(t)
	dir, err := os.MkdirTemp("", "tray-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	readers := virtual.NewReaders("Lecteur")
	stop := service(t, dir, readers)

	tray := exec.CommandContext(t.Context(), os.Args[0], "-control", filepath.Join(dir, "control.sock"))
	tray.Env = append(os.Environ(), "AGRAFE_TRAY_TEST_RUN=1", "DBUS_SESSION_BUS_ADDRESS="+address, "LANG=fr_FR.UTF-8", "LC_ALL=")
	tray.Stderr = os.Stderr
	if err := tray.Start(); err != nil {
		t.Fatal(err)
	}
	var item string
	select {
	case item = <-items:
	case <-time.After(10 * time.Second):
		t.Fatal("the tray did not ask for an icon")
	}
	shows := func(what string) {
		t.Helper()
		var seen []string
		var err error
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			seen, err = labels(bus, item)
			if strings.Contains(strings.Join(seen, "\n"), what) {
				return
			}
		}
		t.Errorf("the menu does not show %q: %q, %v", what, seen, err)
	}
	shows("Lecteur : vide")
	if err := readers.Insert("Lecteur", cardtest.Open(t, "medecin-secteur1")); err != nil {
		t.Fatal(err)
	}
	shows("Lecteur : CPS CLAIRE ESSAI (démonstration)")
	stop()
	shows("Service injoignable")
	service(t, dir, readers)
	shows("Lecteur : CPS CLAIRE ESSAI")
	_ = tray.Process.Signal(os.Interrupt)
}
