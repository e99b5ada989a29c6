package bridge

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon"
)

// What a reader has handed on is in its buffer no longer once it asks for more.
func TestWipingConn(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	go func() {
		_, _ = client.Write([]byte("1234"))
		_, _ = client.Write([]byte("x"))
	}()
	var lent []byte
	r := bufio.NewReader(readerFunc(func(p []byte) (int, error) { lent = p; return wipingConn{server}.Read(p) }))
	for _, want := range []string{"1234", "x"} {
		got := make([]byte, len(want))
		if _, err := r.Read(got); err != nil || string(got) != want {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
	if bytes.ContainsAny(lent, "1234") {
		t.Error("the buffer holds what was read before")
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Where the code is typed on the reader, a program says whether to go on; a code from
// one that knows no pinpad is taken for nothing.
func TestPinpadQuestion(t *testing.T) {
	tests := []struct {
		name    string
		tries   int
		answer  string
		goes    bool
		lastTry bool
	}{
		{"goes on", 3, "\x01", true, false},
		{"goes on to the last try", 1, "\x01", true, true},
		{"declines", 3, "\x00", false, false},
		{"nothing", 3, "", false, false},
		{"a code", 3, "\x011234", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := start(t)
			ws := r.prompter(t)
			type result struct {
				answer daemon.PINAnswer
				err    error
			}
			got := make(chan result, 1)
			go func() {
				a, err := r.prompts.AskPIN(context.Background(), daemon.PINRequest{Tries: tt.tries, Pinpad: true})
				got <- result{a, err}
			}()
			if q := question(t, ws); !q.Pinpad || q.Tries != tt.tries {
				t.Errorf("the question does not say that the code is typed on the reader")
			}
			reply(t, ws, tt.answer)
			g := <-got
			if tt.goes != (g.err == nil) || !tt.goes && !errors.Is(g.err, daemon.ErrDeclined) || g.answer.LastTry != tt.lastTry || g.answer.Code != nil {
				t.Errorf("last try %t, %d digits, %v", g.answer.LastTry, len(g.answer.Code), g.err)
			}
		})
	}
}
