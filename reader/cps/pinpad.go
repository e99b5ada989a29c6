package cps

import (
	"errors"
	"time"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

// PadLimit is how long a reader waits for its user to type the code. It is ours: long
// enough to look for the keys, short enough for the other programs, which the card is
// kept from meanwhile.
const PadLimit = 30 * time.Second

// Answers that are a pinpad's own and not the card's (PC/SC part 10).
const (
	padTimeout   iso7816.Status = 0x6400
	padCancelled iso7816.Status = 0x6401
	padLength    iso7816.Status = 0x6403
	padParameter iso7816.Status = 0x6B80
)

// Why a code was not typed on the reader: causes of an error of kind PINRequired.
var (
	ErrPadTimeout   = errors.New("nobody typed the code on the reader in time")
	ErrPadCancelled = errors.New("the user cancelled on the reader")
	ErrPadLength    = errors.New("what was typed on the reader is not four digits")
)

// filler stands in the command where the reader puts the code.
const filler = 0xFF

// VerifyOnPad is Verify with a code that the user types on the reader: it is in no
// memory of ours, and none that was refused can be recognised. What the reader itself
// ends is PINRequired, with one of the causes above, and costs no try.
func (c *Card) VerifyOnPad(pad reader.PINPad, lastTry bool) (ours bool, err error) {
	state, err := c.mayTry(lastTry, func(PINState) error { return nil })
	if err != nil {
		return false, err
	}
	var command Command
	c.header(&command)
	for i := range command.code() {
		command.code()[i] = filler
	}
	answer, err := pad.VerifyPIN(reader.PINEntry{Command: command[:], Digits: CodeLength, Limit: PadLimit})
	if err != nil {
		return !state.Verified, err
	}
	status := iso7816.StatusOf(answer)
	if err := padEnded(status); err != nil {
		return false, err // the card was sent nothing
	}
	return !state.Verified, judge(status)
}

// padEnded is the error for what a reader says itself, nil for what the card says.
func padEnded(status iso7816.Status) error {
	var cause error
	switch status {
	case padTimeout:
		cause = ErrPadTimeout
	case padCancelled:
		cause = ErrPadCancelled
	case padLength:
		cause = ErrPadLength
	case padParameter:
		return reader.Failf(reader.Unsupported, opVerify, "the reader can't ask for a code of this form")
	default:
		return nil
	}
	return &reader.Error{Kind: reader.PINRequired, Op: opVerify, Err: cause}
}
