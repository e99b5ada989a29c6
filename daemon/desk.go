package daemon

import (
	"context"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
)

// desk is the professional's desk: the readers and the cards on it. It takes the
// Monitor's snapshots in, has new cards read, and publishes what changed.
type desk struct {
	transport reader.Transport
	wanted    []string // beginnings of reader names; empty: all
	publish   func(state.Event)
	identify  func(ctx context.Context, p *place, h held, f reader.Family) // reads a new card
	left      func(serial string)                                          // a CPS was taken out
	kept      func(serial string) bool                                     // whether a code of a CPS is kept

	mu      sync.Mutex // protects the fields below; taken before the hub's
	service state.Service
	places  []*place // in the service's order
	closed  bool
	reading sync.WaitGroup
}

// see takes a snapshot of the Monitor in. It does not block on a card.
func (d *desk) see(s reader.Snapshot) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return
	}
	d.seeService(s)
	slots := slices.DeleteFunc(slices.Clone(s.Slots), func(slot reader.Slot) bool { return !d.wants(slot.Reader) })
	d.dropMissing(slots)
	ordered := make([]*place, 0, len(slots))
	for _, slot := range slots {
		p := d.find(slot.Reader)
		if p == nil {
			p = d.add(slot.Reader)
		}
		ordered = append(ordered, p)
		if p.card.State == "" || !p.slot.Equal(slot) {
			d.seeSlot(p, slot)
		}
	}
	d.places = ordered
}

func (d *desk) wants(name string) bool {
	return len(d.wanted) == 0 || slices.ContainsFunc(d.wanted, func(w string) bool { return strings.HasPrefix(name, w) })
}

func (d *desk) seeService(s reader.Snapshot) {
	now := state.Service{Up: s.Up()}
	if s.Err != nil {
		now.Detail = Failure(s.Err).Message
	}
	if now != d.service {
		d.service = now
		d.publish(state.Event{Type: state.EventService, Service: &now})
	}
}

func (d *desk) find(name string) *place {
	i := slices.IndexFunc(d.places, func(p *place) bool { return p.name == name })
	if i < 0 {
		return nil
	}
	return d.places[i]
}

// add makes a place for a reader that has come.
func (d *desk) add(name string) *place {
	p := &place{
		name:   name,
		reader: state.Reader{ID: d.freeID(name), Name: strings.ToValidUTF8(name, "?"), Slots: 1, State: "ok"},
		owner:  reader.NewOwner(d.transport, name),
	}
	d.places = append(d.places, p)
	shown := p.reader
	d.publish(state.Event{Type: state.EventReader, Reader: &shown})
	return p
}

// freeID makes an identifier of a reader's name: letters without accents and
// digits, in lower case, the rest as hyphens.
func (d *desk) freeID(name string) string {
	plain := strings.ToLower(norm.NFD.String(name)) // accents stand apart, and fall out
	id := strings.Join(strings.FieldsFunc(plain, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !unicode.Is(unicode.Mn, r)
	}), "-")
	id = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, id)
	if id == "" {
		id = "lecteur"
	}
	for slices.ContainsFunc(d.places, func(p *place) bool { return p.reader.ID == id }) {
		id += "-2"
	}
	return id
}

// dropMissing takes the readers away that are not in slots.
func (d *desk) dropMissing(slots []reader.Slot) {
	d.places = slices.DeleteFunc(d.places, func(p *place) bool {
		if slices.ContainsFunc(slots, func(s reader.Slot) bool { return s.Reader == p.name }) {
			return false
		}
		d.forget(p)
		p.owner.Close()
		gone := p.reader
		gone.State = "removed"
		d.publish(state.Event{Type: state.EventReader, Reader: &gone})
		return true
	})
}

