package daemon

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"

	"github.com/agrafe-fse/agrafe/daemon/mail"
)

// Mailer hands a message to a mail server.
//
// Send calls intent right before the text of the message begins to leave: when intent
// fails, nothing has left. Nil says that the server has taken the message. Any other
// outcome is a *mail.Error; of its kinds, KindUndecided alone says that nobody knows, and
// every other one that the message was certainly not taken. It is called by one goroutine
// at a time.
type Mailer interface {
	Send(ctx context.Context, m mail.Message, intent func(context.Context) error) error
	// Check logs in and sends nothing. It fails as Send does.
	Check(ctx context.Context) error
}

// Mailbox is where the payers' returns come in.
//
// Fetch gives take each mail of which seen does not know the identifier, and deletes it
// at the server only after take has returned nil. One for which take returns
// mail.ErrLeave stays, as does one that is too large, which is given without its content.
// It fails with a *mail.Error; one of take that made it stop is in its tree.
type Mailbox interface {
	Fetch(ctx context.Context, seen func(uid string) bool, take func(context.Context, mail.Mail) error) (mail.Result, error)
	// Check logs in and changes nothing. It fails as Fetch does.
	Check(ctx context.Context) error
}

// servers are those of the configuration. Its files are read each time: what was
// replaced on the disk counts without a restart, and what is wrong with them keeps
// nobody from billing.
type servers struct{ cfg Config }

var (
	_ Mailer  = servers{}
	_ Mailbox = mailbox{}
)

// mailbox is the side of the servers that returns come from.
type mailbox struct{ servers }

func (s servers) sender() (*mail.Sender, error) {
	a, err := s.account()
	if err != nil {
		return nil, err
	}
	return mail.NewSender(a)
}

func (s servers) Send(ctx context.Context, m mail.Message, intent func(context.Context) error) error {
	sender, err := s.sender()
	if err != nil {
		return err
	}
	return sender.Send(ctx, m, intent)
}

func (s servers) Check(ctx context.Context) error {
	sender, err := s.sender()
	if err != nil {
		return err
	}
	return sender.Check(ctx)
}

func (b mailbox) box() (*mail.Box, error) {
	a, err := b.account()
	if err != nil {
		return nil, err
	}
	return mail.NewBox(a)
}

func (b mailbox) Fetch(ctx context.Context, seen func(string) bool, take func(context.Context, mail.Mail) error) (mail.Result, error) {
	box, err := b.box()
	if err != nil {
		return mail.Result{}, err
	}
	return box.Fetch(ctx, seen, take)
}

func (b mailbox) Check(ctx context.Context) error {
	box, err := b.box()
	if err != nil {
		return err
	}
	return box.Check(ctx)
}

// account is the configuration in the terms of package mail.
func (s servers) account() (mail.Account, error) {
	c := s.cfg.Mail
	roots, err := rootsOf(c.CAFile)
	if err != nil {
		return mail.Account{}, &mail.Error{Kind: mail.KindSecurity, Err: err}
	}
	password := mail.PasswordFile(s.cfg.MailPasswordFile(), os.Getenv("CREDENTIALS_DIRECTORY")) // systemd's
	return mail.Account{
		SMTP: mail.Server{Address: c.SMTP, Security: mail.Security(c.SMTPSecurity), User: c.User, Password: password, Roots: roots},
		POP3: mail.Server{Address: c.POP3, Security: mail.Security(c.POP3Security), User: c.User, Password: password, Roots: roots},
		From: c.From, Copy: c.Copy,
	}, nil
}

// rootsOf reads a PEM file of authorities; nil are the system's.
func rootsOf(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read mail.ca_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("cannot use mail.ca_file %s: it holds no certificate in PEM", file)
	}
	return pool, nil
}
