// Package reader owns the smart-card readers of a machine.
//
// Its contract:
//
//   - A Transport reaches the readers: package pcsc through the operating
//     system, package virtual through cards held in memory. Nothing else in the
//     program talks to a card.
//   - A Monitor turns what a Transport sees into a stream of Snapshots. It has
//     one goroutine and never gives up: a service that is absent, killed,
//     stopped or restarted is waited for.
//   - An Owner, one per reader, runs jobs one after another, each in one short
//     transaction on a connection of its own, shared with the other programs of
//     the workstation. Nothing is assumed of the card from one job to the next:
//     not the current file, not the PIN state, not even that it is the same card.
//   - Failures are *Error values with a closed set of kinds. Status words and
//     PC/SC codes never leave this folder.
package reader

import (
	"bytes"
	"time"
)

// Transport reaches the readers of a machine. Its methods may be called from
// several goroutines.
type Transport interface {
	// Watch opens a view on the readers. It fails with ServiceDown when the
	// service that manages them does not answer. A Monitor holds one Watch at a
	// time; PC/SC libraries keep global state that allows no second one.
	Watch() (Watch, error)

	// Connect opens the card in the named reader, shared with other programs.
	// It fails with NoReader, NoCard, CardMute, Busy or ServiceDown.
	Connect(reader string) (Link, error)

	// Hints receives a value when the service may have come back, so that a
	// Monitor need not poll. It may be nil; a lost hint costs only time.
	Hints() <-chan struct{}
}

// Watch follows the readers and what is in them. It belongs to one goroutine,
// except Wake.
type Watch interface {
	// Wait returns the slots as soon as they differ from known, or after limit,
	// or on Wake, unchanged. The order is the service's. It fails with
	// ServiceDown, after which the Watch is of no more use.
	Wait(known []Slot, limit time.Duration) ([]Slot, error)
	// Wake ends the Wait under way. It is not remembered for the next one.
	Wake()
	// Close releases the Watch.
	Close() error
}

// Link is a connection to one card. It belongs to one goroutine.
type Link interface {
	// ATR is the answer to reset of the connected card.
	ATR() []byte
	// Begin starts a transaction: until End no other program reaches the card.
	// It waits while another program holds one. It fails with CardReset when
	// another program reset the card (Begin again after Reconnect), CardRemoved.
	Begin() error
	// Reconnect takes notice of a reset made by another program.
	Reconnect() error
	// Transmit sends one command APDU and returns the answer with its status
	// word, at most 65,538 bytes. The APDU is not kept.
	Transmit(command []byte) ([]byte, error)
	// End closes the transaction. With reset, the card is reset on the way,
	// which forgets every PIN shown to it.
	End(reset bool) error
	// Close releases the connection and leaves the card as it is.
	Close() error
}

// Presence is what a slot holds.
type Presence uint8

// What a slot may hold.
const (
	Empty   Presence = iota // no card
	Present                 // a card that answered to reset
	Mute                    // a card that did not answer: upside down, broken
)

// Slot is one reader as the service sees it.
type Slot struct {
	Reader   string   // the service's name, unique on the machine
	Presence Presence //
	ATR      []byte   // answer to reset, nil unless Present
	Events   uint32   // insertions and removals counted by the service; only equality means something
}

// Equal reports whether a and b say the same.
func (a Slot) Equal(b Slot) bool {
	return a.Reader == b.Reader && a.Presence == b.Presence && a.Events == b.Events && bytes.Equal(a.ATR, b.ATR)
}
