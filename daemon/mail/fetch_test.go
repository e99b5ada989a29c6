package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// mailbox is a POP3 server with these mails.
func mailbox(mails ...string) *scripted {
	s := &scripted{greeting: "+OK ready", replies: map[string]string{
		"USER": "+OK", "PASS": "+OK", "QUIT": "+OK bye", "STAT": fmt.Sprintf("+OK %d 1000", len(mails)), "DELE": "+OK gone"}}
	s.content = func(line string) string {
		verb, rest, _ := strings.Cut(line, " ")
		n := 0
		_, _ = fmt.Sscan(rest, &n)
		switch {
		case verb == "UIDL":
			var b strings.Builder
			b.WriteString("+OK\r\n")
			for i := range mails {
				fmt.Fprintf(&b, "%d uid%d\r\n", i+1, i+1)
			}
			return b.String() + "."
		case n < 1 || n > len(mails):
			return "-ERR no such"
		case verb == "LIST":
			return fmt.Sprintf("+OK %d %d", n, len(mails[n-1]))
		case verb == "RETR":
			return "+OK\r\n" + stuff(mails[n-1]) + "."
		}
		return "-ERR what"
	}
	return s
}

// stuff writes a mail as POP3 does.
func stuff(mail string) string {
	stuffed := strings.ReplaceAll("\r\n"+mail, "\r\n.", "\r\n..")
	return strings.TrimPrefix(stuffed, "\r\n")
}

func keep(context.Context, Mail) error { return nil }

// taken gathers the mails that are given.
type taken struct {
	mails []Mail
	fail  map[string]error // by UID
}

func (k *taken) take(_ context.Context, m Mail) error {
	k.mails = append(k.mails, m)
	return k.fail[m.UID]
}

func TestFetch(t *testing.T) {
	first, second := "Subject: a\r\n\r\n.dot\r\n..\r\nbare\n.\nline\r\n", "Subject: b\r\n\r\nx\r\n"
	s := mailbox(first, second, "Subject: c\r\n\r\n\r\n")
	var k taken
	got, err := s.box(t).Fetch(t.Context(), func(uid string) bool { return uid == "uid2" }, k.take)
	if err != nil {
		t.Fatal(err)
	}
	want := []Mail{{"uid1", len(first), []byte(first)}, {"uid3", 16, []byte("Subject: c\r\n\r\n\r\n")}}
	if diff := cmp.Diff(want, k.mails); diff != "" {
		t.Errorf("mails (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Result{Mails: 3, Given: 2, Deleted: 2}, got); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("USER u\nPASS s3cret\nSTAT\nUIDL\nLIST 1\nRETR 1\nDELE 1\nLIST 3\nRETR 3\nDELE 3\nQUIT", s.said()); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
}

func TestFetchTake(t *testing.T) {
	full := errors.New("the disk is full")
	s := mailbox("a: 1\r\n\r\n", "a: 2\r\n\r\n", "a: 3\r\n\r\n", "a: 4\r\n\r\n")
	k := taken{fail: map[string]error{"uid2": fmt.Errorf("foreign: %w", ErrLeave), "uid3": full}}
	got, err := s.box(t).Fetch(t.Context(), nil, k.take)
	if kind(t, err) != KindIntent || !errors.Is(err, full) {
		t.Errorf("Fetch: %v", err)
	}
	if diff := cmp.Diff(Result{Mails: 4, Given: 3, Deleted: 1}, got); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if said := s.said(); strings.Count(said, "DELE") != 1 || !strings.HasSuffix(said, "QUIT") {
		t.Errorf("said %q", said)
	}
}

// Every answer of every step. What was taken is deleted only where QUIT is confirmed.
func TestFetchFailures(t *testing.T) {
	tests := []struct {
		step              string
		cut, refuse, junk Kind
		given             int // in every case
	}{
		{"greeting", KindCut, KindRefused, KindProtocol, 0},
		{"USER", KindCut, KindLogin, KindProtocol, 0},
		{"PASS", KindCut, KindLogin, KindProtocol, 0},
		{"STAT", KindCut, KindRefused, KindProtocol, 0},
		{"LIST", KindCut, "", KindProtocol, 0},
		{"RETR", KindCut, "", KindProtocol, 0},
		{"DELE", KindCut, "", KindProtocol, 1},
		{"QUIT", KindCut, KindRefused, KindProtocol, 1},
	}
	for _, tt := range tests {
		for answer, want := range map[string]Kind{"": tt.cut, "-": tt.cut, "-ERR no": tt.refuse, "hello": tt.junk, "\r\n+OK": tt.junk, "+OKAY": tt.junk} {
			t.Run(fmt.Sprintf("%s answered %q", tt.step, answer), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := mailbox("a: 1\r\n\r\nx\r\n")
					if s.replies[tt.step] = answer; tt.step == "greeting" {
						s.greeting = answer
					}
					got, err := s.box(t).Fetch(t.Context(), nil, keep)
					if kind(t, err) != want || got.Given != tt.given || got.Deleted != 0 {
						t.Errorf("Fetch: %+v, %v, want %q and %d given", got, err, want, tt.given)
					}
				})
			})
		}
	}
}

