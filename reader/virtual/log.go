package virtual

import (
	"slices"
	"sync"
)

// Log is the list of the commands that a card received. It is safe for
// concurrent use.
type Log struct {
	mu   sync.Mutex
	list []Exchange
}

// Exchange is one command and how it ended. It holds neither a code nor answer
// data.
type Exchange struct {
	Command []byte // the data of a command that carries a code is masked with FF
	Length  int    // bytes of answer data
	Status  uint16 // 0 when the card gave no answer
}

// Record returns card with a log of the commands that reach it.
func Record(card Card) (Card, *Log) {
	log := &Log{}
	return &recorded{card, log}, log
}

// Exchanges returns the commands so far, in order.
func (l *Log) Exchanges() []Exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}

// Count returns how many commands the card received.
func (l *Log) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.list)
}

// Clear empties the log.
func (l *Log) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = nil
}

func (l *Log) add(command []byte, o outcome) {
	e := Exchange{Command: mask(command)}
	if n := len(o.answer) - 2; o.event == "" && n >= 0 {
		e.Length, e.Status = n, uint16(o.answer[n])<<8|uint16(o.answer[n+1])
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, e)
}

// mask returns command without the code that VERIFY, CHANGE REFERENCE DATA and
// RESET RETRY COUNTER carry.
func mask(command []byte) []byte {
	masked := slices.Clone(command)
	if len(masked) > 5 && (masked[1] == insVerify || masked[1] == 0x24 || masked[1] == 0x2C) {
		for i := range masked[5:] {
			masked[5+i] = 0xFF
		}
	}
	return masked
}

type recorded struct {
	Card
	log *Log
}

func (r *recorded) exchange(command []byte) outcome {
	o := exchange(r.Card, command)
	r.log.add(command, o)
	return o
}

func (r *recorded) Transmit(command []byte) []byte {
	answer := r.Card.Transmit(command)
	r.log.add(command, outcome{answer: answer})
	return answer
}
