package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/textproto"
	"strings"
	"syscall"
)

// Kind says what went wrong. The list is closed.
type Kind string

// The kinds.
const (
	KindUnreachable Kind = "unreachable" // no connection
	KindSecurity    Kind = "security"    // no TLS, or not with the server that was meant
	KindLogin       Kind = "login"       // user or password refused
	KindRefused     Kind = "refused"     // for good: SMTP 5xx, POP3 -ERR
	KindBusy        Kind = "busy"        // for now: SMTP 4xx, POP3 [IN-USE], [SYS/TEMP], [LOGIN-DELAY]
	KindUndecided   Kind = "undecided"   // the mail left whole and was not answered
	KindCut         Kind = "cut"         // connection lost, deadline or context over; not sent
	KindIntent      Kind = "intent"      // intent or take failed; Err is its error
	KindProtocol    Kind = "protocol"    // an answer that is none, or too long
	KindTooLarge    Kind = "too-large"   // more than MaxMail, or than the server takes
	KindInvalid     Kind = "invalid"     // the message or the account as given; nothing was dialled
)

var kindTexts = map[Kind]string{
	KindUnreachable: "cannot reach the mail server, check the network and the address",
	KindSecurity:    "cannot trust the mail server, check its certificate and how it is secured",
	KindLogin:       "cannot log in to the mail server, check the user and the password",
	KindRefused:     "cannot go on, the mail server refuses",
	KindBusy:        "cannot go on now, try again later",
	KindUndecided:   "cannot tell whether the mail server took the mail, look for its copy before sending again",
	KindCut:         "cannot finish, try again: the connection was cut",
	KindIntent:      "cannot go on, what had to be kept was not",
	KindProtocol:    "cannot understand the mail server",
	KindTooLarge:    "cannot send a mail of this size",
	KindInvalid:     "cannot use the message or the account as given",
}

// Error is the error of Send, Fetch and Check.
type Error struct {
	Kind Kind
	Code int // of SMTP, 0 where there was no answer
	Err  error

	// Reply is what an SMTP server has said, its code first: one line of at most 200
	// printable characters, in which "…" stands for what may name somebody. It is "" where
	// the server has said nothing, or has just heard the password.
	Reply string
}

func (e *Error) Error() string { return kindTexts[e.Kind] + ": " + e.Err.Error() }

// Unwrap gives the error of intent or take, or that of the context.
func (e *Error) Unwrap() error { return e.Err }

func invalid(text string) *Error { return &Error{Kind: KindInvalid, Err: errors.New(text)} }

func protocol(text string) *Error { return &Error{Kind: KindProtocol, Err: errors.New(text)} }

// errFlood: an answer was longer than any that is right.
var errFlood = errors.New("the answer has no end")

// fault is the Error of what happened in a dialogue, before the end of a mail left.
func fault(ctx context.Context, err error) *Error {
	var known *Error
	var refusal *textproto.Error
	var malformed textproto.ProtocolError
	switch {
	case errors.As(err, &known):
		return known
	case ctx.Err() != nil:
		return &Error{Kind: KindCut, Err: context.Cause(ctx)}
	case errors.As(err, &refusal):
		return refused(refusal)
	case errors.Is(err, errFlood) || errors.As(err, &malformed):
		return &Error{Kind: KindProtocol, Err: printable(err)}
	case untrusted(err):
		return &Error{Kind: KindSecurity, Err: printable(err)}
	}
	return &Error{Kind: KindCut, Err: printable(err)}
}

// refused is the Error of an answer of SMTP that is no success.
func refused(answer *textproto.Error) *Error {
	reply := masked(answer)
	e := &Error{Kind: KindProtocol, Code: answer.Code, Err: errors.New(reply), Reply: reply}
	switch code := answer.Code; {
	case code == 530 || code == 534 || code == 535 || code == 538: // RFC 4954
		e.Kind = KindLogin
	case code/100 == 4:
		e.Kind = KindBusy
	case code/100 == 5:
		e.Kind = KindRefused
	}
	return e
}

// untrusted tells whether TLS failed, as against the connection below it.
func untrusted(err error) bool {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var host x509.HostnameError
	var op *net.OpError
	return errors.As(err, &certificate) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &host) ||
		errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error") // how crypto/tls tells alerts
}

// lost tells whether the connection went, as against what was said on it.
func lost(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout() || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, io.ErrClosedPipe) || errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// printable keeps of an error what a screen or a log can bear: it may hold words of
// the server, or of its certificate.
func printable(err error) error { return errors.New(clean(err.Error(), 200)) }

// clean keeps the printable ASCII of a text, up to limit characters.
func clean(text string, limit int) string {
	var b strings.Builder
	for i := 0; i < len(text) && b.Len() < limit; i++ {
		if c := text[i]; c >= ' ' && c <= '~' {
			b.WriteByte(c)
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
