package frontal

import (
	"crypto/subtle"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Bounds of the servers. A lot of 200 invoices with its seals makes 2 MB.
const (
	maxMail       = 32 << 20 // bytes
	maxRecipients = 10
	maxSessions   = 64
	patience      = 2 * time.Minute // for one command
)

// newSMTP makes the server that takes mails. It answers on TLS from the first byte.
func (f *Frontal) newSMTP() *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{frontal: f}, nil }))
	s.Domain = "frontal.rss.test"
	s.MaxMessageBytes, s.MaxRecipients = maxMail, maxRecipients
	s.ReadTimeout, s.WriteTimeout = patience, patience
	s.ErrorLog = quiet{}
	return s
}

// quiet drops what the SMTP library would print: connections that clients cut.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// session is one SMTP connection.
type session struct {
	frontal *Frontal
	user    string // mailbox of who is logged in
	letter  letter
}

var _ smtp.AuthSession = (*session)(nil)

func refusal(code int, enhanced smtp.EnhancedCode, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if !s.frontal.login(user, password) {
			return smtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}), nil
}

// login tells whether somebody may use a mailbox.
func (f *Frontal) login(user, password string) bool {
	return f.boxes[user] != nil && subtle.ConstantTimeCompare([]byte(password), []byte(f.keys.password)) == 1
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	switch {
	case s.user == "":
		return smtp.ErrAuthRequired
	case from != s.user:
		return refusal(553, smtp.EnhancedCode{5, 7, 1}, "the sender is not the mailbox that is logged in")
	}
	s.letter = letter{from: from}
	return nil
}

// Rcpt implements smtp.Session: one payer at most, and mailboxes of this server.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	_, known := s.frontal.payers[to]
	switch {
	case s.frontal.boxes[to] != nil:
		if !slices.Contains(s.letter.boxes, to) {
			s.letter.boxes = append(s.letter.boxes, to)
		}
	case known && (s.letter.payer == "" || s.letter.payer == to):
		s.letter.payer = to
	case known:
		return refusal(550, smtp.EnhancedCode{5, 5, 3}, "one payer for each mail")
	case strings.HasSuffix(to, ".rss.test"):
		return refusal(550, smtp.EnhancedCode{5, 1, 1}, "no such payer")
	default:
		return refusal(550, smtp.EnhancedCode{5, 7, 1}, "a demonstration sends nothing outside")
	}
	return nil
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r) // the server has bounded it
	if err != nil {
		return err
	}
	s.letter.raw = raw
	if err := s.frontal.take(s.letter); err != nil {
		s.frontal.log.Error("courrier non pris", "erreur", err)
		return refusal(451, smtp.EnhancedCode{4, 3, 0}, "cannot keep the mail now")
	}
	return nil
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.letter = letter{} }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }
