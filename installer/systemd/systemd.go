// Package systemd installs Agrafe's service on a Linux machine that runs systemd, and
// takes it away again.
//
// Its contract:
//
//   - The files that make the installation are the ones in this folder, with the place
//     of the programs put in; Machine knows every path that it writes. A distribution's
//     package ships the same files in the places of packages: where one did, Machine
//     changes nothing, but Uninstall takes away what an Install from before left over it.
//   - Without a running systemd nothing is installed: there is no second way, such as
//     /etc/init.d, that would lose the sandbox and the watchdog without a word.
//   - What runs as root is called by its absolute path, with an environment of its own;
//     the programs that are installed lie where only root can change them (package
//     place).
//   - Uninstall leaves nothing but what belongs to the practice: its data, the user that
//     owns them, and a configuration that somebody has changed. Purge leaves nothing but
//     backups, which root owns then, and what is not the service's alone.
//
// The service has a user of its own and not a dynamic one (DynamicUser=): the journal
// and its key belong to somebody who has to be the same after years, also on a disk that
// was moved to another machine.
package systemd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/agrafe-fse/agrafe/installer/place"
)

// Unit is the name of the service.
const Unit = "agrafed.service"

// user owns the data.
const (
	user = "agrafe"
	home = "/var/lib/agrafe"
)

// Errors that say why nothing was changed.
var (
	ErrUserTaken = errors.New("cannot install: this machine has another user who is called agrafe; rename that account first")
	ErrNoSystemd = errors.New("cannot manage the service: systemd does not run here; agrafed can be run by hand, see agrafed -h")
	ErrNotRoot   = errors.New("cannot change the installation: that is root's to do; try: sudo agrafe …")
)

// PackagedError says that a package of the distribution has installed the service.
type PackagedError struct{ File string }

func (e *PackagedError) Error() string {
	return fmt.Sprintf("cannot change the installation: a package made it (%s); use its tools, such as: apt install agrafe, apt remove agrafe", e.File)
}

// Machine is the one that is installed on.
type Machine struct {
	root  string // what its paths begin with: "" but in tests
	uid   int    // of this process
	run   func(ctx context.Context, name string, args ...string) error
	check func(folder string, files ...string) (string, error)
}

// ThisMachine is the one that this process runs on.
func ThisMachine() *Machine {
	return &Machine{uid: os.Geteuid(), run: run, check: place.Check}
}

// Report says what was changed: the paths, and what else there is to know.
type Report struct{ Written, Removed, Kept, Notes []string }

func (m *Machine) at(path string) string { return filepath.Join(m.root, path) }

func (m *Machine) exists(path string) bool {
	_, err := os.Lstat(m.at(path))
	return err == nil
}

// ready fails unless this process may change the installation, with *PackagedError if
// only a package's is in the way.
func (m *Machine) ready() error {
	if !m.exists("/run/systemd/system") { // sd_booted(3)
		return ErrNoSystemd
	}
	packaged := m.packaged()
	if packaged != nil && !m.overPackage() {
		return packaged
	}
	if m.uid != 0 {
		return ErrNotRoot
	}
	return packaged
}

// Packaged says whether a package of the distribution has installed the service.
func (m *Machine) Packaged() bool { return m.packaged() != nil }

// packaged is *PackagedError where a package has installed the service.
func (m *Machine) packaged() error {
	for _, dir := range []string{"/usr/lib/systemd/system", "/lib/systemd/system"} {
		if file := filepath.Join(dir, Unit); m.exists(file) {
			return &PackagedError{File: file}
		}
	}
	return nil
}

// Control starts, stops or restarts the service and waits until it has. systemd asks
// whoever is not root for the right to it.
func (m *Machine) Control(ctx context.Context, verb string) error {
	if !m.exists("/run/systemd/system") {
		return ErrNoSystemd
	}
	if err := m.run(ctx, "systemctl", verb, Unit); err != nil {
		return fmt.Errorf("cannot %s the service: %w; what it said: journalctl -u agrafed", verb, err)
	}
	return nil
}

// folders are where the system's programs are, whatever PATH says.
var folders = []string{"/usr/bin", "/usr/sbin", "/bin", "/sbin"}

// errNoTool is a program of the system that is not there.
type errNoTool struct{ name string }

func (e *errNoTool) Error() string {
	return fmt.Sprintf("cannot find %s in %s", e.name, strings.Join(folders, ", "))
}

// run runs a program of the system.
func run(ctx context.Context, name string, args ...string) error {
	for _, folder := range folders {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		cmd := exec.CommandContext(ctx, path, args...)
		cmd.Env = []string{"PATH=" + strings.Join(folders, ":"), "LC_ALL=C.UTF-8"}
		cmd.Stdin = os.Stdin // systemd may ask for a password
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
		}
		return nil
	}
	return &errNoTool{name}
}
