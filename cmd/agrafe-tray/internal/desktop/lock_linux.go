package desktop

import (
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

// lockers are the interfaces by which programs that lock the screen tell it, to the
// session and not to logind, which the service listens to. The first is that of the
// Idle Inhibition Service draft of freedesktop.org, which KDE has; the others are those
// of GNOME and of what was made of it, with the same signal.
var lockers = []string{"org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.cinnamon.ScreenSaver", "org.mate.ScreenSaver", "org.xfce.ScreenSaver"}

// lockSignal has a boolean: the screen is covered, or free again.
const lockSignal = "ActiveChanged"

// watchLocks asks the bus for the signals.
func watchLocks(bus *dbus.Conn) {
	for _, l := range lockers {
		_ = bus.AddMatchSignal(dbus.WithMatchInterface(l), dbus.WithMatchMember(lockSignal))
	}
}

// locks says whether s tells that the screen was locked.
func locks(s *dbus.Signal) bool {
	from, isLocker := strings.CutSuffix(s.Name, "."+lockSignal)
	return isLocker && slices.Contains(lockers, from) && len(s.Body) == 1 && s.Body[0] == true
}
