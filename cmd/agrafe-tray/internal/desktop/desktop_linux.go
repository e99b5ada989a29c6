// Package desktop is what the tray needs of the user's desktop beside the icon:
// notifications, whether there is a place for icons, and how its panels look.
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

	mu     sync.Mutex // protects clicks
	clicks map[uint32]func()
}

// Connect connects to the session's bus. onPanel is called when the panels change.
func Connect(onPanel func()) (*Desktop, error) {
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, fmt.Errorf("cannot show an icon: this session has no D-Bus; start agrafe-tray from a desktop (%w)", err)
	}
	d := &Desktop{bus: bus, onPanel: onPanel, clicks: make(map[uint32]func())}
	news := make(chan *dbus.Signal, 16)
	bus.Signal(news)
	_ = bus.AddMatchSignal(dbus.WithMatchInterface(notifications))
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
	err := d.bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, trayHost).Store(&has)
	return err == nil && has
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
	call := d.object(notifications, notificationsPath).Go(notifications+".Notify", 0, nil,
		"Agrafe", uint32(0), "", title, escape(text), actions, hints, systemChooses)
	var id uint32
	if finish(call) != nil || call.Store(&id) != nil || click == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clicks[id] = click
}

// hear takes a signal of the bus.
func (d *Desktop) hear(s *dbus.Signal) {
	if s.Name == portalSettings+".SettingChanged" {
		d.onPanel()
		return
	}
	if len(s.Body) == 0 {
		return
	}
	id, _ := s.Body[0].(uint32)
	d.mu.Lock()
	click := d.clicks[id]
	if s.Name == notifications+".NotificationClosed" || click != nil {
		delete(d.clicks, id)
	}
	d.mu.Unlock()
	if s.Name == notifications+".ActionInvoked" && click != nil {
		click()
	}
}

// escape is text as notifications take it, which read some markup.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
