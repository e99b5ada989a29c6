//go:build unix

package local

import (
	"context"
	"net"
)

const (
	noRight  = "this user may not open its control socket; join the group of agrafed"
	stranger = "it serves the user at this machine and those of its group; to join it: sudo usermod -aG agrafe USER"
)

// dialControl opens the control socket at path.
func dialControl(ctx context.Context, path string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "unix", path)
}
