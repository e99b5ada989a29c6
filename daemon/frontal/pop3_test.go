package frontal

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPOP3(t *testing.T) {
	r := newRig(t, "")
	for i, text := range []string{"un", ".deux\r\n..trois\r\n.", "quatre\r\ncinq"} {
		if err := r.deliver(fmt.Appendf(nil, "Message-ID: <%d@x>\r\n\r\n%s\r\n", i, text), DefaultMailbox); err != nil {
			t.Fatal(err)
		}
	}
	p := r.popIn()
	if got := p.ok("STAT"); got != "3 100" {
		t.Errorf("STAT %s", got)
	}
	if diff := cmp.Diff([]string{"1 25", "2 40", "3 35"}, p.many("LIST")); diff != "" {
		t.Error(diff)
	}
	if got := p.ok("LIST 2"); got != "2 40" {
		t.Errorf("LIST 2: %s", got)
	}
	uids := p.many("UIDL")
	if len(uids) != 3 || uids[0] == uids[1] || p.ok("UIDL 1") != uids[0] {
		t.Errorf("UIDL %v", uids)
	}
	if diff := cmp.Diff([]string{"Message-ID: <1@x>", "", ".deux", "..trois", "."}, p.many("RETR 2")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Message-ID: <2@x>", "", "quatre"}, p.many("TOP 3 1")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Message-ID: <2@x>", ""}, p.many("TOP 3 0")); diff != "" {
		t.Error(diff)
	}
	p.ok("DELE 1")
	p.ok("DELE 3")
	for _, refused := range []string{"RETR 1", "DELE 1", "LIST 3", "RETR 4", "RETR 0", "RETR x", "TOP 2 -1", "XYZZY"} {
		if got := p.ask(refused); !strings.HasPrefix(got, "-ERR") {
			t.Errorf("%s: %s", refused, got)
		}
	}
	p.ok("RSET")
	p.ok("NOOP")
	p.ok("DELE 2")
	p.Close() // without QUIT nothing is deleted
	await(t, func() bool { return free(r) })
	p = r.popIn()
	if diff := cmp.Diff(uids, p.many("UIDL")); diff != "" {
		t.Error(diff)
	}
	p.ok("DELE 2")
	p.ok("QUIT")
	r.restart()
	if diff := cmp.Diff([]string{"1" + uids[0][1:], "2" + uids[2][1:]}, r.popIn().many("UIDL")); diff != "" {
		t.Error(diff)
	}
}

// free tells whether no session has the mailbox.
func free(r *rig) bool {
	box := r.boxes[DefaultMailbox]
	box.mu.Lock()
	defer box.mu.Unlock()
	return !box.busy
}

func TestPOP3Refuses(t *testing.T) {
	r := newRig(t, "")
	p := r.pop()
	if capabilities := p.many("CAPA"); len(capabilities) == 0 {
		t.Error("no capabilities")
	}
	for _, refused := range []string{"STAT", "RETR 1", "PASS " + r.keys.password} {
		if got := p.ask(refused); !strings.HasPrefix(got, "-ERR") {
			t.Errorf("%.4s before a login: %s", refused, got)
		}
	}
	p.ok("USER " + DefaultMailbox)
	if got := p.ask("PASS x"); !strings.HasPrefix(got, "-ERR [AUTH]") {
		t.Errorf("wrong password: %s", got)
	}
	p.ok("QUIT")
	first := r.popIn()
	second := r.pop()
	second.ok("USER " + DefaultMailbox)
	if got := second.ask("PASS " + r.keys.password); !strings.HasPrefix(got, "-ERR [IN-USE]") {
		t.Errorf("two sessions: %s", got)
	}
	first.ok("QUIT")
	third := r.popIn()
	if err := third.PrintfLine("%s", strings.Repeat("x", maxCommand)); err != nil {
		t.Fatal(err)
	}
	if line, err := third.ReadLine(); err == nil {
		t.Errorf("a line without end is answered: %s", line)
	}
	noisy := r.pop()
	for range maxErrors {
		noisy.ask("XYZZY")
	}
	if line, err := noisy.ReadLine(); err == nil {
		t.Errorf("still there after %d errors: %s", maxErrors, line)
	}
}

// Whatever a client says, a session answers in lines of POP3 and ends.
func FuzzPOP3(f *testing.F) {
	f.Add("USER a@agrafe.test\r\nPASS secret\r\nSTAT\r\nLIST\r\nRETR 1\r\nTOP 1 0\r\nQUIT\r\n")
	f.Add("USER a@agrafe.test\nPASS secret\nDELE 1\nLIST 1\nUIDL 1\nRSET\n")
	f.Add("PASS\r\nTOP 1\r\nRETR -1\r\nCAPA\r\n")
	dir := f.TempDir()
	box, err := openMailbox(dir, "a@agrafe.test", nil)
	if err != nil {
		f.Fatal(err)
	}
	payer := &Frontal{boxes: map[string]*mailbox{"a@agrafe.test": box}, keys: &keys{password: "secret"}}
	f.Fuzz(func(t *testing.T, said string) {
		if err := box.hold(mailID("x"), []byte("A: b\r\n\r\n.c\r\n")); err != nil {
			t.Fatal(err)
		}
		if err := box.show(mailID("x")); err != nil {
			t.Fatal(err)
		}
		ours, theirs := net.Pipe()
		s := &popSession{frontal: payer, conn: theirs, r: bufio.NewReaderSize(theirs, maxCommand), w: bufio.NewWriter(theirs)}
		done := make(chan struct{})
		go func() { defer close(done); s.run() }()
		go fmt.Fprint(ours, said, "\r\nQUIT\r\n") // fails when the session ends before
		answer, err := io.ReadAll(ours)
		<-done
		if err := errors.Join(err, ours.Close()); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(answer), "+OK") || !strings.HasSuffix(string(answer), "\r\n") {
			t.Errorf("answered %q", answer)
		}
		if box.busy {
			t.Error("the mailbox stays taken")
		}
	})
}

// A client that connects and says nothing, not even a handshake, loses its place.
func TestPOP3DropsASilentConnection(t *testing.T) {
	r := newRig(t, "")
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer ours.Close()
		conn := tls.Server(theirs, &tls.Config{Certificates: []tls.Certificate{r.keys.server}})
		s := &popSession{frontal: r.Frontal, conn: conn, r: bufio.NewReaderSize(conn, maxCommand), w: bufio.NewWriter(conn)}
		begun := time.Now()
		s.run()
		if waited := time.Since(begun); waited < patience || waited > 2*patience {
			t.Errorf("dropped after %v, want %v", waited, patience)
		}
	})
}

func TestTheMailboxIsFreeAfterACut(t *testing.T) {
	r := newRig(t, "")
	p := r.popIn()
	p.Close()
	await(t, func() bool { return free(r) })
}
