package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/gorilla/websocket"
)

// Question is what the daemon asks a code for.
type Question struct {
	Principal string // who asks
	Operation string // French, fit for a screen
	Reader    string
	Holder    string
	Tries     int  // left; with 1, ask twice
	Pinpad    bool // the code will be typed on the reader: ask only whether to go on
}

// Reply is the user's answer; without a code it is a refusal.
type Reply struct {
	Code    []byte // wiped once it is sent
	LastTry bool   // the user knows that a wrong code blocks the card
	GoOn    bool   // to a question with Pinpad, in place of a code
}

// Consent is a web page that wants to be paired. The user compares Code with what
// the page shows.
type Consent struct {
	Origin  string   // as it is compared: show it whole
	Unicode string   // the same, readable; it may look like another
	Letters string   // "latin", "other", or "mixed": what homographs are made of
	Name    string   // what the page calls itself; nobody has checked it
	Code    string   // 6 digits
	Scopes  []string // what it wants to do
	Seconds int      // left to answer
}

// Answers is what a program answers; nil for what it does not. The contexts end when
// the question is withdrawn.
type Answers struct {
	Code    func(context.Context, Question) Reply
	Consent func(context.Context, Consent) bool
	Ready   func() // if not nil, called when the daemon may ask
	Sent    func() // if not nil, called when an answer has gone out
}

// ErrWithdrawn says that the daemon no longer asks: the page went away, the time is
// over. Attach again to be asked the next question.
var ErrWithdrawn = errors.New("cannot answer: the question was withdrawn")

// Answer attaches to the prompt door of the control socket at path and has ask
// answer each question for a code, until ctx ends.
func Answer(ctx context.Context, path string, ask func(Question) Reply) error {
	return Attach(ctx, path, Answers{Code: func(_ context.Context, q Question) Reply { return ask(q) }})
}

// Attach attaches to the prompt door of the control socket at path and answers
// what a answers, until ctx ends. It fails with ErrWithdrawn or ErrDown. What is
// answered when ctx has ended is not sent: a program that can't ask its user ends ctx,
// which is not the same as a refusal.
func Attach(ctx context.Context, path string, a Answers) error {
	dialer := websocket.Dialer{
		HandshakeTimeout: handshake,
		NetDialContext:   func(ctx context.Context, _, _ string) (net.Conn, error) { return dialControl(ctx, path) },
	}
	ws, answer, err := dialer.DialContext(ctx, "ws://control/prompt?answers="+a.kinds(), nil)
	if answer != nil && err != nil {
		return errors.New("cannot answer for this service: it asks in another way, or another user sits at this machine; try as that user, or as root")
	}
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrDown, err)
	}
	defer ws.Close()
	if a.Ready != nil {
		a.Ready()
	}
	asked, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(asked, func() { _ = ws.Close() })()
	questions, ended := make(chan []byte), make(chan error, 1)
	go func() { defer stop(); ended <- listen(asked, ws, questions) }()
	for {
		select {
		case text := <-questions:
			a.answer(asked, ws, text)
		case err := <-ended:
			return ending(ctx, err)
		}
	}
}

func (a Answers) kinds() string {
	var list []string
	if a.Code != nil {
		list = append(list, "codes")
	}
	if a.Consent != nil {
		list = append(list, "consents")
	}
	return strings.Join(list, ",")
}

// listen hands questions on until the connection ends.
func listen(ctx context.Context, ws *websocket.Conn, questions chan<- []byte) error {
	for {
		_, text, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		select {
		case questions <- text:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ending is what Attach returns when the connection has ended with err.
func ending(ctx context.Context, err error) error {
	const withdrawn = 4408 // the daemon's close code
	switch {
	case ctx.Err() != nil:
		return nil
	case websocket.IsCloseError(err, withdrawn):
		return ErrWithdrawn
	}
	return fmt.Errorf("%w (%w)", ErrDown, err)
}

// answer puts one question to the user and sends what comes of it. A failure to
// send ends the listening too.
func (a Answers) answer(ctx context.Context, ws *websocket.Conn, text []byte) {
	var kind struct{ Kind string }
	if json.Unmarshal(text, &kind) != nil {
		return
	}
	switch {
	case kind.Kind == "consent" && a.Consent != nil:
		var c Consent
		flag := byte(0)
		if json.Unmarshal(text, &c) == nil && a.Consent(ctx, c) {
			flag = 1
		}
		if ctx.Err() != nil {
			return
		}
		_ = ws.WriteMessage(websocket.BinaryMessage, []byte{flag})
	case a.Code != nil:
		var q Question
		if json.Unmarshal(text, &q) != nil {
			break
		}
		r := a.Code(ctx, q)
		if ctx.Err() != nil {
			clear(r.Code)
			return
		}
		_ = send(ws, q, r)
	}
	if a.Sent != nil {
		a.Sent()
	}
}

func send(ws *websocket.Conn, q Question, r Reply) error {
	defer clear(r.Code)
	if q.Pinpad { // whatever was typed stays here
		r = Reply{LastTry: r.GoOn}
	}
	message := make([]byte, 1, 1+len(r.Code))
	defer clear(message[:cap(message)])
	if r.LastTry {
		message[0] = 1
	}
	return ws.WriteMessage(websocket.BinaryMessage, append(message, r.Code...))
}
