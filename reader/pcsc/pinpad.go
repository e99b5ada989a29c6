package pcsc

import (
	"encoding/binary"
	"time"

	"github.com/ebfe/scard"

	"github.com/agrafe-fse/agrafe/reader"
)

// Numbers of PC/SC part 10 (IFDs with secure PIN entry capabilities).
const (
	getFeatureRequest = 3400 // control code, by way of SCARD_CTL_CODE
	verifyPINDirect   = 0x06 // feature: the code is typed on the reader
	featureSize       = 6    // tag, length 4, control code with its highest byte first
)

var _ reader.PINPad = (*link)(nil)

// Pinpad asks the reader's driver, not the card.
func (l *link) Pinpad() bool { return l.verifyCode() != 0 }

// verifyCode is the control code that has the reader ask for a code, 0 if it can't. A
// driver that knows no features fails, each in its way.
func (l *link) verifyCode() uint32 {
	features, err := l.card.Control(scard.CtlCode(getFeatureRequest), nil)
	if err != nil {
		return 0
	}
	return featureCode(features, verifyPINDirect)
}

// featureCode finds the control code of a feature in what a driver lists, 0 if it is
// not there.
func featureCode(list []byte, feature byte) uint32 {
	for len(list) >= 2 {
		size := 2 + int(list[1])
		if size > len(list) {
			return 0
		}
		if list[0] == feature && size == featureSize {
			return binary.BigEndian.Uint32(list[2:])
		}
		list = list[size:]
	}
	return 0
}

// VerifyPIN has the reader ask for the code. The call lasts until the user has typed it.
func (l *link) VerifyPIN(e reader.PINEntry) ([]byte, error) {
	code := l.verifyCode()
	if code == 0 {
		return nil, reader.Fail(reader.Unsupported, "")
	}
	answer, err := l.card.Control(code, verifyStructure(e))
	if err != nil {
		return nil, typed(err)
	}
	return append(make([]byte, 0, len(answer)), answer...), nil // the library's is 64 KiB
}

// verifyStructure is PIN_VERIFY_STRUCTURE of PC/SC part 10, whose numbers of several
// bytes are in the machine's order.
func verifyStructure(e reader.PINEntry) []byte {
	const (
		asciiInBytes = 0x82   // positions count in bytes, the code begins the data, left justified, in ASCII
		noLength     = 0x00   // the length of the code is not put into the command
		validation   = 0x02   // the user ends by the validation key
		oneMessage   = 0x01   // the reader shows its message
		french       = 0x040C // in French, where it has several
		firstMessage = 0x00   // "enter the code"
	)
	seconds := byte(min(e.Limit/time.Second, 255))
	b := []byte{seconds, seconds, asciiInBytes, byte(e.Digits), noLength}
	b = binary.NativeEndian.AppendUint16(b, uint16(e.Digits)<<8|uint16(e.Digits)) // the least, then the most
	b = append(b, validation, oneMessage)
	b = binary.NativeEndian.AppendUint16(b, french)
	b = append(b, firstMessage, 0, 0, 0) // and the header of a T=1 block, which the driver makes
	b = binary.NativeEndian.AppendUint32(b, uint32(len(e.Command)))
	return append(b, e.Command...)
}
