package bridge

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// noSession is what WTSGetActiveConsoleSessionId gives when nobody is there. No program
// runs in it.
const noSession = 0xFFFFFFFF

// sessionOwner is whom a program of a session runs for. That of services is the system's
// only for those who have its rights: programs of other users run there too, which a task
// or a service of theirs has begun, or a remote shell. They are nobody's.
func sessionOwner(session uint32, member bool) owner {
	if session == 0 && !member {
		return noSession
	}
	return owner(session)
}

func newPeers() peers {
	var own uint32
	_ = windows.ProcessIdToSessionId(uint32(os.Getpid()), &own) // 0, the session of services, when it fails
	return peers{own: owner(own), of: socketSession, active: consoleSession}
}

// consoleSession is the session at the screen and keyboard of the machine.
func consoleSession() (who owner, kept bool, err error) {
	id := windows.WTSGetActiveConsoleSessionId()
	if id == noSession {
		return 0, true, nil // nobody but the system
	}
	return owner(id), true, nil
}

var getExtendedTCPTable = windows.NewLazySystemDLL("iphlpapi.dll").NewProc("GetExtendedTcpTable")

// Numbers and layouts of GetExtendedTcpTable (iphlpapi.h, tcpmib.h): rows of
// MIB_TCPROW_OWNER_PID and MIB_TCP6ROW_OWNER_PID. Ports are in network order.
const (
	tableOwnerPIDConnections = 4 // TCP_TABLE_OWNER_PID_CONNECTIONS
	rowSize                  = 24
	rowSize6                 = 56
)

// socketSession finds the session of the process that holds the client's end. Whose rights
// that one has is not asked: the service's account may not open it.
func socketSession(client, server netip.AddrPort) (owner, error) {
	pid, err := socketProcess(client, server)
	if err != nil {
		return 0, fmt.Errorf("cannot tell who asks: %w", err)
	}
	var session uint32
	if err := windows.ProcessIdToSessionId(pid, &session); err != nil {
		return 0, fmt.Errorf("cannot tell who asks: %w", err)
	}
	return sessionOwner(session, false), nil
}

func socketProcess(client, server netip.AddrPort) (uint32, error) {
	four := client.Addr().Unmap().Is4()
	family, size := uintptr(windows.AF_INET6), rowSize6
	if four {
		family, size = windows.AF_INET, rowSize
	}
	table, err := tcpTable(family)
	if err != nil {
		return 0, err
	}
	if len(table) < 4 {
		return 0, errors.New("the table of connections is cut short")
	}
	rows := table[4:]
	for n := binary.LittleEndian.Uint32(table); n > 0 && len(rows) >= size; n-- {
		local, remote, pid := readRow(rows[:size], four)
		if local == plain(client) && remote == plain(server) && pid != 0 {
			return pid, nil
		}
		rows = rows[size:]
	}
	return 0, errors.New("the connection has ended")
}

func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// readRow reads one row.
func readRow(row []byte, four bool) (local, remote netip.AddrPort, pid uint32) {
	port := func(at int) uint16 { return binary.BigEndian.Uint16(row[at:]) }
	if four {
		local = netip.AddrPortFrom(netip.AddrFrom4([4]byte(row[4:8])), port(8))
		remote = netip.AddrPortFrom(netip.AddrFrom4([4]byte(row[12:16])), port(16))
		return local, remote, binary.LittleEndian.Uint32(row[20:])
	}
	local = netip.AddrPortFrom(netip.AddrFrom16([16]byte(row[0:16])), port(20))
	remote = netip.AddrPortFrom(netip.AddrFrom16([16]byte(row[24:40])), port(44))
	return local, remote, binary.LittleEndian.Uint32(row[52:])
}

// tcpTable is the table of connections with their processes. It may grow between
// the question for its size and the one for its content.
func tcpTable(family uintptr) ([]byte, error) {
	size := uint32(64 << 10)
	for range 8 {
		table := make([]byte, size)
		code, _, _ := getExtendedTCPTable.Call(uintptr(unsafe.Pointer(&table[0])), uintptr(unsafe.Pointer(&size)), 0, family, tableOwnerPIDConnections, 0)
		switch windows.Errno(code) {
		case 0:
			return table, nil
		case windows.ERROR_INSUFFICIENT_BUFFER:
			continue
		default:
			return nil, windows.Errno(code)
		}
	}
	return nil, windows.ERROR_INSUFFICIENT_BUFFER
}
