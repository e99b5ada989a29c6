package daemon

import (
	"net"
	"path/filepath"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/lot"
)

// MailConfig says by which servers lots leave for the payers and returns come in.
type MailConfig struct {
	SMTP         string `toml:"smtp" comment:"Server that takes the mail for the payers: host:port. Empty: no lot is sent and no return is fetched."`
	SMTPSecurity string `toml:"smtp_security" comment:"tls: from the first byte (port 465). starttls: asked for, and nothing is said without it (port 587). plain: only for\nthis machine's own loopback addresses."`
	POP3         string `toml:"pop3" comment:"Server of the mailbox in which the payers' returns come: host:port. A mail is deleted there once it is in the journal."`
	POP3Security string `toml:"pop3_security" comment:"tls (port 995), starttls (port 110) or plain, as for smtp."`
	User         string `toml:"user" comment:"Name of the account at both servers."`
	PasswordFile string `toml:"password_file" comment:"File of the password, mode 0600, of the service's user: agrafe mail password writes it. Empty: mail.password in\nthe state folder."`
	From         string `toml:"from" comment:"Mail address of the practice: lots leave from it."`
	Copy         bool   `toml:"copy" comment:"Send each mail to that address too. When it comes back, the server has surely taken it: without a copy, a send\nthat was cut short at its last moment has to be settled by hand."`
	Certificates string `toml:"certificates" comment:"Folder of the payers' certificates, a PEM file for each, named by its address."`
	CAFile       string `toml:"ca_file" comment:"PEM file of the authorities that vouch for the two servers. Empty: those of the system."`
	Environment  string `toml:"environment" comment:"demonstration: mail leaves for addresses under .test, .invalid, .example or localhost only. production: for the\npayers; whatever is marked as a demonstration is refused."`
	Send         string `toml:"send" comment:"click: closed lots leave when somebody asks. auto: they leave as soon as there is a network."`
	FetchMinutes int    `toml:"fetch_minutes" comment:"Minutes between two looks for returns. 0: only when somebody asks. Under systemd the service's network is closed:\nsee agrafed.service."`
}

// Values of MailConfig.
const (
	MailTLS        = "tls"
	MailStartTLS   = "starttls"
	MailPlain      = "plain"
	MailProduction = "production"
	SendOnClick    = "click"
	SendByItself   = "auto"
)

func defaultMail() MailConfig {
	return MailConfig{SMTPSecurity: MailTLS, POP3Security: MailTLS, Copy: true, Environment: lot.Demonstration, Send: SendOnClick, FetchMinutes: 60}
}

// Configured tells whether lots can be sent at all.
func (c MailConfig) Configured() bool { return c.SMTP != "" }

// Demonstration tells whether nothing may reach a payer.
func (c MailConfig) Demonstration() bool { return c.Environment != MailProduction }

func (c MailConfig) check(that func(ok bool, format string, args ...any)) {
	that(c.Environment == lot.Demonstration || c.Environment == MailProduction, "mail.environment: %q is neither %q nor %q", c.Environment, lot.Demonstration, MailProduction)
	that(c.Send == SendOnClick || c.Send == SendByItself, "mail.send: %q is neither %q nor %q", c.Send, SendOnClick, SendByItself)
	that(c.FetchMinutes >= 0 && c.FetchMinutes <= 24*60, "mail.fetch_minutes: %d is not between 0 (only when somebody asks) and 1440", c.FetchMinutes)
	c.checkServer(that, "smtp", c.SMTP, c.SMTPSecurity)
	c.checkServer(that, "pop3", c.POP3, c.POP3Security)
	for _, path := range [][2]string{{"password_file", c.PasswordFile}, {"certificates", c.Certificates}, {"ca_file", c.CAFile}} {
		that(path[1] == "" || filepath.IsAbs(path[1]), "mail.%s: %q is not an absolute path", path[0], path[1])
	}
	that(c.From == "" || isMailAddress(c.From), "mail.from: %q is not a mail address", c.From)
	that(c.From == "" || !c.Demonstration() || isReserved(c.From), "mail.from: in the environment %q the address has to be under .test, .invalid, .example or localhost", lot.Demonstration)
	any := c.SMTP + c.POP3 + c.From + c.User
	for _, key := range [][2]string{{"smtp", c.SMTP}, {"pop3", c.POP3}, {"user", c.User}, {"from", c.From}, {"certificates", c.Certificates}} {
		that(any == "" || key[1] != "", "mail.%s: it has to be set, as mail is", key[0])
	}
}

func (c MailConfig) checkServer(that func(ok bool, format string, args ...any), key, address, security string) {
	known := security == MailTLS || security == MailStartTLS || security == MailPlain
	that(known, "mail.%s_security: %q is none of %q, %q, %q", key, security, MailTLS, MailStartTLS, MailPlain)
	if address == "" {
		return
	}
	host, port, err := net.SplitHostPort(address)
	that(err == nil && host != "" && port != "", "mail.%s: %q is not host:port", key, address)
	that(security != MailPlain || isLoopback(host), "mail.%s_security: %q is for loopback addresses only", key, MailPlain)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// isMailAddress tells whether s is one address, bare and in ASCII.
func isMailAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && isAtoms(local) && isAtoms(domain) && len(s) <= 254 // RFC 5321, 4.5.3.1.3
}

// isAtoms tells whether s is a dot-atom of RFC 5322 without the characters that only
// old gateways use.
func isAtoms(s string) bool {
	for _, atom := range strings.Split(s, ".") {
		if atom == "" || strings.Trim(strings.ToLower(atom), "abcdefghijklmnopqrstuvwxyz0123456789-_+=") != "" {
			return false
		}
	}
	return true
}

// isReserved tells whether an address can belong to nobody (RFC 2606 and 6761).
func isReserved(address string) bool {
	_, domain, ok := strings.Cut(strings.ToLower(address), "@")
	top := domain[strings.LastIndexByte(domain, '.')+1:]
	return ok && (top == "test" || top == "invalid" || top == "example" || top == "localhost")
}

// MailPasswordFile is where the password of the mail account is.
func (c Config) MailPasswordFile() string {
	if c.Mail.PasswordFile != "" {
		return c.Mail.PasswordFile
	}
	return filepath.Join(c.State, "mail.password")
}
