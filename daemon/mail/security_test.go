package mail

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// secured is a Sender and a Box of the server by a way that is secured.
func (s *scripted) secured(t *testing.T, way Security, address string, a Account) (*Sender, *Box) {
	t.Helper()
	a.SMTP.Address, a.SMTP.Security, a.SMTP.User, a.SMTP.Password = address, way, "u", password
	a.POP3, a.From = a.SMTP, "medecin@cabinet.test"
	sender, err := NewSender(a)
	if err != nil {
		t.Fatal(err)
	}
	box, err := NewBox(a)
	if err != nil {
		t.Fatal(err)
	}
	sender.link.dial, box.link.dial = s.dialTLS(t, way == TLS), s.dialTLS(t, way == TLS)
	return sender, box
}

func TestTLS(t *testing.T) {
	right, trusted := certificate(t, "mail.test")
	old := right.Clone()
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	_, others := certificate(t, "mail.test")
	const starttls = "250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN"
	type change func(smtp, pop *scripted, a *Account)
	tests := []struct {
		name    string
		way     Security
		address string
		change  change
		want    Kind
	}{
		{"implicit", TLS, "mail.test:465", nil, ""},
		{"by command", StartTLS, "mail.test:587", nil, ""},
		{"implicit, unknown authority", TLS, "mail.test:465", func(_, _ *scripted, a *Account) { a.SMTP.Roots = others }, KindSecurity},
		{"by command, unknown authority", StartTLS, "mail.test:587", func(_, _ *scripted, a *Account) { a.SMTP.Roots = others }, KindSecurity},
		{"implicit, another name", TLS, "other.test:465", nil, KindSecurity},
		{"by command, another name", StartTLS, "other.test:587", nil, KindSecurity},
		{"implicit, old", TLS, "mail.test:465", func(smtp, pop *scripted, _ *Account) { smtp.tls, pop.tls = old, old }, KindSecurity},
		{"by command, old", StartTLS, "mail.test:587", func(smtp, pop *scripted, _ *Account) { smtp.tls, pop.tls = old, old }, KindSecurity},
		{"stripped", StartTLS, "mail.test:587", func(smtp, pop *scripted, _ *Account) {
			smtp.replies["EHLO"], pop.replies["STLS"] = "250-x\r\n250 AUTH PLAIN", "-ERR what"
		}, KindSecurity},
		{"refused", StartTLS, "mail.test:587", func(smtp, pop *scripted, _ *Account) {
			smtp.replies["STARTTLS"], pop.replies["STLS"] = "502 no", "-ERR no"
		}, KindSecurity},
		{"refused for now", StartTLS, "mail.test:587", func(smtp, pop *scripted, _ *Account) {
			smtp.replies["STARTTLS"], pop.replies["STLS"] = "454 later", "-ERR [SYS/TEMP] later"
		}, KindBusy},
		{"cut", StartTLS, "mail.test:587", func(smtp, pop *scripted, _ *Account) {
			smtp.replies["STARTTLS"], pop.replies["STLS"] = "", ""
		}, KindCut},
		{"answers put in before", StartTLS, "mail.test:587", func(smtp, pop *scripted, _ *Account) {
			smtp.replies["STARTTLS"], pop.replies["STLS"] = "220 go\r\n250-x\r\n250 AUTH PLAIN", "+OK go\r\n+OK\r\n+OK"
		}, KindSecurity},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			smtp, pop, a := submission(), mailbox(), Account{}
			smtp.replies["EHLO"], smtp.replies["STARTTLS"], pop.replies["STLS"] = starttls, "220 go", "+OK go"
			smtp.tls, pop.tls, a.SMTP.Roots = right, right, trusted
			if tt.change != nil {
				tt.change(smtp, pop, &a)
			}
			sender, _ := smtp.secured(t, tt.way, tt.address, a)
			if err := sender.Send(t.Context(), sent(), agree); kind(t, err) != tt.want {
				t.Errorf("Send: %v, want %q", err, tt.want)
			}
			_, box := pop.secured(t, tt.way, tt.address, a)
			if err := box.Check(t.Context()); kind(t, err) != tt.want {
				t.Errorf("Check: %v, want %q", err, tt.want)
			}
			if said := smtp.said() + pop.said(); tt.want != "" && (strings.Contains(said, "AUTH") || strings.Contains(said, "PASS")) {
				t.Errorf("the password was said: %q", said)
			}
		})
	}
}

