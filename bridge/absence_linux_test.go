package bridge

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/absence"
)

// logind plays the system's own on a bus of the test's. Its method with a capital is
// that of the bus.
type logind struct {
	t     *testing.T
	conn  *dbus.Conn
	taken chan *os.File // read ends of the delays: they end when whoever delays lets go
}

const logindBus = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/></policy></busconfig>`

const (
	logindName    = "org.freedesktop.login1"
	logindPath    = "/org/freedesktop/login1"
	logindManager = logindName + ".Manager"
)

func newLogind(t *testing.T) *logind {
	t.Helper()
	dir, err := os.MkdirTemp("", "logind-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	config := filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, logindBus, filepath.Join(dir, "socket")), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("dbus-daemon", "--nofork", "--nopidfile", "--print-address", "--config-file="+config)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("dbus-daemon (package dbus): %v", err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", strings.TrimSpace(line))
	l := &logind{t: t, taken: make(chan *os.File, 10)}
	if l.conn, err = dbus.ConnectSystemBus(); err == nil {
		err = l.conn.Export(l, logindPath, logindManager)
	}
	if err == nil {
		_, err = l.conn.RequestName(logindName, dbus.NameFlagDoNotQueue)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.conn.Close() })
	return l
}

// Inhibit gives the end of a pipe, as logind does.
func (l *logind) Inhibit(what, _, _, mode string) (dbus.UnixFD, *dbus.Error) {
	if what != "sleep" || mode != "delay" {
		return 0, dbus.MakeFailedError(errors.New("not what the daemon is to ask for"))
	}
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC|syscall.O_NONBLOCK); err != nil {
		return 0, dbus.MakeFailedError(err)
	}
	l.taken <- os.NewFile(uintptr(ends[0]), "delay")
	time.AfterFunc(3*time.Second, func() { _ = syscall.Close(ends[1]) }) // the answer, with a copy, has gone out
	return dbus.UnixFD(ends[1]), nil
}

func (l *logind) sleeps(is bool) {
	l.t.Helper()
	if err := l.conn.Emit(logindPath, logindManager+".PrepareForSleep", is); err != nil {
		l.t.Fatal(err)
	}
}

// delay waits for the daemon to ask that the machine waits for it.
func (l *logind) delay() *os.File {
	l.t.Helper()
	select {
	case f := <-l.taken:
		l.t.Cleanup(func() { _ = f.Close() })
		return f
	case <-time.After(patience):
		l.t.Fatal("the daemon does not ask to be waited for")
		return nil
	}
}

// held says whether the other end of a delay is open, for as long as it is waited for.
func held(f *os.File, wait time.Duration) bool {
	_ = f.SetReadDeadline(time.Now().Add(wait))
	_, err := f.Read(make([]byte, 1))
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// Before the machine sleeps the code is wiped, and only then is it let sleep; each time.
func TestSleepWaitsForTheCodeToBeWiped(t *testing.T) {
	l := newLogind(t)
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy, cfg.PIN.Policy = t.TempDir(), 0, "", daemon.PINSession
	r := startChanged(t, cfg, func(_ *Server, d *daemon.Deps) { d.Absence = absence.Watch }, "medecin-secteur1")
	c, ws := r.dial(t), r.prompter(t)
	c.settled(r)
	kept := func() bool { return r.daemon.Snapshot().Cards[0].CodeKept }
	delay := l.delay()
	for round := range 3 {
		c.send(openSession)
		question(t, ws)
		reply(t, ws, "\x00"+code)
		if m := c.answer(); m.Error != nil {
			t.Fatal(m.text)
		}
		if !kept() || !held(delay, 3500*time.Millisecond) {
			t.Fatalf("round %d: code kept: %t; the machine would not wait", round, kept())
		}
		l.sleeps(true)
		if held(delay, patience) {
			t.Fatalf("round %d: the machine waits for ever", round)
		}
		if kept() {
			t.Fatalf("round %d: the machine sleeps with the code", round)
		}
		l.sleeps(false)
		delay = l.delay()
	}
}
