package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// Sender sends mails by the SMTP server of an account. It may be used by several
// goroutines; each mail has a connection of its own.
type Sender struct {
	account Account
	link    link
}

// NewSender checks the account; its error is an *Error of KindInvalid.
func NewSender(a Account) (*Sender, error) {
	if err := a.SMTP.check(); err != nil {
		return nil, err
	}
	if !address(a.From) {
		return nil, invalid("the address of the sender is none")
	}
	return &Sender{a, newLink(a.SMTP)}, nil
}

// Send gives the mail to the server, for m.To and, with Account.Copy, for ourselves;
// nil says that the server took it. A server that refuses the copy is no failure.
//
// intent is called when the server has agreed to the sender and to all of m.To, right
// before the command DATA; where it fails nothing is sent. Send ends at once with ctx,
// but for a mail that the server has taken, which is taken.
func (s *Sender) Send(ctx context.Context, m Message, intent func(context.Context) error) error {
	text, err := m.text()
	if err != nil {
		return err
	}
	d, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer d.wire.Close() // without QUIT where it failed: the library would end a mail that is under way before
	if err := d.envelope(m, s.witness(), len(text)); err != nil {
		return fault(ctx, d.wire.cause(err))
	}
	if err := intent(ctx); err != nil {
		return &Error{Kind: KindIntent, Err: err}
	}
	if err := d.data(text); err != nil {
		return fault(ctx, d.wire.cause(err))
	}
	if err := d.taken(); err != nil {
		return err
	}
	d.quit()
	return nil
}

// Check logs in and sends nothing. Its error is an *Error.
func (s *Sender) Check(ctx context.Context) error {
	d, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer d.wire.Close()
	d.quit()
	return nil
}

// witness is who gets the copy, if anybody.
func (s *Sender) witness() string {
	if s.account.Copy {
		return s.account.From
	}
	return ""
}

// dialogue is a session of SMTP.
type dialogue struct {
	ctx    context.Context
	wire   *wire
	waits  waits
	client *smtp.Client
}

// open brings a session to where mails can be given. Its error is an *Error.
func (s *Sender) open(ctx context.Context) (*dialogue, error) {
	w, err := s.link.open(ctx)
	if err != nil {
		return nil, err
	}
	d := &dialogue{ctx: ctx, wire: w, waits: s.link.waits}
	if err := d.greet(s); err != nil {
		_ = w.Close()
		return nil, fault(ctx, w.cause(err))
	}
	return d, nil
}

// greet goes through greeting, EHLO, STARTTLS and login.
func (d *dialogue) greet(s *Sender) (err error) {
	conn := net.Conn(d.wire)
	if s.link.server.Security == TLS {
		if conn, err = s.link.secure(d.ctx, d.wire); err != nil {
			return err
		}
	}
	d.step()
	if d.client, err = smtp.NewClient(conn, s.link.server.host()); err != nil {
		return err
	}
	d.client.SkipSMTPUTF8(true)
	if err := d.say(func() error { return d.client.Hello(domain(s.account.From)) }); err != nil {
		return err
	}
	if s.link.server.Security == StartTLS {
		if err := d.startTLS(s.link); err != nil {
			return err
		}
	}
	return d.login(s.link.server)
}

// domain is how we name ourselves to the server: the name of the machine is nobody's
// business.
func domain(address string) string { return address[strings.IndexByte(address, '@')+1:] }

func (d *dialogue) step() { d.wire.step(d.waits.step, maxAnswer) }

var errEarly = protocol("it answers before it is asked")

// say runs a command. What the server says unasked would be taken for the answer of
// the next command.
func (d *dialogue) say(command func() error) error {
	if d.client.Text.R.Buffered() > 0 {
		return errEarly
	}
	d.step()
	return command()
}

