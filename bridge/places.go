package bridge

import (
	"sync"

	"github.com/agrafe-fse/agrafe/bridge/trust"
)

// Bounds of the connections: of all clients together, of all web pages, of the
// pages of one origin. Each leaves room for the others, so that a page which opens
// what it can keeps out neither another site nor the program that will revoke it.
// Those that may not have shown yet who they are, maxStrangers, fill no bound.
const (
	maxConnections = 512
	maxOfPages     = 384
	maxOfOrigin    = 192
)

// places counts connections.
type places struct {
	mu     sync.Mutex // protects the fields below
	all    int
	pages  int
	origin map[trust.Origin]int
}

func newPlaces() *places { return &places{origin: make(map[trust.Origin]int)} }

// take takes a place for v, false if there is none; leave gives it back.
func (p *places) take(v visitor) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all >= maxConnections || v.web && (p.pages >= maxOfPages || p.origin[v.origin] >= maxOfOrigin) {
		return false
	}
	p.all++
	if v.web {
		p.pages++
		p.origin[v.origin]++
	}
	return true
}

func (p *places) leave(v visitor) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all--
	if !v.web {
		return
	}
	p.pages--
	if p.origin[v.origin]--; p.origin[v.origin] == 0 {
		delete(p.origin, v.origin)
	}
}

// taken is how many there are.
func (p *places) taken() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all
}
