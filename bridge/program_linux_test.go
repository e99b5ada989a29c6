package bridge

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"github.com/agrafe-fse/agrafe/daemon"
)

// S27: who may use the control socket.
func TestS27AdmitProgram(t *testing.T) {
	sits := func(who owner, kept bool, err error) func() (owner, bool, error) {
		return func() (owner, bool, error) { return who, kept, err }
	}
	unreadable := errors.New("unreadable")
	tests := []struct {
		name   string
		one    program
		active func() (owner, bool, error)
		want   error
	}{
		{"the one at the machine", program{owner: 1000}, sits(1000, true, nil), nil},
		{"another user", program{owner: 1001}, sits(1000, true, nil), errOtherUser},
		{"another user of the group", program{owner: 1001, member: true}, sits(1000, true, nil), nil},
		{"root", program{}, sits(1000, true, nil), nil},
		{"the daemon's own user", program{owner: 990}, sits(1000, true, nil), nil},
		{"nobody is there", program{owner: 1000}, sits(0, true, nil), errOtherUser},
		{"no seats are kept", program{owner: 1000}, sits(0, false, nil), errStranger},
		{"no seats are kept, of the group", program{owner: 1000, member: true}, sits(0, false, nil), nil},
		{"the seat can't be read", program{owner: 1000}, sits(0, true, unreadable), unreadable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := peers{own: 990, active: tt.active}
			if err := p.admitProgram(tt.one); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

// dialAsGroups connects to a Unix socket from a thread of another user and groups.
func dialAsGroups(t *testing.T, path string, uid int, groups []uint32) net.Conn {
	t.Helper()
	type result struct {
		c   net.Conn
		err error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		var c net.Conn
		err := takeGroups(uid, groups)
		if err == nil {
			c, err = net.Dial("unix", path)
		}
		done <- result{c, err}
	}()
	r := <-done
	if r.err != nil {
		t.Fatal(r.err)
	}
	t.Cleanup(func() { _ = r.c.Close() })
	return r.c
}

// The kernel tells user and groups of the one who connects. Only root can take those
// of another to see it; for other users the kernel must refuse.
func TestS27ProgramOf(t *testing.T) {
	if os.Getuid() != 0 {
		done := make(chan error)
		go func() {
			runtime.LockOSThread()
			done <- takeGroups(nobody, []uint32{7})
		}()
		if err := <-done; !errors.Is(err, syscall.EPERM) {
			t.Errorf("taking another user: %v", err)
		}
		return
	}
	dir, err := os.MkdirTemp("", "program-") // a socket's path must be short, and others must reach it
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "c")
	l, err := listenControl(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	many := make([]uint32, 1000)
	for i := range many {
		many[i] = uint32(i + 5000)
	}
	own := uint32(os.Getegid())
	tests := []struct {
		name   string
		groups []uint32
		member bool
	}{
		{"no groups", nil, false},
		{"other groups", []uint32{4242, 4243}, false},
		{"the daemon's among them", []uint32{4242, own, 4243}, true},
		{"more groups than fit at first", many, false},
		{"the daemon's, the last of many", append(many[:999:999], own), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dialAsGroups(t, path, nobody, tt.groups)
			c, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			got, err := programOf(c.(*net.UnixConn))
			if want := (program{owner: nobody, member: tt.member}); err != nil || got != want {
				t.Errorf("%+v, %v, want %+v", got, err, want)
			}
		})
	}
}

// S27: another user who opens the control socket as often as he can, and leaves it,
// ends no connection of the one whom it serves.
func TestS27CrowdOfAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		return // the kernel must refuse to be another: see TestS27ProgramOf
	}
	cfg := daemon.DefaultConfig()
	dir, err := os.MkdirTemp("", "crowd-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	cfg.State, cfg.Control, cfg.Port, cfg.Origins.Policy = t.TempDir(), filepath.Join(dir, "c"), 0, ""
	r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) {
		s.peers = peers{own: 990, active: func() (owner, bool, error) { return 1000, true, nil }}
	})
	served, err := net.Dial("unix", cfg.Control)
	if err != nil {
		t.Fatal(err)
	}
	defer served.Close()
	eventually(t, "it is seen", func() bool { return r.server.programs.count() == 1 })
	for range maxStrangers + 40 {
		dialAsGroups(t, cfg.Control, nobody, nil)
	}
	r.dialControl(t).alive()
	if n := r.server.refused.count(); n > maxRefusedOfOwner {
		t.Errorf("%d connections of the other user", n)
	}
	if _, err := served.Write([]byte("GET /v1 HTTP/1.1\r\nHost: control\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if n, err := served.Read(make([]byte, 1)); n != 1 {
		t.Errorf("the connection that came first was ended: %v", err)
	}
}

// takeGroups makes the calling thread another user's, with a group of its own.
func takeGroups(uid int, groups []uint32) error {
	list := append([]uint32{nobody}, groups...) // setgroups(2) takes an address, also of none
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SETGROUPS, uintptr(len(list)), uintptr(unsafe.Pointer(&list[0])), 0); errno != 0 {
		return errno
	}
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESGID, nobody, nobody, nobody); errno != 0 {
		return errno
	}
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); errno != 0 {
		return errno
	}
	return nil
}

// A program that was let in because its user sat at the machine leaves with him.
func TestS27ProgramLeavesWithItsUser(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy = t.TempDir(), 0, ""
	r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) { s.peers = peers{own: 990, active: s.peers.active} })
	c := &conn{server: r.server, who: principal{local: true}}
	for _, tt := range []struct {
		name string
		one  program
		sits owner
		code int
	}{
		{"he is there", program{owner: 1000}, 1000, 0},
		{"another is there", program{owner: 1000}, 1001, closeDenied},
		{"another is there, a member", program{owner: 1000, member: true}, 1001, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r.server.peers.active = func() (owner, bool, error) { return tt.sits, true, nil }
			c.ctx = withProgram(t.Context(), tt.one)
			if code := r.server.standing(c); code != tt.code {
				t.Errorf("code %d, want %d", code, tt.code)
			}
		})
	}
	c.ctx = t.Context()
	if code := r.server.standing(c); code != 0 {
		t.Errorf("a program with the token: code %d", code)
	}
}
