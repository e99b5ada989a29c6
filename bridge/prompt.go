package bridge

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon"
)

// promptTime bounds the time that a user takes to type a code.
const promptTime = 60 * time.Second

// Prompts asks for codes through whichever program is attached to the control
// socket's prompt door: a terminal, the tray. The last one attached is asked.
//
// The door speaks its own small protocol, apart from the API, which has no place
// for a code. The daemon sends a PINRequest as JSON text; the program answers
// with one binary message: a byte 1 if the user knows that this is the last try,
// else 0, then the digits; the byte alone declines.
type Prompts struct {
	mu       sync.Mutex // protects attached
	attached []*prompt
}

// prompt is one program that is attached.
type prompt struct {
	ws   *websocket.Conn
	turn chan struct{} // holds a value while a question is out
	gone chan struct{}

	mu      sync.Mutex // protects waiting
	waiting chan []byte
}

var _ daemon.Prompter = (*Prompts)(nil)

// AskPIN asks the program attached last, once the question before is answered.
func (p *Prompts) AskPIN(ctx context.Context, r daemon.PINRequest) (daemon.PINAnswer, error) {
	to := p.last()
	if to == nil {
		return daemon.PINAnswer{}, daemon.ErrNobody
	}
	select {
	case to.turn <- struct{}{}:
		defer func() { <-to.turn }()
	case <-to.gone:
		return daemon.PINAnswer{}, daemon.ErrDeclined
	case <-ctx.Done():
		return daemon.PINAnswer{}, ctx.Err()
	}
	if err := ctx.Err(); err != nil { // it may have ended just as its turn came
		return daemon.PINAnswer{}, err
	}
	answer := to.ask(ctx, r)
	if len(answer) < 2 {
		return daemon.PINAnswer{}, daemon.ErrDeclined
	}
	return daemon.PINAnswer{Code: answer[1:], LastTry: answer[0] == 1}, nil
}

// ask puts one question and returns the answer, nil if there was none.
func (p *prompt) ask(ctx context.Context, r daemon.PINRequest) []byte {
	answer := make(chan []byte, 1)
	p.await(answer)
	defer p.await(nil)
	text, err := json.Marshal(r, jsontext.AllowInvalidUTF8(true))
	if err == nil {
		_ = p.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
		err = p.ws.WriteMessage(websocket.TextMessage, text)
	}
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, promptTime)
	defer cancel()
	select {
	case a := <-answer:
		return a
	case <-p.gone:
	case <-ctx.Done():
		_ = p.ws.Close() // a late answer must not meet the next question
	}
	return nil
}

func (p *prompt) await(answer chan []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = answer
}

// take hands an answer to the question that is out; false if there is none.
func (p *prompt) take(answer []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == nil {
		return false
	}
	p.waiting <- answer
	p.waiting = nil
	return true
}

func (p *Prompts) last() *prompt {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.attached) == 0 {
		return nil
	}
	return p.attached[len(p.attached)-1]
}

func (p *Prompts) attach(one *prompt) (detach func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attached = append(p.attached, one)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for i, a := range p.attached {
			if a == one {
				p.attached = append(p.attached[:i], p.attached[i+1:]...)
				return
			}
		}
	}
}

// maxAnswer is the flag and more digits than any code has.
const maxAnswer = 17

// servePrompt attaches the program at the other end until it leaves.
func (s *Server) servePrompt(w http.ResponseWriter, r *http.Request) {
	prompts, ok := s.daemon.Prompter().(*Prompts)
	if !ok {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if !s.enter() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer s.leave()
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	defer context.AfterFunc(s.ctx, func() { _ = ws.Close() })()
	one := &prompt{ws: ws, turn: make(chan struct{}, 1), gone: make(chan struct{})}
	defer close(one.gone)
	defer prompts.attach(one)()
	ws.SetReadLimit(maxAnswer)
	for {
		kind, answer, err := ws.ReadMessage()
		if err != nil || kind != websocket.BinaryMessage {
			return
		}
		if !one.take(answer) { // an answer to no question
			clear(answer)
			return
		}
	}
}
