package bridge

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// strangers are the connections that have not been let in yet: those whose request
// has not come, and web pages that have not shown who they are. There are at most
// maxStrangers: one more ends the oldest, so that connections which are opened
// and left cannot keep others out.
type strangers struct {
	mu    sync.Mutex // protects the fields below
	order list.List  // of net.Conn, the oldest first
	place map[net.Conn]*list.Element
}

func newStrangers() *strangers { return &strangers{place: make(map[net.Conn]*list.Element)} }

// see is the http.Server's ConnState. A connection that is hijacked for a
// WebSocket stays a stranger until it is met.
func (s *strangers) see(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew:
		s.place[c] = s.order.PushBack(c)
		if s.order.Len() > maxStrangers {
			oldest := s.order.Front().Value.(net.Conn)
			s.forget(oldest)
			_ = oldest.Close()
		}
	case http.StateClosed:
		s.forget(c)
	}
}

// met lets a connection in, or takes leave of one that has ended.
func (s *strangers) met(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(c)
}

func (s *strangers) forget(c net.Conn) {
	if e, ok := s.place[c]; ok {
		s.order.Remove(e)
		delete(s.place, c)
	}
}

// count is how many there are.
func (s *strangers) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.order.Len()
}
