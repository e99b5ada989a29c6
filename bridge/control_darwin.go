package bridge

import (
	"net"

	"golang.org/x/sys/unix"
)

// controlMask lets the daemon's group in (0660): who sits at the machine can't be
// told here yet.
const controlMask = 0o117

// programOf tells who is at the other end (LOCAL_PEERCRED). The mode of the socket
// has kept out who is not of the daemon's group.
func programOf(c *net.UnixConn) (p program, err error) {
	err = onSocket(c, func(fd int) error {
		cred, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
		if err == nil {
			p = program{owner: owner(cred.Uid), member: true}
		}
		return err
	})
	return p, err
}
