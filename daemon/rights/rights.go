// Package rights asks a payer's teleservice ADRi for the rights of a person, over TLS
// with the authentication key of a CPS.
//
// Its contract:
//
//   - The question is package adri's, a stand-in: the schema of the real teleservice is
//     under licence. So New takes only the address of a demonstration.
//   - TLS is 1.2, neither less nor more: a CPS3 pads what it signs itself (PKCS#1 v1.5),
//     and TLS 1.3 wants RSA-PSS. The server's name and certificate are checked before
//     the card is asked for anything. With TLS 1.2 the card's certificate, with the name
//     of its holder, crosses the network in clear.
//   - The card signs once for each connection, in Connect. Further questions on a Conn
//     cost no command of it. Sessions are not resumed: that would make a connection
//     without the card.
//   - A question and its connection have Patience together, the time of the card and of
//     its user not counted.
//   - Errors are *Error. None holds a NIR, a name or anything else of a question.
//   - Nothing is ever asked twice by this package itself.
//
// Answers are kept in a Cache, in memory only.
package rights

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Patience is the longest wait for a payer.
const Patience = 10 * time.Second

// Kind says what went wrong. The set is closed.
type Kind uint8

// The kinds of Error.
const (
	Internal    Kind = iota // a defect of this program
	Unreachable             // no network, no such host, nobody answers there, or the connection broke
	TimedOut                // no answer within Patience
	Canceled                // the caller gave up
	Insecure                // the server is not who it has to be, or does not speak TLS 1.2 with rsa_pkcs1_sha256
	Rejected                // the server does not accept the card
	NoRights                // the payer gives no rights: an *adri.Fault is in the tree
	Nonsense                // the server's answer is not what it has to be, or too large
	Card                    // the card, the code or their user: Connect's Sign failed, and its error is in the tree
	Stale                   // the server closed a connection that had served before; the question may be asked on a new one
)

var kindText = [...]string{
	Internal:    "internal error",
	Unreachable: "it can't be reached",
	TimedOut:    "it does not answer in time",
	Canceled:    "canceled",
	Insecure:    "it can't be trusted",
	Rejected:    "it rejects the card",
	NoRights:    "it gives no rights",
	Nonsense:    "it answers nonsense",
	Card:        "the card did not sign",
	Stale:       "it has closed the connection",
}

func (k Kind) String() string {
	if int(k) < len(kindText) {
		return kindText[k]
	}
	return fmt.Sprintf("rights.Kind(%d)", uint8(k))
}

// Error is a question that was not answered with rights.
type Error struct {
	Kind Kind
	Err  error // cause, or nil
}

func (e *Error) Error() string {
	s := "cannot ask the payer for rights: " + e.Kind.String()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the Kind of the first *Error in err's tree, Internal for any other error.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// fail returns an *Error about err of kind k, or of the kind that the end of ctx is.
func fail(ctx context.Context, k Kind, err error) *Error {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errPatience):
		return &Error{TimedOut, nil}
	case cause != nil:
		return &Error{Canceled, cause}
	}
	return &Error{k, err}
}
