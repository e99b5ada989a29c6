package bridge

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
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
// else 0, then the digits; or nothing at all to decline.
type Prompts struct {
	mu       sync.Mutex // protects attached
	attached []*prompt
}

type prompt struct {
	asking sync.Mutex // one question at a time
	ws     *websocket.Conn
	gone   chan struct{}
	answer chan []byte
}

var _ daemon.Prompter = (*Prompts)(nil)

// AskPIN asks the program attached last.
func (p *Prompts) AskPIN(ctx context.Context, r daemon.PINRequest) (daemon.PINAnswer, error) {
	to := p.last()
	if to == nil {
		return daemon.PINAnswer{}, daemon.ErrDeclined
	}
	ctx, cancel := context.WithTimeout(ctx, promptTime)
	defer cancel()
	to.asking.Lock()
	defer to.asking.Unlock()
	text, err := json.Marshal(r)
	if err == nil {
		_ = to.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
		err = to.ws.WriteMessage(websocket.TextMessage, text)
	}
	if err != nil {
		return daemon.PINAnswer{}, daemon.ErrDeclined
	}
	select {
	case a := <-to.answer:
		if len(a) < 2 {
			return daemon.PINAnswer{}, daemon.ErrDeclined
		}
		return daemon.PINAnswer{Code: a[1:], LastTry: a[0] == 1}, nil
	case <-to.gone:
	case <-ctx.Done():
		_ = to.ws.Close() // a late answer must not meet the next question
	}
	return daemon.PINAnswer{}, daemon.ErrDeclined
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
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	defer context.AfterFunc(s.ctx, func() { _ = ws.Close() })()
	one := &prompt{ws: ws, gone: make(chan struct{}), answer: make(chan []byte)}
	defer close(one.gone)
	defer prompts.attach(one)()
	ws.SetReadLimit(maxAnswer)
	for {
		kind, answer, err := ws.ReadMessage()
		if err != nil || kind != websocket.BinaryMessage {
			return
		}
		select {
		case one.answer <- answer:
		case <-time.After(time.Second): // an answer to no question
			clear(answer)
			return
		}
	}
}
