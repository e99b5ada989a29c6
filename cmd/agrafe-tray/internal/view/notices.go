package view

import (
	"fmt"
	"time"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/words"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Notice is what the user is told outside the menu, because it needs them.
type Notice struct {
	Text string
	Page string // of the console, that a click opens
}

// Notices decides what to tell. It remembers what it has told, so that nothing is
// told twice: neither at each change, nor when the service comes back.
type Notices struct {
	words *words.Catalog

	seen    bool // a first state, of which only what is wrong is told
	rejects int
	late    int
	damaged bool
	cards   map[string]bool        // by serial and what was told of it
	leases  map[string]state.Lease // by reader
	awaited map[string]bool        // readers that wait for a code
}

// NewNotices returns Notices that have told nothing.
func NewNotices(c *words.Catalog) *Notices {
	return &Notices{words: c, cards: make(map[string]bool), leases: make(map[string]state.Lease), awaited: make(map[string]bool)}
}

// Of is what is new in s. While nobody is connected nothing is known to be new.
func (n *Notices) Of(s *Seen) (list []Notice) {
	if s.Link != Attached {
		return nil
	}
	w := &n.words.Notice
	damaged := s.Snapshot.Journal.Damaged
	if damaged && !n.damaged {
		list = append(list, Notice{Text: w.Journal})
	}
	n.damaged = damaged
	if more := s.Snapshot.Queue.Rejects - n.rejects; more > 0 && n.seen {
		list = append(list, Notice{n.words.Count(more, w.Reject, w.Rejects), "rejets"})
	}
	n.rejects = s.Snapshot.Queue.Rejects
	late := s.Late.ToSign + s.Late.ToSend + s.Late.Open + s.Late.Closed
	if late > n.late {
		list = append(list, Notice{n.words.Count(late, w.Late1, w.Late), "lots"})
	}
	n.late = late
	for _, card := range s.Snapshot.Cards {
		list = append(list, n.expiry(card, s.Now)...)
	}
	if !n.seen {
		for _, l := range s.Snapshot.Leases {
			n.leases[l.Reader] = l
		}
	}
	n.seen = true
	return list
}

// expiry tells once of each CPS that it expires soon, and once that it has.
func (n *Notices) expiry(card state.Card, now time.Time) []Notice {
	if card.State != state.CardCPS || card.Expires == nil {
		return nil
	}
	text, key := "", card.Serial
	switch left := card.Expires.Sub(now); {
	case left <= 0:
		text, key = n.words.Notice.CardExpired, key+" expired"
	case left < soon:
		text, key = fmt.Sprintf(n.words.Notice.CardSoon, n.words.Date(*card.Expires)), key+" soon"
	}
	if text == "" || n.cards[key] {
		return nil
	}
	n.cards[key] = true
	return []Notice{{Text: text}}
}

// Event is what an event tells that a snapshot does not: a lease that was stolen, a
// page that a policy let in, a reader that waits for the code. name gives a reader's.
func (n *Notices) Event(e state.Event, name func(reader string) string) []Notice {
	switch {
	case e.Lease != nil:
		before := n.leases[e.Lease.Reader]
		n.leases[e.Lease.Reader] = *e.Lease
		held := before.Holder != "" && before.Expires.After(e.At)
		if held && e.Lease.Holder != "" && !e.Lease.Expires.IsZero() && e.Lease.Holder != before.Holder {
			return []Notice{{Text: fmt.Sprintf(n.words.Notice.Stolen, name(e.Lease.Reader))}}
		}
	case e.Card != nil:
		before := n.awaited[e.Card.Reader]
		if n.awaited[e.Card.Reader] = e.Card.CodeAwaited; e.Card.CodeAwaited && !before {
			return []Notice{{Text: fmt.Sprintf(n.words.Notice.TypeHere, name(e.Card.Reader))}}
		}
	case e.Origin != nil && e.Origin.What == state.OriginEnrolled:
		return []Notice{{Text: fmt.Sprintf(n.words.Notice.Enrolled, e.Origin.Origin)}}
	}
	return nil
}
