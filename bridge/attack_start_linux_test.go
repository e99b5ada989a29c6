package bridge

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// silentNetwork marks the process of this test that runs in a network namespace.
const silentNetwork = "AGRAFE_TEST_SILENT_NETWORK"

// The service starts, answers and stops on a machine whose network swallows all
// that is sent: nothing waits for an answer from elsewhere.
func TestS31StartNeverWaitsForTheNetwork(t *testing.T) {
	if os.Getenv(silentNetwork) == "" {
		again := exec.Command("/proc/self/exe", "-test.run=^TestS31StartNeverWaitsForTheNetwork$", "-test.timeout=60s")
		again.Env = append(os.Environ(), silentNetwork+"=1")
		again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
		if os.Getuid() != 0 {
			again.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
			again.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
			again.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
		}
		if text, err := again.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		return
	}
	silence(t)
	_, err := net.DialTimeout("tcp", "192.0.2.1:443", 200*time.Millisecond)
	if late, ok := errors.AsType[net.Error](err); !ok || !late.Timeout() {
		t.Fatalf("this network is not silent: %v", err)
	}
	begun := since()
	r := start(t, "medecin-secteur1", "patient")
	c := r.dial(t)
	c.settled(r)
	c.alive()
	r.stop()
	if took := begun(); took > 5*time.Second { // the least that a resolver waits
		t.Errorf("it took %v", took)
	}
}

// silence sets the loopback interface up and sends all there, where what is for
// others is dropped (rtnetlink(7)).
func silence(t *testing.T) {
	t.Helper()
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	link := binary.NativeEndian.AppendUint32([]byte{unix.AF_UNSPEC, 0, 0, 0}, uint32(lo.Index))
	link = binary.NativeEndian.AppendUint32(link, unix.IFF_UP)
	link = binary.NativeEndian.AppendUint32(link, unix.IFF_UP)
	route := []byte{unix.AF_INET, 0, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_BOOT, unix.RT_SCOPE_LINK, unix.RTN_UNICAST, 0, 0, 0, 0}
	route = binary.NativeEndian.AppendUint16(route, 8)
	route = binary.NativeEndian.AppendUint16(route, unix.RTA_OIF)
	route = binary.NativeEndian.AppendUint32(route, uint32(lo.Index))
	for _, m := range []struct {
		kind  uint16
		flags uint16
		body  []byte
	}{{unix.RTM_NEWLINK, 0, link}, {unix.RTM_NEWROUTE, unix.NLM_F_CREATE, route}} {
		if err := netlink(m.kind, m.flags, m.body); err != nil {
			t.Fatalf("netlink %d: %v", m.kind, err)
		}
	}
}

// netlink sends one request and returns what the kernel says of it.
func netlink(kind, flags uint16, body []byte) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	m := binary.NativeEndian.AppendUint32(nil, uint32(unix.SizeofNlMsghdr+len(body)))
	m = binary.NativeEndian.AppendUint16(m, kind)
	m = binary.NativeEndian.AppendUint16(m, unix.NLM_F_REQUEST|unix.NLM_F_ACK|flags)
	m = append(append(m, make([]byte, 8)...), body...)
	if err := unix.Sendto(fd, m, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	answer := make([]byte, 4096)
	n, _, err := unix.Recvfrom(fd, answer, 0)
	if err != nil || n < unix.SizeofNlMsghdr+4 {
		return errors.Join(err, errors.New("no answer"))
	}
	if code := int32(binary.NativeEndian.Uint32(answer[unix.SizeofNlMsghdr:])); code != 0 {
		return unix.Errno(-code)
	}
	return nil
}
