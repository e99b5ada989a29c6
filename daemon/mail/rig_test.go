package mail

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// sent is a message as the tests send it.
func sent() Message {
	return Message{ID: "lot.abc@cabinet.test", From: "medecin@cabinet.test", To: []string{"01751@751.01.rss.test"},
		Subject: "IR100500/00000000000000/2026112210000000000/00001", Date: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
		Part: []byte("MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n.dot\r\nbody\r\n")}
}

// certificate is one of the names, made for a test, with the pool that trusts it.
func certificate(t testing.TB, names ...string) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

// scripted is a server that says what the test wants. A reply of "" is a cut, one of
// "-" is silence, until the client goes.
type scripted struct {
	greeting string
	replies  map[string]string // by the first word of the command; in SMTP "." is the end of a mail
	tls      *tls.Config
	cutAfter int // DATA: bytes of the mail after which it goes; 0: never
	content  func(command string) string

	mu       sync.Mutex
	commands []string
	mails    []string
}

func (s *scripted) log(command string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands = append(s.commands, command)
}

func (s *scripted) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.commands, "\n")
}

// dial gives the client's end of a pipe to the server.
func (s *scripted) dial(t testing.TB) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		t.Cleanup(func() { _ = client.Close() })
		go func() {
			defer server.Close()
			s.serve(server)
		}()
		return client, nil
	}
}

// dialTLS is dial for TLS, of which both ends may write at once: a pipe would jam.
func (s *scripted) dialTLS(t testing.TB, implicit bool) func(context.Context, string, string) (net.Conn, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if implicit {
					conn = tls.Server(conn, s.tls)
				}
				s.serve(conn)
			}()
		}
	}()
	return func(context.Context, string, string) (net.Conn, error) { return net.Dial("tcp", l.Addr().String()) }
}

func (s *scripted) serve(conn net.Conn) {
	r := bufio.NewReader(conn)
	if !reply(conn, r, s.greeting) {
		return
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSuffix(line, "\r\n")
		s.log(line)
		verb, _, _ := strings.Cut(line, " ")
		verb = strings.ToUpper(verb)
		if verb == "DATA" && s.cutAfter > 0 {
			if !reply(conn, r, s.replies["DATA"]) {
				return
			}
			_, _ = io.CopyN(io.Discard, conn, int64(s.cutAfter)) // r would read on
			return
		}
		answer, ok := s.replies[verb]
		if !ok && s.content != nil {
			answer = s.content(line)
		}
		if !reply(conn, r, answer) {
			return
		}
		switch {
		case (verb == "STARTTLS" || verb == "STLS") && (strings.HasPrefix(answer, "220") || strings.HasPrefix(answer, "+OK")):
			secured := tls.Server(conn, s.tls)
			conn, r = secured, bufio.NewReader(secured)
		case verb == "DATA" && strings.HasPrefix(answer, "354"):
			if !s.mail(conn, r) {
				return
			}
		case verb == "QUIT":
			return
		}
	}
}

// mail reads a mail and answers its end.
func (s *scripted) mail(conn net.Conn, r *bufio.Reader) bool {
	var text strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		text.WriteString(line)
	}
	s.mu.Lock()
	s.mails = append(s.mails, text.String())
	s.mu.Unlock()
	return reply(conn, r, s.replies["."])
}

func reply(w io.Writer, r io.Reader, text string) bool {
	switch text {
	case "":
		return false
	case "-":
		_, _ = io.Copy(io.Discard, r)
		return false
	}
	_, err := io.WriteString(w, text+"\r\n")
	return err == nil
}

// submission is an SMTP server that takes everything.
func submission() *scripted {
	return &scripted{greeting: "220 ready", replies: map[string]string{
		"EHLO": "250-mail.test\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN", "HELO": "250 mail.test",
		"AUTH": "235 welcome", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", ".": "250 taken", "QUIT": "221 bye", "*": "501 no"}}
}

func password() ([]byte, error) { return []byte("s3cret"), nil }

// sender is a Sender that reaches the server in clear, with waits that end a test.
func (s *scripted) sender(t testing.TB) *Sender {
	t.Helper()
	made, err := NewSender(Account{From: "medecin@cabinet.test", Copy: true,
		SMTP: Server{Address: "localhost:25", Security: Plain, User: "u", Password: password}})
	if err != nil {
		t.Fatal(err)
	}
	made.link.dial = s.dial(t)
	return made
}

// box is a Box that reaches the server as sender does.
func (s *scripted) box(t testing.TB) *Box {
	t.Helper()
	made, err := NewBox(Account{POP3: Server{Address: "localhost:110", Security: Plain, User: "u", Password: password}})
	if err != nil {
		t.Fatal(err)
	}
	made.link.dial = s.dial(t)
	return made
}

func agree(context.Context) error { return nil }

// kind is that of an error, "" for none.
func kind(t testing.TB, err error) Kind {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v is no *Error", err)
	}
	if text := e.Error(); !strings.HasPrefix(text, "cannot ") || len(text) > 350 || strings.Contains(text, "s3cret") {
		t.Errorf("the error reads %q", text)
	}
	return e.Kind
}

// cutting dials a server whose answers that begin with a zero byte are its last, and
// have no line end of their own.
func cutting(t testing.TB, s *scripted) func(context.Context, string, string) (net.Conn, error) {
	dial := s.dial(t)
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &cutConn{Conn: conn}, err
	}
}

type cutConn struct{ net.Conn }

func (c *cutConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil || n == 0 || p[0] != 0 {
		return n, err
	}
	_ = c.Conn.Close()
	n = copy(p, p[1:n-2])
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}
