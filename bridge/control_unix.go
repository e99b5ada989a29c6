//go:build unix

package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// listenControl opens the control socket, with the mode that controlMask leaves:
// whoever is let in may do everything but read codes.
func listenControl(path string, _ *slog.Logger) (net.Listener, error) {
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
	old := syscall.Umask(controlMask)
	l, err := net.Listen("unix", path)
	syscall.Umask(old)
	if err != nil {
		return nil, fmt.Errorf("cannot open the control socket: %w", err)
	}
	return l, nil
}

// peerContext notes who is at the other end of a control connection.
func peerContext(ctx context.Context, c net.Conn) context.Context {
	ctx = socketContext(ctx, c)
	p, err := programOf(c.(*net.UnixConn))
	if err != nil {
		return ctx
	}
	return withProgram(ctx, p)
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
