package bridge

import (
	"encoding/binary"
	"net"
	"os"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// controlMask lets every user of the machine knock (0666): programOf tells who it is,
// and admitProgram decides.
const controlMask = 0o111

// programOf tells who is at the other end, as it was when it connected: its user
// (SO_PEERCRED), and whether one of its groups is the daemon's (SO_PEERGROUPS). The
// kernel is asked and not the list of users, which may be in the network.
func programOf(c *net.UnixConn) (p program, err error) {
	err = onSocket(c, func(fd int) error {
		cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
		if err != nil {
			return err
		}
		groups, err := peerGroups(fd)
		own := uint32(os.Getegid())
		p = program{owner: owner(cred.Uid), member: cred.Gid == own || slices.Contains(groups, own)}
		return err
	})
	return p, err
}

// maxGroups is how many groups a process may have (NGROUPS_MAX, limits.h).
const maxGroups = 65536

// peerGroups are the groups that the one at the other end has beside its first.
func peerGroups(fd int) ([]uint32, error) {
	buffer := make([]byte, 4*64)
	for {
		size := uint32(len(buffer))
		_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_PEERGROUPS,
			uintptr(unsafe.Pointer(&buffer[0])), uintptr(unsafe.Pointer(&size)), 0)
		switch {
		case errno == unix.ERANGE && len(buffer) < 4*maxGroups:
			buffer = make([]byte, 4*maxGroups)
			continue
		case errno != 0:
			return nil, errno
		}
		groups := make([]uint32, 0, size/4)
		for part := range slices.Chunk(buffer[:size], 4) {
			groups = append(groups, binary.NativeEndian.Uint32(part))
		}
		return groups, nil
	}
}
