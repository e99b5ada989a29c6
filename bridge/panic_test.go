package bridge

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// A defect in a method fails the call that met it, and nothing else.
func TestPanicFailsOneCall(t *testing.T) {
	r := start(t)
	for name, pace := range map[string]pace{"test.panic": quick, "test.slowPanic": slow} {
		r.server.methods[name] = method{name: name, runs: pace, handler: handler{run: func(call, jsontext.Value) (any, *rpcError) { panic("defect") }}}
	}
	c := r.dial(t)
	for _, name := range []string{"test.panic", "test.slowPanic"} {
		if kind := c.call(name, `{}`).kind(); kind != state.Internal {
			t.Errorf("%s: kind %q, want internal", name, kind)
		}
	}
	c.alive()
}
