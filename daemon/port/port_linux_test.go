package port

import (
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
)

// S37: the kernel tells who has a port: of a real listener, this test.
func TestS37PortHolder(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::]:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		h, err := Find("", l.Addr().(*net.TCPAddr).Port)
		if closed := l.Close(); err != nil || closed != nil {
			t.Fatal(err, closed)
		}
		me, err := user.Current()
		if err != nil || h.PID != os.Getpid() || h.User != me.Username || !strings.HasPrefix(h.Program, "port.test") {
			t.Errorf("%s: %+v, %v", address, h, err)
		}
	}
	if h, err := Find("", 1); err == nil { // tcpmux: nobody has it
		t.Errorf("of a free port: %+v", h)
	}
}

// A process of another user shows its socket and its user, not its program.
func TestS37PortOfAnother(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "proc/net"), 0o755); err != nil {
		t.Fatal(err)
	}
	table := []byte("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" +
		"   0: 0100007F:43DD 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0 100 0 0 10 0\n")
	if err := os.WriteFile(filepath.Join(root, "proc/net/tcp"), table, 0o644); err != nil {
		t.Fatal(err)
	}
	h, err := Find(root, 17373)
	if err != nil || h.PID != 0 || h.Program != "" || h.User != "root" {
		t.Errorf("%+v, %v", h, err)
	}
}
