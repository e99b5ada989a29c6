package virtual

import (
	"slices"

	"github.com/agrafe-fse/agrafe/reader"
)

// PadEnd is how a reader with keys ends the typing of a code by itself (PC/SC part 10).
type PadEnd uint16

// The ends. PadMismatch is of the change of a code, where the two that are typed have
// to be the same: a reader that gives it here is defective.
const (
	PadTyped     PadEnd = 0 // the code was typed and goes to the card
	PadTimeout   PadEnd = 0x6400
	PadCancelled PadEnd = 0x6401
	PadMismatch  PadEnd = 0x6402
	PadLength    PadEnd = 0x6403
	PadParameter PadEnd = 0x6B80
)

// Pad is the user at the keys of a reader. It is called without any lock, by one
// goroutine at a time, and may take its time.
type Pad func(e reader.PINEntry) (code string, end PadEnd)

var _ reader.PINPad = (*link)(nil)

// SetPad gives a reader keys with a user at them; nil takes them away. It fails with
// NoReader.
func (r *Readers) SetPad(name string, pad Pad) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.need(name, "give the reader keys")
	if err != nil {
		return err
	}
	s.pad = pad
	return nil
}

// Pinpad implements reader.PINPad.
func (l *link) Pinpad() bool { return l.pad() != nil }

func (l *link) pad() Pad {
	l.readers.mu.Lock()
	defer l.readers.mu.Unlock()
	return l.slot.pad
}

// VerifyPIN implements reader.PINPad. A code of another length than asked for is the
// reader's to refuse.
func (l *link) VerifyPIN(e reader.PINEntry) ([]byte, error) {
	pad := l.pad()
	if pad == nil {
		return nil, reader.Fail(reader.Unsupported, opTransmit)
	}
	code, end := pad(e)
	if end == PadTyped && len(code) != e.Digits {
		end = PadLength
	}
	if end != PadTyped {
		return statusBytes(uint16(end)), nil
	}
	command := slices.Clone(e.Command)
	copy(command[len(command)-e.Digits:], code)
	return l.Transmit(command)
}
