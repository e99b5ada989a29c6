package bridge

import (
	"context"
	"errors"
)

// program is who is at the other end of a control connection.
type program struct {
	owner  owner
	member bool // of the daemon's group
}

// errStranger is a program of a user whom the control socket does not serve.
var errStranger = errors.New("cannot serve this user: he neither sits at this machine nor is of the service's group")

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

type programKey struct{}

func withProgram(ctx context.Context, p program) context.Context {
	return context.WithValue(ctx, programKey{}, p)
}

// programIn returns the program at the other end, false if the system did not say.
func programIn(ctx context.Context) (program, bool) {
	p, ok := ctx.Value(programKey{}).(program)
	return p, ok
}
