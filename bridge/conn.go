package bridge

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Limits of one connection.
const (
	maxInFlight  = 16               // slow calls at once; more are refused with busy
	eventQueue   = 256              // events that may wait for a slow client
	writeTimeout = 5 * time.Second  // a client that does not read for so long is closed
	pingEvery    = 30 * time.Second // and one that answers no ping for twice that
)

// conn is one WebSocket connection of an admitted principal.
type conn struct {
	server *Server
	ws     *websocket.Conn
	who    principal
	log    *slog.Logger
	ctx    context.Context // ends with the connection

	slots chan struct{} // one for each slow call under way
	calls sync.WaitGroup

	writing sync.Mutex // held while a message is written
}

// serve says hello, then answers calls and passes events on until either side
// ends.
func (c *conn) serve() {
	ctx, cancel := context.WithCancel(c.server.ctx)
	c.ctx = ctx
	hello, events := c.server.daemon.Hello()
	defer c.calls.Wait()
	defer cancel()
	defer c.ws.Close()
	defer events.Close()
	defer context.AfterFunc(ctx, func() { c.close(websocket.CloseGoingAway) })()

	if err := c.write(notification{Version: "2.0", Method: "hello", Params: c.server.hello(hello)}); err != nil {
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
		if err := c.take(frame); err != nil {
			return
		}
	}
}

// take answers one frame. Its error is the connection's.
func (c *conn) take(frame []byte) error {
	r, e := parse(frame)
	if e != nil {
		return c.answer(r, nil, e)
	}
	m, ok := c.server.methods[r.Method]
	switch {
	case !ok:
		return c.answer(r, nil, fault(codeMethod, "METHODE", "Cette méthode n'existe pas.", "/method"))
	case !c.who.has(m.scope):
		return c.answer(r, nil, failed(&state.Error{Kind: state.Denied, Code: "DROIT", Message: "Ce site n'a pas le droit d'appeler cette méthode."}))
	case !m.slow:
		return c.call(m, r)
	}
	select {
	case c.slots <- struct{}{}:
	default:
		return c.answer(r, nil, failed(&state.Error{Kind: state.Busy, Code: "TROP_D_APPELS", Retryable: true,
			Message: "Trop d'appels sont en cours sur cette connexion."}))
	}
	c.calls.Go(func() {
		defer func() { <-c.slots }()
		_ = c.call(m, r) // a failure to write ends the reading side too
	})
	return nil
}

func (c *conn) call(m method, r request) error {
	result, e := c.run(m, r)
	return c.answer(r, result, e)
}

// run runs a method. A panic in it fails that call, not the service.
func (c *conn) run(m method, r request) (result any, e *rpcError) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("panic in a call", "method", m.name, "panic", p, "stack", string(debug.Stack()))
			result, e = nil, failed(daemon.Failure(errPanic))
		}
	}()
	return m.call(call{ctx: c.ctx, daemon: c.server.daemon, server: c.server, who: c.who}, r.Params)
}

// errPanic is what a caller is told of a defect.
var errPanic = errors.New("a defect of the service")

// answer sends the answer to r, unless r wants none.
func (c *conn) answer(r request, result any, e *rpcError) error {
	if e != nil && e.Data.Err != nil {
		c.log.Debug("call failed", "method", r.Method, "kind", e.Data.Kind, "error", e.Data.Err)
	}
	id := r.ID
	if id == nil {
		if e == nil || e.Code != codeParse && e.Code != codeRequest {
			return nil
		}
		id = null // a frame that was not understood may have been a call
	}
	out := response{Version: "2.0", ID: id, Result: result, Error: e}
	if e == nil && result == nil {
		out.Result = struct{}{}
	}
	return c.write(out)
}

// pass sends events. A client that could not follow is told to start again.
func (c *conn) pass(events *daemon.Subscription) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case e, ok := <-events.Events():
			if !ok {
				c.close(websocket.CloseTryAgainLater)
				return
			}
			if c.write(notification{Version: "2.0", Method: "event", Params: e}) != nil {
				return
			}
		case <-tick.C:
			if c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout)) != nil {
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
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	_ = c.ws.Close()
}
