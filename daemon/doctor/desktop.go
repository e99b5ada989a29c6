package doctor

import (
	"context"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/godbus/dbus/v5"
)

const noDesktop = "no desktop in this session: no icon and no dialogs here"

const inTerminal = "agrafe pin and agrafe pair ask in a terminal"

// trayHasPlace looks for the bus of the session and for who shows icons on it. A bus
// is never started for that.
func trayHasPlace(ctx context.Context, p *Patient) []Finding {
	if runtime.GOOS != "linux" {
		return nil
	}
	address := p.Env("DBUS_SESSION_BUS_ADDRESS")
	if address == "" {
		bus := filepath.Join(p.Env("XDG_RUNTIME_DIR"), "bus")
		if p.Env("XDG_RUNTIME_DIR") == "" || !p.exists(bus) {
			return one(amber(noDesktop).by(inTerminal))
		}
		address = "unix:path=" + bus
	}
	switch has, err := p.Tray(ctx, address); {
	case err != nil:
		return one(amber("the bus of this session does not answer: %v", err).by("log out and in again; %s", inTerminal))
	case !has:
		return one(amber("this desktop has no place for icons").by("GNOME: sudo apt install gnome-shell-extension-appindicator, then turn it on; %s", inTerminal))
	}
	return one(green("this desktop shows icons"))
}

// hasTrayHost asks a bus for the name of the Status Notifier Item specification.
func hasTrayHost(ctx context.Context, address string) (has bool, err error) {
	bus, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return false, err
	}
	defer bus.Close()
	err = bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, "org.kde.StatusNotifierWatcher").Store(&has)
	return has, err
}

// displayIsThere knocks at the display server of the session.
func displayIsThere(ctx context.Context, p *Patient) []Finding {
	if runtime.GOOS != "linux" {
		return nil
	}
	socket := p.Env("WAYLAND_DISPLAY")
	if socket != "" && !filepath.IsAbs(socket) {
		socket = filepath.Join(p.Env("XDG_RUNTIME_DIR"), socket)
	}
	if socket != "" && p.Dial(ctx, "unix", socket) == nil {
		return one(green("Wayland answers"))
	}
	where, number, ok := strings.Cut(p.Env("DISPLAY"), ":")
	if !ok {
		return one(amber(noDesktop).by(inTerminal))
	}
	if where != "" && where != "unix" {
		return one(green("X is on another machine (%s), which is not asked", p.Env("DISPLAY")))
	}
	number, _, _ = strings.Cut(number, ".")
	path := "/tmp/.X11-unix/X" + number
	if p.Dial(ctx, "unix", p.at(path)) == nil || p.Dial(ctx, "unix", "@"+path) == nil {
		return one(green("X answers at %s", p.Env("DISPLAY")))
	}
	return one(red("DISPLAY is %s, and nothing answers there", p.Env("DISPLAY")).by("log out and in again; %s", inTerminal))
}

// dialogsCanShow looks for the program that asks for codes on Linux.
func dialogsCanShow(_ context.Context, p *Patient) []Finding {
	if runtime.GOOS != "linux" {
		return nil
	}
	if p.Find("zenity") != nil {
		return one(red("zenity is missing: nobody can be asked for a code by the tray").by("sudo apt install zenity; meanwhile: agrafe pin"))
	}
	return one(green("zenity shows the dialogs"))
}
