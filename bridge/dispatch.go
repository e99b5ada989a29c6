package bridge

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// take answers one frame. Its error is the connection's.
func (c *conn) take(frame []byte) error {
	r, e := parse(frame)
	if tooFast := c.bounds.spend(); tooFast != nil {
		time.Sleep(pause)
		return c.answer(r, nil, tooFast)
	}
	if e != nil {
		return c.answer(r, nil, e)
	}
	m, e := c.server.methodFor(c.who, r.Method)
	if e != nil {
		return c.answer(r, nil, e)
	}
	done, e := c.bounds.begin(m)
	if e != nil {
		return c.answer(r, nil, e)
	}
	if m.runs == quick {
		return c.call(m, r)
	}
	c.calls.Go(func() {
		defer done()
		_ = c.call(m, r) // a failure to write ends the reading side too
	})
	return nil
}

func (c *conn) call(m method, r request) error {
	result, e := c.server.run(c.ctx, c, c.who, m, r)
	return c.answer(r, result, e)
}

// methodFor returns the method of that name, if p may call it.
func (s *Server) methodFor(p principal, name string) (method, *rpcError) {
	m, ok := s.methods[name]
	switch {
	case !ok:
		return m, fault(codeMethod, "METHODE", "Cette méthode n'existe pas.", "/method")
	case !m.access.admits(p):
		return m, failed(&state.Error{Kind: state.Denied, Code: "DROIT", Message: "Ce site n'a pas le droit d'appeler cette méthode."})
	}
	return m, nil
}

// run runs a method. A panic in it fails that call, not the service.
func (s *Server) run(ctx context.Context, c *conn, who principal, m method, r request) (result any, e *rpcError) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("panic in a call", "principal", who.name, "method", m.name, "panic", p, "stack", string(debug.Stack()))
			result, e = nil, failed(daemon.Failure(errPanic))
		}
	}()
	result, e = m.run(call{ctx: ctx, daemon: s.daemon, server: s, conn: c, who: who, method: m.name, changes: m.changes, raw: r.Params}, r.Params)
	return cutResult(who, result), e
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
