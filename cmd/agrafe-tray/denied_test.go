//go:build desktop

package main

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
)

// stranger answers at a control socket as a service does that does not talk to this
// user, for a reason that it may tell.
func stranger(t *testing.T, reason string) (socket string) {
	t.Helper()
	socket = filepath.Join(folder(t), "control.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if reason != "" {
			w.Header().Set("Agrafe-Refused", reason)
		}
		w.WriteHeader(http.StatusForbidden)
	})}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return socket
}

// The tray of a session that the service does not talk to only says so, and why.
func TestS20OtherSessionIsReadOnly(t *testing.T) {
	s := newSession(t, true)
	s.run(t, stranger(t, "other-user"))
	i := s.icon(t)
	i.shows(t, "une autre session tient le poste")
	for _, text := range []string{"Ouvrir la console", "diagnostic"} {
		i.able(t, text, false)
	}
	for _, text := range []string{"Copier les informations", "À propos", "Quitter"} {
		i.able(t, text, true)
	}
	i.hides(t, "Sites connectés")
}

// The tray says why the service does not talk to it, which is not always the same.
func TestS20RefusalIsToldAsItIs(t *testing.T) {
	for reason, want := range map[string]string{
		"not-member": "n'est pas dans le groupe du service",
		"unknown":    "ne sait pas qui est devant le poste",
		"":           "ne sait pas qui est devant le poste", // of an older service
	} {
		t.Run(reason, func(t *testing.T) {
			s := newSession(t, true)
			s.run(t, stranger(t, reason))
			s.icon(t).shows(t, want)
		})
	}
}

// A socket that is not for this user is not the same as a service that is down.
func TestS27SocketDenied(t *testing.T) {
	denied := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EACCES)}
	absent := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ENOENT)}
	for _, tt := range []struct {
		name string
		err  error
		want view.Link
	}{
		{"not for this user", errors.Join(local.ErrDown, denied), view.Denied},
		{"not there", errors.Join(local.ErrDown, absent), view.Down},
		{"refuses", errors.New("cannot use agrafed"), view.Refused},
		{"was there", nil, view.Down},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := link(tt.err, 0); got != tt.want {
				t.Errorf("the link is %d, want %d", got, tt.want)
			}
		})
	}
	if os.Getuid() == 0 {
		return // to root no socket is denied
	}
	socket := stranger(t, "")
	if err := os.Chmod(socket, 0); err != nil {
		t.Fatal(err)
	}
	s := newSession(t, true)
	s.run(t, socket)
	s.icon(t).shows(t, "n'est pas dans le groupe du service")
}

// While the service is down and its port is another program's, the tray says whose.
func TestS37PortTakenByWhom(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:17373")
	if err == nil {
		defer l.Close()
	} else if !errors.Is(err, syscall.EADDRINUSE) {
		t.Fatal(err)
	}
	s := newSession(t, true)
	s.run(t, filepath.Join(folder(t), "none"))
	e := s.icon(t).shows(t, "le port 17373 est pris par")
	if !strings.Contains(e.label, "(PID ") {
		t.Errorf("the menu says %q", e.label)
	}
}
