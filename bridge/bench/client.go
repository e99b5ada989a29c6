//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// patience bounds each wait for something that must come.
const patience = 15 * time.Second

// bearer is the header of a local program.
func bearer(tokenFile string) (http.Header, error) {
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		return nil, err
	}
	return http.Header{"Authorization": {"Bearer " + strings.TrimSpace(string(token))}}, nil
}

// connect opens a WebSocket as a front end does. It reads no frame.
func connect(ctx context.Context, url string, header http.Header) (*websocket.Conn, error) {
	dialer := websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{"agrafe.v1"}}
	ws, _, err := dialer.DialContext(ctx, url, header)
	if err != nil {
		return nil, fmt.Errorf("cannot connect to %s: %w", url, err)
	}
	return ws, nil
}

// sighting is an event and when its frame had arrived whole, before any of it
// was understood.
type sighting struct {
	at    time.Duration
	event state.Event
}

// follow gives the events of a connection, until it ends.
func follow(ws *websocket.Conn) <-chan sighting {
	seen := make(chan sighting, 256)
	go func() {
		defer close(seen)
		for {
			_, frame, err := ws.ReadMessage()
			at := monotonic()
			if err != nil {
				return
			}
			var message struct {
				Method string      `json:"method"`
				Params state.Event `json:"params"`
			}
			if json.Unmarshal(frame, &message) == nil && message.Method == "event" {
				seen <- sighting{at, message.Params}
			}
		}
	}()
	return seen
}

// await takes from seen until wanted says so.
func await[T any](ctx context.Context, seen <-chan T, what string, wanted func(T) bool) (T, error) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	var none T
	for {
		select {
		case s, ok := <-seen:
			if !ok {
				return none, fmt.Errorf("cannot wait for %s: the connection ended", what)
			}
			if wanted(s) {
				return s, nil
			}
		case <-limit.C:
			return none, fmt.Errorf("cannot wait for %s any longer: not within %s", what, patience)
		case <-ctx.Done():
			return none, ctx.Err()
		}
	}
}
