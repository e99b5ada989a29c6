package frontal

import (
	"path/filepath"

	"github.com/pelletier/go-toml/v2"
)

// Addresses are where a Frontal listens, host:port of a loopback interface.
type Addresses struct {
	SMTP   string `json:"smtp"`
	POP3   string `json:"pop3"`
	Rights string `json:"adri,omitempty"`
}

// Addresses returns where it listens.
func (f *Frontal) Addresses() Addresses {
	a := Addresses{SMTP: f.smtpAt.Addr().String(), POP3: f.pop3.listener.Addr().String()}
	if f.adriAt != nil {
		a.Rights = f.adriAt.Addr().String()
	}
	return a
}

// mailConfig and rightsConfig are what a daemon needs in its configuration to send to
// this payer.
type mailConfig struct {
	SMTP         string `toml:"smtp"`
	SMTPSecurity string `toml:"smtp_security"`
	POP3         string `toml:"pop3"`
	POP3Security string `toml:"pop3_security"`
	User         string `toml:"user"`
	PasswordFile string `toml:"password_file"`
	From         string `toml:"from"`
	Certificates string `toml:"certificates"`
	CAFile       string `toml:"ca_file"`
	Environment  string `toml:"environment"`
}

type rightsConfig struct {
	URL    string `toml:"url"`
	CAFile string `toml:"ca_file"`
}

// Config is the part of a daemon's configuration that makes it send to this payer, as
// one of its mailboxes.
func (f *Frontal) Config(mailbox string) (string, error) {
	dir, err := filepath.Abs(f.dir)
	if err != nil {
		return "", err
	}
	at, ca := f.Addresses(), filepath.Join(dir, authorityFile)
	all := struct {
		Mail   mailConfig    `toml:"mail"`
		Rights *rightsConfig `toml:"rights,omitempty"`
	}{Mail: mailConfig{SMTP: at.SMTP, SMTPSecurity: "tls", POP3: at.POP3, POP3Security: "tls", User: mailbox,
		PasswordFile: filepath.Join(dir, passwordFile), From: mailbox, Certificates: filepath.Join(dir, payersDir), CAFile: ca,
		Environment: "demonstration"}}
	if at.Rights != "" {
		all.Rights = &rightsConfig{URL: "https://" + at.Rights + "/", CAFile: ca}
	}
	text, err := toml.Marshal(all)
	return string(text), err
}
