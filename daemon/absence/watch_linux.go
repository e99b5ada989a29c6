package absence

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/godbus/dbus/v5"
)

// retryEvery is how often a system bus that is away is looked for.
const retryEvery = 30 * time.Second

// patience bounds a question to logind, in which no signal is acted on.
var patience = 2 * time.Second

// Watch notices what logind tells on the system bus (org.freedesktop.login1(5)) until
// ctx ends. working is told nil when everything is noticed, else what is not.
func Watch(ctx context.Context, left func(), working func(error)) {
	for {
		err := follow(ctx, left, working)
		if ctx.Err() != nil {
			return
		}
		working(err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(retryEvery):
		}
	}
}

// Names of logind on the bus.
const (
	logind    = "org.freedesktop.login1"
	manager   = logind + ".Manager"
	session   = logind + ".Session"
	seat      = logind + ".Seat"
	root      = dbus.ObjectPath("/org/freedesktop/login1")
	changed   = "org.freedesktop.DBus.Properties"
	ownership = "org.freedesktop.DBus"
)

// watch is one connection to the bus.
type watch struct {
	bus   *dbus.Conn
	left  func()
	delay *os.File // while it is open, logind waits before the machine sleeps; nil if it would not
}

// follow watches until the bus goes or ctx ends.
func follow(ctx context.Context, left func(), working func(error)) error {
	bus, err := dbus.ConnectSystemBus(dbus.WithContext(ctx), dbus.WithSignalHandler(dbus.NewSequentialSignalHandler()))
	if err != nil {
		return fmt.Errorf("cannot reach the system bus: %w", err)
	}
	defer bus.Close()
	w := &watch{bus: bus, left: left}
	defer w.release()
	signals := make(chan *dbus.Signal, 1)
	bus.Signal(signals)
	if err := w.listen(ctx); err != nil {
		return fmt.Errorf("cannot hear what logind tells: %w", err)
	}
	working(w.hold(ctx))
	for {
		select {
		case s, ok := <-signals:
			if !ok {
				return errors.New("cannot hear what logind tells: the system bus has gone")
			}
			w.heard(ctx, s, working)
		case <-ctx.Done():
			return nil
		}
	}
}

// listen asks the bus for the signals.
func (w *watch) listen(ctx context.Context) error {
	from := dbus.WithMatchSender(logind)
	for _, match := range [][]dbus.MatchOption{
		{from, dbus.WithMatchInterface(manager), dbus.WithMatchMember("PrepareForSleep")},
		{from, dbus.WithMatchInterface(session), dbus.WithMatchMember("Lock")},
		{from, dbus.WithMatchInterface(changed), dbus.WithMatchPathNamespace(root)},
		{dbus.WithMatchInterface(ownership), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, logind)},
	} {
		if err := w.bus.AddMatchSignalContext(ctx, match...); err != nil {
			return err
		}
	}
	return nil
}

// hold asks logind to wait for us before the machine sleeps.
func (w *watch) hold(ctx context.Context) error {
	w.release()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var fd dbus.UnixFD
	err := w.bus.Object(logind, root).CallWithContext(ctx, manager+".Inhibit", 0,
		"sleep", "Agrafe", "Oublier le code porteur", "delay").Store(&fd)
	if err != nil {
		return fmt.Errorf("cannot have logind wait before the machine sleeps: %w", err)
	}
	w.delay = os.NewFile(uintptr(fd), "logind")
	return nil
}

// release lets the machine sleep.
func (w *watch) release() {
	if w.delay != nil {
		_ = w.delay.Close() // it is a pipe that nobody writes to
		w.delay = nil
	}
}

// heard acts on one signal.
func (w *watch) heard(ctx context.Context, s *dbus.Signal, working func(error)) {
	switch s.Name {
	case manager + ".PrepareForSleep":
		if len(s.Body) == 1 && s.Body[0] == false { // it has slept
			working(w.hold(ctx))
			return
		}
		w.left()
		w.release()
	case session + ".Lock":
		if w.active(ctx, s.Path) {
			w.left()
		}
	case changed + ".PropertiesChanged":
		if property := says(s); property == "ActiveSession" || property == "LockedHint" && w.active(ctx, s.Path) {
			w.left()
		}
	case ownership + ".NameOwnerChanged": // another logind does not know whom to wait for
		if len(s.Body) == 3 && s.Body[2] == "" {
			working(errors.New("logind has gone"))
		} else {
			working(w.hold(ctx))
		}
	}
}

// says is the property by whose change s tells of an absence, "" if it tells of none.
func says(s *dbus.Signal) string {
	if len(s.Body) != 3 {
		return ""
	}
	of, _ := s.Body[0].(string)
	values, _ := s.Body[1].(map[string]dbus.Variant)
	unsaid, _ := s.Body[2].([]string) // changed, and not said to what
	watched := map[string]string{seat: "ActiveSession", session: "LockedHint"}[of]
	for _, name := range unsaid {
		if name == watched {
			return watched
		}
	}
	if value, ok := values[watched]; ok && value.Value() != false { // unlocked
		return watched
	}
	return ""
}

// active says whether the session at path is the one in front of the machine. One that
// can't be asked may be.
func (w *watch) active(ctx context.Context, path dbus.ObjectPath) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var value dbus.Variant
	err := w.bus.Object(logind, path).CallWithContext(ctx, changed+".Get", 0, session, "Active").Store(&value)
	return err != nil || value.Value() != false
}
