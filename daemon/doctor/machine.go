package doctor

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/port"
)

// Machine is what checks see of the system. Tests give another one.
type Machine struct {
	Root   string // what its paths begin with: "" but in tests
	Now    func() time.Time
	Env    func(string) string
	Free   func(dir string) (bytes uint64, err error)
	Dial   func(ctx context.Context, network, address string) error
	Find   func(program string) error
	Holder func(root string, port int) (port.Holder, error)
	Owned  func(ctx context.Context, address string, names ...string) (bool, error) // whether somebody on a bus has one of the names
}

// ThisMachine is the one that this process runs on.
func ThisMachine() Machine {
	return Machine{Now: time.Now, Env: os.Getenv, Free: freeSpace, Dial: dial,
		Find:   func(program string) error { _, err := exec.LookPath(program); return err },
		Holder: port.Find, Owned: owned}
}

func dial(ctx context.Context, network, address string) error {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return err
	}
	return c.Close()
}

func (m *Machine) at(path string) string { return filepath.Join(m.Root, path) }

func (m *Machine) exists(path string) bool {
	_, err := os.Lstat(m.at(path))
	return err == nil
}
