// Package desktop is what the tray needs of the user's desktop beside the icon:
// notifications, whether there is a place for icons, how its panels look, and when its
// screen is locked.
//
// Its contract: what a desktop lacks is done without: a notification that nobody shows
// is not an error, and the menu says the same. Only a session without a bus is one.
package desktop

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/icon"
)

// The names on the bus, of the Desktop Notifications Specification, of the Status
// Notifier Item specification and of the XDG Desktop Portal.
const (
	notifications     = "org.freedesktop.Notifications"
	notificationsPath = "/org/freedesktop/Notifications"
	trayHost          = "org.kde.StatusNotifierWatcher"
	portal            = "org.freedesktop.portal.Desktop"
	portalPath        = "/org/freedesktop/portal/desktop"
	portalSettings    = "org.freedesktop.portal.Settings"
	appearance        = "org.freedesktop.appearance"
	colorScheme       = "color-scheme"
)

// patience bounds a call to the desktop.
const patience = 3 * time.Second

var errSlow = errors.New("cannot wait longer for the desktop")

// Desktop is the user's desktop.
type Desktop struct {
	bus     *dbus.Conn
	onPanel func() // called when panels look otherwise
	onLock  func() // called when the screen is locked

	mu     sync.Mutex // protects the fields below
	clicks map[uint32]func()
	asking int             // notifications on their way, whose numbers are not known yet
	early  map[uint32]bool // what became of numbers that are not known yet: clicked, or gone
}

// Connect connects to the session's bus. onPanel is called when the panels change, onLock
// when the screen is locked; neither may wait.
func Connect(onPanel, onLock func()) (*Desktop, error) {
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, fmt.Errorf("cannot show an icon: this session has no D-Bus; start agrafe-tray from a desktop (%w)", err)
	}
	d := &Desktop{bus: bus, onPanel: onPanel, onLock: onLock, clicks: make(map[uint32]func()), early: make(map[uint32]bool)}
	news := make(chan *dbus.Signal, 16)
	bus.Signal(news)
	_ = bus.AddMatchSignal(dbus.WithMatchInterface(notifications))
	watchLocks(bus)
	_ = bus.AddMatchSignal(dbus.WithMatchInterface(portalSettings), dbus.WithMatchMember("SettingChanged"), dbus.WithMatchArg(0, appearance))
	go func() {
		for s := range news {
			d.hear(s)
		}
	}()
	return d, nil
}

// Close leaves the bus.
func (d *Desktop) Close() { _ = d.bus.Close() }

// HasTray says whether this desktop has a place for icons.
func (d *Desktop) HasTray() bool {
	var has bool
	call := d.bus.BusObject().Go("org.freedesktop.DBus.NameHasOwner", 0, nil, trayHost)
	return finish(call) == nil && call.Store(&has) == nil && has
}

// Panel is how panels look, as far as the desktop tells: most that do not are dark.
func (d *Desktop) Panel() icon.Panel {
	const preferLight = 2
	var scheme dbus.Variant
	call := d.object(portal, portalPath).Go(portalSettings+".Read", 0, nil, appearance, colorScheme)
	if finish(call) != nil || call.Store(&scheme) != nil {
		return icon.Dark
	}
	for { // the portal wraps the value twice
		inner, ok := scheme.Value().(dbus.Variant)
		if !ok {
			break
		}
		scheme = inner
	}
	if n, ok := scheme.Value().(uint32); ok && n == preferLight {
		return icon.Light
	}
	return icon.Dark
}

func (d *Desktop) object(name string, path dbus.ObjectPath) dbus.BusObject {
	return d.bus.Object(name, path)
}

// finish waits for call, for some time.
func finish(call *dbus.Call) error {
	select {
	case <-call.Done:
		return call.Err
	case <-time.After(patience):
		return errSlow
	}
}

// Notify shows text. click, if not nil, is what the user's click on it does; label is
// the word for that.
func (d *Desktop) Notify(title, text, label string, click func()) {
	actions := []string{}
	if click != nil {
		actions = []string{"default", label}
	}
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant("agrafe-tray"), "urgency": dbus.MakeVariant(byte(1))}
	const systemChooses = int32(-1) // when it goes
	d.mu.Lock()
	d.asking++
	d.mu.Unlock()
	call := d.object(notifications, notificationsPath).Go(notifications+".Notify", 0, nil,
		"Agrafe", uint32(0), "", title, escape(text), actions, hints, systemChooses)
	var id uint32
	shown := finish(call) == nil && call.Store(&id) == nil
	if click = d.shown(id, shown, click); click != nil {
		click()
	}
}

// shown notes the number that a notification was given. It returns the click if the user
// was faster.
func (d *Desktop) shown(id uint32, ok bool, click func()) func() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asking--
	clicked, early := d.early[id]
	delete(d.early, id)
	if d.asking == 0 {
		clear(d.early)
	}
	switch {
	case !ok || click == nil:
		return nil
	case clicked:
		return click
	case !early:
		d.clicks[id] = click
	}
	return nil
}

// hear takes a signal of the bus.
func (d *Desktop) hear(s *dbus.Signal) {
	if s.Name == portalSettings+".SettingChanged" {
		d.onPanel()
		return
	}
	if locks(s) {
		d.onLock()
		return
	}
	if len(s.Body) == 0 {
		return
	}
	id, _ := s.Body[0].(uint32)
	switch s.Name {
	case notifications + ".NotificationClosed":
		d.over(id, false)
	case notifications + ".ActionInvoked":
		if click := d.over(id, true); click != nil {
			click()
		}
	}
}

// over takes a notification off the list, clicked or not, and returns what a click on it
// does, nil if that is not known, or not yet.
func (d *Desktop) over(id uint32, clicked bool) func() {
	d.mu.Lock()
	defer d.mu.Unlock()
	click, known := d.clicks[id]
	if !known && d.asking > 0 {
		d.early[id] = d.early[id] || clicked
	}
	delete(d.clicks, id)
	return click
}

// escape is text as notifications take it, which read some markup.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
