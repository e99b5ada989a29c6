package secret

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// TestMain lets the test be a process of its own, which is hardened or has no locked
// memory left.
func TestMain(m *testing.M) {
	switch os.Getenv("SECRET_TEST") {
	case "harden":
		err := Harden()
		dumpable, _ := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		var core unix.Rlimit
		_ = unix.Getrlimit(unix.RLIMIT_CORE, &core)
		fmt.Print(err, " ", dumpable, " ", core.Cur, " ", core.Max)
		return
	case "unlocked":
		fmt.Print(withoutLock())
		return
	}
	os.Exit(m.Run())
}

// withoutLock takes a page where none may be locked, which root may in spite of the
// limit: its capability is dropped for this thread.
func withoutLock() (bool, error) {
	if err := unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unix.Rlimit{}); err != nil {
		return false, err
	}
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&head, &none[0]); err != nil {
		return false, err
	}
	p, err := NewPage()
	if err != nil {
		return false, err
	}
	defer p.Free()
	copy(p.Bytes(), "1234")
	return p.Fault() != nil, nil
}

func child(t *testing.T, what string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "SECRET_TEST="+what)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestHarden(t *testing.T) {
	if got := child(t, "harden"); got != "<nil> 0 0 0" {
		t.Errorf("error, dumpable, core limits: %s", got)
	}
}

// A page that can't be locked is given, and says so.
func TestPageThatIsNotLocked(t *testing.T) {
	if got := child(t, "unlocked"); got != "true <nil>" {
		t.Errorf("fault, error: %s", got)
	}
}

func TestPage(t *testing.T) {
	p, err := NewPage()
	if err != nil {
		t.Fatal(err)
	}
	data := p.Bytes()
	if p.Fault() != nil || len(data) != os.Getpagesize() || !bytes.Equal(data, make([]byte, len(data))) {
		t.Fatalf("%d bytes, %v", len(data), p.Fault())
	}
	flags := flagsAt(t, uintptr(unsafe.Pointer(&data[0])))
	if !strings.Contains(flags, " lo ") || !strings.Contains(flags, " dd ") {
		t.Errorf("locked (lo) and not dumped (dd)? %s", flags)
	}
	p.Free()
	if p.Bytes() != nil {
		t.Error("the page is still there")
	}
}

// flagsAt are the flags of the mapping that holds address (proc(5), VmFlags).
func flagsAt(t *testing.T, address uintptr) string {
	t.Helper()
	smaps, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer smaps.Close()
	inside := false
	for s := bufio.NewScanner(smaps); s.Scan(); {
		var from, to uintptr
		if n, _ := fmt.Sscanf(s.Text(), "%x-%x ", &from, &to); n == 2 {
			inside = from <= address && address < to
		}
		if flags, ok := strings.CutPrefix(s.Text(), "VmFlags:"); ok && inside {
			return flags + " "
		}
	}
	t.Fatal("the page is in no mapping")
	return ""
}
