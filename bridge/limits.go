package bridge

import (
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// maxInFlight is how many slow calls a connection has at once.
const maxInFlight = 16

// quota bounds the calls of one connection, or of all connections of a principal.
type quota struct {
	inFlight int     // slow calls at once
	rate     float64 // calls in a second over a long time; 0: any
	burst    float64 // calls at once after a pause
}

// A web page is held to what a person at a screen can cause. A local program is
// not held to a rate: it runs as the user, and could do worse than to call often.
var (
	webConnection = quota{inFlight: maxInFlight, rate: 100, burst: 200}
	webPrincipal  = quota{inFlight: 2 * maxInFlight, rate: 200, burst: 400}
	localProgram  = quota{inFlight: maxInFlight}
	localUser     = quota{inFlight: 8 * maxInFlight}
)

// limits knows what each principal has under way.
type limits struct {
	mu         sync.Mutex // protects principals and all meters
	principals map[string]*meter
}

func newLimits() *limits { return &limits{principals: make(map[string]*meter)} }

// meter counts against a quota. Its fields are protected by limits.mu.
type meter struct {
	quota
	users    int // connections
	underWay int
	tokens   float64
	at       time.Time // when tokens was right; monotonic
}

func newMeter(q quota) *meter { return &meter{quota: q, tokens: q.burst, at: time.Now()} }

// full says whether the meter is as a new one would be.
func (m *meter) full(now time.Time) bool {
	return m.users == 0 && m.underWay == 0 && m.tokens+now.Sub(m.at).Seconds()*m.rate >= m.burst
}

// spend takes a token, false if there is none.
func (m *meter) spend(now time.Time) bool {
	if m.rate == 0 {
		return true
	}
	m.tokens = min(m.burst, m.tokens+now.Sub(m.at).Seconds()*m.rate)
	m.at = now
	if m.tokens < 1 {
		return false
	}
	m.tokens--
	return true
}

// bounds are the meters that the calls of one connection count against.
type bounds struct {
	limits          *limits
	own, principals *meter
}

// enter begins a connection of p. A principal's meter outlives its connections
// until it is full again: coming back does not give more calls.
func (l *limits) enter(p principal) bounds {
	connection, whole := webConnection, webPrincipal
	if p.local {
		connection, whole = localProgram, localUser
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for name, m := range l.principals {
		if m.full(now) {
			delete(l.principals, name)
		}
	}
	m := l.principals[p.name]
	if m == nil {
		m = newMeter(whole)
		l.principals[p.name] = m
	}
	m.users++
	return bounds{limits: l, own: newMeter(connection), principals: m}
}

// leave ends the connection.
func (b bounds) leave() {
	b.limits.mu.Lock()
	defer b.limits.mu.Unlock()
	b.principals.users--
}

// pause is what a caller that is over its rate is kept waiting for, before more of
// it is read: reading a frame costs, whatever is answered.
const pause = 10 * time.Millisecond

// spend counts a frame in, be it a call or not. It fails with busy when there are
// too many in a short time.
func (b bounds) spend() *rpcError {
	b.limits.mu.Lock()
	defer b.limits.mu.Unlock()
	now := time.Now()
	if !b.own.spend(now) || !b.principals.spend(now) {
		return failed(&state.Error{Kind: state.Busy, Code: "TROP_VITE", Retryable: true,
			Message: "Trop d'appels à la suite : ralentissez et recommencez."})
	}
	return nil
}

// begin counts a call in; done counts it out. It fails with busy when the
// connection or its principal has too many that are slow.
func (b bounds) begin(m method) (done func(), err *rpcError) {
	if m.runs == quick {
		return func() {}, nil
	}
	b.limits.mu.Lock()
	defer b.limits.mu.Unlock()
	if b.own.underWay >= b.own.inFlight || b.principals.underWay >= b.principals.inFlight {
		return nil, failed(&state.Error{Kind: state.Busy, Code: "TROP_D_APPELS", Retryable: true,
			Message: "Trop d'appels sont en cours sur cette connexion."})
	}
	b.own.underWay++
	b.principals.underWay++
	return b.end, nil
}

func (b bounds) end() {
	b.limits.mu.Lock()
	defer b.limits.mu.Unlock()
	b.own.underWay--
	b.principals.underWay--
}
