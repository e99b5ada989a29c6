// Package porttest gives tests ports for servers of theirs that do not choose one themselves,
// or have to come back on the same one.
package porttest

import (
	"fmt"
	"net"
	"os"
	"sync/atomic"
)

// last is the port that was looked at last. Test programs that run side by side begin apart.
var last atomic.Int64

func init() { last.Store(20_000 + int64(os.Getpid())%10_000) }

// fataler is a testing.TB or a testscript.TestScript.
type fataler interface {
	Fatalf(format string, args ...any)
}

// Free is a TCP port of 127.0.0.1 that nobody has, another one at each call. It lies below
// those that the system gives to whoever asks for any (net.ipv4.ip_local_port_range), so that
// nobody gets it before it is used.
func Free(t fataler) int {
	for range 1000 {
		port := int(last.Add(1))
		if l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", port)); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatalf("no port is free")
	return 0
}
