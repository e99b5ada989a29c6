package bridge

import (
	"net"

	"golang.org/x/sys/unix"
)

// peerUID is the user at the other end (LOCAL_PEERCRED).
func peerUID(c *net.UnixConn) (uid uint32, err error) {
	err = onSocket(c, func(fd int) error {
		cred, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
		if err == nil {
			uid = cred.Uid
		}
		return err
	})
	return uid, err
}
