package bridge

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// seatFile is where logind keeps the state of the seat at the machine. It says of
// itself that it is private; it is what sd_seat_get_active of libsystemd reads,
// for which there is no other source without D-Bus.
const seatFile = "/run/systemd/seats/seat0"

func newPeers() peers {
	return peers{own: owner(os.Getuid()), of: socketOwner, active: func() (owner, bool, error) { return seatUser(seatFile) }}
}

// seatUser reads ACTIVE_UID of a seat. A machine without the file has no logind or
// no seat. A file without it is a seat where nobody is: nobody but the system is
// admitted then.
func seatUser(file string) (who owner, kept bool, err error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, true, fmt.Errorf("cannot tell who sits at this machine: %w", err)
	}
	for line := range bytes.Lines(text) {
		if value, ok := bytes.CutPrefix(line, []byte("ACTIVE_UID=")); ok {
			uid, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 32)
			if err != nil {
				return 0, true, errors.New("cannot tell who sits at this machine: the state of seat0 is unreadable")
			}
			return owner(uid), true, nil
		}
	}
	return 0, true, nil
}

// Layouts and numbers of sock_diag(7) and linux/inet_diag.h.
const (
	sockDiagByFamily = 20
	tcpEstablished   = 1
	diagRequestSize  = 56 // struct inet_diag_req_v2
	diagMessageSize  = 72 // struct inet_diag_msg
	diagUIDOffset    = 64 // in the answer
	diagInodeOffset  = 68
)

// socketOwner asks the kernel for the user of the client's socket. The question
// names one connection (NETLINK_SOCK_DIAG), so the answer does not depend on how
// many there are, nor on what changes meanwhile, as reading /proc/net/tcp would.
//
// A socket that its process has closed has no owner any more, which the kernel
// shows as root's with inode 0: it is refused, or whoever sends and hangs up would
// be root.
func socketOwner(client, server netip.AddrPort) (owner, error) {
	answer, err := askDiag(diagRequest(client, server))
	if err != nil {
		return 0, fmt.Errorf("cannot tell who asks: %w", err)
	}
	if answer[1] != tcpEstablished || native.Uint32(answer[diagInodeOffset:]) == 0 {
		return 0, errors.New("cannot tell who asks: the connection has ended")
	}
	return owner(native.Uint32(answer[diagUIDOffset:])), nil
}

var native = binary.NativeEndian

// diagRequest asks for the socket that is bound to client and connected to server.
func diagRequest(client, server netip.AddrPort) []byte {
	family := byte(unix.AF_INET6)
	if client.Addr().Unmap().Is4() {
		family = unix.AF_INET
	}
	size := unix.SizeofNlMsghdr + diagRequestSize
	m := make([]byte, 0, size)
	m = native.AppendUint32(m, uint32(size))
	m = native.AppendUint16(m, sockDiagByFamily)
	m = native.AppendUint16(m, unix.NLM_F_REQUEST)
	m = append(m, make([]byte, 8)...)                   // sequence and port: one question, one answer
	m = append(m, family, unix.IPPROTO_TCP, 0, 0)       // no extensions
	m = native.AppendUint32(m, ^uint32(0))              // any state: it is looked at in the answer
	m = binary.BigEndian.AppendUint16(m, client.Port()) // inet_diag_sockid: the ports,
	m = binary.BigEndian.AppendUint16(m, server.Port()) //
	m = append(m, address(client)...)                   // the addresses,
	m = append(m, address(server)...)                   //
	m = native.AppendUint32(m, 0)                       // any interface,
	return append(m, bytes.Repeat([]byte{0xFF}, 8)...)  // no cookie
}

// address is a's address in 16 bytes, those of IPv4 first.
func address(a netip.AddrPort) []byte {
	b := make([]byte, 16)
	copy(b, a.Addr().Unmap().AsSlice())
	return b
}

// askDiag sends request and returns the struct inet_diag_msg of the answer.
func askDiag(request []byte) ([]byte, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	defer unix.Close(fd)
	timeout := unix.Timeval{Sec: 1}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout); err != nil {
		return nil, err
	}
	if err := unix.Sendto(fd, request, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, err
	}
	buffer := make([]byte, 8<<10)
	n, from, err := unix.Recvfrom(fd, buffer, 0)
	if err != nil {
		return nil, err
	}
	if sender, ok := from.(*unix.SockaddrNetlink); !ok || sender.Pid != 0 {
		return nil, errors.New("the answer is not the kernel's")
	}
	return diagAnswer(buffer[:n])
}

// diagAnswer is the body of a netlink message, or the error that it carries.
func diagAnswer(m []byte) ([]byte, error) {
	if len(m) < unix.SizeofNlMsghdr {
		return nil, errors.New("the answer is cut short")
	}
	body := m[unix.SizeofNlMsghdr:]
	switch kind := native.Uint16(m[4:]); {
	case kind == unix.NLMSG_ERROR && len(body) >= 4:
		return nil, unix.Errno(-int32(native.Uint32(body)))
	case kind != sockDiagByFamily || len(body) < diagMessageSize:
		return nil, errors.New("the answer is not one")
	}
	return body, nil
}
