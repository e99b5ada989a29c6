package bridge

import "github.com/agrafe-fse/agrafe/daemon/state"

// What a front end with few rights may see of the objects of the wire. The rights
// cut fields and events; who owns an FSE or a job is looked at elsewhere.
//
//	readers  the readers, which cards are in them, and whether they are reserved
//	cards    who holds a card, its serial, its end, its tries, why it can't be read
//	fse      one's own FSE, the counters, the lots one has lines in
//	lots     the lots, the counters, how mail to the payers goes
//
// Whoever keeps FSE or lots sees whether the journal can be written.

func (p principal) hasAny(scopes ...scope) bool {
	for _, s := range scopes {
		if p.has(s) {
			return true
		}
	}
	return false
}

// cutSnapshot is s as p may see it. s is not changed.
func cutSnapshot(p principal, s state.Snapshot) state.Snapshot {
	readers, cards, leases := []state.Reader{}, []state.Card{}, []state.Lease{}
	if p.hasAny(scopeReaders, scopeCards) {
		readers, leases = s.Readers, s.Leases
		for _, c := range s.Cards {
			cards = append(cards, cutCard(p, c))
		}
	}
	s.Readers, s.Cards, s.Leases = readers, cards, leases
	if !p.hasAny(scopeFSE, scopeLots) {
		s.Queue = state.Queue{}
	}
	s.Journal = cutJournal(p, s.Journal)
	if !p.local {
		s.Update = nil
	}
	if !p.has(scopeLots) {
		s.Mail = nil
	}
	return s
}

// cutJournal leaves to pages that keep FSE whether they can be written; backups and
// the recovery code are the practice's affair.
func cutJournal(p principal, j state.Journal) state.Journal {
	switch {
	case p.local:
		return j
	case p.hasAny(scopeFSE, scopeLots):
		return state.Journal{Damaged: j.Damaged, Missing: j.Missing}
	}
	return state.Journal{}
}

// cutCard leaves the presence and the kind of a card to whoever may not see more.
func cutCard(p principal, c state.Card) state.Card {
	c.CodeKept = c.CodeKept && p.local // be it another page's
	if p.has(scopeCards) {
		return c
	}
	return state.Card{Reader: c.Reader, State: c.State, Kind: c.Kind, EventCounter: c.EventCounter, Read: c.Read, Demo: c.Demo}
}

// cutEvent is e as p may see it, false if p is told nothing of it. A type that is
// not known here is told to nobody but local programs.
func cutEvent(p principal, e state.Event) (state.Event, bool) {
	switch e.Type {
	case state.EventService, state.EventJob:
		return e, true
	case state.EventReader, state.EventLease:
		return e, p.hasAny(scopeReaders, scopeCards)
	case state.EventCard:
		if e.Card != nil {
			c := cutCard(p, *e.Card)
			e.Card = &c
		}
		return e, p.hasAny(scopeReaders, scopeCards)
	case state.EventFSE:
		return e, p.has(scopeFSE)
	case state.EventQueue, state.EventLot:
		return e, p.hasAny(scopeFSE, scopeLots)
	case state.EventJournal:
		if e.Journal != nil {
			j := cutJournal(p, *e.Journal)
			e.Journal = &j
		}
		return e, p.hasAny(scopeFSE, scopeLots)
	case state.EventMail:
		return e, p.has(scopeLots)
	}
	return e, p.local
}

// cutResult is the result of a method as p may see it: whatever shows the state of
// the daemon is cut in this one place.
func cutResult(p principal, result any) any {
	switch r := result.(type) {
	case state.Snapshot:
		return cutSnapshot(p, r)
	case statusResult:
		if !p.hasAny(scopeFSE, scopeLots) {
			r.Queue = state.Queue{}
		}
		r.Journal = cutJournal(p, r.Journal)
		return r
	case readersResult:
		s := cutSnapshot(p, state.Snapshot{Readers: r.Readers, Cards: r.Cards})
		return readersResult{Service: r.Service, Readers: s.Readers, Cards: s.Cards}
	case resyncResult:
		kept := make([]state.Event, 0, len(r.Events))
		for _, e := range r.Events {
			if e, ok := cutEvent(p, e); ok {
				kept = append(kept, e)
			}
		}
		r.Events = kept
		if r.Snapshot != nil {
			s := cutSnapshot(p, *r.Snapshot)
			r.Snapshot = &s
		}
		return r
	}
	return result
}
