//go:build mail

package mail

import (
	"context"
	"io"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/port/porttest"
)

// Real servers: postfix takes, dovecot gives back.
func TestServers(t *testing.T) {
	s := startServers(t)
	t.Run("starttls", func(t *testing.T) { roundTrip(t, s, StartTLS) })
	t.Run("tls", func(t *testing.T) { roundTrip(t, s, TLS) })
	t.Run("checks", func(t *testing.T) { checks(t, s) })
	t.Run("answers", func(t *testing.T) { answers(t, s) })
	t.Run("full", func(t *testing.T) { full(t, s) })
	t.Run("cuts", func(t *testing.T) { cuts(t, s) })
	t.Run("slow", func(t *testing.T) { slow(t, s) })
}

func pair(t *testing.T, a Account) (*Sender, *Box) {
	t.Helper()
	sender, err := NewSender(a)
	if err != nil {
		t.Fatal(err)
	}
	box, err := NewBox(a)
	if err != nil {
		t.Fatal(err)
	}
	return sender, box
}

// to is a mail for somebody of the mailbox.
func to(t *testing.T, local, id string) Message {
	t.Helper()
	m := sent()
	m.To, m.ID = []string{local + "@cabinet.test"}, id+"@cabinet.test"
	return m
}

// fetched waits for that many mails and gives their Message-IDs.
func fetched(t *testing.T, b *Box, count int) map[string]int {
	t.Helper()
	ids := map[string]int{}
	given := 0
	for limit := time.Now().Add(20 * time.Second); given < count; time.Sleep(100 * time.Millisecond) {
		r, err := b.Fetch(t.Context(), nil, func(_ context.Context, m Mail) error {
			l, err := Read(m.Raw)
			ids[l.MessageID]++
			return err
		})
		if err != nil || r.Deleted != r.Given {
			t.Fatalf("Fetch: %+v, %v", r, err)
		}
		if given += r.Given; time.Now().After(limit) {
			t.Fatalf("%d mails come, want %d", given, count)
		}
	}
	return ids
}

