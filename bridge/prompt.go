package bridge

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon"
)

// promptTime bounds the time that a user takes to type a code.
const promptTime = 60 * time.Second

// Prompts asks the user through whichever programs are attached to the control
// socket's prompt door: a terminal, the tray. Of those that answer a kind of
// question, and whose user may be asked now, the last one attached is asked.
//
// The door speaks its own small protocol, apart from the API, which has no place
// for a code. A program says in the address what it answers: /prompt?answers=codes,
// consents, or both with a comma; codes if it says nothing. The daemon sends a
// question as JSON text, whose member kind tells which; the program answers with
// one binary message:
//
//   - to a code, a byte 1 if the user knows that this is the last try, else 0,
//     then the digits; the byte alone declines;
//   - to a code that will be typed on the reader (Pinpad), a byte 1 if the user goes
//     on; anything else declines;
//   - to a consent, a byte 1 if the user accepts; anything else refuses.
//
// An answer counts only from the connection that was asked, only while it is asked,
// and only if its user may still be asked when it comes. A question that is withdrawn closes its connection with code 4408, so that
// a late answer can't meet the next one; the program attaches again.
type Prompts struct {
	mu       sync.Mutex // protects attached
	attached []*prompt
}

// questions is a kind of question.
type questions string

// The kinds of questions.
const (
	codes    questions = "codes"
	consents questions = "consents"
)

// closeWithdrawn says that the question is no longer asked.
const closeWithdrawn = 4408

// prompt is one program that is attached.
type prompt struct {
	ws      *websocket.Conn
	answers []questions
	may     func() bool   // whether its user may be asked now
	turn    chan struct{} // holds a value while a question is out
	opened  chan struct{} // closed once ws is there
	gone    chan struct{}

	mu      sync.Mutex // protects waiting
	waiting chan []byte
}

var _ daemon.Prompter = (*Prompts)(nil)

// codeQuestion asks for a code.
type codeQuestion struct {
	Kind string `json:"kind"` // "code"
	daemon.PINRequest
}

// Consent is what a user is asked before a page is paired. Its texts may be shown
// as they are. The code has to be the one that the page shows.
type Consent struct {
	Kind    string        `json:"kind"` // "consent"
	Origin  string        `json:"origin"`
	Unicode string        `json:"unicode"` // the same, readable; it may look like another
	Letters trust.Letters `json:"letters"` // how far it may
	Name    string        `json:"name"`    // what the page calls itself; nobody has checked it
	Code    string        `json:"code"`    // 6 digits
	Scopes  []trust.Scope `json:"scopes"`
	Seconds int           `json:"seconds"` // that are left to answer
}

// AskPIN asks for a code.
func (p *Prompts) AskPIN(ctx context.Context, r daemon.PINRequest) (daemon.PINAnswer, error) {
	answer, err := p.put(ctx, codes, codeQuestion{Kind: "code", PINRequest: r})
	if err != nil {
		return daemon.PINAnswer{}, err
	}
	switch {
	case r.Pinpad && len(answer) == 1 && answer[0] == 1:
		return daemon.PINAnswer{LastTry: r.Tries == 1}, nil
	case r.Pinpad:
		clear(answer) // a program that knows no pinpad gives a code
		return daemon.PINAnswer{}, daemon.ErrDeclined
	case len(answer) < 2:
		return daemon.PINAnswer{}, daemon.ErrDeclined
	}
	return daemon.PINAnswer{Code: answer[1:], LastTry: answer[0] == 1}, nil
}

// AskConsent asks whether a page may be paired: nil if so, else as AskPIN.
func (p *Prompts) AskConsent(ctx context.Context, c Consent) error {
	c.Kind = "consent"
	answer, err := p.put(ctx, consents, c)
	if err != nil {
		return err
	}
	if len(answer) != 1 || answer[0] != 1 {
		return daemon.ErrDeclined
	}
	return nil
}

// there says whether some program answers questions of that kind.
func (p *Prompts) there(kind questions) bool { return p.last(kind) != nil }

