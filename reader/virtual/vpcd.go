package virtual

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Control codes of vpcd: a frame of one byte.
const (
	vpcdPowerOff = 0x00
	vpcdPowerOn  = 0x01
	vpcdReset    = 0x02
	vpcdATR      = 0x04
)

// replaceAfter is how long a slot stays empty when a card is replaced: vpcd polls
// each 400 ms, and the replacement must be seen.
const replaceAfter = time.Second

// errLeft ends a session whose card left as its faults say.
var errLeft = errors.New("the card left")

// Serve plugs card into the vpcd slot that listens on addr. The card answers
// until ctx is done, which pulls it out, or until one of its faults does: then
// Serve returns nil. It returns an error when the slot cannot be reached or
// drops the connection.
//
// The protocol is vpcd's (vsmartcard): each way a length of two bytes, then a
// control code or an APDU.
func Serve(ctx context.Context, addr string, card Card) error {
	for {
		next, pause, err := serveOnce(ctx, addr, card)
		switch {
		case ctx.Err() != nil, errors.Is(err, errLeft):
			return nil
		case err != nil:
			return fmt.Errorf("cannot serve the card on %s: %w", addr, err)
		}
		if !wait(ctx, pause) {
			return nil
		}
		card = next
	}
}

// serveOnce serves card on one connection. Without an error another card takes
// its place after a pause.
func serveOnce(ctx context.Context, addr string, card Card) (next Card, pause time.Duration, err error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, 0, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	s := &session{conn: conn, in: bufio.NewReader(conn), card: card}
	for {
		frame, err := s.read()
		if err != nil {
			return nil, 0, err
		}
		o := s.answer(frame)
		switch o.event {
		case FaultYank:
			return nil, 0, errLeft
		case FaultSwap:
			return o.card, 0, nil
		case FaultReplace:
			return o.card, replaceAfter, nil
		case FaultMute:
			_, err := io.Copy(io.Discard, conn) // silent until it is pulled out
			return nil, 0, errors.Join(err, io.EOF)
		case FaultReset: // no card can tell the host of a reset by another program
			o.answer = statusBytes(swNoDiagnosis)
		}
		if o.answer == nil {
			continue
		}
		if !wait(ctx, o.delay) {
			return nil, 0, ctx.Err()
		}
		if err := s.write(o.answer); err != nil {
			return nil, 0, err
		}
	}
}

// session is one connection to vpcd.
type session struct {
	conn net.Conn
	in   *bufio.Reader
	card Card
}

func (s *session) read() ([]byte, error) {
	quickAck(s.conn)
	var size [2]byte
	if _, err := io.ReadFull(s.in, size[:]); err != nil {
		return nil, err
	}
	frame := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(s.in, frame)
	return frame, err
}

// answer returns what a frame leads to; no answer for one that takes none.
func (s *session) answer(frame []byte) outcome {
	if len(frame) != 1 {
		return exchange(s.card, frame)
	}
	switch frame[0] {
	case vpcdPowerOff, vpcdPowerOn, vpcdReset:
		s.card.Reset()
	case vpcdATR:
		return outcome{answer: s.atr()}
	}
	return outcome{}
}

// muteATR makes vpcd see a card that does not answer: its poll for presence is
// content with any answer, and powering the card fails on one that is longer than
// an answer to reset can be (33 bytes). No answer at all would be an empty slot.
var muteATR = make([]byte, 64)

func (s *session) atr() []byte {
	if atr := s.card.ATR(); atr != nil {
		return atr
	}
	return muteATR
}

// write sends an answer in one piece: in two, the second would wait for the
// acknowledgement of the first.
func (s *session) write(answer []byte) error {
	if n := len(answer); n > 0xFFFF {
		answer = append(answer[:0xFFFF-2:0xFFFF-2], answer[n-2:]...)
	}
	frame := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(answer)), uint16(len(answer)))
	_, err := s.conn.Write(append(frame, answer...))
	return err
}

// wait sleeps for d and reports whether ctx is still alive.
func wait(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