// empty holds that nothing is in the mailbox, nor comes.
func empty(t *testing.T, b *Box) {
	t.Helper()
	for range 5 {
		r, err := b.Fetch(t.Context(), nil, keep)
		if err != nil || r.Mails != 0 {
			t.Fatalf("the mailbox has %+v, %v", r, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// The mail comes to the payer, who is in the same mailbox here, and as a copy; once
// fetched it is gone.
func roundTrip(t *testing.T, s *servers, way Security) {
	sender, box := pair(t, s.account(way))
	intents := 0
	if err := sender.Send(t.Context(), to(t, "payeur", string(way)), func(context.Context) error { intents++; return nil }); err != nil || intents != 1 {
		t.Fatalf("Send: %v, %d intents", err, intents)
	}
	if ids := fetched(t, box, 2); ids[string(way)+"@cabinet.test"] != 2 {
		t.Errorf("came %v", ids)
	}
	empty(t, box)
	// A payer elsewhere: the copy alone comes back.
	m := sent()
	m.ID = string(way) + ".copy@cabinet.test"
	if err := sender.Send(t.Context(), m, agree); err != nil {
		t.Fatal(err)
	}
	if ids := fetched(t, box, 1); ids[m.ID] != 1 {
		t.Errorf("came %v", ids)
	}
	empty(t, box)
}

func checks(t *testing.T, s *servers) {
	for _, way := range []Security{TLS, StartTLS} {
		for name, want := range map[string]Kind{"right": "", "password": KindLogin, "user": KindLogin, "authority": KindSecurity, "name": KindSecurity, "port": KindUnreachable} {
			t.Run(string(way)+" "+name, func(t *testing.T) {
				a := s.account(way)
				for _, server := range []*Server{&a.SMTP, &a.POP3} {
					switch name {
					case "password":
						server.Password = func() ([]byte, error) { return []byte("another"), nil }
					case "user":
						server.User = "nobody@cabinet.test"
					case "authority":
						_, server.Roots = certificate(t, "localhost")
					case "name":
						server.Address = strings.Replace(server.Address, "localhost", "127.0.0.1", 1)
					case "port":
						server.Address = "localhost:" + strconv.Itoa(porttest.Free(t))
					}
				}
				sender, box := pair(t, a)
				if err := sender.Check(t.Context()); kind(t, err) != want {
					t.Errorf("Sender: %v, want %q", err, want)
				}
				if err := box.Check(t.Context()); kind(t, err) != want {
					t.Errorf("Box: %v, want %q", err, want)
				}
			})
		}
	}
}

func answers(t *testing.T, s *servers) {
	a := s.account(StartTLS)
	a.Copy = false // after a mail postfix looks at its recipient only where it has one
	sender, box := pair(t, a)
	tests := []struct {
		local  string
		want   Kind
		code   int
		intent bool
	}{
		{"refused", KindRefused, 550, false},
		{"later", KindBusy, 451, false},
		{"late-refused", KindRefused, 554, true},
		{"late-later", KindBusy, 452, true},
	}
	for _, tt := range tests {
		t.Run(tt.local, func(t *testing.T) {
			asked := false
			err := sender.Send(t.Context(), to(t, tt.local, tt.local), func(context.Context) error { asked = true; return nil })
			if kind(t, err) != tt.want || err.(*Error).Code != tt.code || asked != tt.intent {
				t.Errorf("Send: %v, intent %v", err, asked)
			}
		})
	}
	large := to(t, "payeur", "large")
	large.Part = append(large.Part, strings.Repeat(strings.Repeat("x", 78)+"\r\n", 3000)...)
	if err := sender.Send(t.Context(), large, agree); kind(t, err) != KindTooLarge {
		t.Errorf("large: %v", err)
	}
	empty(t, box)
}

// A server without room takes the mail later.
func full(t *testing.T, s *servers) {
	sender, box := pair(t, s.account(TLS))
	t.Run("no room", func(t *testing.T) {
		s.set(t, "queue_minfree", "4000000000000000")
		if err := sender.Send(t.Context(), to(t, "payeur", "full"), agree); kind(t, err) != KindBusy || err.(*Error).Code != 452 {
			t.Errorf("Send: %v", err)
		}
	})
	if err := sender.Send(t.Context(), to(t, "payeur", "room"), agree); err != nil {
		t.Fatal(err)
	}
	if ids := fetched(t, box, 2); ids["room@cabinet.test"] != 2 || ids["full@cabinet.test"] != 0 {
		t.Errorf("came %v", ids)
	}
}

// The network goes in the middle of a mail: it is cut, and never comes.
func cuts(t *testing.T, s *servers) {
	a := s.account(TLS)
	_, box := pair(t, a)
	proxy := startProxy(t, a.SMTP.Address)
	a.SMTP.Address = "localhost:" + proxy.port
	sender, _ := pair(t, a)
	s.set(t, "message_size_limit", "10000000")
	m := to(t, "payeur", "cut") // longer than what the system holds for the network: else it left
	m.Part = append(m.Part, strings.Repeat(strings.Repeat("x", 78)+"\r\n", 100_000)...)
	began := int64(0)
	if err := sender.Send(t.Context(), m, func(context.Context) error {
		began = proxy.sent.Load()
		proxy.limit.Store(began + 80_000)
		return nil
	}); kind(t, err) != KindCut || began == 0 {
		t.Errorf("cut in the mail: %v", err)
	}
	empty(t, box)
	proxy.limit.Store(0)

	// The answer to the mail is lost: only the copy tells.
	m = to(t, "payeur", "lost")
	if err := sender.Send(t.Context(), m, func(context.Context) error { proxy.deafAfter.Store(1); return nil }); kind(t, err) != KindUndecided {
		t.Errorf("cut before the answer: %v", err)
	}
	if ids := fetched(t, box, 2); ids["lost@cabinet.test"] != 2 {
		t.Errorf("came %v", ids)
	}
}

// A network that says nothing is waited for as long as a step may last, and no
// longer than the context.
func slow(t *testing.T, s *servers) {
	a := s.account(TLS)
	proxy := startProxy(t, a.SMTP.Address)
	a.SMTP.Address = "localhost:" + proxy.port
	sender, _ := pair(t, a)
	proxy.mute.Store(true)
	sender.link.waits.step = 300 * time.Millisecond
	began := time.Now()
	if err := sender.Check(t.Context()); kind(t, err) != KindCut || time.Since(began) > 5*time.Second {
		t.Errorf("Check: %v after %v", err, time.Since(began))
	}
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	sender.link.waits = usual
	began = time.Now()
	if err := sender.Send(ctx, to(t, "payeur", "slow"), agree); kind(t, err) != KindCut || time.Since(began) > 5*time.Second {
		t.Errorf("Send: %v after %v", err, time.Since(began))
	}
}

// proxy is a network that goes when it is told to.
type proxy struct {
	port      string
	target    string
	sent      atomic.Int64 // bytes to the server
	limit     atomic.Int64 // of sent, after which it is cut; 0: none
	deafAfter atomic.Int64 // answers after which it is cut, once set; the answers are lost
	mute      atomic.Bool  // nothing passes
}

func startProxy(t *testing.T, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	_, port, _ := net.SplitHostPort(l.Addr().String())
	p := &proxy{port: port, target: target}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.pass(c)
		}
	}()
	return p
}

func (p *proxy) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		defer client.Close()
		defer server.Close()
		_, _ = io.Copy(writer(func(b []byte) (int, error) {
			n := p.sent.Add(int64(len(b)))
			if limit := p.limit.Load(); limit > 0 && n > limit {
				return 0, io.ErrClosedPipe
			}
			if p.mute.Load() {
				return len(b), nil
			}
			return server.Write(b)
		}), client)
	}()
	_, _ = io.Copy(writer(func(b []byte) (int, error) {
		if p.mute.Load() {
			return len(b), nil
		}
		// That of DATA passes, that of the mail does not.
		if left := p.deafAfter.Load(); left > 0 && p.deafAfter.Add(1) > 2 {
			p.deafAfter.Store(0)
			return 0, io.ErrClosedPipe
		}
		return client.Write(b)
	}), server)
}

// writer is a function as an io.Writer.
type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
