package virtual

import (
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/reader"
)

// What a link could not do.
const (
	opConnect   = "connect to the card"
	opBegin     = "begin a transaction"
	opReconnect = "reconnect to the card"
	opTransmit  = "send a command to the card"
	opEnd       = "end the transaction"
)

// failuresAfterSwap is how many commands fail on an open link after a swap, as
// measured on pcscd.
const failuresAfterSwap = 2

// link is a connection to the card that one insertion brought. Its fields are
// protected by readers.mu.
type link struct {
	readers *Readers
	slot    *slot
	atr     []byte

	epoch     int
	insertion int
	swaps     int
	resets    int  // resets that this link knows of
	failing   int  // commands that fail before the swapped card answers
	begun     bool // in a transaction, unless the card left
	closed    bool
}

// Connect implements reader.Transport.
func (r *Readers) Connect(name string) (reader.Link, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.up {
		return nil, reader.Fail(reader.ServiceDown, opConnect)
	}
	s, err := r.needCard(name, opConnect)
	switch {
	case err != nil:
		return nil, err
	case s.card.ATR() == nil:
		return nil, reader.Fail(reader.CardMute, opConnect)
	case s.taken:
		return nil, reader.Fail(reader.Busy, opConnect)
	}
	return &link{
		readers:   r,
		slot:      s,
		atr:       slices.Clone(s.atr),
		epoch:     r.epoch,
		insertion: s.insertion,
		swaps:     s.swaps,
		resets:    s.resets,
	}, nil
}

func (l *link) ATR() []byte { return slices.Clone(l.atr) }

func (l *link) Begin() error {
	l.readers.mu.Lock()
	defer l.readers.mu.Unlock()
	if l.begun {
		return reader.Failf(reader.Internal, opBegin, "there is one already")
	}
	if err := l.waitTurn(opBegin); err != nil {
		return err
	}
	l.begun, l.slot.holder = true, l
	return nil
}

func (l *link) Reconnect() error {
	l.readers.mu.Lock()
	defer l.readers.mu.Unlock()
	if err := l.lost(opReconnect); err != nil {
		return err
	}
	l.resets = l.slot.resets
	return nil
}

func (l *link) Transmit(command []byte) ([]byte, error) {
	r := l.readers
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := l.waitTurn(opTransmit); err != nil {
		return nil, err
	}
	if l.failing > 0 {
		l.failing--
		return nil, reader.Fail(reader.CardRemoved, opTransmit)
	}
	card := l.slot.card
	command = slices.Clone(command)
	r.mu.Unlock() // the card may take long, and may be removed meanwhile
	o := exchange(card, command)
	r.mu.Lock()
	if err := l.settle(o.delay); err != nil {
		return nil, err
	}
	if o.event != "" {
		return nil, l.carryOut(o)
	}
	return o.answer, nil
}

// End releases the transaction even when it fails. The link that resets the card
// is told of the reset like the others, as pcsc-lite does; Windows spares it.
func (l *link) End(reset bool) error {
	l.readers.mu.Lock()
	defer l.readers.mu.Unlock()
	if !l.begun {
		return reader.Failf(reader.Internal, opEnd, "there is none")
	}
	l.release()
	if err := l.usable(opEnd); err != nil {
		return err
	}
	if reset {
		l.slot.card.Reset()
		l.slot.resets++
	}
	return nil
}

func (l *link) Close() error {
	l.readers.mu.Lock()
	defer l.readers.mu.Unlock()
	l.release()
	l.closed = true
	return nil
}

func (l *link) release() {
	l.begun = false
	if l.slot.holder == l {
		l.slot.holder = nil
		l.readers.change()
	}
}

// waitTurn waits until no other link is in a transaction. readers.mu is held, as
// for all that follow.
func (l *link) waitTurn(op string) error {
	for {
		if err := l.usable(op); err != nil {
			return err
		}
		if l.slot.holder == nil || l.slot.holder == l {
			return nil
		}
		changed := l.readers.changed
		l.readers.mu.Unlock()
		<-changed
		l.readers.mu.Lock()
	}
}

// settle waits for delay and reports what happened to the card meanwhile.
func (l *link) settle(delay time.Duration) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	for {
		if err := l.usable(opTransmit); err != nil {
			return err
		}
		if l.failing > 0 { // swapped during the command, which is the first failure
			l.failing--
			return reader.Fail(reader.CardRemoved, opTransmit)
		}
		if delay == 0 {
			return nil
		}
		changed := l.readers.changed
		l.readers.mu.Unlock()
		select {
		case <-changed:
		case <-timer.C:
			delay = 0
		}
		l.readers.mu.Lock()
	}
}

// carryOut makes happen what a fault asked for.
func (l *link) carryOut(o outcome) error {
	kind := reader.CardRemoved
	switch o.event {
	case FaultYank:
		l.slot.remove()
	case FaultReplace:
		l.slot.remove()
		l.slot.insert(o.card)
	case FaultSwap:
		l.slot.swap(o.card)
		l.swaps, l.failing = l.slot.swaps, failuresAfterSwap-1
	case FaultReset:
		l.slot.resets++
		kind = reader.CardReset
	case FaultMute:
		kind = reader.CardMute
	}
	l.readers.change()
	return reader.Fail(kind, opTransmit)
}

// usable reports why the link cannot be used now, and takes notice of a swap.
func (l *link) usable(op string) error {
	if err := l.lost(op); err != nil {
		return err
	}
	if l.resets != l.slot.resets {
		return reader.Fail(reader.CardReset, op)
	}
	if l.swaps != l.slot.swaps {
		l.swaps, l.failing = l.slot.swaps, failuresAfterSwap
	}
	return nil
}

// lost reports why the link is of no more use.
func (l *link) lost(op string) error {
	switch {
	case l.closed:
		return reader.Failf(reader.Internal, op, "the connection is closed")
	case !l.readers.up || l.epoch != l.readers.epoch:
		return reader.Fail(reader.ServiceDown, op)
	case l.slot.gone:
		return reader.Fail(reader.NoReader, op)
	case l.insertion != l.slot.insertion:
		return reader.Fail(reader.CardRemoved, op)
	}
	return nil
}
