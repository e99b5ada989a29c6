package bridge

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
)

// owner is whom a process of this machine runs for: the number of its user or, on
// Windows, of its session. 0 is the system's own: root, the session of services.
type owner uint32

// peers tells whether the one at the other end may use the readers. They belong to
// whoever sits at the machine: another user who is logged in beside, or from afar,
// is not to read the card that lies there, nor to answer a dialog.
type peers struct {
	own owner // the daemon's

	// of finds for whom the process runs that holds the client's end of a loopback
	// connection. It fails when there is none any more.
	of func(client, server netip.AddrPort) (owner, error)

	// active is who sits at the machine, false when the system does not keep that:
	// then there is no other to be told apart from.
	active func() (who owner, kept bool, err error)
}

// errOtherUser is a peer that runs for somebody else than the one at the machine.
var errOtherUser = errors.New("cannot serve this user: another one sits at this machine")

// admit fails unless o is the one at the machine, the system or the daemon itself.
func (p peers) admit(o owner) error {
	if o == 0 || o == p.own {
		return nil
	}
	who, kept, err := p.active()
	switch {
	case err != nil:
		return err
	case kept && who != o:
		return errOtherUser
	}
	return nil
}

// admitRequest is admit for the one at the other end of r's TCP connection.
func (p peers) admitRequest(r *http.Request) error {
	return p.admitSocket(socketOf(r.Context()))
}

// admitSocket is admit for the one at the other end of c.
func (p peers) admitSocket(c net.Conn) error {
	client, there := c.RemoteAddr().(*net.TCPAddr)
	server, here := c.LocalAddr().(*net.TCPAddr)
	if !there || !here {
		return errors.New("cannot tell who asks: this is no TCP connection")
	}
	o, err := p.of(client.AddrPort(), server.AddrPort())
	if err != nil {
		return err
	}
	return p.admit(o)
}
