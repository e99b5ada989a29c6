//go:build unix

package bridge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// listenControl opens the control socket. Its mode lets the daemon's group in
// (0660): whoever may connect may do everything but read codes.
func listenControl(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("cannot open the control socket: %w", err)
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		_ = c.Close()
		return nil, fmt.Errorf("cannot open %s: an agrafed is running already", path)
	} else if errors.Is(err, syscall.ECONNREFUSED) {
		if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
			_ = os.Remove(path) // left by one that was killed
		}
	}
	// The socket must not be open to others for an instant. The mask is that of the
	// whole process, which makes no files yet: the daemon is not running.
	old := syscall.Umask(0o117)
	l, err := net.Listen("unix", path)
	syscall.Umask(old)
	if err != nil {
		return nil, fmt.Errorf("cannot open the control socket: %w", err)
	}
	return l, nil
}

type peerKey struct{}

// peerContext notes who is at the other end of a control connection.
func peerContext(ctx context.Context, c net.Conn) context.Context {
	ctx = socketContext(ctx, c)
	uid, err := peerUID(c.(*net.UnixConn))
	if err != nil {
		return ctx
	}
	return context.WithValue(ctx, peerKey{}, owner(uid))
}

// peerOf returns whom the program at the other end runs for, false if the system
// did not say.
func peerOf(ctx context.Context) (owner, bool) {
	uid, ok := ctx.Value(peerKey{}).(owner)
	return uid, ok
}

// onSocket runs f with the descriptor of c and returns its error.
func onSocket(c *net.UnixConn, f func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(int(fd)) }); err != nil {
		return err
	}
	return inner
}
