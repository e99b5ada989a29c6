package daemon

import (
	"context"
	"errors"
)

// PINRequest says what a code is asked for. Its texts may be shown as they are.
type PINRequest struct {
	Principal string // who asks: an origin, or a local program
	Operation string // French: "signer 3 FSE"
	Reader    string // name of the reader
	Holder    string // name on the card; never logged
	Tries     int    // left; with 1, the user is asked twice
	Pinpad    bool   // the code will be typed on the reader: only whether to go on is asked
}

// PINAnswer is the code that was typed. Whoever receives it wipes it.
type PINAnswer struct {
	Code    []byte // nil where it will be typed on the reader
	LastTry bool   // the user knows that a wrong code blocks the card
}

// ErrDeclined is a Prompter's answer when the user refused or did not answer.
var ErrDeclined = errors.New("cannot go on: the code was not given")

// ErrNobody is a Prompter's answer when there is no way to ask the user.
var ErrNobody = errors.New("cannot ask for the code: no program is there to do it")

// Prompter asks the user for a code. It fails with ErrDeclined, with
// ErrNobody, or with the context's error. It never remembers a code.
type Prompter interface {
	AskPIN(ctx context.Context, r PINRequest) (PINAnswer, error)
}
