package main

import (
	"slices"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
)

// serviceName is under which agrafe install registers us.
const serviceName = "agrafed"

// manager is by whom the program is run, as the words after the flags say it. Nothing
// but them tells that it is the service manager: what else shows it (session, parent)
// is not there on every Windows.
func manager(words []string) (func(*program) error, error) {
	switch {
	case len(words) == 0:
		return (*program).foreground, nil
	case slices.Equal(words, []string{"service", "run"}):
		return func(p *program) error { return svc.Run(serviceName, p) }, nil
	}
	return nil, errUnexpected(words)
}

// Execute is called by the service manager.
func (p *program) Execute(_ []string, asked <-chan svc.ChangeRequest, told chan<- svc.Status) (bool, uint32) {
	told <- svc.Status{State: svc.StartPending}
	if err := p.start(); err != nil {
		p.log.Error("cannot start", "error", err)
		return true, uint32(exitCode(err))
	}
	running := svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown | svc.AcceptSessionChange | svc.AcceptPowerEvent}
	told <- running
	for r := range asked {
		switch r.Cmd {
		case svc.Interrogate:
			told <- running
		case svc.Stop, svc.Shutdown:
			told <- svc.Status{State: svc.StopPending}
			p.stop()
			// The manager says that we have stopped before this process ends, and a purge
			// then can't remove a file that is open.
			_ = p.lines.Close()
			return false, 0
		case svc.SessionChange, svc.PowerEvent:
			if absent(r) {
				p.forget()
			}
		}
	}
	return false, 0
}

// absent says whether the user leaves the machine. The numbers of power events are those
// of WM_POWERBROADCAST.
func absent(r svc.ChangeRequest) bool {
	const suspend = 0x4 // PBT_APMSUSPEND
	if r.Cmd == svc.PowerEvent {
		return r.EventType == suspend
	}
	switch r.EventType {
	case windows.WTS_SESSION_LOCK, windows.WTS_SESSION_LOGOFF, windows.WTS_CONSOLE_DISCONNECT, windows.WTS_REMOTE_DISCONNECT:
		return true
	}
	return false
}
