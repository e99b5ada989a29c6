package mail

import (
	"crypto/x509"
	"net"
	"strings"
)

// Account is what the professional has at a mail operator.
type Account struct {
	SMTP, POP3 Server
	From       string // our address
	Copy       bool   // each mail goes to From as well, as the witness that it was taken
}

// Server is a mail server and the way to log in to it.
type Server struct {
	Address  string // host:port
	Security Security
	User     string                 // "": no login, which POP3 can't do without
	Password func() ([]byte, error) // asked at each login; what it gives is wiped after
	Roots    *x509.CertPool         // nil: those of the system
}

// Security is how a connection is secured.
type Security string

// The ways. Plain is for servers on this machine only.
const (
	TLS      Security = "tls"      // from the first byte
	StartTLS Security = "starttls" // from the command STARTTLS or STLS on, without which nothing is said
	Plain    Security = "plain"
)

// check tells what makes the server unusable.
func (s Server) check() error {
	host, port, err := net.SplitHostPort(s.Address)
	switch {
	case err != nil || host == "" || port == "":
		return invalid("the address of a server is host:port")
	case s.Security != TLS && s.Security != StartTLS && s.Security != Plain:
		return invalid("the security of a server is tls, starttls or plain")
	case s.Security == Plain && !loopback(host):
		return invalid("a server on another machine has to be secured by tls or starttls")
	case strings.ContainsFunc(s.User, control):
		return invalid("the user has characters that cannot be typed")
	case s.User != "" && s.Password == nil:
		return invalid("the user has no password")
	}
	return nil
}

func (s Server) host() string {
	host, _, _ := net.SplitHostPort(s.Address) // checked when the account was given
	return host
}

// loopback tells whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func control(r rune) bool { return r < ' ' || r == 0x7F }
