// Package cps drives the card of a health professional (CPS3, CPS4).
//
// Its contract:
//
//   - A Card lives within one transaction (one reader.Job). Open reads the
//     card's serial there, so whatever follows is bound to a known card.
//   - A code is sent only by Verify, never to a card with one try left unless
//     the caller says that the user knows, and never twice after a refusal
//     (Refusals). Nothing else in this package consumes a try.
//   - Sign takes a message, not a digest: the signature key finishes the hash on
//     the card. Authenticate takes a digest.
//   - Certificates never change for a serial. They cost some twenty commands
//     and are meant to be cached by it; signing reads none.
//   - Errors are *reader.Error.
//
// The commands are those that public middleware and OpenSC use with the CPS3
// (IAS-ECC) and the CPS4. The content of the situations d'exercice is a layout
// of our own, for virtual cards: the layout on real cards is not public.
package cps

import (
	"bytes"
	"encoding/hex"
	"strings"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

// serialSize is the length of EF.SN, serialSFI its short identifier.
const (
	serialSize = 12
	serialSFI  = 0x1C
)

// pathSerial is the path of EF.SN, from the root.
var pathSerial = []byte{0x3F, 0x00, 0xD0, 0x03}

// serialPrefix begins EF.SN: tag 5A, ten bytes, issuer 80 25 00 00 01.
var serialPrefix = []byte{0x5A, 0x0A, 0x80, 0x25, 0x00, 0x00, 0x01}

// aidCPS4 is the application of the CPS4, selected on logical channel 1.
var aidCPS4 = []byte{0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x01, 0x00}

// Card is a CPS within one transaction.
type Card struct {
	ch     iso7816.Channel
	cla    byte // class byte; it carries the logical channel
	cps4   bool
	serial string
}

// Open greets the card of the given family and reads its serial. It fails with
// Unsupported for a card that is recognised but not driven (CPS2ter,
// contactless), and with Malformed if the serial is not that of a CPS.
func Open(ch iso7816.Channel, family reader.Family) (*Card, error) {
	const op = "read the CPS"
	c := &Card{ch: ch}
	switch family {
	case reader.FamilyCPS3:
	case reader.FamilyCPS4:
		c.cla, c.cps4 = 0x01, true
		if err := c.do(op, iso7816.Command{INS: 0xA4, P1: 0x04, P2: 0x0C, Data: aidCPS4, Le: iso7816.NoLe}); err != nil {
			return nil, err
		}
	default:
		return nil, reader.Fail(reader.Unsupported, op)
	}
	serial, err := c.readSerial(op)
	if err != nil {
		return nil, err
	}
	c.serial = serial
	return c, nil
}

// OpenSerial is Open for a card whose serial is known: it fails with CardChanged
// if another one is in the reader.
func OpenSerial(ch iso7816.Channel, family reader.Family, serial string) (*Card, error) {
	c, err := Open(ch, family)
	switch reader.KindOf(err) {
	case reader.Unsupported, reader.Refused, reader.Malformed: // it was a CPS before
		return nil, reader.Fail(reader.CardChanged, "read the CPS")
	}
	if err != nil {
		return nil, err
	}
	if c.serial != serial {
		return nil, reader.Fail(reader.CardChanged, "read the CPS")
	}
	return c, nil
}

// Serial is the card's serial number: the digits of EF.SN, issuer included.
func (c *Card) Serial() string { return c.serial }

// readSerial reads EF.SN in the root and leaves the root current. The short
// identifier costs one command and works while the root is current, as after a
// reset; if another program left the card elsewhere, the path is taken.
func (c *Card) readSerial(op string) (string, error) {
	quick := iso7816.Command{CLA: c.cla, INS: 0xB0, P1: 0x80 | serialSFI, Le: serialSize}
	data, _, err := iso7816.Send(c.ch, quick)
	if err != nil {
		return "", err
	}
	if !isSerial(data) {
		if err := c.selectPath(op, pathSerial); err != nil {
			return "", err
		}
		var status iso7816.Status
		data, status, err = iso7816.Send(c.ch, iso7816.Command{CLA: c.cla, INS: 0xB0, Le: serialSize})
		if err == nil {
			err = status.Err(op)
		}
		if err != nil {
			return "", err
		}
	}
	if !isSerial(data) {
		return "", reader.Failf(reader.Malformed, op, "the serial is not that of a CPS")
	}
	return strings.TrimRight(hex.EncodeToString(data[2:]), "f"), nil
}

func isSerial(data []byte) bool {
	return len(data) == serialSize && bytes.HasPrefix(data, serialPrefix)
}

// selectPath makes the file at path, which begins with 3F00, current.
func (c *Card) selectPath(op string, path []byte) error {
	return c.do(op, iso7816.Command{INS: 0xA4, P1: 0x09, P2: 0x0C, Data: path, Le: iso7816.NoLe})
}

// do sends a command from which only success is wanted.
func (c *Card) do(op string, cmd iso7816.Command) error {
	_, err := c.get(op, cmd)
	return err
}

// get sends cmd on the card's channel and returns its data.
func (c *Card) get(op string, cmd iso7816.Command) ([]byte, error) {
	cmd.CLA |= c.cla
	data, status, err := iso7816.Send(c.ch, cmd)
	if err != nil {
		return nil, err
	}
	return data, status.Err(op)
}

// readFile reads the file at path, at most limit bytes.
func (c *Card) readFile(op string, path []byte, limit int) ([]byte, error) {
	if err := c.selectPath(op, path); err != nil {
		return nil, err
	}
	data, status, err := iso7816.ReadCurrent(c.ch, c.cla, limit)
	if err != nil {
		return nil, err
	}
	return data, status.Err(op)
}