// startTLS does not go on without. The library throws away what the server said in
// clear after its answer; whoever put it there is no server of ours.
func (d *dialogue) startTLS(l link) error {
	if ok, _ := d.client.Extension("STARTTLS"); !ok {
		return &Error{Kind: KindSecurity, Err: errors.New("the server offers no STARTTLS")}
	}
	before := d.client.Text
	err := d.say(func() error {
		d.wire.step(d.waits.step, maxHandshake)
		return d.client.StartTLS(l.tls())
	})
	var answer *textproto.Error
	switch {
	case errors.Is(err, errEarly):
		return err
	case before.R.Buffered() > 0:
		return &Error{Kind: KindSecurity, Err: errors.New("something was said between STARTTLS and TLS")}
	case errors.As(err, &answer) && answer.Code/100 == 5:
		return &Error{Kind: KindSecurity, Code: answer.Code, Err: errors.New("the server refuses STARTTLS")}
	case errors.As(err, &answer):
		return err
	case err != nil:
		return handshakeFault(d.ctx, err)
	}
	return nil
}

func (d *dialogue) login(s Server) error {
	if s.User == "" {
		return nil
	}
	_, offered := d.client.Extension("AUTH")
	way, err := mechanism(offered, s)
	if err != nil {
		return err
	}
	err = d.say(func() error { return d.client.Auth(way) })
	var answer *textproto.Error
	if errors.As(err, &answer) { // without its text: who has just heard the password may repeat it
		e := refused(answer)
		if e.Kind == KindRefused {
			e.Kind = KindLogin
		}
		e.Err, e.Reply = fmt.Errorf("answer %d", answer.Code), ""
		return e
	}
	return err
}

// envelope tells the sender and the recipients. witness may be "".
func (d *dialogue) envelope(m Message, witness string, size int) error {
	if _, limit := d.client.Extension("SIZE"); limit != "" { // RFC 1870; 0 is no limit
		if n, err := strconv.Atoi(limit); err == nil && n > 0 && size > n {
			return &Error{Kind: KindTooLarge, Err: fmt.Errorf("%d bytes, the server takes %d", size, n)}
		}
	}
	if err := d.say(func() error { return d.client.Mail("<" + m.From + ">") }); err != nil {
		return err
	}
	for _, to := range m.To {
		if err := d.say(func() error { return d.client.Rcpt("<" + to + ">") }); err != nil {
			return err
		}
	}
	if witness == "" {
		return nil
	}
	err := d.say(func() error { return d.client.Rcpt("<" + witness + ">") })
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code/100 >= 4 && answer.Code != 421 { // 421: the server goes
		return nil
	}
	return err
}

// data gives the mail and its end. When it fails the end did not leave whole, so the
// server can't have taken the mail.
func (d *dialogue) data(text []byte) error {
	var writer *smtp.DataCloser
	if err := d.say(func() error {
		w, err := d.client.Data()
		if err == nil {
			writer = w.(*smtp.DataCloser)
		}
		return err
	}); err != nil {
		return err
	}
	if d.client.Text.R.Buffered() > 0 {
		return errEarly
	}
	d.wire.step(d.waits.body, maxAnswer)
	if _, err := writer.WriteCloser.Write(text); err != nil {
		return err
	}
	if err := d.client.Text.W.Flush(); err != nil {
		return err
	}
	if err := d.ctx.Err(); err != nil {
		return err
	}
	return writer.WriteCloser.Close() // writes the final dot, alone
}

// taken reads the answer to the mail. From here on what is not understood is
// undecided.
func (d *dialogue) taken() error {
	d.wire.step(d.waits.answer, maxAnswer)
	_, _, err := d.client.Text.ReadResponse(2)
	if err == nil {
		return nil
	}
	var answer *textproto.Error
	if errors.As(err, &answer) && (answer.Code/100 == 4 || answer.Code/100 == 5) {
		return refused(answer)
	}
	if d.ctx.Err() != nil {
		return &Error{Kind: KindUndecided, Err: context.Cause(d.ctx)}
	}
	return &Error{Kind: KindUndecided, Err: printable(err)}
}

// quit is a courtesy.
func (d *dialogue) quit() {
	d.wire.step(d.waits.bye, maxAnswer)
	_ = d.client.Quit()
}
