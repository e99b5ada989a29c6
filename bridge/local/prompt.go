package local

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/gorilla/websocket"
)

// Question is what the daemon asks a code for.
type Question struct {
	Principal string // who asks
	Operation string // French, fit for a screen
	Reader    string
	Holder    string
	Tries     int // left; with 1, ask twice
}

// Reply is the user's answer; without a code it is a refusal.
type Reply struct {
	Code    []byte // wiped once it is sent
	LastTry bool   // the user knows that a wrong code blocks the card
}

// Answer attaches to the prompt door of the control socket at path and has ask
// answer each question, until ctx ends.
func Answer(ctx context.Context, path string, ask func(Question) Reply) error {
	dialer := websocket.Dialer{
		HandshakeTimeout: handshake,
		NetDialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}
	ws, answer, err := dialer.DialContext(ctx, "ws://control/prompt", nil)
	if answer != nil && err != nil {
		return errors.New("cannot answer for this service: it asks for codes in another way")
	}
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrDown, err)
	}
	defer ws.Close()
	defer context.AfterFunc(ctx, func() { _ = ws.Close() })()
	for {
		var q Question
		if err := ws.ReadJSON(&q); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("%w (%w)", ErrDown, err)
		}
		if err := send(ws, ask(q)); err != nil {
			return fmt.Errorf("%w (%w)", ErrDown, err)
		}
	}
}

func send(ws *websocket.Conn, r Reply) error {
	defer clear(r.Code)
	message := make([]byte, 1, 1+len(r.Code))
	defer clear(message[:cap(message)])
	if r.LastTry {
		message[0] = 1
	}
	return ws.WriteMessage(websocket.BinaryMessage, append(message, r.Code...))
}
