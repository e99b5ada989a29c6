package state

import (
	"errors"
	"fmt"
)

// Kind says why a call failed. The set is closed and its order is the wire's:
// new kinds are added at the end.
type Kind string

// The kinds of failure.
const (
	Invalid        Kind = "invalid"
	NotFound       Kind = "not-found"
	Denied         Kind = "denied"
	NotPaired      Kind = "not-paired"
	NoReader       Kind = "no-reader"
	NoCard         Kind = "no-card"
	CardChanged    Kind = "card-changed"
	CardRemoved    Kind = "card-removed"
	CardSilent     Kind = "card-mute"
	PINRequired    Kind = "pin-required"
	PINWrong       Kind = "pin-wrong"
	PINBlocked     Kind = "pin-blocked"
	Busy           Kind = "busy"
	Duplicate      Kind = "duplicate"
	DiskFull       Kind = "disk-full"
	JournalDamaged Kind = "journal-damaged"
	Offline        Kind = "offline"
	Timeout        Kind = "timeout"
	Unsupported    Kind = "unsupported"
	Internal       Kind = "internal"
)

// Kinds lists every Kind in the wire's order.
var Kinds = []Kind{
	Invalid, NotFound, Denied, NotPaired, NoReader, NoCard, CardChanged, CardRemoved, CardSilent, PINRequired,
	PINWrong, PINBlocked, Busy, Duplicate, DiskFull, JournalDamaged, Offline, Timeout, Unsupported, Internal,
}

// Error is the failure of a call, fit for a screen and for a log: it holds no
// code, no name and no NIR.
type Error struct {
	Kind      Kind    `json:"kind"`
	Code      string  `json:"code"`              // stable, finer than Kind: "FSE_ETAT"
	Message   string  `json:"message"`           // French, for the screen
	Retryable bool    `json:"retryable"`         // whether the same call may work later
	Path      string  `json:"path,omitempty"`    // of the field at fault
	Retries   *int    `json:"retries,omitempty"` // tries left, with PINWrong
	Issues    []Issue `json:"issues,omitempty"`  // every fault of a form
	Doc       string  `json:"doc,omitempty"`     // address of what is written about Code
	Err       error   `json:"-"`                 // cause, for the log
}

// Issue is one fault of a form.
type Issue struct {
	Code     string `json:"code"`
	Path     string `json:"chemin"`
	Message  string `json:"message"`
	Blocking bool   `json:"bloquant"`
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s (%s): %s", e.Kind, e.Code, e.Err)
	}
	return fmt.Sprintf("%s (%s)", e.Kind, e.Code)
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the Kind of the first *Error in err's tree, Internal for any
// other error.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
