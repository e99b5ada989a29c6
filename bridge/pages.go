package bridge

import (
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// pages are the connections of web pages that were let in: those that a change of
// the list may end.
type pages struct {
	mu   sync.Mutex // protects open
	open map[*conn]struct{}
}

func newPages() *pages { return &pages{open: make(map[*conn]struct{})} }

func (p *pages) add(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[c] = struct{}{}
}

func (p *pages) remove(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, c)
}

func (p *pages) all() []*conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Keys(p.open))
}

// outdated is the code with which c has to be closed because its page may no
// longer do what it could when it was let in, 0 if it may.
func (s *Server) outdated(c *conn) int {
	scopes, err := s.book.Scopes(c.who.origin, c.who.key)
	switch {
	case err != nil:
		return closeNotPaired
	case !slices.Equal(scopes, c.who.scopes):
		return websocket.CloseServiceRestart // it comes back with its new rights
	}
	return 0
}

// standing is outdated, and closeDenied once another user sits at the machine. That
// this can't be told now is no reason to end what was let in when it could.
func (s *Server) standing(c *conn) int {
	if c.who.local {
		if one, ok := programIn(c.ctx); ok && errors.Is(s.peers.admitProgram(one), errOtherUser) {
			return closeDenied
		}
		return 0 // also of one that has shown the token, which only the daemon's user can read
	}
	if code := s.outdated(c); code != 0 {
		return code
	}
	if errors.Is(s.peers.admitSocket(c.ws.NetConn()), errOtherUser) {
		return closeDenied
	}
	return 0
}

// review ends the connections whose rights have changed and waits until that is
// done, at most for closeTime each, all at once.
func (s *Server) review() {
	var ending sync.WaitGroup
	for _, c := range s.pages.all() {
		if code := s.outdated(c); code != 0 {
			ending.Go(func() { s.expel(c, code) })
		}
	}
	ending.Wait()
}

// expel ends the connection of a page. What it has at hand is taken back first, if
// it may not come back: a page that does not read would keep it meanwhile.
func (s *Server) expel(c *conn, code int) {
	c.out.Store(true)
	if code != websocket.CloseServiceRestart {
		s.dismiss(c.who.name)
	}
	c.close(code)
}

// revoke shuts out a page or, if id is "", a whole origin: its connections end, and
// what its pages have reserved or unlocked is given back.
func (s *Server) revoke(o trust.Origin, id trust.KeyID) error {
	keys := s.keysOf(o)
	err := s.book.Revoke(o, id)
	if err == nil {
		s.tellOrigin(o, state.OriginRevoked, "")
	}
	s.review()
	for _, k := range keys {
		if _, out := s.book.Scopes(o, k); out != nil {
			s.dismiss(pageName(o, k))
		}
	}
	return err
}

// keysOf is the keys of the pages of o.
func (s *Server) keysOf(o trust.Origin) (keys []trust.KeyID) {
	list, _ := s.book.List()
	for _, l := range list {
		if l.Origin != o {
			continue
		}
		for _, k := range l.Keys {
			keys = append(keys, k.ID)
		}
	}
	return keys
}

// tellOrigin tells the programs of this machine of a change of the list.
func (s *Server) tellOrigin(o trust.Origin, what state.OriginChange, name string) {
	s.daemon.PublishOrigin(state.Origin{Origin: o.String(), What: what, Name: name})
}
