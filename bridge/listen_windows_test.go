package bridge

import (
	"errors"
	"log/slog"
	"net"
	"testing"
)

// S37: a port that is taken is told from other failures.
func TestS37PortTakenOnWindows(t *testing.T) {
	other, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	port := other.Addr().(*net.TCPAddr).Port
	list, err := listenLoopback(port, slog.New(slog.DiscardHandler))
	if taken, ok := errors.AsType[*PortTakenError](err); !ok || taken.Port != port {
		t.Errorf("%v, %v", list, err)
	}
}
