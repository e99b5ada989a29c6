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

func TestSend(t *testing.T) {
	s := submission()
	order := ""
	err := s.sender(t).Send(t.Context(), sent(), func(context.Context) error {
		order = s.said()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantBefore := "EHLO cabinet.test\nAUTH PLAIN AHUAczNjcmV0\nMAIL FROM:<medecin@cabinet.test>\nRCPT TO:<01751@751.01.rss.test>\nRCPT TO:<medecin@cabinet.test>"
	if diff := cmp.Diff(wantBefore, order); diff != "" {
		t.Errorf("said before the intent (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantBefore+"\nDATA\nQUIT", s.said()); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
	want := "From: <medecin@cabinet.test>\r\nTo: <01751@751.01.rss.test>\r\nSubject: IR100500/00000000000000/2026112210000000000/00001\r\n" +
		"Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <lot.abc@cabinet.test>\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n..dot\r\nbody\r\n"
	if diff := cmp.Diff([]string{want}, s.mails); diff != "" {
		t.Errorf("mails on the wire (-want +got):\n%s", diff)
	}
}

// Every answer of every step: a cut, silence, 4xx, 5xx, what is none.
func TestSendFailures(t *testing.T) {
	type outcome struct {
		kind   Kind
		intent bool
	}
	tests := []struct {
		step   string // greeting or command
		cut    Kind
		busy   Kind
		refuse Kind
		junk   Kind
	}{
		{"greeting", KindCut, KindBusy, KindRefused, KindProtocol},
		{"EHLO", "", "", "", ""}, // HELO follows, and no AUTH: tested apart
		{"AUTH", KindCut, KindBusy, KindLogin, KindProtocol},
		{"MAIL", KindCut, KindBusy, KindRefused, KindProtocol},
		{"RCPT", KindCut, KindBusy, KindRefused, KindProtocol},
		{"DATA", KindCut, KindBusy, KindRefused, KindProtocol},
		{".", KindUndecided, KindBusy, KindRefused, KindUndecided},
	}
	for _, tt := range tests {
		for answer, want := range map[string]Kind{"": tt.cut, "-": tt.cut, "451 later": tt.busy, "421 closing": tt.busy, "550 no": tt.refuse,
			"hello": tt.junk, "150 odd": tt.junk, "999999999999 x": tt.junk, "\x00\xff": tt.junk} {
			if want == "" {
				continue
			}
			t.Run(fmt.Sprintf("%s answered %q", tt.step, answer), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := submission()
					if s.replies[tt.step] = answer; tt.step == "greeting" {
						s.greeting = answer
					}
					began := time.Now()
					var got outcome
					got.kind = kind(t, s.sender(t).Send(t.Context(), sent(), func(context.Context) error { got.intent = true; return nil }))
					if diff := cmp.Diff(outcome{want, tt.step == "DATA" || tt.step == "."}, got, cmp.AllowUnexported(outcome{})); diff != "" {
						t.Errorf("outcome (-want +got):\n%s", diff)
					}
					if took := time.Since(began); took > usual.answer {
						t.Errorf("it took %v", took)
					}
				})
			})
		}
	}
}

func TestSendEHLO(t *testing.T) {
	tests := []struct {
		name, ehlo, helo string
		want             Kind
	}{
		{"cut", "", "", KindCut},
		{"closing", "421 closing", "", KindBusy},
		{"refused", "550 no", "550 no", KindRefused},
		{"HELO only, so no login", "502 what", "250 ok", KindLogin},
		{"no way to log in", "250-x\r\n250 AUTH GSSAPI", "", KindLogin},
		{"too small for the mail", "250-x\r\n250-AUTH PLAIN\r\n250 SIZE 100", "", KindTooLarge},
		{"no limit of size", "250-x\r\n250-AUTH PLAIN\r\n250 SIZE 0", "", ""},
		{"LOGIN alone", "250-x\r\n250 AUTH LOGIN", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := submission()
			s.replies["EHLO"], s.replies["HELO"] = tt.ehlo, tt.helo
			if strings.HasSuffix(tt.ehlo, "LOGIN") {
				s.replies["AUTH"] = "334 VXNlcm5hbWU6"
				s.content = func(line string) string {
					return map[string]string{"dQ==": "334 UGFzc3dvcmQ6", "czNjcmV0": "235 ok"}[line]
				}
			}
			if got := kind(t, s.sender(t).Send(t.Context(), sent(), agree)); got != tt.want {
				t.Errorf("Send: %q, want %q", got, tt.want)
			}
		})
	}
}

