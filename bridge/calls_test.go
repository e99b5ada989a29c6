package bridge

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Calls that are sent together are all answered, each once.
func TestParallelCalls(t *testing.T) {
	r := start(t, "medecin-secteur1")
	c := r.dial(t)
	c.settled(r)
	const count = 500
	frames := []string{
		`{"jsonrpc":"2.0","id":%d,"method":"system.ping","params":{"echo":%[1]d}}`,
		`{"jsonrpc":"2.0","id":%d,"method":"cards.readCPS"}`,
		`{"jsonrpc":"2.0","id":%d,"method":"none"}`,
	}
	var sending sync.WaitGroup
	sending.Go(func() {
		for i := range count {
			if c.ws.WriteMessage(1, fmt.Appendf(nil, frames[i%len(frames)], i)) != nil {
				return
			}
		}
	})
	seen := map[string]bool{}
	for range count {
		m := c.answer()
		if seen[string(m.ID)] {
			t.Errorf("%s is answered twice", m.ID)
		}
		seen[string(m.ID)] = true
	}
	sending.Wait()
	c.alive()
}

// A connection has so many slow calls at once; more get busy, and the quick ones
// are answered beside them.
func TestSlowCallsAreBounded(t *testing.T) {
	r := start(t, "medecin-secteur1")
	c, ws := r.dial(t), r.prompter(t)
	c.settled(r)
	for i := range maxInFlight {
		c.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":"slow-%d","method":"cards.openPinSession"}`, i))
	}
	question(t, ws)
	m := c.call("cards.openPinSession", "")
	if m.kind() != state.Busy || !m.Error.Data.Retryable {
		t.Errorf("one more is answered %s", m.text)
	}
	c.alive()
	other := r.dial(t)
	if m := other.call("cards.readCPS", ""); m.Error != nil {
		t.Errorf("a slow call of another connection is answered %s", m.text)
	}
	_ = ws.Close() // all are declined
	for range maxInFlight {
		if m := c.answer(); m.kind() != state.PINRequired || !strings.HasPrefix(string(m.ID), `"slow-`) {
			t.Errorf("the answer is %s", m.text)
		}
	}
	if m := c.call("cards.readCPS", ""); m.Error != nil {
		t.Errorf("afterwards a slow call is answered %s", m.text)
	}
}

// What a connection asked for ends with it.
func TestConnectionThatEndsDuringCalls(t *testing.T) {
	r := start(t, "medecin-secteur1")
	c, ws := r.dial(t), r.prompter(t)
	c.settled(r)
	for range maxInFlight {
		c.send(openSession)
	}
	question(t, ws)
	_ = c.ws.Close()
	eventually(t, "places free", func() bool { return r.server.places.taken() == 0 })
	if m := r.dial(t).call("cards.readCPS", ""); m.Error != nil {
		t.Errorf("afterwards the card is read with %s", m.text)
	}
}

// A stop does not wait for a user.
func TestStopDuringAQuestion(t *testing.T) {
	r := start(t, "medecin-secteur1")
	c, ws := r.dial(t), r.prompter(t)
	c.settled(r)
	c.send(openSession)
	question(t, ws)
	r.stop()
	if c.end() == nil {
		t.Error("the connection goes on")
	}
}
