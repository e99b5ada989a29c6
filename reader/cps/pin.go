package cps

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

// CodeLength is the number of digits of a code porteur.
const CodeLength = 4

// pinReference names the code porteur in VERIFY; it lives in the root.
const pinReference = 0x01

// PINState is what the card says of its code.
type PINState struct {
	Verified bool // by any program, since the last reset
	Blocked  bool
	Tries    int // left, at most 3; 0 when blocked; unknown (3) when verified
}

// maxTries is the number of tries of a card that was never shown a wrong code.
const maxTries = 3

// PIN reads the state of the code. It consumes no try.
func (c *Card) PIN() (PINState, error) {
	const op = "read the state of the code"
	_, status, err := iso7816.Send(c.ch, iso7816.Command{CLA: c.cla, INS: 0x20, P2: pinReference, Le: iso7816.NoLe})
	if err != nil {
		return PINState{}, err
	}
	tries, counted := status.Tries()
	switch {
	case status == iso7816.OK:
		return PINState{Verified: true, Tries: maxTries}, nil
	case status == iso7816.AuthBlocked, counted && tries == 0:
		return PINState{Blocked: true}, nil
	case counted && tries <= maxTries:
		return PINState{Tries: tries}, nil
	}
	return PINState{}, reader.Fail(reader.Malformed, op)
}

// Verify shows the code to the card. It first reads the state of the code and
// sends nothing when the code is blocked (PINBlocked), when it is not four
// digits or was refused before by this card (PINWrong with the tries left), or
// when one try is left and lastTry is false (PINLastTry). ours tells that the code
// was sent and had not been verified before: the session that may be open now is
// ours to end by a reset, and no other program's.
//
// The command that holds the code is wiped when it has been sent; the code
// itself is the caller's to wipe.
func (c *Card) Verify(code []byte, refusals *Refusals, lastTry bool) (ours bool, err error) {
	const op = "verify the code"
	state, err := c.PIN()
	if err != nil {
		return false, err
	}
	if state.Tries == maxTries && !state.Verified {
		refusals.forget(c.serial) // the right code was shown since; the refused one may be the new one
	}
	switch {
	case state.Blocked:
		err = reader.Fail(reader.PINBlocked, op)
	case !wellFormed(code), refusals.has(c.serial, code):
		err = &reader.Error{Kind: reader.PINWrong, Op: op, Tries: state.Tries}
	case state.Tries == 1 && !lastTry:
		err = reader.Fail(reader.PINLastTry, op)
	default:
		ours = !state.Verified
		err = c.sendCode(op, code)
		if k := reader.KindOf(err); k == reader.PINWrong || k == reader.PINBlocked {
			refusals.add(c.serial, code)
		}
	}
	return ours, err
}

func (c *Card) sendCode(op string, code []byte) error {
	command := append(make([]byte, 0, 5+CodeLength), c.cla, 0x20, 0x00, pinReference, CodeLength)
	command = append(command, code...)
	defer clear(command)
	answer, err := c.ch.Transmit(command)
	if err != nil {
		return err
	}
	status := iso7816.StatusOf(answer)
	switch tries, counted := status.Tries(); {
	case counted && tries > 0:
		return &reader.Error{Kind: reader.PINWrong, Op: op, Tries: tries}
	case counted, status == iso7816.AuthBlocked:
		return reader.Fail(reader.PINBlocked, op)
	}
	return status.Err(op)
}

func wellFormed(code []byte) bool {
	for _, d := range code {
		if d < '0' || d > '9' {
			return false
		}
	}
	return len(code) == CodeLength
}

// Refusals remembers which codes which cards refused, so that no code is sent to
// a card that has just refused it. It keeps a keyed digest, not the code.
// The zero value is ready to use, by several goroutines.
type Refusals struct {
	mu      sync.Mutex // protects the fields below
	key     []byte
	refused map[string]map[string]bool // by serial, then by digest
}

// digest is called with the mutex held.
func (r *Refusals) digest(code []byte) string {
	if r.key == nil {
		r.key = make([]byte, sha256.Size)
		rand.Read(r.key)
		r.refused = make(map[string]map[string]bool)
	}
	m := hmac.New(sha256.New, r.key)
	m.Write(code)
	return string(m.Sum(nil))
}

func (r *Refusals) has(serial string, code []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	digest := r.digest(code)
	return r.refused[serial][digest]
}

func (r *Refusals) add(serial string, code []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	digest := r.digest(code)
	if r.refused[serial] == nil {
		r.refused[serial] = make(map[string]bool)
	}
	r.refused[serial][digest] = true
}

// forget drops what is remembered of a card.
func (r *Refusals) forget(serial string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.refused, serial)
}
