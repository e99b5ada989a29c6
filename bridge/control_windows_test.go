package bridge

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"github.com/agrafe-fse/agrafe/bridge/local"
)

// pipe opens a control pipe that goes with the test, and returns the path that it
// stands for.
func pipe(t *testing.T) (net.Listener, string) {
	t.Helper()
	path := filepath.Join(`C:\state`, t.Name(), "control.sock")
	l, err := listenControl(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	_ = dialPipe(t, path).Close() // wine gives the first client the instance that only holds the name
	return l, path
}

func dialPipe(t *testing.T, path string) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := winio.DialPipeAccessImpLevel(ctx, local.PipeName(path), local.ClientAccess, winio.PipeImpLevelIdentification)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// S27: the pipe's connections come with their user, and lose no byte by it.
func TestS27Pipe(t *testing.T) {
	l, path := pipe(t)
	c := dialPipe(t, path)
	if _, err := c.Write([]byte("whole")); err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got := make([]byte, 5)
	if _, err := io.ReadFull(s, got); err != nil || string(got) != "whole" {
		t.Errorf("%q, %v", got, err)
	}
	var session uint32
	if err := windows.ProcessIdToSessionId(uint32(os.Getpid()), &session); err != nil {
		t.Fatal(err)
	}
	one, ok := programIn(peerContext(t.Context(), s))
	if want := (program{owner: owner(session), member: true}); !ok || one != want {
		t.Errorf("%+v, want %+v", one, want)
	}
}

// S27: what runs in the session of services without the system's rights is not the system,
// neither by the pipe nor by TCP, be somebody at the screen or not.
func TestS27PipeOfSessionZero(t *testing.T) {
	tests := []struct {
		name    string
		session uint32
		member  bool
		console owner
		pipe    error
		tcp     error // without its rights, which TCP does not tell
	}{
		{"a user in session 0", 0, false, 1, errOtherUser, errOtherUser},
		{"a user in session 0, nobody at the screen", 0, false, 0, errOtherUser, errOtherUser},
		{"an administrator in session 0", 0, true, 1, nil, errOtherUser},
		{"a user at the screen", 1, false, 1, nil, nil},
		{"a user elsewhere", 2, false, 1, errOtherUser, errOtherUser},
		{"an administrator elsewhere", 2, true, 1, nil, errOtherUser},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := peers{own: 0, active: func() (owner, bool, error) { return tt.console, true, nil }} // the service's own session
			if err := p.admitProgram(program{owner: sessionOwner(tt.session, tt.member), member: tt.member}); !errors.Is(err, tt.pipe) {
				t.Errorf("by the pipe: %v, want %v", err, tt.pipe)
			}
			if err := p.admit(sessionOwner(tt.session, false)); !errors.Is(err, tt.tcp) {
				t.Errorf("by TCP: %v, want %v", err, tt.tcp)
			}
		})
	}
}

// failing is a listener that fails until it is closed.
type failing struct {
	net.Listener
	closed chan struct{}
	asked  int
}

func (f *failing) Accept() (net.Conn, error) {
	select {
	case <-f.closed:
		return nil, net.ErrClosed
	default:
		f.asked++
		return nil, windows.ERROR_NO_SYSTEM_RESOURCES
	}
}

func (f *failing) Close() error { close(f.closed); return nil }

// S10: a pipe that can't take connections is asked again, not all the time, and says so
// once.
func TestS10PipeFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines bytes.Buffer
		l := &failing{closed: make(chan struct{})}
		p := &controlPipe{Listener: l, log: slog.New(slog.NewTextHandler(&lines, nil)), closed: make(chan struct{})}
		go p.receive()
		time.Sleep(time.Minute)
		synctest.Wait()
		if l.asked < 50 || l.asked > 70 || strings.Count(lines.String(), "\n") != 1 {
			t.Errorf("asked %d times in a minute; log: %s", l.asked, lines.String())
		}
		_ = p.Close()
		if _, err := p.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("once it is closed: %v", err)
		}
	})
}

// S27: a name that is taken is not shared with whoever took it.
func TestS27PipeIsTaken(t *testing.T) {
	_, path := pipe(t)
	if l, err := listenControl(path, slog.New(slog.DiscardHandler)); err == nil {
		_ = l.Close()
		t.Error("a second pipe of the same name: no error")
	}
}

// S10: those that say nothing wait for a moment, some of them, and keep nobody out for
// longer.
func TestS10SilentPipes(t *testing.T) {
	l, path := pipe(t)
	for range maxUnnamed {
		dialPipe(t, path)
	}
	p := l.(*controlPipe)
	full := func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, n := range p.unnamed {
			return n == maxUnnamed
		}
		return false
	}
	for limit := time.Now().Add(patience); !full(); time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("they are not all there")
		}
	}
	one := dialPipe(t, path)
	if n, err := one.Read(make([]byte, 1)); err == nil {
		t.Errorf("one more: read %d bytes", n)
	}
	time.Sleep(headerTimeout) // real time: the deadlines are those of the system
	late := dialPipe(t, path)
	if _, err := late.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if s, err := l.Accept(); err != nil {
		t.Error(err)
	} else {
		_ = s.Close()
	}
}

// S27: what users of this machine are given is not the right to serve the pipe, and
// nobody comes over the network.
func TestS27PipeRights(t *testing.T) {
	text, err := pipeRights()
	if err != nil {
		t.Fatal(err)
	}
	sd, err := windows.SecurityDescriptorFromString(text)
	if err != nil {
		t.Fatal(err)
	}
	dacl, _, err := sd.DACL()
	if err != nil {
		t.Fatal(err)
	}
	interactive, err := windows.CreateWellKnownSid(windows.WinInteractiveSid)
	if err != nil {
		t.Fatal(err)
	}
	network, err := windows.CreateWellKnownSid(windows.WinNetworkSid)
	if err != nil {
		t.Fatal(err)
	}
	const createPipeInstance = 0x4 // FILE_CREATE_PIPE_INSTANCE
	var users, refused bool
	for i := range uint32(dacl.AceCount) {
		ace, sid := aceAt(t, dacl, i)
		switch {
		case sid.Equals(interactive):
			users = ace.Header.AceType == windows.ACCESS_ALLOWED_ACE_TYPE && ace.Mask&(createPipeInstance|windows.GENERIC_WRITE|windows.GENERIC_ALL|windows.WRITE_DAC|windows.WRITE_OWNER) == 0
		case sid.Equals(network):
			refused = ace.Header.AceType == windows.ACCESS_DENIED_ACE_TYPE && i == 0
		}
	}
	if !users || !refused {
		t.Errorf("users %v, network refused first %v: %s", users, refused, text)
	}
}

func aceAt(t *testing.T, dacl *windows.ACL, i uint32) (*windows.ACCESS_ALLOWED_ACE, *windows.SID) {
	t.Helper()
	var ace *windows.ACCESS_ALLOWED_ACE
	if err := windows.GetAce(dacl, i, &ace); err != nil {
		t.Fatal(err)
	}
	return ace, (*windows.SID)(unsafe.Pointer(&ace.SidStart))
}
