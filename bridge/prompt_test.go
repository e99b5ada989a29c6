package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// code is that of the card medecin-secteur1.
const code = "1234"

// prompter attaches to the prompt door.
func (r *rig) prompter(t *testing.T) *websocket.Conn {
	t.Helper()
	ws, _, err := controlDialer(r.cfg.ControlSocket()).Dial("ws://control/prompt", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	return ws
}

func (r *rig) attached() int {
	r.prompts.mu.Lock()
	defer r.prompts.mu.Unlock()
	return len(r.prompts.attached)
}

// question reads what the daemon asks.
func question(t *testing.T, ws *websocket.Conn) daemon.PINRequest {
	t.Helper()
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	kind, text, err := ws.ReadMessage()
	if err != nil || kind != websocket.TextMessage {
		t.Fatalf("no question: %v", err)
	}
	var q daemon.PINRequest
	if err := json.Unmarshal(text, &q); err != nil {
		t.Fatal(err)
	}
	return q
}

func reply(t *testing.T, ws *websocket.Conn, answer string) {
	t.Helper()
	if err := ws.WriteMessage(websocket.BinaryMessage, []byte(answer)); err != nil {
		t.Fatal(err)
	}
}

const openSession = `{"jsonrpc":"2.0","id":1,"method":"cards.openPinSession"}`

func TestPromptDoorIsOnTheControlSocketOnly(t *testing.T) {
	r := start(t)
	dialer, header := r.dialer(t)
	_, answer, err := dialer.Dial("ws://"+r.addr()+"/prompt", header)
	if err == nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("over TCP: %v", err)
	}
	_, answer, err = controlDialer(r.cfg.ControlSocket()).Dial("ws://control/prompt", http.Header{"Origin": {"https://ehr.example"}})
	if err == nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("with an Origin: %v", err)
	}
	if n := r.attached(); n != 0 {
		t.Errorf("%d attached", n)
	}
}

func TestPromptAnswers(t *testing.T) {
	tests := []struct {
		name   string
		answer string
		want   state.Kind
	}{
		{"the code", "\x00" + code, ""},
		{"a wrong code", "\x009999", state.PINWrong},
		{"declined", "", state.PINRequired},
		{"a flag without digits", "\x00", state.PINRequired},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := start(t, "medecin-secteur1")
			c, ws := r.dial(t), r.prompter(t)
			c.settled(r)
			c.send(openSession)
			if q := question(t, ws); q.Principal != "local" || q.Reader != "A" || q.Tries != 3 || q.Operation == "" || q.Holder == "" {
				t.Errorf("the question is %+v", q)
			}
			reply(t, ws, tt.answer)
			if m := c.answer(); m.kind() != tt.want {
				t.Errorf("the answer is %s", m.text)
			}
			if len(tt.answer) > 1 && regexp.MustCompile(`\b`+tt.answer[1:]+`\b`).MatchString(r.log.String()) {
				t.Error("the code is in the log")
			}
			if n := r.attached(); n != 1 {
				t.Errorf("%d attached", n)
			}
		})
	}
}

func TestNobodyToAsk(t *testing.T) {
	r := start(t, "medecin-secteur1")
	if kind := r.dial(t).call("cards.openPinSession", "").kind(); kind != state.PINRequired {
		t.Errorf("the kind is %q", kind)
	}
}

func TestPrompterThatLeaves(t *testing.T) {
	r := start(t, "medecin-secteur1")
	c, ws := r.dial(t), r.prompter(t)
	c.settled(r)
	c.send(openSession)
	question(t, ws)
	_ = ws.Close()
	if m := c.answer(); m.kind() != state.PINRequired {
		t.Errorf("the answer is %s", m.text)
	}
	eventually(t, "detached", func() bool { return r.attached() == 0 })
}

func TestPrompterThatMisbehaves(t *testing.T) {
	tests := []struct {
		name string
		kind int
		text string
	}{
		{"text", websocket.TextMessage, "\x00" + code},
		{"long", websocket.BinaryMessage, "\x00" + strings.Repeat("1", maxAnswer)},
		{"very long", websocket.BinaryMessage, strings.Repeat("1", 1<<20)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := start(t, "medecin-secteur1")
			c, ws := r.dial(t), r.prompter(t)
			c.settled(r)
			c.send(openSession)
			question(t, ws)
			_ = ws.WriteMessage(tt.kind, []byte(tt.text)) // may fail: the other end closes on the way
			if m := c.answer(); m.kind() != state.PINRequired {
				t.Errorf("the answer is %s", m.text)
			}
		})
	}
}

