package virtual

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Action is what happens when a Fault strikes.
type Action string

// The actions, as a card file names them.
const (
	FaultStatus  Action = "statut"       // the card answers a status word
	FaultDelay   Action = "delai"        // the answer comes late
	FaultYank    Action = "arrachage"    // the card leaves the reader
	FaultSwap    Action = "echange"      // another card takes its place between two polls: no one is told
	FaultReplace Action = "remplacement" // the card leaves and another is inserted
	FaultReset   Action = "reset"        // another program resets the card, which forgets the code
	FaultMute    Action = "mutisme"      // the card does not answer
)

// Fault is a failure that strikes a card at a command. Those that happen to the
// reader rather than to the card (yank, swap, replace, reset) are carried out by
// Readers and by Serve.
type Fault struct {
	At     int  // the n-th command that matches, from 1; 0: each one
	INS    byte // only commands of this instruction; 0: any
	After  bool // the card executes the command first, and its answer is lost
	Action Action
	Status uint16        // with FaultStatus
	Delay  time.Duration // with FaultDelay
	Card   Card          // with FaultSwap and FaultReplace; without it they are a yank
}

// WithFaults returns card with faults in force. Commands are counted from now
// on, resets notwithstanding. When several faults strike the same command, the
// first of the list does.
func WithFaults(card Card, faults ...Fault) Card {
	faults = slices.Clone(faults)
	for i, f := range faults {
		if (f.Action == FaultSwap || f.Action == FaultReplace) && f.Card == nil {
			faults[i].Action = FaultYank
		}
	}
	return &faulty{card: card, faults: faults, counts: make([]int, len(faults))}
}

type faulty struct {
	card   Card
	faults []Fault

	mu     sync.Mutex
	counts []int // commands that matched each fault
}

// outcome is what a command led to: an answer, or an event.
type outcome struct {
	answer []byte
	delay  time.Duration // before the answer
	event  Action        // "" when there is an answer
	card   Card          // the card that takes the place, with FaultSwap and FaultReplace
}

// exchanger is a Card whose commands may lead to an event.
type exchanger interface {
	exchange(command []byte) outcome
}

func exchange(card Card, command []byte) outcome {
	if x, ok := card.(exchanger); ok {
		return x.exchange(command)
	}
	return outcome{answer: card.Transmit(command)}
}

func (f *faulty) ATR() []byte { return f.card.ATR() }
func (f *faulty) Reset()      { f.card.Reset() }

// Transmit is for a caller that is no reader: an event shows as a status word.
func (f *faulty) Transmit(command []byte) []byte {
	o := f.exchange(command)
	if o.event != "" {
		return statusBytes(swNoDiagnosis)
	}
	time.Sleep(o.delay)
	return o.answer
}

func (f *faulty) exchange(command []byte) outcome {
	fault := f.strike(command)
	if fault == nil {
		return exchange(f.card, command)
	}
	var o outcome
	if fault.After || fault.Action == FaultDelay {
		o = exchange(f.card, command)
	}
	switch fault.Action {
	case FaultDelay:
		o.delay += fault.Delay
		return o
	case FaultStatus:
		return outcome{answer: statusBytes(fault.Status)}
	case FaultReset:
		f.card.Reset()
	}
	return outcome{event: fault.Action, card: fault.Card}
}

// strike counts the command and returns the fault that strikes it, or nil.
func (f *faulty) strike(command []byte) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var first *Fault
	for i := range f.faults {
		fault := &f.faults[i]
		if fault.INS != 0 && (len(command) < 2 || command[1] != fault.INS) {
			continue
		}
		f.counts[i]++
		if first == nil && (fault.At == 0 || fault.At == f.counts[i]) {
			first = fault
		}
	}
	return first
}

func (s *FaultSpec) check(field string, bad complain) {
	switch s.Action {
	case FaultStatus:
		if s.Status < 0x6000 || s.Status > 0x9FFF {
			bad(field+".statut", "must be 0x6000 to 0x9FFF")
		}
	case FaultDelay:
		if s.DelayMS <= 0 || s.DelayMS > 60_000 {
			bad(field+".delaiMs", "must be 1 to 60000")
		}
	case FaultSwap, FaultReplace:
		if s.Card == "" {
			bad(field+".carte", "names no other card")
		}
	case FaultYank, FaultReset, FaultMute:
	default:
		bad(field+".action", "no such action")
	}
	if s.At < 0 || s.INS < 0 || s.INS > 0xFF {
		bad(field, "apdu must be 1 or more, ins one byte")
	}
}

// openFaults opens the cards that the faults name, which Load has read.
func openFaults(specs []FaultSpec, keys *Keyring) ([]Fault, error) {
	var faults []Fault
	for _, s := range specs {
		fault := Fault{
			At:     s.At,
			INS:    byte(s.INS),
			After:  s.After,
			Action: s.Action,
			Status: uint16(s.Status),
			Delay:  time.Duration(s.DelayMS) * time.Millisecond,
		}
		if s.Card != "" {
			if s.other == nil {
				return nil, fmt.Errorf("cannot open the virtual card: its fault names the card %q, which only Load can read", s.Card)
			}
			card, err := Open(*s.other, keys)
			if err != nil {
				return nil, err
			}
			fault.Card = card
		}
		faults = append(faults, fault)
	}
	return faults, nil
}
