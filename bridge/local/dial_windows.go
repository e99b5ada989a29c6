package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

const (
	noRight  = "this user may not open its control pipe; use the session at this machine's screen, or an administrator's prompt"
	stranger = "it serves the user at this machine's screen and administrators"
)

// errSquatter is a pipe of the service's name that somebody else has made.
var errSquatter = errors.New("cannot trust the control pipe: neither the service nor this user owns it; another program has taken its name, see agrafe doctor")

// dialControl opens the control pipe of the socket at path. Nothing is written before
// its owner has been looked at. The service may learn who we are, no more: at
// SECURITY_IDENTIFICATION nobody acts as us.
func dialControl(ctx context.Context, path string) (net.Conn, error) {
	c, err := winio.DialPipeAccessImpLevel(ctx, PipeName(path), ClientAccess, winio.PipeImpLevelIdentification)
	if err != nil {
		return nil, err
	}
	if err := trustPipe(c); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// trustPipe fails unless the pipe belongs to the system, its administrators, the
// service's account or this user. Its maker chose the owner, among those that he is.
func trustPipe(c net.Conn) error {
	f, ok := c.(interface{ Fd() uintptr })
	if !ok {
		return errors.New("cannot tell whose the control pipe is")
	}
	sd, err := windows.GetSecurityInfo(windows.Handle(f.Fd()), windows.SE_KERNEL_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return fmt.Errorf("cannot tell whose the control pipe is: %w", err)
	}
	owner, _, err := sd.Owner()
	if err != nil {
		return fmt.Errorf("cannot tell whose the control pipe is: %w", err)
	}
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return fmt.Errorf("cannot tell whose the control pipe is: %w", err)
	}
	if !trusted(owner.String(), me.User.Sid.String()) {
		return errSquatter
	}
	return nil
}

// trusted says whether a pipe of owner may be the service's, for the user me.
func trusted(owner, me string) bool {
	const system, administrators = "S-1-5-18", "S-1-5-32-544" // [MS-DTYP] 2.4.2.4
	return slices.Contains([]string{system, administrators, ServiceSID("agrafed"), me}, owner)
}
