// Package virtual makes smart cards and readers out of text files, for demos,
// for the developers of a front end and for tests.
//
// Its contract:
//
//   - A Spec describes a card; Load reads it from a TOML file and refuses what it
//     does not know. Every card is a demonstration card and says so.
//   - Open makes a Card of a Spec. A Card answers command APDUs as the real one
//     does, as far as public material tells: GIP-CPS IAS-ECC (CPS3), the public
//     part of the Vitale 2. What is our own choice is said to be [ours] in the
//     code; it proves nothing about real cards.
//   - A Card is reached in two ways: in process through Readers, which is a
//     reader.Transport, or by Serve, which plugs it into a vpcd slot of a real
//     pcscd. Both show the same bytes.
//   - The keys of a virtual CPS are made on this machine by a Keyring, under a
//     test authority, and every certificate is marked TEST.
//   - No command makes a Card panic, and every answer has a status word.
package virtual

import (
	"fmt"
)

// Card is one smart card. Its methods may be called from several goroutines.
type Card interface {
	// ATR is the answer to reset; nil for a mute card.
	ATR() []byte
	// Reset powers the card off and on: a verified code is forgotten, the number
	// of tries left is not.
	Reset()
	// Transmit executes one command APDU and returns the answer, which ends with
	// a status word. The command is not kept.
	Transmit(command []byte) (answer []byte)
}

// Open makes the card that spec describes. The keys and the serial number of a
// CPS come from keys, which may be nil for any other card. The faults of spec
// are in force.
func Open(spec Spec, keys *Keyring) (Card, error) {
	if err := spec.check(); err != nil {
		return nil, fmt.Errorf("cannot open the virtual card: %w", err)
	}
	card, err := openWithoutFaults(&spec, keys)
	if err != nil {
		return nil, fmt.Errorf("cannot open the virtual card %q: %w", spec.Name, err)
	}
	faults, err := openFaults(spec.Faults, keys)
	if err != nil {
		return nil, err
	}
	if len(faults) == 0 {
		return card, nil
	}
	return WithFaults(card, faults...), nil
}

func openWithoutFaults(spec *Spec, keys *Keyring) (Card, error) {
	switch spec.Kind {
	case KindCPS3, KindCPS4:
		if keys == nil {
			return nil, fmt.Errorf("a CPS needs a keyring")
		}
		identity, err := keys.identity(spec)
		if err != nil {
			return nil, err
		}
		return newChip(spec.atr(), spec.Kind == KindCPS4, newCPS(spec, identity)), nil
	case KindVitale2:
		return newChip(spec.atr(), false, newVitale2(spec)), nil
	case KindHostile:
		return &hostile{atr: spec.atr(), manners: spec.Hostile.Manners}, nil
	case KindMute:
		return mute{}, nil
	}
	return newChip(spec.atr(), false, stranger{}), nil
}

// stranger is a card that is recognised by its answer to reset and then has
// nothing to say: CPS2ter, Vitale 1, a bank card. The status words are [ours].
type stranger struct{}

func (stranger) reset() {}

func (stranger) execute(c command) ([]byte, uint16) {
	switch {
	case c.cla != 0x00:
		return nil, swCLA
	case c.ins == insSelect:
		return nil, swFileNotFound
	}
	return nil, swINS
}

// mute is a card that does not answer to reset: upside down, or broken.
type mute struct{}

func (mute) ATR() []byte            { return nil }
func (mute) Reset()                 {}
func (mute) Transmit([]byte) []byte { return statusBytes(swNoDiagnosis) }
