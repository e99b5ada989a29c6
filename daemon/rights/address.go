package rights

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// address is where a teleservice is.
type address struct {
	host string // whose name its certificate has to have
	dial string // host:port
	path string // with the query
}

// Why an address can't be used.
var (
	errAddress = errors.New("it is not an https address")
	errReal    = errors.New("the message is a demonstration: its host has to be localhost, a loopback address, or end in .test, .invalid or .example")
)

// CheckAddress fails if New would not take the address.
func CheckAddress(text string) error {
	_, err := parseAddress(text)
	return err
}

func parseAddress(text string) (address, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return address{}, errAddress
	}
	if !demonstration(u.Hostname()) {
		return address{}, errReal
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return address{host: u.Hostname(), dial: net.JoinHostPort(u.Hostname(), port), path: u.RequestURI()}, nil
}

// demonstration says whether a host can't be a real payer's: this machine, or a name
// that is nobody's (RFC 2606, RFC 6761).
func demonstration(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	host = "." + strings.ToLower(strings.TrimSuffix(host, "."))
	for _, reserved := range []string{".localhost", ".test", ".invalid", ".example"} {
		if strings.HasSuffix(host, reserved) {
			return true
		}
	}
	return false
}
