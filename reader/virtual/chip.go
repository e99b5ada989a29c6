package virtual

import (
	"slices"
	"sync"
)

// Status words of ISO/IEC 7816-4.
const (
	swOK              = 0x9000
	swEndOfFile       = 0x6282
	swWrongLength     = 0x6700
	swChannel         = 0x6881
	swLastExpected    = 0x6883
	swSecurity        = 0x6982
	swBlocked         = 0x6983
	swConditions      = 0x6985
	swNoCurrentEF     = 0x6986
	swWrongData       = 0x6A80
	swFileNotFound    = 0x6A82
	swWrongP1P2       = 0x6A86
	swObjectNotFound  = 0x6A88
	swWrongOffset     = 0x6B00
	swINS             = 0x6D00
	swCLA             = 0x6E00
	swNoDiagnosis     = 0x6F00
	swBytesRemain     = 0x6100 // low byte: how many, 00 for 256 or more
	swCorrectedLength = 0x6C00 // low byte: the exact length, 00 for 256
	swTries           = 0x63C0 // low nibble: tries left
)

// Instructions that the cards know.
const (
	insVerify       = 0x20
	insManageEnv    = 0x22
	insPerformOp    = 0x2A
	insAuthenticate = 0x88
	insSelect       = 0xA4
	insReadBinary   = 0xB0
	insGetResponse  = 0xC0
	insGetData      = 0xCA
	insGetObject    = 0xCB
)

// maxShort is the most data that one short APDU carries.
const maxShort = 256

// command is a parsed command APDU.
type command struct {
	cla, ins, p1, p2 byte
	data             []byte
	le               int // expected length, 1 to 256; 0 when the command has no Le
}

// parseCommand reads a short command APDU. Extended lengths are refused: the
// public traces of these cards show none.
func parseCommand(b []byte) (c command, ok bool) {
	if len(b) < 4 {
		return c, false
	}
	c = command{cla: b[0], ins: b[1], p1: b[2], p2: b[3]}
	body := b[4:]
	switch {
	case len(body) == 0:
		return c, true
	case len(body) == 1:
		c.le = expected(body[0])
		return c, true
	}
	lc := int(body[0])
	switch {
	case lc == 0:
		return c, false
	case len(body) == 1+lc:
	case len(body) == 2+lc:
		c.le = expected(body[1+lc])
	default:
		return c, false
	}
	c.data = body[1 : 1+lc]
	return c, true
}

func expected(le byte) int {
	if le == 0 {
		return maxShort
	}
	return int(le)
}

// applet is what a card does with a command, whatever the transport protocol.
// It is called by one goroutine at a time.
type applet interface {
	reset()
	// execute returns the whole answer data and the status word. READ BINARY
	// returns the file from the offset to its end; the chip cuts it.
	execute(c command) (data []byte, sw uint16)
}

// chip carries an applet over the transport protocol: it holds back answers
// (61xx, GET RESPONSE) and corrects lengths (6Cxx).
type chip struct {
	atr []byte
	// t1 lets an answer follow the command at once, as over T=1. A T=0 card
	// makes the host fetch the answer to a command that had data.
	t1 bool

	mu      sync.Mutex // protects what follows, and the applet
	applet  applet
	pending []byte // answer data not fetched yet
}

func newChip(atr []byte, t1 bool, a applet) *chip { return &chip{atr: atr, t1: t1, applet: a} }

func (c *chip) ATR() []byte { return slices.Clone(c.atr) }

func (c *chip) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = nil
	c.applet.reset()
}

func (c *chip) Transmit(b []byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	cmd, ok := parseCommand(b)
	if !ok {
		c.pending = nil
		return statusBytes(swWrongLength)
	}
	if cmd.ins == insGetResponse {
		return c.getResponse(cmd)
	}
	c.pending = nil
	data, sw := c.applet.execute(cmd)
	switch {
	case len(data) == 0:
		return statusBytes(sw)
	case cmd.ins == insReadBinary:
		return c.direct(cmd, data, sw)
	case c.t1 && cmd.le > 0:
		return c.deliver(data, cmd.le)
	}
	c.pending = data
	return statusBytes(remaining(len(data)))
}

// direct answers READ BINARY: the bytes come with the answer, and a T=0 card
// refuses a length that it cannot fill.
func (c *chip) direct(cmd command, data []byte, sw uint16) []byte {
	le := cmd.le
	if le == 0 {
		le = maxShort
	}
	switch {
	case len(data) >= le:
		data = data[:le]
	case !c.t1:
		return statusBytes(swCorrectedLength | uint16(len(data)))
	}
	return withStatus(data, sw)
}

func (c *chip) getResponse(cmd command) []byte {
	if len(c.pending) == 0 {
		return statusBytes(swConditions)
	}
	le := cmd.le
	if le == 0 {
		le = maxShort
	}
	if le > len(c.pending) && !c.t1 {
		return statusBytes(swCorrectedLength | uint16(len(c.pending)))
	}
	return c.deliver(c.pending, le)
}

// deliver answers with at most n bytes of data and keeps the rest.
func (c *chip) deliver(data []byte, n int) []byte {
	n = min(n, len(data))
	c.pending = data[n:]
	if len(c.pending) == 0 {
		c.pending = nil
		return withStatus(data[:n], swOK)
	}
	return withStatus(data[:n], remaining(len(c.pending)))
}

func remaining(n int) uint16 {
	if n >= maxShort {
		return swBytesRemain
	}
	return swBytesRemain | uint16(n)
}

func withStatus(data []byte, sw uint16) []byte {
	answer := make([]byte, 0, len(data)+2)
	answer = append(answer, data...)
	return append(answer, byte(sw>>8), byte(sw))
}

func statusBytes(sw uint16) []byte { return []byte{byte(sw >> 8), byte(sw)} }
