package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Large calls and large answers cross each other: neither side may wait for the
// other to read.
func TestLargeParallelCalls(t *testing.T) {
	c := start(t).dial(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	echo := map[string]string{"echo": strings.Repeat("x", 250_000)}
	var all sync.WaitGroup
	var mu sync.Mutex
	failed := map[string]int{}
	for range 32 {
		all.Go(func() {
			var got map[string]string
			if err := c.Call(ctx, "system.ping", echo, &got); err != nil {
				mu.Lock()
				failed[err.Error()]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	for err, n := range failed {
		t.Errorf("%d calls failed: %s", n, err)
	}
}

// A call that the daemon can't read fails; it does not wait for ever.
func TestCallThatIsNotReadFails(t *testing.T) {
	c := start(t).dial(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	deep := json.RawMessage(strings.Repeat("[", 40) + strings.Repeat("]", 40))
	err := c.Call(ctx, "system.ping", map[string]any{"echo": deep}, nil)
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
}

// A call that is too long for the wire fails alone, and not as if the daemon were
// down.
func TestCallThatIsTooLongFailsAlone(t *testing.T) {
	c := start(t).dial(t, nil)
	err := c.Call(t.Context(), "system.ping", map[string]string{"echo": strings.Repeat("x", 300_000)}, nil)
	if err == nil || errors.Is(err, local.ErrDown) {
		t.Errorf("the error is %v", err)
	}
	if err := c.Call(t.Context(), "system.ping", map[string]int{"echo": 1}, nil); err != nil {
		t.Errorf("the next call fails: %v", err)
	}
}

// Parameters that are no JSON fail alone.
func TestParametersThatAreNoJSON(t *testing.T) {
	c := start(t).dial(t, nil)
	if err := c.Call(t.Context(), "system.ping", map[string]any{"echo": make(chan int)}, nil); err == nil || errors.Is(err, local.ErrDown) {
		t.Errorf("the error is %v", err)
	}
}

// An answer that came is given, also when the connection ended right after it.
func TestAnswerBeforeTheEndIsGiven(t *testing.T) {
	var upgrader websocket.Upgrader
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"jsonrpc":"2.0","method":"hello","params":{}}`))
		if _, _, err := ws.ReadMessage(); err == nil {
			_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"jsonrpc":"2.0","id":1,"result":{}}`))
		}
	})}
	path := t.TempDir() + "/c"
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() { _ = server.Serve(l) }()
	lost := 0
	const rounds = 1000
	for range rounds {
		c, err := local.DialSocket(t.Context(), path, func(state.Event) {})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Call(t.Context(), "system.ping", nil, nil); err != nil {
			lost++
		}
		_ = c.Close()
	}
	if lost > 0 {
		t.Errorf("%d answers of %d were lost", lost, rounds)
	}
}
