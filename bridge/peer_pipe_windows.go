package bridge

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	getClientSessionID = windows.NewLazySystemDLL("kernel32.dll").NewProc("GetNamedPipeClientSessionId")
	impersonateClient  = windows.NewLazySystemDLL("advapi32.dll").NewProc("ImpersonateNamedPipeClient")
)

// pipeSession is the session of the client of a pipe, as the system noted it when the
// client opened it. Asking for the client's process instead could name another one that
// has got the number of a process which has ended.
func pipeSession(pipe windows.Handle) (uint32, error) {
	var session uint32
	if done, _, err := getClientSessionID.Call(uintptr(pipe), uintptr(unsafe.Pointer(&session))); done == 0 {
		return 0, fmt.Errorf("cannot tell who asks: %w", err)
	}
	return session, nil
}

// pipeMember says whether the client of a pipe, of which something has been read, is
// the system, an administrator with his rights taken up, or this process's own user. Its
// token is looked at and not its process, which the service's account may not open.
func pipeMember(pipe windows.Handle) (bool, error) {
	token, err := clientToken(pipe)
	if err != nil {
		return false, err
	}
	defer token.Close()
	client, err := token.GetTokenUser()
	if err != nil {
		return false, fmt.Errorf("cannot tell who asks: %w", err)
	}
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return false, fmt.Errorf("cannot tell who asks: %w", err)
	}
	if client.User.Sid.IsWellKnown(windows.WinLocalSystemSid) || client.User.Sid.Equals(me.User.Sid) {
		return true, nil
	}
	administrators, err := windows.CreateWellKnownSid(windows.WinBuiltinAdministratorsSid)
	if err != nil {
		return false, fmt.Errorf("cannot tell who asks: %w", err)
	}
	return token.IsMember(administrators)
}

// clientToken is the token of the client of a pipe. The thread bears it for a moment;
// one that can't lay it down again ends with its goroutine and serves nobody else.
func clientToken(pipe windows.Handle) (windows.Token, error) {
	type found struct {
		token windows.Token
		err   error
	}
	answer := make(chan found)
	go func() {
		runtime.LockOSThread()
		token, err := impersonated(pipe)
		if windows.RevertToSelf() == nil {
			runtime.UnlockOSThread()
		}
		answer <- found{token, err}
	}()
	f := <-answer
	return f.token, f.err
}

func impersonated(pipe windows.Handle) (token windows.Token, err error) {
	if done, _, err := impersonateClient.Call(uintptr(pipe)); done == 0 {
		return 0, fmt.Errorf("cannot tell who asks: %w", err)
	}
	const asSelf = true // the client at this level may open nothing
	if err := windows.OpenThreadToken(windows.CurrentThread(), windows.TOKEN_QUERY, asSelf, &token); err != nil {
		return 0, fmt.Errorf("cannot tell who asks: %w", err)
	}
	return token, nil
}