// The server goes after each byte of the mail: only the last one of its end makes it
// undecided.
func TestSendCutInMail(t *testing.T) {
	text, err := sent().text()
	if err != nil {
		t.Fatal(err)
	}
	whole := len(text) + 1 /* the dot before .dot */ + len(".\r\n")
	for n := 1; n <= whole; n++ {
		s := submission()
		s.cutAfter = n
		want := KindCut
		if n == whole {
			want = KindUndecided
		}
		if got := kind(t, s.sender(t).Send(t.Context(), sent(), agree)); got != want {
			t.Errorf("cut after %d of %d bytes: %q, want %q", n, whole, got, want)
		}
	}
}

// Once the mail is under way and fails, its end must never be written.
func TestSendNeverEndsAFailedMail(t *testing.T) {
	s := submission()
	s.replies["DATA"] = "354 go\r\n250 taken" // says it early, in one piece
	if got := kind(t, s.sender(t).Send(t.Context(), sent(), agree)); got != KindProtocol {
		t.Errorf("Send: %q", got)
	}
	if len(s.mails) != 0 {
		t.Errorf("the server got %q", s.mails)
	}
}

func TestSendRecipients(t *testing.T) {
	refuse := func(to, answer string) *scripted {
		s := submission()
		delete(s.replies, "RCPT")
		s.content = func(line string) string {
			if strings.Contains(line, to) {
				return answer
			}
			return "250 ok"
		}
		return s
	}
	tests := []struct {
		name   string
		server *scripted
		want   Kind
		mails  int
	}{
		{"copy refused", refuse("medecin@", "550 no"), "", 1},
		{"copy refused for now", refuse("medecin@", "452 full"), "", 1},
		{"closing at the copy", refuse("medecin@", "421 bye"), KindBusy, 0},
		{"cut at the copy", refuse("medecin@", ""), KindCut, 0},
		{"payer refused", refuse("01751@", "550 no"), KindRefused, 0},
		{"payer forwarded", refuse("01751@", "251 will forward"), "", 1},
		{"login wanted", refuse("01751@", "530 log in"), KindLogin, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := kind(t, tt.server.sender(t).Send(t.Context(), sent(), agree)); got != tt.want || len(tt.server.mails) != tt.mails {
				t.Errorf("Send: %q and %d mails, want %q and %d", got, len(tt.server.mails), tt.want, tt.mails)
			}
		})
	}
}

func TestSendIntentFails(t *testing.T) {
	s, full := submission(), errors.New("the disk is full")
	err := s.sender(t).Send(t.Context(), sent(), func(context.Context) error { return full })
	if kind(t, err) != KindIntent || !errors.Is(err, full) {
		t.Errorf("Send: %v", err)
	}
	if strings.Contains(s.said(), "DATA") {
		t.Errorf("said %q", s.said())
	}
}

