package frontal

import (
	"crypto/tls"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
)

// client opens an SMTP session that is logged in.
func (r *rig) client() *smtp.Client {
	r.t.Helper()
	conn, err := tls.Dial("tcp", r.Addresses().SMTP, r.tls())
	if err != nil {
		r.t.Fatal(err)
	}
	c, err := smtp.NewClient(conn, "localhost")
	if err == nil {
		err = c.Auth(smtp.PlainAuth("", DefaultMailbox, r.keys.password, "localhost"))
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	return c
}

// deliver sends a mail and returns the error of the step that failed.
func (r *rig) deliver(raw []byte, to ...string) error {
	r.t.Helper()
	c := r.client()
	if err := c.Mail(DefaultMailbox); err != nil {
		return err
	}
	for _, address := range to {
		if err := c.Rcpt(address); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	return w.Close()
}

// pop is a POP3 session.
type pop struct {
	*textproto.Conn
	t *testing.T
}

func (r *rig) pop() *pop {
	r.t.Helper()
	conn, err := tls.Dial("tcp", r.Addresses().POP3, r.tls())
	if err != nil {
		r.t.Fatal(err)
	}
	p := &pop{textproto.NewConn(conn), r.t}
	r.t.Cleanup(func() { p.Close() })
	p.line()
	return p
}

func (r *rig) popIn() *pop {
	p := r.pop()
	p.ok("USER " + DefaultMailbox)
	p.ok("PASS " + r.keys.password)
	return p
}

func (p *pop) line() string {
	p.t.Helper()
	text, err := p.ReadLine()
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// ask sends a command and returns the first line of the answer.
func (p *pop) ask(command string) string {
	p.t.Helper()
	if err := p.PrintfLine("%s", command); err != nil {
		p.t.Fatal(err)
	}
	return p.line()
}

func (p *pop) ok(command string) string {
	p.t.Helper()
	text := p.ask(command)
	if !strings.HasPrefix(text, "+OK") {
		p.t.Fatalf("%.4s: %s", command, text)
	}
	return strings.TrimPrefix(strings.TrimPrefix(text, "+OK"), " ")
}

// many sends a command and returns the lines of its answer.
func (p *pop) many(command string) []string {
	p.t.Helper()
	p.ok(command)
	lines, err := p.ReadDotLines()
	if err != nil {
		p.t.Fatal(err)
	}
	return lines
}

// fetch empties the mailbox.
func (r *rig) fetch() [][]byte {
	r.t.Helper()
	p := r.popIn()
	var all [][]byte
	for i := range p.many("LIST") {
		all = append(all, []byte(strings.Join(p.many("RETR "+strconv.Itoa(i+1)), "\r\n")+"\r\n"))
		p.ok("DELE " + strconv.Itoa(i+1))
	}
	p.ok("QUIT")
	return all
}
