package journal_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// fault is a system call that fails from some moment on, in the whole process.
type fault struct {
	name string
	call uintptr
	err  unix.Errno
	file string // only on this file of the journal's folder; "" for all
	// rebuild: Badger has noted a table in its MANIFEST and removed the table, because it could not sync the MANIFEST. Open refuses
	// that as Damaged; the records are in the logs, from which they are salvaged.
	rebuild bool
}

// engineFaults are the calls by which Badger, and the anchor, reach the disk. Faults of mapped memory itself (SIGBUS: a disk that
// is full or can't read) are not among them: the watermark and TestRealDiskFull stand against the first.
var engineFaults = []fault{
	{"msync fails: the logs", unix.SYS_MSYNC, unix.EIO, "", false},
	{"msync finds no room", unix.SYS_MSYNC, unix.ENOSPC, "", false},
	{"fdatasync fails: the anchor", unix.SYS_FDATASYNC, unix.EIO, "", false},
	{"pwrite fails: the anchor", unix.SYS_PWRITE64, unix.EIO, "", false},
	{"fsync fails: the MANIFEST and folders", unix.SYS_FSYNC, unix.EIO, "", true},
	{"ftruncate finds no room: new logs and tables", unix.SYS_FTRUNCATE, unix.ENOSPC, "", false},
	{"openat finds no room: new logs and tables", unix.SYS_OPENAT, unix.ENOSPC, "", false},
	{"too many open files", unix.SYS_OPENAT, unix.EMFILE, "", false},
	{"write fails: the MANIFEST", unix.SYS_WRITE, unix.EIO, "MANIFEST", false},
	{"unlinkat fails: old logs and tables", unix.SYS_UNLINKAT, unix.EIO, "", false},
}

// inject makes the kernel answer the call with the error, for all threads of this process and for good: a seccomp filter.
func (f fault) inject(dir string) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	// Unless the accumulator is k, skip so many instructions.
	unless := func(k uintptr, skip uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(k), Jf: skip}
	}
	ret := func(k uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k} }
	fail := ret(unix.SECCOMP_RET_ERRNO | uint32(f.err))
	program := []unix.SockFilter{load(0), unless(f.call, 1), fail, ret(unix.SECCOMP_RET_ALLOW)}
	if f.file != "" {
		fd, err := openAs(filepath.Join(dir, f.file))
		if err != nil {
			return err
		}
		const firstArgument = 16
		program = []unix.SockFilter{load(0), unless(f.call, 3), load(firstArgument), unless(fd, 1), fail, ret(unix.SECCOMP_RET_ALLOW)}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return errno
	}
	return nil
}

// openAs returns the descriptor by which this process has a file open.
func openAs(path string) (uintptr, error) {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0, err
	}
	for _, e := range fds {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && to == path {
			var fd uintptr
			_, err := fmt.Sscan(e.Name(), &fd)
			return fd, err
		}
	}
	return 0, fmt.Errorf("%s is not open", path)
}

// faultyUpdates is how many updates come after a fault: some tables' worth.
const faultyUpdates = 300

func init() { faultyChild = writeUntilFaulty }

// writeUntilFaulty is the child: it writes, injects the fault named on its input, and writes on, some tables' worth.
func writeUntilFaulty(j *journal.Journal, dir string) error {
	text := fmt.Appendf(nil, "%q", strings.Repeat("x", 100<<10))
	one := func(i int) {
		rs, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{{Kind: "n", Subject: fmt.Sprint(os.Getpid(), "-", i), Data: text}}, nil
		})
		if err != nil {
			fmt.Println("refused", journal.KindOf(err))
			return
		}
		fmt.Println(rs[0].Seq, rs[0].Subject, "whole")
	}
	for i := range 30 {
		one(i)
	}
	in := bufio.NewScanner(os.Stdin)
	if !in.Scan() {
		return errors.New("no fault is named")
	}
	for _, f := range engineFaults {
		if f.name == in.Text() {
			if err := f.inject(dir); err != nil {
				return err
			}
			fmt.Println("injected")
		}
	}
	for i := range faultyUpdates {
		one(30 + i)
	}
	fmt.Println("end")
	return nil
}

// TestFaultsOfTheDisk has a system call fail from one moment on. What is acknowledged, before and after, must be there when the
// journal is opened again with the fault gone; updates are refused or work, but answer.
func TestFaultsOfTheDisk(t *testing.T) {
	for _, f := range engineFaults {
		t.Run(f.name, func(t *testing.T) {
			root := t.TempDir()
			acknowledged := runFaulty(t, f, root)
			if f.rebuild {
				o := journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds}
				if _, err := journal.Open(o); journal.KindOf(err) != journal.Damaged {
					t.Errorf("Open = %v, want Damaged", err)
				}
				s, err := journal.Salvage(o)
				if err != nil {
					t.Fatal(err)
				}
				root = t.TempDir()
				o.Dir = filepath.Join(root, "journal")
				if _, err := journal.Rebuild(context.Background(), o, 0, s); err != nil {
					t.Fatal(err)
				}
			}
			checkAfterKill(t, root, acknowledged)
			j := open(t, journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds})
			appendOne(t, j, journal.Entry{Kind: "n", Subject: "after"})
		})
	}
}

// runFaulty runs a child with the fault, kills it when it has written, and returns what it acknowledged.
func runFaulty(t *testing.T, f fault, root string) map[uint64]string {
	t.Helper()
	c, err := startChild("faulty", root)
	if err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(5*time.Minute, func() { c.cmd.Process.Kill() })
	defer stuck.Stop()
	if !c.waitFor("done") {
		t.Fatal("the child did not start")
	}
	if _, err := fmt.Fprintln(c.in, f.name); err != nil {
		t.Fatal(err)
	}
	acknowledged := make(map[uint64]string)
	before, refused, ended := -1, 0, false
	for !ended && c.out.Scan() {
		switch line := c.out.Text(); {
		case line == "injected":
			before = len(acknowledged)
		case line == "end":
			ended = true
		case line == "refused internal":
			refused++
		default:
			keep(t, acknowledged, line)
		}
	}
	if err := c.kill(); err != nil {
		t.Fatal(err)
	}
	if before < 0 {
		t.Fatal("the fault was not injected: the test shows nothing")
	}
	after := len(acknowledged) - before
	if !ended || after+refused != faultyUpdates {
		t.Errorf("%d updates were acknowledged after the fault and %d refused, want an answer to %d", after, refused, faultyUpdates)
	}
	t.Logf("%d acknowledged before the fault, %d after it, %d refused", before, after, refused)
	return acknowledged
}
