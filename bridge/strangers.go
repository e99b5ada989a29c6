package bridge

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// strangers are the connections that have not been let in yet: those whose request
// has not come, and web pages that have not shown who they are. There are at most
// so many, and so many of one owner where the system tells whose they are: one more
// ends the oldest, so that connections which are opened and left cannot keep others
// out.
type strangers struct {
	most, ofOne int

	mu    sync.Mutex // protects the fields below
	order list.List  // of stranger, the oldest first
	place map[net.Conn]*list.Element
	owned map[owner]int
}

type stranger struct {
	conn net.Conn
	who  owner
}

func newStrangers(most, ofOne int) *strangers {
	return &strangers{most: most, ofOne: ofOne, place: make(map[net.Conn]*list.Element), owned: make(map[owner]int)}
}

// see is the http.Server's ConnState where nobody tells whose a connection is. One
// that is hijacked for a WebSocket stays a stranger until it is met.
func (s *strangers) see(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.add(c, 0)
	case http.StateClosed:
		s.met(c)
	}
}

// add takes in a connection of who.
func (s *strangers) add(c net.Conn, who owner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.place[c] = s.order.PushBack(stranger{c, who})
	if s.owned[who]++; s.owned[who] > s.ofOne {
		s.end(func(other stranger) bool { return other.who == who })
	}
	if s.order.Len() > s.most {
		s.end(func(stranger) bool { return true })
	}
}

// end ends the oldest of those that match.
func (s *strangers) end(matches func(stranger) bool) {
	for e := s.order.Front(); e != nil; e = e.Next() {
		if one := e.Value.(stranger); matches(one) {
			s.forget(one.conn)
			_ = one.conn.Close()
			return
		}
	}
}

// met lets a connection in, or takes leave of one that has ended.
func (s *strangers) met(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(c)
}

func (s *strangers) forget(c net.Conn) {
	e, ok := s.place[c]
	if !ok {
		return
	}
	who := s.order.Remove(e).(stranger).who
	delete(s.place, c)
	if s.owned[who]--; s.owned[who] == 0 {
		delete(s.owned, who)
	}
}

// count is how many there are.
func (s *strangers) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.order.Len()
}
