package reader

import (
	"context"
	"time"
)

// maxCommand is the longest command APDU that a Tx sends.
const maxCommand = 4 + 1 + 255 + 1

// Tx is the channel to the card that a Job is given, valid while it runs. It
// counts what it carries.
type Tx struct {
	ctx   context.Context
	link  Link
	reset bool
	trace Trace
}

// Trace counts the exchanges of a job. With a real card nearly all of the time
// is the card's, about 100 ms a command, so the count is the cost.
type Trace struct {
	Commands int           // command APDUs, GET RESPONSE included
	Sent     int           // bytes of command APDUs
	Received int           // bytes of answers, status words included
	Card     time.Duration // time between a command and its answer, summed
}

// ATR is the answer to reset of the card.
func (t *Tx) ATR() []byte { return t.link.ATR() }

// Transmit sends one command APDU. Once the caller has given up it sends no
// more and fails with Canceled: a card is never left working for nobody.
func (t *Tx) Transmit(command []byte) ([]byte, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, &Error{Kind: Canceled, Op: "talk to the card", Err: err}
	}
	if len(command) < 4 || len(command) > maxCommand {
		return nil, Failf(Internal, "talk to the card", "a command of %d bytes", len(command))
	}
	return t.exchange(len(command), func() ([]byte, error) { return t.link.Transmit(command) })
}

// exchange counts what send carries, and checks that there is an answer.
func (t *Tx) exchange(size int, send func() ([]byte, error)) ([]byte, error) {
	start := time.Now()
	answer, err := send()
	t.trace.Card += time.Since(start)
	t.trace.Commands++
	t.trace.Sent += size
	t.trace.Received += len(answer)
	if err == nil && len(answer) < 2 {
		return nil, Failf(Malformed, "talk to the card", "an answer of %d bytes", len(answer))
	}
	return answer, err
}

// ResetAtEnd has the card reset when the job ends, however it ends, so that a
// code verified by the job serves no other program.
func (t *Tx) ResetAtEnd() { t.reset = true }

// Trace returns what has been counted so far.
func (t *Tx) Trace() Trace { return t.trace }
