package bridge

import (
	"context"
	"errors"
	"net"
	"net/http"
)

// program is who is at the other end of a control connection.
type program struct {
	owner  owner
	member bool // of the daemon's group
}

// errStranger is a program of a user whom the control socket does not serve.
var errStranger = errors.New("cannot serve this user: he neither sits at this machine nor is of the service's group")

// errUntold is a program of which the system does not say for whom it runs.
var errUntold = errors.New("cannot tell for whom this program runs")

// Bounds of the control connections whose request has not come: of one user, and of
// those whom the socket does not serve, who are only there to be told why. These have
// places of their own: a user can have as many numbers as the system lends him
// (subuid(5)), and none of them may keep the tray out.
const (
	maxOfOwner        = 32
	maxRefused        = 16
	maxRefusedOfOwner = 4
)

// refusedHeader tells a program of this machine, which may know, why it is refused:
// refusedOther, refusedStranger, or refusedUnknown where the daemon could not tell
// who it is.
const (
	refusedHeader   = "Agrafe-Refused"
	refusedOther    = "other-user"
	refusedStranger = "not-member"
	refusedUnknown  = "unknown"
)

// admitProgram fails unless p runs for the system, for the daemon's own user, for a
// member of its group, or for the one at the machine.
//
// The last one is why the socket's mode can't decide: the tray of whoever logs in has
// to work after nothing but the installation, though nobody has made him a member.
// The mode therefore lets everybody knock, and this is what lets in. A system that
// keeps no seats knows nobody who sits there: its members are those of the group.
func (p peers) admitProgram(one program) error {
	if one.member || one.owner == 0 || one.owner == p.own {
		return nil
	}
	who, kept, err := p.active()
	switch {
	case err != nil:
		return err
	case !kept:
		return errStranger
	case who != one.owner:
		return errOtherUser
	}
	return nil
}

// noteProgram notes who is at the other end of a control connection as soon as it is
// accepted, and puts it among those that are served or among those that are not.
func (s *Server) noteProgram(ctx context.Context, c net.Conn) context.Context {
	ctx = peerContext(ctx, c)
	p, told := programIn(ctx)
	s.sort(c, p, told)
	return ctx
}

func (s *Server) sort(c net.Conn, p program, told bool) {
	if told && s.peers.admitProgram(p) == nil {
		s.programs.add(c, p.owner)
	} else {
		s.refused.add(c, p.owner)
	}
}

// seeProgram is the control server's ConnState.
func (s *Server) seeProgram(c net.Conn, state http.ConnState) {
	if state == http.StateClosed {
		s.programs.met(c)
		s.refused.met(c)
	}
}

// refuseProgram answers one that is not let in, and ends its connection.
func refuseProgram(w http.ResponseWriter, err error) {
	reason := refusedUnknown
	switch {
	case errors.Is(err, errOtherUser):
		reason = refusedOther
	case errors.Is(err, errStranger):
		reason = refusedStranger
	}
	w.Header().Set(refusedHeader, reason)
	w.Header().Set("Connection", "close")
	refuse(w)
}

type programKey struct{}

func withProgram(ctx context.Context, p program) context.Context {
	return context.WithValue(ctx, programKey{}, p)
}

// programIn returns the program at the other end, false if the system did not say.
func programIn(ctx context.Context) (program, bool) {
	p, ok := ctx.Value(programKey{}).(program)
	return p, ok
}