// The program attached last is asked; when it leaves, the one before.
func TestLastPrompterIsAsked(t *testing.T) {
	r := start(t, "medecin-secteur1")
	c, first, second := r.dial(t), r.prompter(t), r.prompter(t)
	c.settled(r)
	for _, ws := range []*websocket.Conn{second, first} {
		c.send(openSession)
		question(t, ws)
		reply(t, ws, "\x00"+code)
		if m := c.answer(); m.Error != nil {
			t.Errorf("the answer is %s", m.text)
		}
		n := r.attached()
		_ = ws.Close()
		eventually(t, "detached", func() bool { return r.attached() == n-1 })
	}
}

// An answer to no question is not kept for the next one: the door is closed.
func TestUnsolicitedAnswer(t *testing.T) {
	r := start(t, "medecin-secteur1")
	ws := r.prompter(t)
	reply(t, ws, "\x00"+code)
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	if _, _, err := ws.ReadMessage(); err == nil {
		t.Error("the door stays open")
	}
	eventually(t, "detached", func() bool { return r.attached() == 0 })
}

// A caller that leaves takes its question with it: a late answer meets no other.
func TestCallerLeavesWhileAsked(t *testing.T) {
	r := start(t, "medecin-secteur1")
	c, ws := r.dial(t), r.prompter(t)
	c.settled(r)
	c.send(openSession)
	question(t, ws)
	_ = c.ws.Close()
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	if _, _, err := ws.ReadMessage(); err == nil {
		t.Error("the door stays open")
	}
	eventually(t, "places free", func() bool { return r.server.places.taken() == 0 })
	for _, card := range r.daemon.Snapshot().Cards {
		if card.PINTriesLeft != nil && *card.PINTriesLeft != 3 {
			t.Errorf("%d tries left", *card.PINTriesLeft)
		}
	}
}

// A user who has left the machine to another one while he was asked has not answered.
func TestSeatChangesWhileAsked(t *testing.T) {
	r := start(t)
	ws := r.prompter(t)
	var sits atomic.Bool
	sits.Store(true)
	r.prompts.mu.Lock()
	r.prompts.attached[0].may = sits.Load
	r.prompts.mu.Unlock()
	for _, still := range []bool{true, false} {
		sits.Store(true)
		got := make(chan error, 1)
		go func() {
			_, err := r.prompts.AskPIN(t.Context(), daemon.PINRequest{Operation: "essai"})
			got <- err
		}()
		question(t, ws)
		sits.Store(still)
		reply(t, ws, "\x00"+code)
		if err := <-got; still && err != nil || !still && !errors.Is(err, daemon.ErrNobody) {
			t.Errorf("still there: %t, the error is %v", still, err)
		}
	}
}

// The context of a question ends it.
func TestAskEndsWithItsContext(t *testing.T) {
	r := start(t)
	ws := r.prompter(t)
	ctx, cancel := context.WithCancel(context.Background())
	got := make(chan error, 1)
	go func() {
		_, err := r.prompts.AskPIN(ctx, daemon.PINRequest{Operation: "essai"})
		got <- err
	}()
	question(t, ws)
	cancel()
	if err := <-got; !errors.Is(err, daemon.ErrDeclined) && !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

// Questions are asked one at a time, and each has its own answer.
func TestQuestionsWaitForEachOther(t *testing.T) {
	r := start(t)
	ws := r.prompter(t)
	type given struct{ operation, code string }
	got := make(chan given, 8)
	for _, operation := range strings.Split("ABCDEFGH", "") {
		go func() {
			a, err := r.prompts.AskPIN(t.Context(), daemon.PINRequest{Operation: operation})
			if err != nil {
				t.Error(err)
			}
			got <- given{operation, string(a.Code)}
		}()
	}
	for range 8 {
		reply(t, ws, "\x01"+question(t, ws).Operation)
		if g := <-got; g.operation != g.code {
			t.Errorf("%s got the answer of %s", g.operation, g.code)
		}
	}
}
