package bridge

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// calls makes n calls at once and returns how many are let through.
func (b bounds) calls(n int, m method) (through int) {
	for range n {
		if b.spend() != nil {
			continue
		}
		if _, err := b.begin(m); err == nil {
			through++
		}
	}
	return through
}

// A page has a burst of calls, then a rate; all pages of a principal have one too,
// which leaving and coming back does not give anew. Local programs have none.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimits()
		m := method{runs: quick}
		one, two := l.enter(page("a")), l.enter(page("a"))
		if n := one.calls(1000, m); n != 200 {
			t.Errorf("a burst of %d on one connection", n)
		}
		if n := two.calls(1000, m); n != 200 {
			t.Errorf("a burst of %d on the other", n)
		}
		if n := l.enter(page("a")).calls(1000, m); n != 0 {
			t.Errorf("a burst of %d on a third", n)
		}
		if n := l.enter(page("b")).calls(1000, m); n != 200 {
			t.Errorf("a burst of %d of another principal", n)
		}
		time.Sleep(time.Second)
		if n := one.calls(1000, m); n != 100 {
			t.Errorf("%d calls a second later", n)
		}
		one.leave()
		two.leave()
		if n := l.enter(page("a")).calls(1000, m); n != 100 {
			t.Errorf("%d calls after coming back", n)
		}
		if n := l.enter(principal{name: "local", local: true}).calls(10_000, m); n != 10_000 {
			t.Errorf("a local program has %d calls", n)
		}
	})
}

// What is no longer used is forgotten: a list of principals does not grow.
func TestLimitsForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimits()
		for i := range 100 {
			b := l.enter(page(fmt.Sprint(i)))
			b.calls(10, method{runs: quick})
			b.leave()
		}
		time.Sleep(time.Minute)
		l.enter(page("last"))
		if len(l.principals) != 1 {
			t.Errorf("%d principals are kept", len(l.principals))
		}
	})
}

// Slow calls are bounded by connection and by principal, and count no longer once
// they are done.
func TestSlowCallsOfAPrincipalAreBounded(t *testing.T) {
	l := newLimits()
	m := method{runs: slow}
	one, two, three := l.enter(page("a")), l.enter(page("a")), l.enter(page("a"))
	done, err := one.begin(m)
	if err != nil {
		t.Fatal(err)
	}
	if n := one.calls(100, m) + 1; n != maxInFlight {
		t.Errorf("%d on one connection", n)
	}
	if n := two.calls(100, m); n != maxInFlight {
		t.Errorf("%d on the other", n)
	}
	if n := three.calls(100, m); n != 0 {
		t.Errorf("%d on a third", n)
	}
	if _, err := three.begin(m); err.Data.Kind != state.Busy || !err.Data.Retryable {
		t.Errorf("refused with %v", err.Data)
	}
	done()
	if n := three.calls(100, m); n != 1 {
		t.Errorf("%d once one is done", n)
	}
}

// Over a socket: a page that calls too fast is told so, call by call, and its
// connection stays.
func TestPageThatCallsTooFast(t *testing.T) {
	r := start(t)
	r.dial(t) // it serves
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ws, err := r.server.upgrader.Upgrade(w, req, nil)
		if err != nil {
			t.Error(err)
			return
		}
		c := &conn{server: r.server, ws: ws, who: page("fast"), log: r.server.log}
		c.ctx = r.server.ctx
		c.bounds = r.server.limits.enter(c.who)
		c.read()
	}))
	defer door.Close()
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(door.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	const count = 600
	go func() {
		for i := range count {
			if ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"system.ping"}`, i)) != nil {
				return
			}
		}
	}()
	answered, refused := 0, 0
	for range count {
		var m message
		_ = ws.SetReadDeadline(time.Now().Add(patience))
		if err := ws.ReadJSON(&m); err != nil {
			t.Fatal(err)
		}
		if m.Error == nil {
			answered++
		} else if m.kind() == state.Busy && m.Error.Data.Retryable {
			refused++
		}
	}
	if answered < 200 || refused < 100 || answered+refused != count {
		t.Errorf("%d answered, %d refused", answered, refused)
	}
}