func TestAccountRefused(t *testing.T) {
	tests := []struct {
		name   string
		server Server
	}{
		{"no port", Server{Address: "mail.test", Security: TLS}},
		{"no host", Server{Address: ":25", Security: TLS}},
		{"no security", Server{Address: "localhost:25"}},
		{"in clear elsewhere", Server{Address: "mail.test:25", Security: Plain}},
		{"in clear to a name that begins as this machine", Server{Address: "localhost.evil.test:25", Security: Plain}},
		{"in clear to another address", Server{Address: "192.0.2.1:25", Security: Plain}},
		{"line end in the user", Server{Address: "localhost:25", Security: Plain, User: "a\r\nDELE 1", Password: password}},
		{"no password", Server{Address: "localhost:25", Security: Plain, User: "a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := NewSender(Account{From: "a@b.test", SMTP: tt.server}); kind(t, err) != KindInvalid {
				t.Errorf("NewSender: %v", err)
			}
			if _, err := NewBox(Account{From: "a@b.test", POP3: tt.server}); kind(t, err) != KindInvalid {
				t.Errorf("NewBox: %v", err)
			}
		})
	}
}

// A password that can't be had, or that would break a line, is not sent; what was
// given is wiped.
func TestPasswords(t *testing.T) {
	given := []byte("s3cret")
	tests := []struct {
		name     string
		password func() ([]byte, error)
		want     Kind
	}{
		{"right", func() ([]byte, error) { return given, nil }, ""},
		{"none", func() ([]byte, error) { return nil, errors.New("cannot read it") }, KindLogin},
		{"empty", func() ([]byte, error) { return nil, nil }, KindLogin},
		{"line end", func() ([]byte, error) { return []byte("a\r\nDELE 1"), nil }, KindLogin},
		{"zero byte", func() ([]byte, error) { return []byte("a\x00b"), nil }, KindLogin},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			copy(given, "s3cret")
			sender := submission().sender(t)
			sender.link.server.Password = tt.password
			if err := sender.Check(t.Context()); kind(t, err) != tt.want {
				t.Errorf("Sender: %v, want %q", err, tt.want)
			}
			if tt.want == "" && string(given) != strings.Repeat("\x00", 6) {
				t.Error("the password was not wiped after SMTP")
			}
			copy(given, "s3cret")
			box := mailbox().box(t)
			box.link.server.Password = tt.password
			if err := box.Check(t.Context()); kind(t, err) != tt.want {
				t.Errorf("Box: %v, want %q", err, tt.want)
			}
			if tt.want == "" && string(given) != strings.Repeat("\x00", 6) {
				t.Error("the password was not wiped after POP3")
			}
		})
	}
}

// The server repeats the password, and says what no log can bear.
func TestServerTexts(t *testing.T) {
	dirty := "\x1b[2J\xc3\xa9" + strings.Repeat("x", 5000)
	for _, step := range []string{"greeting", "AUTH", "MAIL", "RCPT", "DATA", "."} {
		s := submission()
		answer := "550 " + dirty
		if step == "AUTH" {
			answer = "535 s3cret"
		}
		if s.replies[step] = answer; step == "greeting" {
			s.greeting = answer
		}
		err := s.sender(t).Send(t.Context(), sent(), agree)
		if kind(t, err); err == nil || clean(err.Error(), 1000) != err.Error() {
			t.Errorf("%s: %v", step, err)
		}
	}
	for _, step := range []string{"greeting", "USER", "PASS", "STAT", "QUIT"} {
		s := mailbox("a: 1\r\n\r\n")
		answer := "-ERR s3cre " + strings.ReplaceAll(dirty, strings.Repeat("x", 4500), "")
		if step == "PASS" {
			answer = "-ERR s3cret"
		}
		if s.replies[step] = answer; step == "greeting" {
			s.greeting = answer
		}
		_, err := s.box(t).Fetch(t.Context(), nil, keep)
		if kind(t, err); err == nil || clean(err.Error(), 1000) != err.Error() {
			t.Errorf("%s: %v", step, err)
		}
	}
}

// flood is a server that never stops.
type flood struct{ first, again string }

func (f flood) dial(t *testing.T) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		t.Cleanup(func() { _ = client.Close(); _ = server.Close() })
		go func() { _, _ = io.Copy(io.Discard, server) }()
		go func() {
			for text := f.first; ; text = f.again {
				if _, err := io.WriteString(server, text); err != nil {
					return
				}
			}
		}()
		return client, nil
	}
}

