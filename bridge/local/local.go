// Package local is the client of the daemon for programs of the same machine:
// the command line, the tray, tests. It imports neither the daemon nor anything
// of the readers.
//
// Its contract: a Client is one connection. Call may be used by several
// goroutines; its errors are *state.Error as the daemon made them, or ErrDown
// when there is no daemon to talk to. Events are given in order to one function,
// from one goroutine, which may not call the Client itself.
package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// ErrDown says that the daemon can't be reached.
var ErrDown = errors.New("cannot reach agrafed: start it, or name its configuration with --config")

// Hello is the first message of a connection.
type Hello struct {
	APILevels    []int          `json:"apiLevels"`
	Version      string         `json:"version"`
	Instance     string         `json:"instance"`
	Environment  string         `json:"environnement"`
	Snapshot     state.Snapshot `json:"snapshot"`
	Capabilities []string       `json:"capabilities"`
}

// Client is a connection to the daemon.
type Client struct {
	Hello Hello

	ws      *websocket.Conn
	onEvent func(state.Event)
	done    chan struct{} // closed when the connection has ended

	writing sync.Mutex // held while a frame is written, never while mu is

	mu      sync.Mutex // protects the fields below
	next    uint64
	pending map[uint64]chan reply
}

type reply struct {
	ID     uint64          `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string       `json:"message"`
		Data    *state.Error `json:"data"`
	} `json:"error"`
}

// handshake bounds the time to connect and to be greeted.
const handshake = 5 * time.Second

// DialSocket connects to the control socket at path, on Windows to the named pipe that
// stands for it (PipeName). onEvent, if not nil, is given the events.
func DialSocket(ctx context.Context, path string, onEvent func(state.Event)) (*Client, error) {
	dialer := websocket.Dialer{
		HandshakeTimeout: handshake,
		Subprotocols:     []string{"agrafe.v1"},
		NetDialContext:   func(ctx context.Context, _, _ string) (net.Conn, error) { return dialControl(ctx, path) },
	}
	return dial(ctx, dialer, "ws://control/v1", nil, onEvent)
}

// DialToken connects to the WebSocket at addr ("127.0.0.1:17373") with the token
// in tokenFile.
func DialToken(ctx context.Context, addr, tokenFile string, onEvent func(state.Event)) (*Client, error) {
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrDown, err)
	}
	dialer := websocket.Dialer{HandshakeTimeout: handshake, Subprotocols: []string{"agrafe.v1"}}
	header := http.Header{"Authorization": {"Bearer " + strings.TrimSpace(string(token))}}
	return dial(ctx, dialer, "ws://"+addr+"/v1", header, onEvent)
}

func dial(ctx context.Context, dialer websocket.Dialer, url string, header http.Header, onEvent func(state.Event)) (*Client, error) {
	ws, answer, err := dialer.DialContext(ctx, url, header)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return nil, fmt.Errorf("%w: %s (%w)", ErrDown, noRight, err)
		}
		if answer != nil && answer.StatusCode == http.StatusForbidden && header == nil {
			return nil, errors.New("cannot use agrafed: " + stranger)
		}
		if answer != nil {
			return nil, fmt.Errorf("cannot use agrafed: it refused the connection (%s)", answer.Status)
		}
		return nil, fmt.Errorf("%w (%w)", ErrDown, err)
	}
	c := &Client{ws: ws, onEvent: onEvent, done: make(chan struct{}), pending: make(map[uint64]chan reply)}
	_ = ws.SetReadDeadline(time.Now().Add(handshake))
	var first struct {
		Params Hello `json:"params"`
	}
	if err := ws.ReadJSON(&first); err != nil {
		_ = ws.Close()
		return nil, fmt.Errorf("%w (%w)", ErrDown, err)
	}
	_ = ws.SetReadDeadline(time.Time{})
	c.Hello = first.Params
	go c.read()
	return c, nil
}

// Done is closed when the connection has ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// Close ends the connection.
func (c *Client) Close() error {
	err := c.ws.Close()
	<-c.done
	return err
}

func (c *Client) read() {
	defer close(c.done)
	for {
		var r reply
		if err := c.ws.ReadJSON(&r); err != nil {
			_ = c.ws.Close()
			return
		}
		if r.Method == "event" {
			c.event(r.Params)
			continue
		}
		c.mu.Lock()
		waiting := c.pending[r.ID]
		delete(c.pending, r.ID)
		c.mu.Unlock()
		if waiting != nil {
			waiting <- r
		}
	}
}

func (c *Client) event(params json.RawMessage) {
	var e state.Event
	if c.onEvent != nil && json.Unmarshal(params, &e) == nil {
		c.onEvent(e)
	}
}

// Call calls method with params (nil for none) and puts its result in result (nil
// to drop it).
func (c *Client) Call(ctx context.Context, method string, params, result any) error {
	id, waiting, err := c.send(method, params)
	if err != nil {
		return err
	}
	select {
	case r := <-waiting:
		return r.into(method, result)
	case <-ctx.Done():
		c.forget(id)
		return ctx.Err()
	case <-c.done:
	}
	select {
	case r := <-waiting: // it came just before the end
		return r.into(method, result)
	default:
		return ErrDown
	}
}

// into puts the result of the call of method in result, or returns its error.
func (r reply) into(method string, result any) error {
	switch {
	case r.Error != nil && r.Error.Data != nil:
		return r.Error.Data
	case r.Error != nil:
		return fmt.Errorf("cannot call %s: %s", method, r.Error.Message)
	case result == nil:
		return nil
	}
	return json.Unmarshal(r.Result, result)
}

func (c *Client) forget(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, id)
}

// maxFrame is the longest frame that the daemon reads.
const maxFrame = 256 << 10

func (c *Client) send(method string, params any) (id uint64, waiting chan reply, err error) {
	waiting = make(chan reply, 1)
	c.mu.Lock()
	c.next++
	id = c.next
	c.pending[id] = waiting
	c.mu.Unlock()
	defer func() {
		if err != nil {
			c.forget(id)
		}
	}()
	call := map[string]any{"jsonrpc": "2.0", "id": id, "method": method}
	if params != nil {
		call["params"] = params
	}
	frame, err := json.Marshal(call)
	if err != nil {
		return 0, nil, fmt.Errorf("cannot call %s: %w", method, err)
	}
	if len(frame) > maxFrame {
		return 0, nil, fmt.Errorf("cannot call %s: %d bytes are more than the daemon reads (%d)", method, len(frame), maxFrame)
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.ws.WriteMessage(websocket.TextMessage, frame); err != nil {
		return 0, nil, fmt.Errorf("%w (%w)", ErrDown, err)
	}
	return id, waiting, nil
}
