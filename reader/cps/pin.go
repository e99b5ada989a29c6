package cps

import (
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

// headerLength is the length of what stands before the code in VERIFY.
const headerLength = 5

// Command is a VERIFY command. A code is put into it once and is nowhere else: who
// keeps a code keeps it as a Command, in memory of his choosing.
type Command [headerLength + CodeLength]byte

// SetCode puts code in the command. One that does not have the length of a code is put
// as none, which is shown to no card.
func (c *Command) SetCode(code []byte) {
	clear(c[:])
	if len(code) == CodeLength {
		copy(c.code(), code)
	}
}

// Wipe forgets the code.
func (c *Command) Wipe() { clear(c[:]) }

func (c *Command) code() []byte { return c[headerLength:] }

// Verify shows the code to the card. It first reads the state of the code and
// sends nothing when the code is blocked (PINBlocked), when it is not four
// digits or was refused before by this card (PINWrong with the tries left), or
// when one try is left and lastTry is false (PINLastTry). ours tells that the code
// was sent and had not been verified before: the session that may be open now is
// ours to end by a reset, and no other program's.
//
// Of the command only the code is left, which is the caller's to wipe.
func (c *Card) Verify(command *Command, refusals *Refusals, lastTry bool) (ours bool, err error) {
	state, err := c.mayTry(lastTry, func(state PINState) error {
		if state.Tries == maxTries && !state.Verified {
			refusals.forget(c.serial) // the right code was shown since; the refused one may be the new one
		}
		if !wellFormed(command.code()) || refusals.has(c.serial, command.code()) {
			return &reader.Error{Kind: reader.PINWrong, Op: opVerify, Tries: state.Tries}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	c.header(command)
	defer clear(command[:headerLength])
	answer, err := c.ch.Transmit(command[:])
	if err == nil {
		err = judge(iso7816.StatusOf(answer))
	}
	if k := reader.KindOf(err); k == reader.PINWrong || k == reader.PINBlocked {
		refusals.add(c.serial, command.code())
	}
	return !state.Verified, err
}

// opVerify names the operation in errors.
const opVerify = "verify the code"

// mayTry reads the state of the code and fails unless it may be tried now: unless it is
// blocked, unless look refuses, and unless the user may not know that it is the last try.
func (c *Card) mayTry(lastTry bool, look func(PINState) error) (PINState, error) {
	state, err := c.PIN()
	if err != nil {
		return state, err
	}
	if state.Blocked {
		return state, reader.Fail(reader.PINBlocked, opVerify)
	}
	if err := look(state); err != nil {
		return state, err
	}
	if state.Tries == 1 && !lastTry {
		return state, reader.Fail(reader.PINLastTry, opVerify)
	}
	return state, nil
}

// header writes what stands before the code.
func (c *Card) header(command *Command) {
	copy(command[:], []byte{c.cla, 0x20, 0x00, pinReference, CodeLength})
}

// judge is what a card's answer to VERIFY says of the code.
func judge(status iso7816.Status) error {
	switch tries, counted := status.Tries(); {
	case counted && tries > 0:
		return &reader.Error{Kind: reader.PINWrong, Op: opVerify, Tries: tries}
	case counted, status == iso7816.AuthBlocked:
		return reader.Fail(reader.PINBlocked, opVerify)
	}
	return status.Err(opVerify)
}

func wellFormed(code []byte) bool {
	for _, d := range code {
		if d < '0' || d > '9' {
			return false
		}
	}
	return true
}

// Refusals remembers which codes which cards refused, so that no code is sent to
// a card that has just refused it. It keeps a keyed digest, not the code.
// The zero value is ready to use, by several goroutines.
type Refusals struct {
	mu      sync.Mutex                            // protects the fields below
	block   [sha256.BlockSize]byte                // a key, made once, and room for a code
	refused map[string]map[[sha256.Size]byte]bool // by serial, then by digest
}

// digest is called with the mutex held. Key and code are one whole block: the hash
// works on it where it is and keeps no copy, as it would of a part of one.
func (r *Refusals) digest(code []byte) [sha256.Size]byte {
	room := r.block[sha256.BlockSize-CodeLength:]
	if r.refused == nil {
		rand.Read(r.block[:sha256.BlockSize-CodeLength])
		r.refused = make(map[string]map[[sha256.Size]byte]bool)
	}
	defer clear(room)
	copy(room, code)
	return sha256.Sum256(r.block[:])
}

func (r *Refusals) has(serial string, code []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refused[serial] != nil && r.refused[serial][r.digest(code)]
}

func (r *Refusals) add(serial string, code []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	digest := r.digest(code)
	if r.refused[serial] == nil {
		r.refused[serial] = make(map[[sha256.Size]byte]bool)
	}
	r.refused[serial][digest] = true
}

// forget drops what is remembered of a card.
func (r *Refusals) forget(serial string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.refused, serial)
}
