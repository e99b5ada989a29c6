// Command echo is the floor of the bench: a WebSocket server made of gorilla and
// encoding/json alone, in which nothing is checked, counted or kept. It prints
// the address at which it serves.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"

	"github.com/gorilla/websocket"
)

// call and answer are a JSON-RPC call and its answer, as little read as
// system.ping reads it.
type call struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params echoed          `json:"params"`
}

type answer struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  echoed          `json:"result"`
}

type echoed struct {
	Echo json.RawMessage `json:"echo"`
}

func main() {
	http.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) { upgrade(w, r, echo) })
	http.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		size, err := strconv.Atoi(r.URL.Query().Get("size"))
		if err != nil || size < 0 || size > 1<<20 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		upgrade(w, r, func(ws *websocket.Conn) error { return greet(ws, size) })
	})
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err == nil {
		fmt.Println(l.Addr())
		err = http.Serve(l, nil)
	}
	fmt.Fprintln(os.Stderr, "echo:", err)
	os.Exit(1)
}

// echo answers calls until the client leaves.
func echo(ws *websocket.Conn) error {
	for {
		var c call
		if err := ws.ReadJSON(&c); err != nil {
			return err
		}
		if err := ws.WriteJSON(answer{"2.0", c.ID, c.Params}); err != nil {
			return err
		}
	}
}

// greet sends size bytes, then waits until the client leaves.
func greet(ws *websocket.Conn, size int) error {
	if err := ws.WriteMessage(websocket.TextMessage, bytes.Repeat([]byte{' '}, size)); err != nil {
		return err
	}
	_, _, err := ws.ReadMessage()
	return err
}

// upgrade runs serve on the WebSocket of a request.
func upgrade(w http.ResponseWriter, r *http.Request, serve func(*websocket.Conn) error) {
	upgrader := websocket.Upgrader{Subprotocols: []string{"agrafe.v1"}}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer ws.Close()
	_ = serve(ws) // the client left
}