// The end of the context ends each step at once; after the end of the mail it leaves
// it undecided, after the answer it changes nothing.
func TestSendCancelled(t *testing.T) {
	for step, want := range map[string]Kind{"greeting": KindCut, "EHLO": KindCut, "AUTH": KindCut, "MAIL": KindCut, "RCPT": KindCut, "DATA": KindCut, ".": KindUndecided, "QUIT": ""} {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := submission()
				if s.replies[step] = "-"; step == "greeting" {
					s.greeting = "-"
				}
				ctx, stop := context.WithTimeout(t.Context(), time.Second)
				defer stop()
				began := time.Now()
				err := s.sender(t).Send(ctx, sent(), agree)
				if got := kind(t, err); got != want || got != "" && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Send: %v, want %q", err, want)
				}
				if took := time.Since(began); took != time.Second {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

func TestSendUnreachable(t *testing.T) {
	s, err := NewSender(Account{From: "a@b.test", SMTP: Server{Address: "127.0.0.1:1", Security: Plain}})
	if err != nil {
		t.Fatal(err)
	}
	if got := kind(t, s.Send(t.Context(), sent(), agree)); got != KindUnreachable {
		t.Errorf("Send: %q", got)
	}
}

func TestMessageRefused(t *testing.T) {
	part := func(p string) func(*Message) { return func(m *Message) { m.Part = []byte(p) } }
	tests := []struct {
		name   string
		change func(*Message)
		want   Kind
	}{
		{"line end in the identity", func(m *Message) { m.ID = "a@b\r\nBcc: x@y" }, KindInvalid},
		{"brackets in the identity", func(m *Message) { m.ID = "<a@b>" }, KindInvalid},
		{"no sender", func(m *Message) { m.From = "" }, KindInvalid},
		{"line end in the sender", func(m *Message) { m.From = "a@b\nX: y" }, KindInvalid},
		{"parameter in the sender", func(m *Message) { m.From = "a@b> SIZE=1 <c@d" }, KindInvalid},
		{"nobody", func(m *Message) { m.To = nil }, KindInvalid},
		{"two in one", func(m *Message) { m.To = []string{"a@b,c@d"} }, KindInvalid},
		{"quoted", func(m *Message) { m.To = []string{`"a b"@c`} }, KindInvalid},
		{"accent", func(m *Message) { m.To = []string{"é@c.test"} }, KindInvalid},
		{"line end in the recipient", func(m *Message) { m.To = []string{"a@b\r\nDATA"} }, KindInvalid},
		{"line end in the subject", func(m *Message) { m.Subject = "a\r\nBcc: b@c" }, KindInvalid},
		{"accent in the subject", func(m *Message) { m.Subject = "é" }, KindInvalid},
		{"no date", func(m *Message) { m.Date = time.Time{} }, KindInvalid},
		{"no part", part(""), KindInvalid},
		{"no body", part("Content-Type: a/b\r\n"), KindInvalid},
		{"a header that is not of a part", part("Content-Type: a/b\r\nBcc: a@b\r\n\r\nx\r\n"), KindInvalid},
		{"goes on with our headers", part(" x\r\nContent-Type: a/b\r\n\r\nx\r\n"), KindInvalid},
		{"bare line feed", part("Content-Type: a/b\r\n\r\nx\n.\ny\r\n"), KindInvalid},
		{"bare carriage return", part("Content-Type: a/b\r\n\r\nx\r.\ry\r\n"), KindInvalid},
		{"not ASCII", part("Content-Type: a/b\r\n\r\n\xe9\r\n"), KindInvalid},
		{"zero byte", part("Content-Type: a/b\r\n\r\n\x00\r\n"), KindInvalid},
		{"long line", part("Content-Type: a/b\r\n\r\n" + strings.Repeat("x", 999) + "\r\n"), KindInvalid},
		{"no last line end", part("Content-Type: a/b\r\n\r\nx"), KindInvalid},
		{"too large", part("Content-Type: a/b\r\n\r\n" + strings.Repeat("xxxxxx\r\n", MaxMail/8)), KindTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, m := submission(), sent()
			tt.change(&m)
			if got := kind(t, s.sender(t).Send(t.Context(), m, agree)); got != tt.want {
				t.Errorf("Send: %q, want %q", got, tt.want)
			}
			if s.said() != "" {
				t.Errorf("said %q", s.said())
			}
		})
	}
}