// forget drops all that is known of the card in p.
func (d *desk) forget(p *place) {
	if p.cancel != nil {
		p.cancel()
	}
	if p.cps != nil {
		d.left(p.cps.serial)
	}
	if p.lease.ID != "" { // it was for the card that leaves
		p.gone = p.lease.ID
	}
	d.endLease(p)
	p.cancel, p.read, p.cps, p.vitale = nil, nil, nil, nil
}

// seeSlot takes in what p holds now: it is announced at once with what the
// answer to reset tells, and read in the background.
func (d *desk) seeSlot(p *place, slot reader.Slot) {
	d.forget(p)
	p.slot = slot
	p.owner.See(slot)
	p.family = reader.Identify(slot.ATR)
	p.card = state.Card{Reader: p.reader.ID, EventCounter: slot.Events, Read: true}
	switch {
	case slot.Presence == reader.Empty:
		p.card.State = state.CardAbsent
	case slot.Presence == reader.Mute:
		p.card.State = state.CardMute
	default:
		p.card.Kind = string(p.family)
		p.card.State = cardState(p.family)
		p.card.Read = p.card.State == state.CardUnknown
	}
	d.publishCard(p)
	if !p.card.Read {
		d.startReading(p)
	}
}

func cardState(f reader.Family) state.CardState {
	switch {
	case f.IsCPS():
		return state.CardCPS
	case f.IsVitale():
		return state.CardVitale
	}
	return state.CardUnknown
}

func (d *desk) publishCard(p *place) {
	card := d.shown(p)
	d.publish(state.Event{Type: state.EventCard, Card: &card})
}

// shown is the card in p as front ends see it.
func (d *desk) shown(p *place) state.Card {
	card := p.card
	card.CodeKept = p.cps != nil && d.kept(p.cps.serial)
	card.CodeAwaited = p.awaited
	return card
}

// codeChanged tells that a code of a CPS is kept, or no longer.
func (d *desk) codeChanged(serial string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.places {
		if p.cps != nil && p.cps.serial == serial {
			d.publishCard(p)
		}
	}
}

func (d *desk) startReading(p *place) {
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel, p.read = cancel, make(chan struct{})
	h, family, done := p.hold(), p.family, p.read
	d.reading.Go(func() {
		defer close(done)
		defer cancel()
		d.identify(ctx, p, h, family)
	})
}

// learn records what reading the card in p gave, unless it has left since.
func (d *desk) learn(p *place, counter uint32, record func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.learnLocked(p, counter, record)
}

// learnLocked is learn with the mutex held.
func (d *desk) learnLocked(p *place, counter uint32, record func()) {
	if d.closed || !slices.Contains(d.places, p) || p.slot.Events != counter || p.slot.Presence != reader.Present {
		return
	}
	record()
	d.publishCard(p)
}

// setTries records how many tries the code of the card held has left.
func (d *desk) setTries(h held, tries int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.places, func(p *place) bool { return p.owner == h.owner })
	if i < 0 {
		return
	}
	if p := d.places[i]; p.card.PINTriesLeft == nil || *p.card.PINTriesLeft != tries {
		d.learnLocked(p, h.counter, func() { p.card.PINTriesLeft = &tries })
	}
}

// close forgets all cards and waits for what is under way.
func (d *desk) close() {
	d.mu.Lock()
	d.closed = true
	places := d.places
	for _, p := range places {
		d.forget(p)
	}
	d.places = nil
	d.mu.Unlock()
	for _, p := range places {
		p.owner.Close()
	}
	d.reading.Wait()
}

// show puts what is on the desk in s.
func (d *desk) show(s *state.Snapshot) {
	s.Service = d.service
	s.Readers, s.Cards, s.Leases = []state.Reader{}, []state.Card{}, []state.Lease{} // empty lists, not null, on the wire
	for _, p := range d.places {
		s.Readers = append(s.Readers, p.reader)
		s.Cards = append(s.Cards, d.shown(p))
		if p.lease.ID != "" {
			s.Leases = append(s.Leases, p.shownLease())
		}
	}
}