func TestFetchBusy(t *testing.T) {
	for _, code := range []string{"[IN-USE]", "[SYS/TEMP]", "[login-delay]"} {
		s := mailbox()
		s.replies["PASS"] = "-ERR " + code + " come back"
		if err := s.box(t).Check(t.Context()); kind(t, err) != KindBusy {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// A mail that is cut at any byte is not given.
func TestFetchCutInMail(t *testing.T) {
	whole := "+OK\r\na: 1\r\n\r\n..x\r\n.\r\n"
	for n := range len(whole) {
		s := mailbox("x")
		inner := s.content
		s.content = func(line string) string {
			if strings.HasPrefix(line, "RETR") {
				return "\x00" + whole[:n]
			}
			return inner(line)
		}
		b := s.box(t)
		b.link.dial = cutting(t, s)
		got, err := b.Fetch(t.Context(), nil, keep)
		if kind(t, err) != KindCut || got.Given != 0 {
			t.Errorf("cut after %d: %+v, %v", n, got, err)
		}
	}
}

// Deletions that were not confirmed: the mail comes again, and is given again.
func TestFetchQuitCut(t *testing.T) {
	s := mailbox("a: 1\r\n\r\nx\r\n")
	s.replies["QUIT"] = ""
	b := s.box(t)
	var k taken
	if got, err := b.Fetch(t.Context(), nil, k.take); kind(t, err) != KindCut || got.Deleted != 0 {
		t.Errorf("first: %+v, %v", got, err)
	}
	s.replies["QUIT"] = "+OK"
	if got, err := b.Fetch(t.Context(), nil, k.take); err != nil || got.Deleted != 1 {
		t.Errorf("again: %+v, %v", got, err)
	}
	if len(k.mails) != 2 || !cmp.Equal(k.mails[0], k.mails[1]) {
		t.Errorf("given: %+v", k.mails)
	}
}

func TestFetchNotDeleted(t *testing.T) {
	s := mailbox("a: 1\r\n\r\n", "a: 2\r\n\r\n")
	s.replies["DELE"] = "-ERR read-only"
	got, err := s.box(t).Fetch(t.Context(), nil, keep)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Result{Mails: 2, Given: 2, Undeleted: []string{"uid1", "uid2"}}, got); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

// Sizes that are told, and that are.
func TestFetchTooLarge(t *testing.T) {
	huge := strings.Repeat(strings.Repeat("x", 78)+"\r\n", (100<<20)/80)
	tests := []struct {
		name  string
		mail  string
		told  string
		want  Kind
		size  int
		given int
	}{
		{"told", "x\r\n", "+OK 1 104857600", "", 104857600, 2},
		{"100 MB told as 10 bytes", huge, "+OK 1 10", KindProtocol, MaxMail + 80 - MaxMail%80, 1},
		{"told beyond numbers", "x\r\n", "+OK 1 99999999999999999999", KindProtocol, 0, 0},
		{"told below zero", "x\r\n", "+OK 1 -1", KindProtocol, 0, 0},
		{"not told", "x\r\n", "+OK", KindProtocol, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := mailbox(tt.mail, "a: 2\r\n\r\n")
			inner := s.content
			s.content = func(line string) string {
				if line == "LIST 1" {
					return tt.told
				}
				return inner(line)
			}
			var k taken
			got, err := s.box(t).Fetch(t.Context(), nil, k.take)
			if kind(t, err) != tt.want || got.Given != tt.given {
				t.Fatalf("Fetch: %+v, %v", got, err)
			}
			if tt.given == 1 && !strings.Contains(err.Error(), "larger than the server said") {
				t.Errorf("Fetch: %v", err)
			}
			if tt.given > 0 {
				if diff := cmp.Diff(Mail{UID: "uid1", Size: tt.size}, k.mails[0]); diff != "" {
					t.Errorf("mail (-want +got):\n%s", diff)
				}
			}
			if strings.Contains(s.said(), "DELE 1") {
				t.Error("it was deleted")
			}
		})
	}
}

// A mail of which the size is told wrong, but can be borne, is a mail.
func TestFetchSmallLies(t *testing.T) {
	for _, told := range []string{"+OK 1 1", "+OK 1 5000"} {
		s := mailbox("a: 1\r\n\r\nx\r\n")
		s.replies["LIST"] = told
		if got, err := s.box(t).Fetch(t.Context(), nil, keep); err != nil || got.Deleted != 1 {
			t.Errorf("%s: %+v, %v", told, got, err)
		}
	}
}

func TestFetchLists(t *testing.T) {
	one := "a: 1\r\n\r\n"
	tests := []struct {
		name  string
		mails int
		list  string
		want  Kind
		uids  []string
	}{
		{"the same UID twice", 3, "+OK\r\n1 a\r\n2 a\r\n3 b\r\n.", "", []string{"", "", "b"}},
		{"three times", 3, "+OK\r\n1 a\r\n2 a\r\n3 a\r\n.", "", []string{"", "", ""}},
		{"no UID", 2, "+OK\r\n1\r\n2 \x01\r\n.", "", []string{"", ""}},
		{"a UID that is too long", 1, "+OK\r\n1 " + strings.Repeat("a", 300) + "\r\n.", "", []string{""}},
		{"no UIDL", 2, "-ERR what", "", []string{"", ""}},
		{"a mail that is not there", 1, "+OK\r\n2 a\r\n.", KindProtocol, nil},
		{"more than there are", 1, "+OK\r\n1 a\r\n1 b\r\n.", KindProtocol, nil},
		{"no numbers", 1, "+OK\r\na b\r\n.", KindProtocol, nil},
		{"a line without end", 1, "+OK\r\n1 " + strings.Repeat("a", 2000) + "\r\n.", KindProtocol, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := mailbox([]string{one, one, one}[:tt.mails]...)
			s.replies["UIDL"] = tt.list
			var uids []string
			_, err := s.box(t).Fetch(t.Context(), nil, func(_ context.Context, m Mail) error { uids = append(uids, m.UID); return nil })
			if kind(t, err) != tt.want {
				t.Errorf("Fetch: %v, want %q", err, tt.want)
			}
			if diff := cmp.Diff(tt.uids, uids); diff != "" {
				t.Errorf("UIDs (-want +got):\n%s", diff)
			}
		})
	}
}

// A million mails are listed, a thousand fetched.
func TestFetchMillion(t *testing.T) {
	const million = 1_000_000
	s := mailbox()
	s.replies["STAT"], s.replies["LIST"], s.replies["RETR"] = fmt.Sprintf("+OK %d 1", million), "+OK 1 5", "+OK\r\na: 1\r\n\r\n."
	var list strings.Builder
	list.WriteString("+OK\r\n")
	for i := range million {
		fmt.Fprintf(&list, "%d uid%d\r\n", i+1, i+1)
	}
	s.replies["UIDL"] = list.String() + "."
	got, err := s.box(t).Fetch(t.Context(), func(uid string) bool { return len(uid) < len("uid999000") }, keep)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Result{Mails: million, Given: maxGiven, Deleted: maxGiven, More: true}, got); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func TestFetchCancelled(t *testing.T) {
	for _, step := range []string{"USER", "STAT", "UIDL", "RETR", "DELE", "QUIT"} {
		synctest.Test(t, func(t *testing.T) {
			s := mailbox("a: 1\r\n\r\n")
			s.replies[step] = "-"
			ctx, stop := context.WithTimeout(t.Context(), time.Second)
			defer stop()
			got, err := s.box(t).Fetch(ctx, nil, keep)
			if kind(t, err) != KindCut || !errors.Is(err, context.DeadlineExceeded) || got.Deleted != 0 {
				t.Errorf("%s: %+v, %v", step, got, err)
			}
		})
	}
}

// The context ends while a mail is kept: it is not deleted.
func TestFetchCancelledInTake(t *testing.T) {
	s := mailbox("a: 1\r\n\r\n")
	ctx, stop := context.WithCancel(t.Context())
	got, err := s.box(t).Fetch(ctx, nil, func(context.Context, Mail) error { stop(); return nil })
	if kind(t, err) != KindCut || got.Deleted != 0 {
		t.Errorf("Fetch: %+v, %v", got, err)
	}
}
