package bridge

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon"
)

// Limits of one connection.
const (
	eventQueue   = 256              // events that may wait for a slow client
	writeTimeout = 5 * time.Second  // a client that does not read for so long is closed
	pingEvery    = 30 * time.Second // and one that answers no ping for twice that
	closeTime    = 500 * time.Millisecond
)

// conn is one WebSocket connection. It has a principal once it was let in.
type conn struct {
	server    *Server
	ws        *websocket.Conn
	strangers *strangers // among whom it is until then
	who       principal
	log       *slog.Logger
	ctx       context.Context // ends with the connection

	bounds bounds         // on what it may ask
	calls  sync.WaitGroup // under way
	out    atomic.Bool    // it may call no more: what comes before it is closed is dropped

	writing sync.Mutex // held while a message is written
}

// admit lets a local program in.
func (c *conn) admit(who principal) {
	c.who = who
	c.log = c.log.With("principal", who.name)
	c.strangers.met(c.ws.NetConn())
}

// end lets go of all that the connection had. What it asked for ends with it.
func (c *conn) end(cancel context.CancelFunc) {
	c.server.pages.remove(c)
	_ = c.ws.Close()
	cancel()
	c.calls.Wait()
	c.server.documents.forget(c)
	if c.who.key != "" && c.server.outdated(c) == closeNotPaired {
		c.server.dismiss(c.who.name) // a last call may have come after the revocation
	}
}

// serve says hello, then answers calls and passes events on until either side
// ends.
func (c *conn) serve() {
	hello, events := c.server.daemon.HelloTo(c.who.viewer())
	defer events.Close()
	c.bounds = c.server.limits.enter(c.who)
	defer c.bounds.leave()

	first := c.server.hello(cutSnapshot(c.who, hello))
	if c.write(notification{Version: "2.0", Method: "hello", Params: first}) != nil {
		return
	}
	c.calls.Go(func() { c.pass(events) })
	c.read()
}

// read takes frames until the connection ends.
func (c *conn) read() {
	c.ws.SetReadLimit(maxFrame)
	alive := func() { _ = c.ws.SetReadDeadline(time.Now().Add(2 * pingEvery)) }
	c.ws.SetPongHandler(func(string) error { alive(); return nil })
	alive()
	for {
		kind, frame, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		if kind != websocket.TextMessage {
			c.close(websocket.CloseUnsupportedData)
			return
		}
		if c.out.Load() {
			continue
		}
		if err := c.take(frame); err != nil {
			return
		}
	}
}

// pass sends events. A client that could not follow is told to start again.
func (c *conn) pass(events *daemon.Subscription) {
	tick, check := time.NewTicker(pingEvery), time.NewTicker(c.server.waits.check)
	defer tick.Stop()
	defer check.Stop()
	for {
		select {
		case e, ok := <-events.Events():
			if !ok {
				c.close(websocket.CloseTryAgainLater)
				return
			}
			if e, ok = events.Show(e); ok {
				e, ok = cutEvent(c.who, e)
			}
			if ok && c.write(notification{Version: "2.0", Method: "event", Params: e}) != nil {
				return
			}
		case <-tick.C:
			if c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout)) != nil {
				return
			}
		case <-check.C:
			if code := c.server.standing(c); code != 0 {
				c.server.expel(c, code)
				return
			}
		case <-c.ctx.Done():
			return
		}
	}
}

// write sends one message. A client that does not take it in time is closed.
func (c *conn) write(message any) error {
	text, err := json.Marshal(message, jsontext.AllowInvalidUTF8(true)) // a name may be what a driver made of it
	if err != nil {
		c.log.Error("message not written", "error", err)
		_ = c.ws.Close() // the client starts again rather than wait for what never comes
		return err
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err := c.ws.WriteMessage(websocket.TextMessage, text); err != nil {
		_ = c.ws.Close()
		return err
	}
	return nil
}

// close says why the connection ends, then ends it.
func (c *conn) close(code int) {
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(closeTime))
	_ = c.ws.Close()
}
