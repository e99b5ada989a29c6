package bridge

import (
	"runtime"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
)

// After a thousand visits of pages, which leave in every state that a page can be
// in, nothing is left of them.
func TestS40PagesLeaveNothing(t *testing.T) {
	r := start(t)
	p, c := r.visitor(t, ehr, scopeReaders, scopeCards)
	c.alive() // all that serves it has begun
	r.dial(t).alive()
	goroutines, files := runtime.NumGoroutine(), descriptors(t)
	work := make(chan int)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for i := range work {
				r.pageVisit(t, p, i)
			}
		})
	}
	for i := range 1000 {
		work <- i
	}
	close(work)
	workers.Wait()
	eventually(t, "goroutines ended", func() bool { return runtime.NumGoroutine() <= goroutines })
	eventually(t, "descriptors given back", func() bool { return descriptors(t) <= files })
	eventually(t, "places free", func() bool { return r.server.places.taken() == 2 })
	eventually(t, "no page is left", func() bool { return len(r.server.pages.all()) == 1 })
	eventually(t, "no stranger is left", func() bool { return r.server.strangers.count() == 0 && r.server.programs.count() == 0 })
}

func (r *rig) pageVisit(t *testing.T, p *webPage, i int) {
	path, protocol := "/v1", subprotocol
	if i%6 >= 4 {
		path, protocol = "/v1/pair", pairProtocol
	}
	c, _, err := p.open(path, protocol)
	if err != nil {
		t.Errorf("visit %d: %v", i, err)
		return
	}
	defer c.ws.Close()
	ch := c.challenged()
	switch i % 6 {
	case 0: // it has said nothing
	case 1: // let in, and away at once
		c.sendCall("auth", p.auth(ch.Nonce, nonce()))
	case 2: // let in, and with a document waiting
		c.sendCall("auth", p.auth(ch.Nonce, nonce()))
		c.read()
		c.read()
		c.send(`{"jsonrpc":"2.0","id":1,"method":"system.ping"}`)
		c.read()
	case 3: // refused
		c.sendCall("auth", p.auth(nonce(), nonce()))
		c.read()
	case 4: // nobody is there to pair it
		c.sendCall("pair", p.pair(ch.Nonce, nonce(), "fse"))
		c.read()
	case 5:
		_ = c.ws.WriteMessage(websocket.BinaryMessage, []byte{1})
	}
}
