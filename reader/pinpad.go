package reader

import "time"

// PINPad is what a Link adds where a code can be typed on the reader itself (PC/SC part
// 10, FEATURE_VERIFY_PIN_DIRECT). The code goes from its keys to the card and is seen by
// no computer.
type PINPad interface {
	// Pinpad says whether this reader has keys.
	Pinpad() bool
	// VerifyPIN has the user type a code on the reader, which puts it into the command
	// of e and sends that to the card. It returns the card's answer or, with a status
	// word of its own, the reader's: 6400 nobody has typed in time, 6401 the user has
	// cancelled, 6403 too few or too many digits, 6B80 it can't do what e asks.
	VerifyPIN(e PINEntry) ([]byte, error)
}

// PINEntry is what a reader asks its user for.
type PINEntry struct {
	Command []byte        // VERIFY, of which the last Digits bytes are the code's place
	Digits  int           // that a code has, no more and no less
	Limit   time.Duration // for typing; the reader counts in seconds, at most 255
}

// Pinpad says whether a code can be typed on this reader.
func (t *Tx) Pinpad() bool {
	pad, ok := t.link.(PINPad)
	return ok && pad.Pinpad()
}

// VerifyPIN is PINPad's, as Transmit is Link's. It fails with Unsupported where the
// reader has no keys.
func (t *Tx) VerifyPIN(e PINEntry) ([]byte, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, &Error{Kind: Canceled, Op: opTyped, Err: err}
	}
	if !t.Pinpad() {
		return nil, Fail(Unsupported, opTyped)
	}
	return t.exchange(len(e.Command), func() ([]byte, error) { return t.link.(PINPad).VerifyPIN(e) })
}

// opTyped names the operation in errors.
const opTyped = "have the code typed on the reader"
