package bridge

import (
	"fmt"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/trust"
)

// The answer of a program that was not asked is not the user's, nor is one to a
// question that was withdrawn.
func TestS15AnswerOfAnother(t *testing.T) {
	r := start(t)
	idle, tray := r.consenter(t), r.consenter(t)
	p := r.page(t, ehr)
	c, _, _ := p.asks("fse")
	consentQuestion(t, tray)
	c.shown()
	reply(t, idle, "\x01")
	eventually(t, "the one that was not asked is sent away", func() bool { return r.attached() == 1 })
	if r.server.book.Listed(mustOrigin(t, ehr)) {
		t.Fatal("it was let in")
	}
	reply(t, tray, "\x00")
	if _, why := c.outcome(); why != trust.RefusedByUser {
		t.Errorf("it ends with %q", why)
	}
	reply(t, tray, "\x01") // changes its mind
	eventually(t, "sent away", func() bool { return r.attached() == 0 })
	if r.server.book.Listed(mustOrigin(t, ehr)) {
		t.Error("it was let in by a second answer")
	}
}

func mustOrigin(t testing.TB, text string) trust.Origin {
	t.Helper()
	o, err := trust.ParseOrigin(text)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Wherever a page leaves, the machine's one dialog is free again, and nothing is
// let in that the user has not accepted.
func TestS15PageThatLeavesAtEveryStep(t *testing.T) {
	steps := []struct {
		name  string
		leave func(t *testing.T, p *webPage, tray *websocket.Conn) *client
		in    bool
	}{
		{"before the challenge", func(t *testing.T, p *webPage, _ *websocket.Conn) *client {
			c, _, err := p.open("/v1/pair", pairProtocol)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}, false},
		{"after the challenge", func(t *testing.T, p *webPage, _ *websocket.Conn) *client {
			c, _, err := p.open("/v1/pair", pairProtocol)
			if err != nil {
				t.Fatal(err)
			}
			c.challenged()
			return c
		}, false},
		{"after the call", func(_ *testing.T, p *webPage, _ *websocket.Conn) *client {
			c, _, _ := p.asks("fse")
			return c
		}, false},
		{"while it shows the code", func(t *testing.T, p *webPage, tray *websocket.Conn) *client {
			c, _, _ := p.asks("fse")
			c.shown()
			consentQuestion(t, tray)
			return c
		}, false},
		{"after the user's yes", func(t *testing.T, p *webPage, tray *websocket.Conn) *client {
			c, _, _ := p.asks("fse")
			c.shown()
			consentQuestion(t, tray)
			reply(t, tray, "\x01")
			eventually(t, "let in", func() bool { return p.r.server.book.Listed(mustOrigin(t, p.origin)) })
			return c
		}, true},
	}
	for i, tt := range steps {
		t.Run(tt.name, func(t *testing.T) {
			r := start(t)
			tray := r.consenter(t)
			p := r.page(t, fmt.Sprintf("https://leaves%d.example", i))
			_ = tt.leave(t, p, tray).ws.Close()
			eventually(t, "nothing is left", func() bool { return r.server.places.taken() == 0 && r.server.strangers.count() == 0 })
			if in := r.server.book.Listed(mustOrigin(t, p.origin)); in != tt.in {
				t.Errorf("let in: %v", in)
			}
			again := r.consenter(t) // a question that was withdrawn has ended the one before
			next := r.page(t, "https://next.example")
			c, _, _ := next.asks("fse")
			q := consentQuestion(t, again)
			if q.Origin != next.origin || c.shown().Code != q.Code {
				t.Errorf("the dialog is %+v", q)
			}
			reply(t, again, "\x01")
			if _, why := c.outcome(); why != trust.Accepted {
				t.Errorf("the next one ends with %q", why)
			}
		})
	}
}

// Two pages that ask at once: one dialog, and its code is shown by the page that it
// is about.
func TestS15TwoPagesAtOnce(t *testing.T) {
	r := start(t)
	tray := r.consenter(t)
	type end struct {
		page *webPage
		c    *client
		m    message
	}
	ends := make(chan end, 2)
	for _, origin := range []string{"https://one.example", "https://two.example"} {
		p := r.page(t, origin)
		c, _, err := p.open("/v1/pair", pairProtocol)
		if err != nil {
			t.Fatal(err)
		}
		ch := c.challenged()
		go func() {
			c.sendCall("pair", p.pair(ch.Nonce, nonce(), "fse"))
			ends <- end{p, c, c.read()}
		}()
	}
	q := consentQuestion(t, tray)
	first, second := <-ends, <-ends
	if first.m.Method == "refused" {
		first, second = second, first
	}
	if second.m.Method != "refused" || string(second.m.Params) != `{"reason":"busy"}` {
		t.Errorf("the second is answered %s", second.m.text)
	}
	if want := fmt.Sprintf(`{"code":%q,"seconds":60}`, q.Code); first.page.origin != q.Origin || string(first.m.Result) != want {
		t.Errorf("the dialog is about %s; %s shows %s", q.Origin, first.page.origin, first.m.text)
	}
	reply(t, tray, "\x01")
	if _, why := first.c.outcome(); why != trust.Accepted {
		t.Errorf("it ends with %q", why)
	}
	if r.server.book.Listed(mustOrigin(t, second.page.origin)) {
		t.Error("the other was let in")
	}
}
