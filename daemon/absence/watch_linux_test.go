package absence

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

const limit = 10 * time.Second

func init() { patience = limit } // a busy machine's

// bus is a system bus of the test's own.
type bus struct {
	t   *testing.T
	cmd *exec.Cmd
}

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/></policy></busconfig>`

func newBus(t *testing.T) *bus {
	t.Helper()
	dir, err := os.MkdirTemp("", "agrafe-bus-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	config, socket := filepath.Join(dir, "bus.conf"), filepath.Join(dir, "socket")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, socket), 0o600); err != nil {
		t.Fatal(err)
	}
	b := &bus{t: t, cmd: exec.Command("dbus-daemon", "--nofork", "--nopidfile", "--print-address", "--config-file="+config)}
	out, err := b.cmd.StdoutPipe()
	if err == nil {
		err = b.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.stop)
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", strings.TrimSpace(address))
	return b
}

func (b *bus) stop() {
	_ = b.cmd.Process.Kill()
	_ = b.cmd.Wait()
}

// fake is a logind. Its methods with capitals are those of the bus.
type fake struct {
	t    *testing.T
	conn *dbus.Conn

	mu     sync.Mutex // protects the fields below
	delays []*os.File // read ends: they end when the one who delays lets go
	refuse bool
}

// newLogind has a logind on the bus, with two sessions: one is in front of the machine.
func newLogind(t *testing.T) *fake {
	t.Helper()
	conn, err := dbus.ConnectSystemBus()
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{t: t, conn: conn}
	t.Cleanup(func() { _ = conn.Close() })
	for _, err := range []error{
		conn.Export(f, root, manager),
		conn.Export(properties{true}, front, changed),
		conn.Export(properties{false}, behind, changed),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conn.RequestName(logind, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return f
}

const (
	front  = root + "/session/_31"
	behind = root + "/session/_32"
	lost   = root + "/session/_33" // there is none
	place  = root + "/seat/seat0"
)

func (f *fake) Inhibit(what, _, _, mode string) (dbus.UnixFD, *dbus.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refuse || what != "sleep" || mode != "delay" {
		return 0, dbus.MakeFailedError(errors.New("access denied"))
	}
	r, w, err := os.Pipe()
	if err != nil {
		return 0, dbus.MakeFailedError(err)
	}
	f.delays = append(f.delays, r)
	fd, err := syscall.Dup(int(w.Fd())) // the answer is sent after this returns
	_ = w.Close()
	if err != nil {
		return 0, dbus.MakeFailedError(err)
	}
	time.AfterFunc(limit/5, func() { _ = syscall.Close(fd) })
	return dbus.UnixFD(fd), nil
}

// refuses says whether logind refuses to wait.
func (f *fake) refuses(is bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuse = is
}

// released waits until the delay taken last is let go.
func (f *fake) released() {
	f.t.Helper()
	f.mu.Lock()
	last := f.delays[len(f.delays)-1]
	f.mu.Unlock()
	_ = last.SetReadDeadline(time.Now().Add(limit))
	if n, err := last.Read(make([]byte, 1)); n != 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		f.t.Fatalf("the delay is held: %v", err)
	}
}

// held says whether the delay taken last is still held.
func (f *fake) held() bool {
	f.mu.Lock()
	last := f.delays[len(f.delays)-1]
	f.mu.Unlock()
	_ = last.SetReadDeadline(time.Now().Add(limit / 20))
	_, err := last.Read(make([]byte, 1))
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// properties are those of a session.
type properties struct{ active bool }

func (p properties) Get(of, name string) (dbus.Variant, *dbus.Error) {
	if of != session || name != "Active" {
		return dbus.Variant{}, dbus.MakeFailedError(errors.New("no such property"))
	}
	return dbus.MakeVariant(p.active), nil
}

func (f *fake) emit(path dbus.ObjectPath, name string, body ...any) {
	f.t.Helper()
	if err := f.conn.Emit(path, name, body...); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fake) changes(path dbus.ObjectPath, of string, values map[string]dbus.Variant, unsaid ...string) {
	f.t.Helper()
	f.emit(path, changed+".PropertiesChanged", of, values, append([]string{}, unsaid...))
}

// seen is what Watch tells.
type seen struct {
	t             *testing.T
	left, working chan error
}

func watching(t *testing.T) *seen {
	t.Helper()
	s := &seen{t: t, left: make(chan error, 100), working: make(chan error, 100)}
	ctx, cancel := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() { Watch(ctx, func() { s.left <- nil }, func(err error) { s.working <- err }) })
	t.Cleanup(func() { cancel(); ended.Wait() })
	return s
}

func (s *seen) next(what string, from chan error) error {
	s.t.Helper()
	select {
	case err := <-from:
		return err
	case <-time.After(limit):
		s.t.Fatalf("waited in vain: %s", what)
		return nil
	}
}

func TestAbsences(t *testing.T) {
	newBus(t)
	f := newLogind(t)
	s := watching(t)
	if err := s.next("working", s.working); err != nil {
		t.Fatal(err)
	}
	variant := func(name string, value any) map[string]dbus.Variant {
		return map[string]dbus.Variant{name: dbus.MakeVariant(value)}
	}
	other := struct {
		ID   string
		Path dbus.ObjectPath
	}{"2", behind}
	tests := []struct {
		name   string
		f      func()
		absent bool
	}{
		{"the session is told to lock", func() { f.emit(front, session+".Lock") }, true},
		{"another session is told to lock", func() { f.emit(behind, session+".Lock") }, false},
		{"a session that can't be asked is told to lock", func() { f.emit(lost, session+".Lock") }, true},
		{"locked", func() { f.changes(front, session, variant("LockedHint", true)) }, true},
		{"unlocked", func() { f.changes(front, session, variant("LockedHint", false)) }, false},
		{"locked or unlocked", func() { f.changes(front, session, nil, "LockedHint") }, true},
		{"another session locked", func() { f.changes(behind, session, variant("LockedHint", true)) }, false},
		{"idle", func() { f.changes(front, session, variant("IdleHint", true)) }, false},
		{"another session takes the seat", func() { f.changes(place, seat, variant("ActiveSession", other)) }, true},
		{"the seat can do more", func() { f.changes(place, seat, variant("CanTTY", true)) }, false},
		{"a signal without body", func() { f.emit(front, changed+".PropertiesChanged") }, false},
		{"a signal of another form", func() { f.emit(front, changed+".PropertiesChanged", 1, 2, 3) }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.f()
			f.emit(root, manager+".PrepareForSleep", false) // told in order: what came before is over
			if err := s.next("working", s.working); err != nil {
				t.Fatal(err)
			}
			if got := len(s.left); got != map[bool]int{true: 1}[tt.absent] {
				t.Errorf("%d absences", got)
			}
			for len(s.left) > 0 {
				<-s.left
			}
		})
	}
}

// The machine waits for us each time that it sleeps, and no longer than it takes.
func TestSleepWaits(t *testing.T) {
	newBus(t)
	f := newLogind(t)
	s := watching(t)
	for range 3 {
		if err := s.next("working", s.working); err != nil {
			t.Fatal(err)
		}
		f.emit(root, manager+".PrepareForSleep", true)
		f.released()
		if len(s.left) != 1 {
			t.Fatal("the machine may sleep before anybody was told")
		}
		<-s.left
		f.emit(root, manager+".PrepareForSleep", false)
	}
}

// While the code is being wiped the machine waits; once it is, no longer; and when it
// has woken, again.
func TestSleepWaitsUntilLeftReturns(t *testing.T) {
	newBus(t)
	f := newLogind(t)
	begun, wiped := make(chan bool), make(chan bool)
	working := make(chan error, 10)
	ctx, cancel := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() { Watch(ctx, func() { begun <- true; <-wiped }, func(err error) { working <- err }) })
	t.Cleanup(func() { cancel(); ended.Wait() })
	for range 2 {
		if err := <-working; err != nil {
			t.Fatal(err)
		}
		time.Sleep(limit / 4) // logind's own copy of the descriptor is closed by now
		f.emit(root, manager+".PrepareForSleep", true)
		<-begun
		if !f.held() {
			t.Error("the machine sleeps while the code is being wiped")
		}
		wiped <- true
		f.released()
		f.emit(root, manager+".PrepareForSleep", false)
	}
}

// A logind that refuses to wait is said, and listened to all the same.
func TestSleepThatDoesNotWait(t *testing.T) {
	newBus(t)
	f := newLogind(t)
	f.refuses(true)
	s := watching(t)
	if err := s.next("working", s.working); err == nil {
		t.Fatal("the refusal is not said")
	}
	f.emit(root, manager+".PrepareForSleep", true)
	_ = s.next("asleep", s.left)
	f.refuses(false)
	f.emit(root, manager+".PrepareForSleep", false)
	if err := s.next("working again", s.working); err != nil {
		t.Error(err)
	}
}

// A logind that is not there, comes, and goes; a bus that goes.
func TestLogindComesAndGoes(t *testing.T) {
	b := newBus(t)
	s := watching(t)
	if err := s.next("no logind", s.working); err == nil {
		t.Error("a logind that is not there is not said")
	}
	f := newLogind(t)
	if err := s.next("logind", s.working); err != nil {
		t.Error(err)
	}
	if err := f.conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.next("logind gone", s.working); err == nil {
		t.Error("a logind that goes is not said")
	}
	b.stop()
	if err := s.next("bus gone", s.working); err == nil {
		t.Error("a bus that goes is not said")
	}
}

func TestNoBus(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
	s := watching(t)
	if err := s.next("no bus", s.working); err == nil {
		t.Error("a bus that is not there is not said")
	}
}
