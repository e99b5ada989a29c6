package rights

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"time"
)

// Client reaches one teleservice. It is safe for concurrent use and keeps nothing open.
type Client struct {
	address  address
	roots    *x509.CertPool
	patience time.Duration
}

// New returns a Client of the teleservice at an https address, whose certificate one of
// roots has issued; nil roots are those of the system. It takes only addresses that
// can't be a real payer's, see CheckAddress.
func New(url string, roots *x509.CertPool) (*Client, error) {
	a, err := parseAddress(url)
	if err != nil {
		return nil, err
	}
	return &Client{address: a, roots: roots, patience: Patience}, nil
}

// Identity is a CPS as a connection needs it.
type Identity struct {
	Certificate *x509.Certificate // of the authentication key

	// Sign has that key sign a SHA-256 digest, RSA PKCS#1 v1.5. It is called at most
	// once, when the server has proved who it is; it may wait for the user.
	Sign func(ctx context.Context, digest [sha256.Size]byte) ([]byte, error)
}

// Errors of a server that does not behave as the teleservice has to.
var (
	errNotAsked = errors.New("it did not ask for the card")
	errAsked    = errors.New("it has proved who it is and asks for the card")
)

// Probe makes sure that the teleservice is there and is who it has to be, up to where it
// asks for the card, and goes no further: nobody should have to type a code to learn
// that there is no network.
func (c *Client) Probe(ctx context.Context) error {
	ctx, end, _ := newPatience(ctx, c.patience)
	defer end()
	raw, err := c.dial(ctx)
	if err != nil {
		return err
	}
	defer raw.Close()
	config := c.config(func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return nil, errAsked })
	switch err := tls.Client(raw, config).HandshakeContext(ctx); {
	case err == nil:
		return &Error{Insecure, errNotAsked}
	case errors.Is(err, errAsked):
		return nil
	default:
		return handshakeError(ctx, err, false)
	}
}

// Connect connects as the holder of a card.
func (c *Client) Connect(ctx context.Context, as Identity) (*Conn, error) {
	ctx, end, p := newPatience(ctx, c.patience)
	defer end()
	raw, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	key := &signer{as: as, patience: p}
	conn := tls.Client(raw, c.config(key.certificate))
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		if key.failed != nil {
			return nil, &Error{Card, key.failed}
		}
		return nil, handshakeError(ctx, err, key.signed)
	}
	if !key.signed {
		raw.Close()
		return nil, &Error{Insecure, errNotAsked}
	}
	p.stop()
	return newConn(raw, conn, c, p.left), nil
}

func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	raw, err := d.DialContext(ctx, "tcp", c.address.dial)
	if err != nil {
		return nil, fail(ctx, Unreachable, err)
	}
	return raw, nil
}

func (c *Client) config(certificate func(*tls.CertificateRequestInfo) (*tls.Certificate, error)) *tls.Config {
	return &tls.Config{
		ServerName: c.address.host, RootCAs: c.roots,
		MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
		GetClientCertificate:   certificate,
		SessionTicketsDisabled: true,
	}
}

// handshakeError tells whose fault a handshake is: what the server says after the card
// has signed is about the card.
func handshakeError(ctx context.Context, err error, signed bool) *Error {
	if ctx.Err() != nil {
		return fail(ctx, TimedOut, err)
	}
	var network *net.OpError
	_ = errors.As(err, &network)
	alert := network != nil && (network.Op == "remote error" || network.Op == "local error") // as crypto/tls names them
	switch cut := isCut(err) || network != nil && !alert; {
	case signed && (alert || cut): // some hang up without a word
		return &Error{Rejected, err}
	case cut:
		return &Error{Unreachable, err}
	}
	return &Error{Insecure, err}
}
