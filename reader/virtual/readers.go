package virtual

import (
	"slices"
	"sync"

	"github.com/agrafe-fse/agrafe/reader"
)

// Readers are card readers in memory. They implement reader.Transport with the
// behaviour that was measured on a real pcscd: shared connections, transactions
// that exclude the other connections, resets that the others are told of, a swap
// of cards that no one is told of. They are safe for concurrent use.
type Readers struct {
	hints chan struct{}

	mu      sync.Mutex // protects what follows, and all slots and links
	slots   []*slot
	up      bool
	epoch   int           // services started so far
	changed chan struct{} // closed, and replaced, at each change
}

// slot is one reader.
type slot struct {
	name   string
	card   Card   // nil when empty
	atr    []byte // as the service sees it: a swap does not change it
	events uint32 // insertions and removals that the service counted
	gone   bool   // the reader was unplugged

	insertion int   // which card the service knows of; a link is bound to one
	swaps     int   // cards that took the place of another unseen
	resets    int   // resets of the card
	holder    *link // the link that is in a transaction
	taken     bool  // another program holds the card for itself
	pad       Pad   // nil without keys
}

// NewReaders returns empty readers of these names, with the service running.
func NewReaders(names ...string) *Readers {
	r := &Readers{hints: make(chan struct{}, 1), up: true, changed: make(chan struct{})}
	for _, name := range names {
		r.AddReader(name)
	}
	return r
}

// AddReader plugs in an empty reader. It does nothing when there is one of that
// name.
func (r *Readers) AddReader(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.find(name) == nil {
		r.slots = append(r.slots, &slot{name: name})
		r.change()
	}
}

// RemoveReader unplugs a reader, with the card in it. It fails with NoReader.
func (r *Readers) RemoveReader(name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.need(name, "unplug the reader")
	if err != nil {
		return err
	}
	s.gone, s.holder = true, nil
	r.slots = slices.DeleteFunc(r.slots, func(other *slot) bool { return other == s })
	r.change()
	return nil
}

// Insert puts card in a reader and powers it. It fails with NoReader, and with
// Busy when there is a card already.
func (r *Readers) Insert(name string, card Card) error {
	const op = "insert the card"
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.need(name, op)
	if err != nil {
		return err
	}
	if s.card != nil {
		return reader.Failf(reader.Busy, op, "the reader holds a card: remove it first")
	}
	if card == nil {
		return reader.Failf(reader.Internal, op, "there is none")
	}
	s.insert(card)
	r.change()
	return nil
}

// Remove takes the card out of a reader, even in the middle of a transaction. It
// fails with NoReader or NoCard.
func (r *Readers) Remove(name string) error {
	const op = "remove the card"
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.needCard(name, op)
	if err != nil {
		return err
	}
	s.remove()
	r.change()
	return nil
}

// Swap puts card in the place of another so fast that the service sees nothing:
// no event is counted, the answer to reset that it shows stays the old one, and
// on a link that was open two commands fail before the new card answers. It fails
// with NoReader or NoCard.
func (r *Readers) Swap(name string, card Card) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	const op = "swap the card"
	s, err := r.needCard(name, op)
	if err != nil {
		return err
	}
	if card == nil {
		return reader.Failf(reader.Internal, op, "there is no other")
	}
	s.swap(card)
	return nil
}

// ForeignReset resets the card as another program would: it forgets the code,
// and every link gets CardReset until it reconnects. It fails with NoReader or
// NoCard.
func (r *Readers) ForeignReset(name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.needCard(name, "reset the card")
	if err != nil {
		return err
	}
	s.card.Reset()
	s.resets++
	r.change()
	return nil
}

// Take makes another program hold the card for itself: Connect fails with Busy
// until Release. It fails with NoReader or NoCard.
func (r *Readers) Take(name string) error { return r.setTaken(name, true) }

// Release ends Take. It fails with NoReader or NoCard.
func (r *Readers) Release(name string) error { return r.setTaken(name, false) }

func (r *Readers) setTaken(name string, taken bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.needCard(name, "take the card")
	if err != nil {
		return err
	}
	s.taken = taken
	return nil
}

// StopService ends the service: everything that is open fails with ServiceDown,
// now and after the service is back.
func (r *Readers) StopService() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.up = false
	for _, s := range r.slots {
		s.holder = nil
	}
	r.change()
}

// StartService starts the service again, with a hint. It powers the cards anew
// and counts events from the start, as a new pcscd does.
func (r *Readers) StartService() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.up {
		return
	}
	r.up = true
	r.epoch++
	for _, s := range r.slots {
		s.events, s.taken = 0, false
		if s.card != nil {
			s.insert(s.card)
		}
	}
	r.change()
	select {
	case r.hints <- struct{}{}:
	default:
	}
}

// Hints implements reader.Transport.
func (r *Readers) Hints() <-chan struct{} { return r.hints }

func (s *slot) insert(card Card) {
	card.Reset()
	s.card, s.atr = card, card.ATR()
	s.events++
	s.insertion++
}

func (s *slot) remove() {
	s.card, s.atr, s.holder, s.taken = nil, nil, nil, false
	s.events++
	s.insertion++
}

func (s *slot) swap(card Card) {
	card.Reset()
	s.card = card
	s.swaps++
}

// change wakes everyone who waits. r.mu is held, as for all that follow.
func (r *Readers) change() {
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *Readers) find(name string) *slot {
	for _, s := range r.slots {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (r *Readers) need(name, op string) (*slot, error) {
	if s := r.find(name); s != nil {
		return s, nil
	}
	return nil, reader.Fail(reader.NoReader, op)
}

func (r *Readers) needCard(name, op string) (*slot, error) {
	s, err := r.need(name, op)
	if err == nil && s.card == nil {
		err = reader.Fail(reader.NoCard, op)
	}
	return s, err
}
