package bridge

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
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
	l, err := listenControl(path)
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

// S27: a name that is taken is not shared with whoever took it.
func TestS27PipeIsTaken(t *testing.T) {
	_, path := pipe(t)
	if l, err := listenControl(path); err == nil {
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
