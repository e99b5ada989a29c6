package reader

import (
	"errors"
	"fmt"
)

// Kind says what went wrong with a reader or a card. The set is closed.
type Kind uint8

// The kinds of Error.
const (
	Internal    Kind = iota // a defect of this program or of its platform
	ServiceDown             // the service that manages the readers does not answer
	NoReader                // no reader of that name
	NoCard                  // the reader is empty
	CardRemoved             // the card left during the operation
	CardChanged             // another card than the one the operation was meant for
	CardReset               // another program reset the card during the operation
	CardMute                // the card does not answer
	Unsupported             // this card, or this card with this operation, is not known here
	Malformed               // the card's answers make no sense
	Refused                 // the card refused the command
	PINRequired             // the operation needs the code and none was verified
	PINWrong                // the code was wrong; Error.Tries says how many tries are left
	PINLastTry              // one try is left, and nothing was sent: the user must say that they know
	PINBlocked              // the code is blocked
	Busy                    // another program, or another front end, holds the card
	LeaseLost               // the lease that the operation ran under is no longer held
	Canceled                // the caller gave up or ran out of time
)

var kindText = [...]string{
	Internal:    "internal error",
	ServiceDown: "the smart-card service does not answer",
	NoReader:    "no such reader",
	NoCard:      "no card in the reader",
	CardRemoved: "the card was removed",
	CardChanged: "another card was inserted",
	CardReset:   "another program reset the card",
	CardMute:    "the card does not answer",
	Unsupported: "not supported by this card",
	Malformed:   "the card answered nonsense",
	Refused:     "the card refused",
	PINRequired: "the code is required",
	PINWrong:    "wrong code",
	PINLastTry:  "one try is left",
	PINBlocked:  "the code is blocked",
	Busy:        "the card is in use",
	LeaseLost:   "the lease was lost",
	Canceled:    "canceled",
}

func (k Kind) String() string {
	if int(k) < len(kindText) {
		return kindText[k]
	}
	return fmt.Sprintf("reader.Kind(%d)", uint8(k))
}

// Error is a failure of a reader or a card. Its text is fit for a log: it holds
// no status word, no code, no identity.
type Error struct {
	Kind  Kind
	Op    string // what could not be done: "verify the code"
	Tries int    // tries left, with PINWrong
	Err   error  // cause, or nil
}

func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Kind == PINWrong {
		s = fmt.Sprintf("%s, %d tries left", s, e.Tries)
	}
	if e.Op != "" {
		s = "cannot " + e.Op + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Fail returns an *Error of kind k about op.
func Fail(k Kind, op string) *Error { return &Error{Kind: k, Op: op} }

// Failf returns an *Error of kind k about op, with a cause made from format.
func Failf(k Kind, op, format string, args ...any) *Error {
	return &Error{Kind: k, Op: op, Err: fmt.Errorf(format, args...)}
}

// KindOf returns the Kind of the first *Error in err's tree, and Internal for
// any other error.
func KindOf(err error) Kind {
	return AsError(err).Kind
}

// AsError returns the first *Error in err's tree, and for any other error one of
// kind Internal around it.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Err: err}
}
