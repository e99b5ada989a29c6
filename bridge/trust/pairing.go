package trust

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"
)

// Mode says when pages that are not listed may ask the user.
type Mode string

// The modes.
const (
	OnRequest  Mode = "on-request"  // at any time
	Window     Mode = "window"      // for two minutes after a user of the machine has said so
	PolicyOnly Mode = "policy-only" // never
)

// Modes lists every Mode.
var Modes = []Mode{OnRequest, Window, PolicyOnly}

// Refusal is why a page was not paired. Its values are the wire's.
type Refusal string

// The refusals.
const (
	Accepted        Refusal = ""         // it was paired
	RefusedByUser   Refusal = "user"     // who said no, or whose page went away
	RefusedExpired  Refusal = "expired"  // no answer in time
	RefusedBusy     Refusal = "busy"     // another dialog is open, or this origin's was just there
	RefusedCooldown Refusal = "cooldown" // too many dialogs came to nothing
	RefusedNobody   Refusal = "nobody"   // no program is there to show a dialog
)

// Bounds of the dialogs.
const (
	AnswerTime = 60 * time.Second // that the user has to compare and answer
	windowTime = 2 * time.Minute  // for which Open opens the door
	spacing    = 30 * time.Second // between the beginnings of two dialogs of one origin
	maxMisses  = 5                // dialogs of the whole machine that came to nothing
	missesIn   = 10 * time.Minute // in so long a time
	cooldown   = 10 * time.Minute // and how long none is shown then
)

// Pairings rations the dialogs that pages may cause. There is one at a time on the
// machine, whoever asks: a user who is asked often stops reading.
type Pairings struct {
	mode  Mode
	since func() time.Duration // since some start, by the monotonic clock

	mu     sync.Mutex // protects the fields below
	window time.Duration
	busy   bool
	last   map[Origin]time.Duration // when the dialog of an origin began
	misses []time.Duration          // when a dialog came to nothing, the oldest first
	cool   time.Duration            // end of the cool-down
}

// NewPairings returns Pairings whose time is since.
func NewPairings(mode Mode, since func() time.Duration) *Pairings {
	return &Pairings{mode: mode, since: since, last: map[Origin]time.Duration{}}
}

// Open opens the door for two minutes where the mode is Window and, since somebody
// of the machine asks for it, ends a cool-down. It is false where the mode says never.
func (p *Pairings) Open() (time.Duration, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mode == PolicyOnly {
		return 0, false
	}
	p.window = p.since() + windowTime
	p.cool, p.misses = 0, nil
	return windowTime, true
}

// Opened says whether pages may ask now.
func (p *Pairings) Opened() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mode == OnRequest || p.mode == Window && p.since() < p.window
}

// Begin takes the place of the machine's one dialog for o and returns the code to
// show, or says why it may not. End must follow a dialog that began.
func (p *Pairings) Begin(o Origin) (code string, why Refusal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.since()
	if last, ok := p.last[o]; p.busy || ok && now < last+spacing {
		return "", RefusedBusy
	}
	if now < p.cool {
		return "", RefusedCooldown
	}
	for other, last := range p.last {
		if now >= last+spacing {
			delete(p.last, other)
		}
	}
	p.busy, p.last[o] = true, now
	return newCode(), Accepted
}

// End gives the place back. A dialog that came to nothing counts, also when its
// page went away: else one that withdraws in time could ask for ever.
func (p *Pairings) End(how Refusal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = false
	if how == Accepted || how == RefusedNobody {
		return
	}
	now := p.since()
	p.misses = slices.DeleteFunc(p.misses, func(at time.Duration) bool { return now >= at+missesIn })
	if p.misses = append(p.misses, now); len(p.misses) >= maxMisses {
		p.cool, p.misses = now+cooldown, nil
	}
}

// newCode is 6 digits that the page and the dialog both show.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return fmt.Sprintf("%06d", n)
}
