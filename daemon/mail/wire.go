package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"time"
)

// Limits of bytes of a step, those of TLS included.
const (
	maxAnswer    = 64 << 10
	maxHandshake = 256 << 10
)

// waits are the deadlines of the steps. Those of RFC 5321, 4.5.3.2 are a little
// longer where nothing hangs on it, and as long where an answer lost is a mail of
// which nobody knows.
type waits struct {
	connect time.Duration
	step    time.Duration // a command and its answer
	body    time.Duration // a whole mail, or list
	answer  time.Duration // to the end of a mail
	bye     time.Duration // to QUIT, of which nothing hangs in SMTP
}

var usual = waits{connect: 30 * time.Second, step: 2 * time.Minute, body: 10 * time.Minute, answer: 10 * time.Minute, bye: 5 * time.Second}

// link is the way to a server.
type link struct {
	server Server
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	waits  waits
}

func newLink(s Server) link { return link{s, new(net.Dialer).DialContext, usual} }

// open connects to the server, and makes the connection end with ctx.
func (l link) open(ctx context.Context) (*wire, error) {
	within, stop := context.WithTimeout(ctx, l.waits.connect)
	defer stop()
	conn, err := l.dial(within, "tcp", l.server.Address)
	switch {
	case ctx.Err() != nil:
		if err == nil {
			_ = conn.Close()
		}
		return nil, &Error{Kind: KindCut, Err: context.Cause(ctx)}
	case err != nil:
		return nil, &Error{Kind: KindUnreachable, Err: printable(err)}
	}
	if remote, ok := conn.RemoteAddr().(*net.TCPAddr); ok && l.server.Security == Plain && !remote.IP.IsLoopback() {
		_ = conn.Close()
		return nil, &Error{Kind: KindSecurity, Err: errors.New("the name of this machine leads to another")}
	}
	return &wire{Conn: conn, forget: context.AfterFunc(ctx, func() { _ = conn.Close() })}, nil
}

func (l link) tls() *tls.Config {
	return &tls.Config{ServerName: l.server.host(), RootCAs: l.server.Roots, MinVersion: tls.VersionTLS12}
}

// secure does the handshake over the wire.
func (l link) secure(ctx context.Context, w *wire) (net.Conn, error) {
	w.step(l.waits.step, maxHandshake)
	conn := tls.Client(w, l.tls())
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, handshakeFault(ctx, err)
	}
	return conn, nil
}

// handshakeFault is the Error of a handshake: what is no cut is a lack of trust.
func handshakeFault(ctx context.Context, err error) *Error {
	e := fault(ctx, err)
	if e.Kind == KindCut && ctx.Err() == nil && !lost(err) {
		e.Kind = KindSecurity
	}
	return e
}

// wire is a connection of which each step has a deadline and a limit of what it
// reads.
type wire struct {
	net.Conn
	left   int
	failed error // of Read: the library may make a whole line of what came before
	forget func() bool
}

// step begins a step.
func (w *wire) step(d time.Duration, bytes int) {
	w.left = bytes
	_ = w.Conn.SetDeadline(time.Now().Add(d)) // it fails for a closed connection only, as what follows will
}

func (w *wire) Read(p []byte) (int, error) {
	if w.left <= 0 {
		w.failed = errFlood
		return 0, errFlood
	}
	n, err := w.Conn.Read(p[:min(len(p), w.left)])
	w.left -= n
	if err != nil {
		w.failed = err
	}
	return n, err
}

// cause is what went wrong where err is a line that is none: that it was cut, if so.
func (w *wire) cause(err error) error {
	var malformed textproto.ProtocolError
	if w.failed != nil && errors.As(err, &malformed) {
		return w.failed
	}
	return err
}

// Close ends the connection without a word.
func (w *wire) Close() error {
	w.forget()
	return w.Conn.Close()
}
