package doctor

import (
	"context"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/godbus/dbus/v5"

	"github.com/agrafe-fse/agrafe/daemon"
)

const noDesktop = "no desktop in this session: no icon and no dialogs here"

const inTerminal = "agrafe pin and agrafe pair ask in a terminal"

// trayHost is the name on the bus of who shows icons (Status Notifier Item
// specification).
const trayHost = "org.kde.StatusNotifierWatcher"

// sessionBus is the address of the session's bus, "" if there is none.
func sessionBus(p *Patient) string {
	if address := p.Env("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return address
	}
	bus := filepath.Join(p.Env("XDG_RUNTIME_DIR"), "bus")
	if p.Env("XDG_RUNTIME_DIR") == "" || !p.exists(bus) {
		return ""
	}
	return "unix:path=" + bus
}

// trayHasPlace looks for the bus of the session and for who shows icons on it. A bus
// is never started for that.
func trayHasPlace(ctx context.Context, p *Patient) []Finding {
	if runtime.GOOS != "linux" {
		return nil
	}
	address := sessionBus(p)
	if address == "" {
		return one(amber(noDesktop).by(inTerminal))
	}
	switch has, err := p.Owned(ctx, address, trayHost); {
	case err != nil:
		return one(amber("the bus of this session does not answer: %v", err).by("log out and in again; %s", inTerminal))
	case !has:
		return one(amber("this desktop has no place for icons").by("GNOME: sudo apt install gnome-shell-extension-appindicator, then turn it on; %s", inTerminal))
	}
	return one(green("this desktop shows icons"))
}

// lockers are the names of programs that lock the screen and tell the session, where
// the tray listens.
var lockers = []string{"org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.cinnamon.ScreenSaver", "org.mate.ScreenSaver", "org.xfce.ScreenSaver"}

// lockIsTold looks whether somebody tells when the screen is locked, at which a code
// that is kept is forgotten. Whether a locker tells logind (LockedHint) can't be seen
// before it does.
func lockIsTold(ctx context.Context, p *Patient) []Finding {
	if runtime.GOOS != "linux" {
		return nil
	}
	if p.Config.PIN.Policy == daemon.PINEach {
		return one(green("no code is kept, whoever locks the screen"))
	}
	address := sessionBus(p)
	if address == "" {
		return one(green("no desktop in this session: no screen to lock"))
	}
	switch has, err := p.Owned(ctx, address, lockers...); {
	case err != nil:
		return one(amber("who locks the screen can't be seen: the bus of this session does not answer: %v", err).by("log out and in again"))
	case !has:
		return one(amber("nothing in this session tells when the screen is locked: unless the locker tells logind, a code that is kept outlasts it").
			by("lock with: loginctl lock-session; or set pin.policy = \"each\" in the configuration, then: agrafe restart"))
	}
	return one(green("the tray hears when the screen is locked, and the code is forgotten"))
}

// owned asks a bus whether somebody there has one of the names.
func owned(ctx context.Context, address string, names ...string) (has bool, err error) {
	bus, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return false, err
	}
	defer bus.Close()
	for _, name := range names {
		err = bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, name).Store(&has)
		if has || err != nil {
			return has, err
		}
	}
	return false, nil
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
		return one(green("X is on another machine (%s), which is not asked", p.Env("DISPLAY")).naming(Host, where))
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