// put puts a question to the program attached last, once the question before is
// answered, and returns the answer.
func (p *Prompts) put(ctx context.Context, kind questions, question any) ([]byte, error) {
	to := p.last(kind)
	if to == nil {
		return nil, daemon.ErrNobody
	}
	select {
	case to.turn <- struct{}{}:
		defer func() { <-to.turn }()
	case <-to.gone:
		return nil, daemon.ErrNobody
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := ctx.Err(); err != nil { // it may have ended just as its turn came
		return nil, err
	}
	select {
	case <-to.opened:
	case <-to.gone:
		return nil, daemon.ErrNobody
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return to.ask(ctx, question)
}

// ask puts one question and returns the answer. Without one it fails with
// ErrNobody if the program has left, else with ErrDeclined.
func (p *prompt) ask(ctx context.Context, question any) ([]byte, error) {
	answer := make(chan []byte, 1)
	p.await(answer)
	defer p.drop(answer)
	text, err := json.Marshal(question, jsontext.AllowInvalidUTF8(true))
	if err == nil {
		_ = p.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
		err = p.ws.WriteMessage(websocket.TextMessage, text)
	}
	if err != nil {
		return nil, daemon.ErrNobody
	}
	ctx, cancel := context.WithTimeout(ctx, promptTime)
	defer cancel()
	select {
	case a := <-answer:
		return p.own(a)
	case <-p.gone:
		select {
		case a := <-answer: // its last word
			return p.own(a)
		default:
		}
		return nil, daemon.ErrNobody
	case <-ctx.Done():
		p.withdraw()
		return nil, daemon.ErrDeclined
	}
}

// own is the answer, unless its user has left the machine to another one while the
// question was open: then it is nobody's, and wiped.
func (p *prompt) own(answer []byte) ([]byte, error) {
	if !p.may() {
		clear(answer)
		return nil, daemon.ErrNobody
	}
	return answer, nil
}

// withdraw takes the question back, with the connection: a late answer must not
// meet the next question.
func (p *prompt) withdraw() {
	message := websocket.FormatCloseMessage(closeWithdrawn, "")
	_ = p.ws.WriteControl(websocket.CloseMessage, message, time.Now().Add(time.Second))
	_ = p.ws.Close()
}

// drop takes no answer any more, and wipes one that came too late.
func (p *prompt) drop(answer chan []byte) {
	p.await(nil)
	select {
	case late := <-answer:
		clear(late)
	default:
	}
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

// last is the program to ask, nil if there is none.
func (p *Prompts) last(kind questions) *prompt {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range slices.Backward(p.attached) {
		if slices.Contains(one.answers, kind) && one.may() {
			return one
		}
	}
	return nil
}

func (p *Prompts) attach(one *prompt) (detach func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attached = append(p.attached, one)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.attached = slices.DeleteFunc(p.attached, func(a *prompt) bool { return a == one })
	}
}

// maxAnswer is the flag and more digits than any code has.
const maxAnswer = 17

// parseQuestions reads what a program says that it answers, false if that is not
// understood.
func parseQuestions(said string) ([]questions, bool) {
	if said == "" {
		return []questions{codes}, true
	}
	var list []questions
	for word := range strings.SplitSeq(said, ",") {
		kind := questions(word)
		if kind != codes && kind != consents {
			return nil, false
		}
		list = append(list, kind)
	}
	return list, true
}

// servePrompt attaches the program at the other end, which runs for who, until it
// leaves. Whoever answers for the user must be the one at the machine.
func (s *Server) servePrompt(w http.ResponseWriter, r *http.Request, who owner) {
	prompts, ok := s.daemon.Prompter().(*Prompts)
	answers, understood := parseQuestions(r.URL.Query().Get("answers"))
	may := func() bool { return s.peers.admit(who) == nil }
	if !ok || !understood {
		refuse(w)
		return
	}
	if err := s.peers.admit(who); err != nil {
		refuseProgram(w, err)
		return
	}
	if !s.enter() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer s.leave()
	defer s.programs.met(socketOf(r.Context()))
	one := &prompt{answers: answers, may: may, turn: make(chan struct{}, 1), opened: make(chan struct{}), gone: make(chan struct{})}
	defer close(one.gone)
	defer prompts.attach(one)() // before it is told that it is: it may count on it at once
	ws, err := s.upgrader.Upgrade(wiping{w}, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	s.programs.met(socketOf(r.Context()))
	defer context.AfterFunc(s.ctx, func() { _ = ws.Close() })()
	one.ws = ws
	close(one.opened)
	one.listen()
}

// listen takes answers until the program leaves or misbehaves.
func (p *prompt) listen() {
	p.ws.SetReadLimit(maxAnswer)
	for {
		kind, answer, err := p.ws.ReadMessage()
		if err != nil || kind != websocket.BinaryMessage || !p.take(answer) { // an answer to no question, or none
			clear(answer)
			return
		}
	}
}
