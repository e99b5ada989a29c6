package rig

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// socketDir is where pcscd keeps its socket: fixed when pcsc-lite was built.
const socketDir = "/run/pcscd"

// isolated marks the program that runs in a namespace of its own.
const isolated = "AGRAFE_RIG_ISOLATED"

// TestingM is the part of *testing.M that Main uses.
type TestingM interface{ Run() int }

// Main is the TestMain of a package that tests against pcscd: it runs the tests
// in namespaces of their own, and exits.
func Main(m TestingM) {
	code, parent, err := Isolate()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if parent {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// Isolate runs the program again, with its arguments, where it sees no pcscd and
// no network but its own loopback, and returns its exit code with parent true.
// In the program that runs there it prepares the place and returns parent false.
// It needs root, or a kernel that lets any user make namespaces.
func Isolate() (code int, parent bool, err error) {
	if os.Getenv(isolated) != "" {
		if err := prepare(); err != nil {
			return 0, false, fmt.Errorf("cannot isolate pcscd: %w", err)
		}
		return 0, false, nil
	}
	if err := os.MkdirAll(socketDir, 0o755); err != nil {
		return 0, false, fmt.Errorf("cannot isolate pcscd: %w: create the folder as root", err)
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), isolated+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Unshareflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET,
		Pdeathsig:    syscall.SIGKILL,
	}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	// The death signal comes when the thread that started the child ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 0, false, fmt.Errorf("cannot isolate pcscd: %w: run as root", err)
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s)
		}
	}()
	err = cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(exit.ExitCode(), 1), true, nil
	}
	return 0, true, err
}

// prepare hides the machine's pcscd behind an empty folder and brings the
// loopback of the new network up.
func prepare() error {
	if err := unix.Mount("none", socketDir, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mount %s: %w", socketDir, err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, lo); err != nil {
		return err
	}
	lo.SetUint16(lo.Uint16() | unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}