func TestFloods(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for name, f := range map[string]flood{
		"a line without end":     {"220 ", long},
		"an answer without end":  {"220-a\r\n", "220-" + long + "\r\n"},
		"many answers":           {"220 a\r\n", strings.Repeat("250-ok\r\n250 AUTH PLAIN\r\n", 2)},
		"lines that are nothing": {"\r\n", "\r\n"},
		"POP3 without end":       {"+OK\r\n", "+OK " + long},
		"POP3 answers":           {"+OK\r\n", "+OK\r\n+OK\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s, b := submission().sender(t), mailbox().box(t)
			s.link.dial, b.link.dial = f.dial(t), f.dial(t)
			if got := kind(t, s.Send(t.Context(), sent(), agree)); got != KindProtocol {
				t.Errorf("Send: %q", got)
			}
			if got := kind(t, b.Check(t.Context())); got != KindProtocol {
				t.Errorf("Check: %q", got)
			}
		})
	}
}

// A byte now and then does not put off the end of a step.
func TestSlowServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				defer server.Close()
				for {
					if _, err := io.WriteString(server, "2"); err != nil {
						return
					}
					time.Sleep(usual.step / 5)
				}
			}()
			return client, nil
		}
		s, b := submission().sender(t), mailbox().box(t)
		s.link.dial, b.link.dial = dial, dial
		began := time.Now()
		if got := kind(t, s.Check(t.Context())); got != KindCut || time.Since(began) != usual.step {
			t.Errorf("Sender: %q after %v", got, time.Since(began))
		}
		began = time.Now()
		if got := kind(t, b.Check(t.Context())); got != KindCut || time.Since(began) != usual.step {
			t.Errorf("Box: %q after %v", got, time.Since(began))
		}
		time.Sleep(usual.step) // the servers see that nobody is there
	})
}

// prover is a server of SCRAM-SHA-256 (RFC 5802) that may cheat.
type prover struct {
	rounds, secret string
	skip           string // what it leaves out: "proof", "challenge"
	first, nonce   string
	step           int
}

func (p *prover) answer(line string) string {
	told, _ := base64.StdEncoding.DecodeString(line)
	b64 := func(s string) string { return "334 " + base64.StdEncoding.EncodeToString([]byte(s)) }
	p.step++
	salt := []byte("salt of the test")
	challenge := func() string {
		return "r=" + p.nonce + "server,s=" + base64.StdEncoding.EncodeToString(salt) + ",i=" + p.rounds
	}
	switch {
	case p.step == 1 && p.skip == "challenge":
		mac := hmac.New(sha256.New, hmacOf(nil, "Server Key"))
		return b64("v=" + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	case p.step == 1:
		p.first = strings.TrimPrefix(string(told), "n,,")
		p.nonce = p.first[strings.Index(p.first, "r=")+2:]
		return b64(challenge())
	case p.step == 2 && p.skip == "proof":
		return "235 welcome"
	case p.step == 2:
		without, _, _ := strings.Cut(string(told), ",p=")
		var n int
		_, _ = fmt.Sscan(p.rounds, &n)
		salted, _ := pbkdf2.Key(sha256.New, p.secret, salt, n, 32)
		return b64("v=" + base64.StdEncoding.EncodeToString(hmacOf(hmacOf(salted, "Server Key"), p.first+","+challenge()+","+without)))
	}
	return "235 welcome"
}

func hmacOf(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func TestSCRAM(t *testing.T) {
	tests := []struct {
		name   string
		prover prover
		want   Kind
	}{
		{"right", prover{rounds: "4096", secret: "s3cret"}, ""},
		{"does not know the password", prover{rounds: "4096", secret: "other"}, KindSecurity},
		{"welcomes without a proof", prover{rounds: "4096", secret: "s3cret", skip: "proof"}, KindSecurity},
		{"proves before the challenge", prover{skip: "challenge"}, KindSecurity},
		{"a billion rounds", prover{rounds: "1000000000", secret: "s3cret"}, KindSecurity},
		{"one round", prover{rounds: "1", secret: "s3cret"}, KindSecurity},
		{"no number of rounds", prover{rounds: "x", secret: "s3cret"}, KindSecurity},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := submission()
			s.replies["EHLO"], s.replies["AUTH"] = "250-x\r\n250 AUTH PLAIN SCRAM-SHA-256", "334 "
			s.content = tt.prover.answer
			if err := s.sender(t).Check(t.Context()); kind(t, err) != tt.want {
				t.Errorf("Check: %v, want %q", err, tt.want)
			}
			if strings.Contains(s.said(), "PLAIN") {
				t.Errorf("said %q", s.said())
			}
		})
	}
}
