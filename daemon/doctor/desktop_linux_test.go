package doctor

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// A bus is asked for each name, and one that is not there is told.
func TestOwned(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "dbus-daemon", "--session", "--nofork", "--print-address")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("dbus-daemon (package dbus): %v", err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSpace(line)
	if has, err := owned(t.Context(), address, lockers...); has || err != nil {
		t.Errorf("nobody is there: %t, %v", has, err)
	}
	bus, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	if _, err := bus.RequestName("org.mate.ScreenSaver", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	if has, err := owned(t.Context(), address, lockers...); !has || err != nil {
		t.Errorf("somebody is there: %t, %v", has, err)
	}
	if _, err := owned(t.Context(), "unix:path="+filepath.Join(t.TempDir(), "none"), lockers...); err == nil {
		t.Error("a bus that is not there is not told")
	}
}
