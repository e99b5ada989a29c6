package bridge

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// The seat as logind writes it.
const seat = "# This is private data. Do not parse.\nIS_SEAT0=1\nCAN_MULTI_SESSION=1\nACTIVE=2\nACTIVE_UID=1000\nSESSIONS=2 c1\nUIDS=1000 120\n"

func TestS20WhoSitsAtTheMachine(t *testing.T) {
	tests := []struct {
		name  string
		seat  string // "" for no file
		asks  owner
		admit bool
	}{
		{"the one at the machine", seat, 1000, true},
		{"another", seat, 1001, false},
		{"root", seat, 0, true},
		{"the daemon's own", seat, 990, true},
		{"nobody is there", "IS_SEAT0=1\n", 1000, false},
		{"nobody is there, root", "IS_SEAT0=1\n", 0, true},
		{"unreadable", "ACTIVE_UID=many\n", 1000, false},
		{"negative", "ACTIVE_UID=-1\n", 1000, false},
		{"no seats are kept", "", 1001, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "seat0")
			if tt.seat != "" {
				if err := os.WriteFile(file, []byte(tt.seat), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			p := peers{own: 990, active: func() (owner, bool, error) { return seatUser(file) }}
			if err := p.admit(tt.asks); (err == nil) != tt.admit {
				t.Error(err)
			}
		})
	}
}

// pipe is a TCP connection on loopback, from a socket that dial makes.
func pipe(t *testing.T, network, address string, dial func(network, address string) (net.Conn, error)) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err = dial(network, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = client.Close(), server.Close() })
	return client, server
}

func ends(server net.Conn) (client, own netip.AddrPort) {
	return server.RemoteAddr().(*net.TCPAddr).AddrPort(), server.LocalAddr().(*net.TCPAddr).AddrPort()
}

// The kernel says whose socket is at the other end, and nobody's once it is closed:
// not root's, though that is what it shows.
func TestS20SocketOwner(t *testing.T) {
	for network, address := range map[string]string{"tcp4": "127.0.0.1:0", "tcp6": "[::1]:0"} {
		t.Run(network, func(t *testing.T) {
			client, server := pipe(t, network, address, net.Dial)
			got, err := socketOwner(ends(server))
			if err != nil || got != owner(os.Getuid()) {
				t.Fatalf("%d, %v", got, err)
			}
			if got, err := socketOwner(netip.MustParseAddrPort("127.0.0.1:1"), netip.MustParseAddrPort("127.0.0.1:2")); err == nil {
				t.Errorf("a connection that is not there is %d's", got)
			}
			_, _ = client.Write([]byte("a call that waits"))
			_ = client.Close()
			if got, err := socketOwner(ends(server)); err == nil {
				t.Errorf("a socket that was closed is %d's", got)
			}
		})
	}
}

// nobody is the user that owns nothing.
const nobody = 65534

// dialAs dials with a socket of another user's: the thread that makes it takes that
// user, and ends with it.
func dialAs(uid int) func(network, address string) (net.Conn, error) {
	return func(network, address string) (c net.Conn, err error) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, ^uintptr(0), uintptr(uid), ^uintptr(0)); errno != 0 {
				err = errno
				return
			}
			c, err = net.Dial(network, address)
		}()
		<-done
		return c, err
	}
}

// A socket of another user's is told as his. Only root can make one to see it; for
// other users the kernel must refuse to make it.
func TestS20SocketOfAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		if _, err := dialAs(nobody)("tcp4", "127.0.0.1:1"); !errors.Is(err, syscall.EPERM) {
			t.Errorf("taking another user: %v", err)
		}
		return
	}
	_, server := pipe(t, "tcp4", "127.0.0.1:0", dialAs(nobody))
	if got, err := socketOwner(ends(server)); err != nil || got != nobody {
		t.Errorf("%d, %v", got, err)
	}
}

// Pages in another user's browser get nothing, at any door, whatever key they have.
func TestS20OtherUserIsRefused(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy = t.TempDir(), 0, ""
	var other bool
	r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) {
		s.peers = peers{own: 990, active: func() (owner, bool, error) { return 1000, true, nil },
			of: func(client, _ netip.AddrPort) (owner, error) {
				if other {
					return 1001, nil
				}
				return 1000, nil
			}}
	})
	p, c := r.visitor(t, ehr, scopeReaders)
	path := r.offer(t, "x", "x")
	other = true
	denied, ch := p.meet()
	denied.sendCall("auth", p.auth(ch.Nonce, nonce()))
	if kind, code := denied.refused(); kind != state.Denied || code != closeDenied {
		t.Errorf("auth: %q, %d", kind, code)
	}
	denied, _, _ = r.page(t, "https://new.example").asks("fse")
	if kind, code := denied.refused(); kind != state.Denied || code != closeDenied {
		t.Errorf("pair: %q, %d", kind, code)
	}
	for _, line := range []string{"Sec-Fetch-Mode: navigate", "Origin: " + ehr} {
		if code, _, _ := r.get(t, "GET", path, line); code != http.StatusForbidden {
			t.Errorf("the document: %d", code)
		}
	}
	c.alive() // the one at the machine goes on
	other = false
	if code, _, _ := r.get(t, "GET", path, "Origin: "+ehr); code != http.StatusOK {
		t.Errorf("the document of the one at the machine: %d", code)
	}
}

// Who answers for the user is the user, also when he changes while a program is
// attached.
func TestS20PromptDoorIsTheUsers(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy = t.TempDir(), 0, ""
	at := owner(os.Getuid()) + 1
	sits := func() (owner, bool, error) { return at, true, nil }
	r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) { s.peers = peers{own: 990, active: sits} })
	tray := &prompt{answers: []questions{codes, consents}, may: func() bool { return r.server.peers.admit(1000) == nil }}
	at = 1000
	defer r.prompts.attach(tray)()
	if r.prompts.last(codes) != tray || r.prompts.last(consents) != tray {
		t.Error("the user at the machine is not asked")
	}
	at = 1001
	if r.prompts.last(codes) != nil || r.prompts.there(consents) {
		t.Error("another user is asked")
	}
	if os.Getuid() == 0 {
		return // root may always attach
	}
	if _, answer, err := controlDialer(r.cfg.ControlSocket()).Dial("ws://control/prompt", nil); err == nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("another user attaches: %v", err)
	}
}

func TestPromptAnswersAreUnderstood(t *testing.T) {
	r := start(t)
	for query, want := range map[string]int{"?answers=codes,consents": 101, "?answers=consents": 101, "": 101, "?answers=all": 403, "?answers=codes,": 403} {
		ws, answer, err := controlDialer(r.cfg.ControlSocket()).Dial("ws://control/prompt"+query, nil)
		if answer == nil || answer.StatusCode != want {
			t.Errorf("%q: %+v, %v", query, answer, err)
		}
		if err == nil {
			_ = ws.Close()
		}
	}
}
