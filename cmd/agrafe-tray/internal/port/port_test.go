//go:build linux

package port

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
)

func TestOwner(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if got, want := Owner(port), fmt.Sprintf("(PID %d)", os.Getpid()); !strings.HasSuffix(got, want) {
		t.Errorf("the port is said to be of %s, want %s", got, want)
	}
	_ = l.Close()
	if got := Owner(port); got != "" {
		t.Errorf("the free port is said to be of %s", got)
	}
}

func TestListener(t *testing.T) {
	const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	tests := []struct {
		name, table string
		ok          bool
	}{
		{"listens", head + "   0: 0100007F:43DD 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 77 1\n", true},
		{"is connected", head + "   0: 0100007F:43DD 0100007F:1000 01 00000000:00000000 00:00000000 00000000  1000        0 77 1\n", false},
		{"another port", head + "   0: 0100007F:43DE 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 77 1\n", false},
		{"cut", head + "   0: 0100007F:43DD 00000000:0000 0A", false},
		{"empty", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inode, uid, ok := listener([]byte(tt.table), 17373)
			if ok != tt.ok || ok && (inode != "77" || uid != "1000") {
				t.Errorf("inode %q, uid %q, %t", inode, uid, ok)
			}
		})
	}
}
