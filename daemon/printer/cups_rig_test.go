//go:build cups

package printer

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/agrafe-fse/agrafe/daemon/port/porttest"
)

// rig is a CUPS of the test's own with a printer that obeys: Debian's cupsd and
// ippeveprinter, on a private socket, a private bus and a private port. It needs the
// packages cups-daemon, cups-client, cups-filters, cups-ipp-utils, avahi-daemon,
// dbus-daemon and util-linux, and root: ippeveprinter does not start without an
// avahi-daemon, which has one folder for the whole machine.
type rig struct {
	t       *testing.T
	dir     string
	server  string
	port    string
	printer *process
}

// process is a program that the rig runs.
type process struct {
	*exec.Cmd
	ended chan struct{} // closed when it has ended
}

func (p *process) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// The modes of the printer.
const (
	prints = "prints"
	empty  = "empty" // no paper, until the mode changes
	slow   = "slow"  // prints until it is stopped
)

func startRig(t *testing.T) *rig {
	t.Helper()
	dir, err := os.MkdirTemp("", "cups")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	r := &rig{t: t, dir: dir, server: filepath.Join(dir, "cups.sock"), port: strconv.Itoa(porttest.Free(t))}
	for _, d := range []string{"etc", "run", "spool", "cache", "log", "tmp", "bus", "out", "printer"} {
		r.check(os.Mkdir(filepath.Join(dir, d), 0o755))
	}
	r.check(os.Chmod(dir, 0o755)) // cupsd's filters are another user
	r.configure()
	r.mode(prints)
	r.daemon("/usr/sbin/cupsd", "-f", "-c", r.path("cupsd.conf"), "-s", r.path("cups-files.conf"))
	r.await("cupsd", func() bool { return exists(r.server) })
	r.daemon("dbus-daemon", "--config-file="+r.path("bus.conf"), "--nofork")
	r.await("dbus-daemon", func() bool { return exists(r.path("bus/socket")) })
	r.check(os.MkdirAll("/run/avahi-daemon", 0o755))
	r.daemon("unshare", "-m", "sh", "-c", "mount -t tmpfs none /run/avahi-daemon && exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f "+r.path("avahi.conf"))
	r.await("avahi-daemon", r.published)
	r.plug()
	return r
}

func (r *rig) configure() {
	r.write("cups-files.conf", "ServerRoot $D/etc\nStateDir $D/run\nRequestRoot $D/spool\nCacheDir $D/cache\nTempDir $D/tmp\n"+
		"AccessLog $D/log/access\nErrorLog $D/log/error\nPageLog $D/log/page\nSystemGroup root\nUser lp\nGroup lp\n", 0o640)
	const all = "Order allow,deny\nAllow all\n"
	r.write("cupsd.conf", "Listen "+r.server+"\nBrowsing No\nWebInterface No\nDefaultAuthType None\n<Location />\n"+all+
		"</Location>\n<Policy default>\n<Limit All>\n"+all+"</Limit>\n</Policy>\n", 0o640)
	r.write("bus.conf", `<busconfig><type>system</type><listen>unix:path=$D/bus/socket</listen><auth>EXTERNAL</auth><policy context="default">`+
		`<allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>`, 0o644)
	r.write("avahi.conf", "[server]\nallow-interfaces=lo\nenable-dbus=yes\n", 0o644)
	r.write("command", "#!/bin/sh\ntouch $D/busy\nif [ $(cat $D/mode) = empty ]; then\n  echo STATE: +media-empty-error >&2\n  while [ $(cat $D/mode) = empty ]; do sleep 0.2; done\n"+
		"  echo STATE: -media-empty-error >&2\nfi\nwhile [ $(cat $D/mode) = slow ]; do sleep 0.2; done\ncp \"$1\" $D/out/\nrm $D/busy\n", 0o755)
}

func (r *rig) path(name string) string { return filepath.Join(r.dir, name) }

func (r *rig) write(name, text string, mode os.FileMode) {
	r.check(os.WriteFile(r.path(name), []byte(strings.ReplaceAll(text, "$D", r.dir)), mode))
}

// mode says how the printer is from now on.
func (r *rig) mode(m string) { r.write("mode", m, 0o644) }

// published says whether avahi-daemon is ready. An ippeveprinter that is there before may
// take a connection and then abort.
func (r *rig) published() bool {
	bus, err := dbus.Connect("unix:path=" + r.path("bus/socket"))
	if err != nil {
		return false
	}
	defer bus.Close()
	const running = 2 // AVAHI_SERVER_RUNNING of avahi-common/defs.h
	var state int32
	err = bus.Object("org.freedesktop.Avahi", "/").Call("org.freedesktop.Avahi.Server.GetState", 0).Store(&state)
	return err == nil && state == running
}

// plug switches the printer on.
func (r *rig) plug() {
	var cmd *process
	r.await("ippeveprinter", func() bool {
		if cmd == nil || cmd.over() {
			cmd = r.daemon("ippeveprinter", "-d", r.path("printer"), "-p", r.port, "-n", "localhost", "-f", "application/pdf",
				"-c", r.path("command"), "agrafe")
		}
		c, err := net.Dial("tcp", "localhost:"+r.port)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	r.printer = cmd
}

// unplug switches it off. It has gone then: to a document that reaches it on its end CUPS
// says for ever that it is in use.
func (r *rig) unplug() {
	r.check(r.printer.Process.Kill())
	<-r.printer.ended
}

// daemon starts a program that ends with the test.
func (r *rig) daemon(name string, args ...string) *process {
	r.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "DBUS_SYSTEM_BUS_ADDRESS=unix:path="+r.path("bus/socket"), "LC_ALL=C")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.WaitDelay = time.Second
	r.check(cmd.Start())
	p := &process{cmd, make(chan struct{})}
	go func() { _ = cmd.Wait(); close(p.ended) }()
	r.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-p.ended
		if r.t.Failed() {
			r.t.Logf("%s: %s", name, &log)
		}
	})
	return p
}

// cups runs a tool of CUPS.
func (r *rig) cups(name string, args ...string) string {
	r.t.Helper()
	ctx, stop := context.WithTimeout(r.t.Context(), 30*time.Second)
	defer stop()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "CUPS_SERVER="+r.server, "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
	return string(out)
}

func (r *rig) await(what string, ready func() bool) {
	r.t.Helper()
	for limit := time.Now().Add(20 * time.Second); !ready(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(limit) {
			r.t.Fatalf("%s never comes", what)
		}
	}
}

func (r *rig) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
