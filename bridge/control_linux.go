package bridge

import (
	"net"

	"golang.org/x/sys/unix"
)

// peerUID is the user at the other end (SO_PEERCRED).
func peerUID(c *net.UnixConn) (uid uint32, err error) {
	err = onSocket(c, func(fd int) error {
		cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
		if err == nil {
			uid = cred.Uid
		}
		return err
	})
	return uid, err
}
