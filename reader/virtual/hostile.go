package virtual

import (
	"bytes"
	"slices"
	"sync"
)

// Manner is one way in which a hostile card answers.
type Manner string

// The manners, as a card file names them.
const (
	EndlessMore     Manner = "61-sans-fin"       // always more bytes to fetch
	EndlessLength   Manner = "6C-sans-fin"       // always another exact length
	Oversize        Manner = "64-Kio"            // 65,536 bytes of data
	NoData          Manner = "sans-donnees"      // success, and nothing
	WrongLengths    Manner = "longueurs-fausses" // objects longer than the data
	DeepNesting     Manner = "imbrication"       // objects in objects in objects
	ControlInNames  Manner = "controles"         // names with line ends and terminal sequences
	ImpossibleState Manner = "etats-impossibles" // status words of other commands
)

// manners gives the answer to the n-th command.
var manners = map[Manner]func(n int) []byte{
	EndlessMore:   func(int) []byte { return withStatus(bytes.Repeat([]byte{0x65}, 255), swBytesRemain|0xFF) },
	EndlessLength: func(n int) []byte { return statusBytes(swCorrectedLength | uint16(1+n%255)) },
	Oversize:      func(int) []byte { return withStatus(make([]byte, 1<<16), swOK) },
	NoData:        func(int) []byte { return statusBytes(swOK) },
	WrongLengths: func(n int) []byte {
		forms := [][]byte{
			{0x65, 0x7F, 0x80, 0x05, 'A'},         // the object outruns the data
			{0x65, 0x82, 0xFF, 0xFF, 0x80},        // by far
			{0x65, 0x84, 0xFF, 0xFF, 0xFF, 0xFF},  // a length of four bytes
			{0x65, 0x80, 0x80, 0x01, 'A', 0, 0},   // indefinite length
			{0x65, 0x04, 0x80, 0x7F, 'A', 'B'},    // the member outruns the object
			{0x5A, 0x0A, 0x80},                    // a serial number cut short
			{0x7F},                                // half a tag
			{0xBF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01},  // a tag that does not end
			{0x65, 0x03, 0x80, 0x81},              // half a length
			{0x68, 0x06, 0x80, 0x04, '0', '1', 0}, // a rights object cut short
		}
		return withStatus(forms[n%len(forms)], swOK)
	},
	DeepNesting: func(int) []byte {
		b := []byte{0x80, 0x00}
		for len(b) < 250 {
			b = tlv(0x65, b)
		}
		return withStatus(b, swOK)
	},
	ControlInNames: func(int) []byte {
		person := tlv(0x65,
			text(0x80, "DUPONT\r\nX-INJECTE: 1"),
			text(0x81, "\x1b[2J\x00\xff\xfe"),
			text(0x82, "99999999"),
			text(0x93, "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"))
		return withStatus(person, swOK)
	},
	ImpossibleState: func(n int) []byte {
		words := []uint16{0x63CF, 0x63C0, 0x0000, 0xFFFF, 0x9001, 0x6400, 0x6282, 0x6983, 0x60FF}
		return statusBytes(words[n%len(words)])
	},
}

// hostile is a card made to break whoever reads it.
type hostile struct {
	atr     []byte
	manners []Manner

	mu sync.Mutex
	n  int // commands so far
}

func (h *hostile) ATR() []byte { return slices.Clone(h.atr) }
func (h *hostile) Reset()      {}

func (h *hostile) Transmit([]byte) []byte {
	h.mu.Lock()
	n := h.n
	h.n++
	h.mu.Unlock()
	return manners[h.manners[n%len(h.manners)]](n / len(h.manners))
}
