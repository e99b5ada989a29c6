// Package iso7816 speaks the command layer of smart cards: it builds commands,
// follows the transport's answers (61xx, 6Cxx) and reads BER-TLV data.
//
// Its contract: answers are bounded. A card that keeps announcing more data, or
// keeps correcting the expected length, is refused with reader.Malformed; it
// cannot make the caller loop or grow without limit.
package iso7816

import (
	"github.com/agrafe-fse/agrafe/reader"
)

// Limits of one exchange. A CPS or a Vitale stays far below: its largest file
// is read in slices of at most 255 bytes.
const (
	maxAnswer = 64 << 10 // bytes of data in one answer, chained parts included
	maxChain  = 300      // GET RESPONSE commands in one answer
)

// Channel carries one APDU to the card and its answer, status word included.
type Channel interface {
	Transmit(command []byte) ([]byte, error)
}

// Command is a command APDU in short form (ISO/IEC 7816-4).
type Command struct {
	CLA, INS, P1, P2 byte
	Data             []byte // at most 255 bytes
	Le               int    // expected length: -1 none, 0 as much as there is (256), 1..255
}

// NoLe is the Le of a command whose data, if any, is not wanted: an announcement
// of data (61xx) then counts as success and costs no GET RESPONSE.
const NoLe = -1

// Bytes returns the APDU as it is sent.
func (c Command) Bytes() []byte { return c.append(make([]byte, 0, 6+len(c.Data))) }

func (c Command) append(b []byte) []byte {
	b = append(b, c.CLA, c.INS, c.P1, c.P2)
	if len(c.Data) > 0 {
		b = append(b, byte(len(c.Data)))
		b = append(b, c.Data...)
	}
	if c.Le >= 0 {
		b = append(b, byte(c.Le))
	}
	return b
}

// Status is the status word that ends an answer. It stays inside the reader
// folder: drivers turn it into a *reader.Error with Err.
type Status uint16

// Status words that drivers tell apart.
const (
	OK                Status = 0x9000
	endOfFile         Status = 0x6282 // fewer bytes than asked for
	WrongLength       Status = 0x6700
	SecurityStatus    Status = 0x6982 // a code must be verified first
	AuthBlocked       Status = 0x6983
	ConditionsOfUse   Status = 0x6985
	FunctionUnknown   Status = 0x6A81
	FileNotFound      Status = 0x6A82
	WrongOffset       Status = 0x6B00
	ReferenceNotFound Status = 0x6A88
	INSUnknown        Status = 0x6D00
	CLAUnknown        Status = 0x6E00
)

// Tries returns the number of tries left that a 63Cx status carries.
func (s Status) Tries() (n int, ok bool) {
	if s&0xFFF0 == 0x63C0 {
		return int(s & 0x0F), true
	}
	return 0, false
}

// Err returns nil for OK and a typed error about op for any other status. What a
// status says of a code counts only as the answer to VERIFY: the driver that
// sends it looks itself.
func (s Status) Err(op string) error {
	switch s {
	case OK:
		return nil
	case SecurityStatus:
		return reader.Fail(reader.PINRequired, op)
	case FunctionUnknown, FileNotFound, ReferenceNotFound, INSUnknown, CLAUnknown:
		return reader.Fail(reader.Unsupported, op)
	}
	return reader.Fail(reader.Refused, op)
}

// Send transmits c and returns the whole answer. It fetches what the card holds
// back (61xx) and repeats the command once with the length that the card asks
// for (6Cxx). The error is the channel's, or reader.Malformed.
func Send(ch Channel, c Command) (data []byte, status Status, err error) {
	data, status, err = exchange(ch, c.Bytes())
	if err != nil {
		return nil, 0, err
	}
	if status&0xFF00 == 0x6C00 {
		c.Le = int(status & 0xFF)
		if data, status, err = exchange(ch, c.Bytes()); err != nil {
			return nil, 0, err
		}
		if status&0xFF00 == 0x6C00 {
			return nil, 0, malformed("the card corrects its own correction of the length")
		}
	}
	if c.Le == NoLe && status&0xFF00 == 0x6100 {
		return nil, OK, nil
	}
	for n := 0; status&0xFF00 == 0x6100; n++ {
		if n == maxChain || len(data) > maxAnswer {
			return nil, 0, malformed("the answer does not end")
		}
		var part []byte
		part, status, err = exchange(ch, []byte{c.CLA, 0xC0, 0, 0, byte(status)})
		if err != nil {
			return nil, 0, err
		}
		data = append(data, part...)
	}
	return data, status, nil
}

func exchange(ch Channel, command []byte) ([]byte, Status, error) {
	answer, err := ch.Transmit(command)
	if err != nil {
		return nil, 0, err
	}
	n := len(answer) - 2
	if n < 0 {
		return nil, 0, malformed("the answer has no status word")
	}
	if n > maxAnswer {
		return nil, 0, malformed("the answer is too long")
	}
	return answer[:n:n], Status(answer[n])<<8 | Status(answer[n+1]), nil
}

func malformed(why string) error {
	return reader.Failf(reader.Malformed, "talk to the card", "%s", why)
}

// StatusOf returns the status word that ends answer, 0 if there is none.
func StatusOf(answer []byte) Status {
	n := len(answer)
	if n < 2 {
		return 0
	}
	return Status(answer[n-2])<<8 | Status(answer[n-1])
}
