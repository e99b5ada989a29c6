//go:build desktop

package desktop

import (
	"bufio"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/icon"
)

// locked is told of each time that the screen is locked.
var locked = make(chan bool, 100)

// parts plays what a desktop has: notifications and a portal.
type parts struct {
	bus    *dbus.Conn
	texts  chan string
	scheme atomic.Uint32
	hasty  atomic.Value // signal that comes before the notification's number: "", or its name
}

func (p *parts) Notify(_ string, _ uint32, _, _, text string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	p.texts <- text + "|" + strings.Join(actions, ",")
	if signal, _ := p.hasty.Load().(string); signal != "" {
		_ = p.bus.Emit(notificationsPath, notifications+"."+signal, uint32(7), "default")
	}
	return 7, nil
}

func (p *parts) Read(string, string) (dbus.Variant, *dbus.Error) {
	return dbus.MakeVariant(dbus.MakeVariant(p.scheme.Load())), nil
}

func newParts(t *testing.T, own bool) *parts {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "dbus-daemon", "--session", "--nofork", "--print-address")
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
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(line))
	p := &parts{texts: make(chan string, 10)}
	if p.bus, err = dbus.ConnectSessionBus(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.bus.Close() })
	for name, path := range map[string]dbus.ObjectPath{notifications: notificationsPath, portal: portalPath} {
		iface := map[string]string{notifications: notifications, portal: portalSettings}[name]
		if !own {
			continue
		}
		if err := p.bus.Export(p, path, iface); err != nil {
			t.Fatal(err)
		}
		if _, err := p.bus.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func connect(t *testing.T, onPanel func()) *Desktop {
	t.Helper()
	d, err := Connect(onPanel, func() { locked <- true })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func wait[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
	}
	return v
}

func TestNotify(t *testing.T) {
	p := newParts(t, true)
	d := connect(t, func() {})
	clicked := make(chan bool, 2)
	d.Notify("Agrafe", "<b>R&D</b>", "Ouvrir", func() { clicked <- true })
	if got := wait(t, p.texts); got != "&lt;b&gt;R&amp;D&lt;/b&gt;|default,Ouvrir" {
		t.Errorf("told %q", got)
	}
	for range 2 { // a second click on what is gone does nothing
		if err := p.bus.Emit(notificationsPath, notifications+".ActionInvoked", uint32(7), "default"); err != nil {
			t.Fatal(err)
		}
	}
	wait(t, clicked)
	d.Notify("Agrafe", "seul", "", nil)
	if got := wait(t, p.texts); got != "seul|" {
		t.Errorf("told %q", got)
	}
	if len(clicked) > 0 {
		t.Error("clicked twice")
	}
}

func TestPanel(t *testing.T) {
	p := newParts(t, true)
	changed := make(chan bool, 1)
	d := connect(t, func() { changed <- true })
	for scheme, want := range map[uint32]icon.Panel{0: icon.Dark, 1: icon.Dark, 2: icon.Light} {
		if p.scheme.Store(scheme); d.Panel() != want {
			t.Errorf("scheme %d: not %s", scheme, want)
		}
	}
	if err := p.bus.Emit(portalPath, portalSettings+".SettingChanged", appearance, colorScheme, dbus.MakeVariant(uint32(1))); err != nil {
		t.Fatal(err)
	}
	wait(t, changed)
}

// A desktop that has nothing is done without.
func TestBareDesktop(t *testing.T) {
	newParts(t, false)
	d := connect(t, func() {})
	d.Notify("Agrafe", "text", "Ouvrir", func() { t.Error("clicked") })
	if d.HasTray() || d.Panel() != icon.Dark {
		t.Error("it has a place for icons, or light panels")
	}
}

// A click that comes before the number of its notification counts, once; what is closed
// before is not waited for.
func TestHastyClick(t *testing.T) {
	p := newParts(t, true)
	d := connect(t, func() {})
	clicked := make(chan bool, 10)
	for range 20 {
		p.hasty.Store("ActionInvoked")
		d.Notify("Agrafe", "x", "Ouvrir", func() { clicked <- true })
		wait(t, p.texts)
		wait(t, clicked)
	}
	p.hasty.Store("NotificationClosed")
	d.Notify("Agrafe", "x", "Ouvrir", func() { clicked <- true })
	left := func() int {
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.clicks) + len(d.early)
	}
	for deadline := time.Now().Add(patience); left() > 0 && time.Now().Before(deadline); { // the signal may be heard last
		time.Sleep(time.Millisecond)
	}
	if left() > 0 || len(clicked) > 0 {
		t.Errorf("%d clicks are awaited, %d too many came", left(), len(clicked))
	}
}

// Each locker is heard when it locks, and only then.
func TestLockIsHeard(t *testing.T) {
	p := newParts(t, true)
	connect(t, func() {})
	for _, l := range lockers {
		for _, active := range []any{false, "yes", true} {
			if err := p.bus.Emit("/org/x/ScreenSaver", l+"."+lockSignal, active); err != nil {
				t.Fatal(err)
			}
		}
		wait(t, locked)
		if len(locked) > 0 {
			t.Errorf("%s: heard more than once", l)
		}
	}
}

// A bus that does not answer is not waited for.
func TestSilentBus(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go silentBus(l)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+l.Addr().String())
	bus, err := dbus.Dial("unix:path=" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	if err := bus.Auth(nil); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	d := &Desktop{bus: bus}
	if d.HasTray() || time.Since(begun) > 2*patience {
		t.Errorf("it has a place for icons, or was waited for: %v", time.Since(begun))
	}
}

// silentBus lets one client in and then says nothing (D-Bus specification,
// authentication).
func silentBus(l net.Listener) {
	c, err := l.Accept()
	if err != nil {
		return
	}
	for s := bufio.NewScanner(c); s.Scan(); {
		switch line := strings.TrimLeft(s.Text(), "\x00"); {
		case strings.HasPrefix(line, "AUTH EXTERNAL"):
			_, _ = c.Write([]byte("OK 0123456789abcdef0123456789abcdef\r\n"))
		case strings.HasPrefix(line, "AUTH"):
			_, _ = c.Write([]byte("REJECTED EXTERNAL\r\n"))
		case strings.HasPrefix(line, "NEGOTIATE"):
			_, _ = c.Write([]byte("AGREE_UNIX_FD\r\n"))
		}
	}
}
