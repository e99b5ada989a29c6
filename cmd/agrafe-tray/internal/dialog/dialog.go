// Package dialog asks the user in windows of their desktop: for the code porteur,
// whether a site may connect, whether something is meant.
//
// Its contract: a window is shown by a process of its own, this same program run with
// the word "dialog", which ends with it. What is asked and what is answered go through
// pipes: neither the command line nor the environment of any of our processes says
// more than the texts that the window shows, and those texts, which the window's own
// program takes on its command line, hold no name of a person. The code is kept in
// pages that are neither swapped nor dumped, and wiped. A window that can't be shown
// or that dies is an error, which is not a refusal.
package dialog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/secret"
)

// Kind is what is asked.
type Kind string

// The kinds of windows.
const (
	Code     Kind = "code"     // four digits
	Question Kind = "question" // yes or no; no unless yes is chosen
	Tell     Kind = "tell"     // only to be read
)

// Request is one window.
type Request struct {
	Kind    Kind     `json:"kind"`
	Title   string   `json:"title"`
	Text    string   `json:"text"`
	OK      string   `json:"ok,omitempty"`
	Cancel  string   `json:"cancel,omitempty"`
	Warning bool     `json:"warning,omitempty"`
	Again   string   `json:"again,omitempty"`  // Code: said when what was typed is no code
	First   *Request `json:"first,omitempty"`  // a question that has to be answered with yes before
	Seconds int      `json:"seconds,omitzero"` // after which it closes; 0: never
}

// Errors of Show.
var (
	ErrNoDisplay = errors.New("cannot show a window: this session has no screen that answers")
	ErrNoProgram = errors.New("cannot show a window: install the package zenity")
	ErrDied      = errors.New("cannot show a window: its program ended without an answer")
)

// The answers, as the child writes them; the digits follow accepted.
const (
	accepted  = 'y'
	refused   = 'n'
	noDisplay = 'd'
	noProgram = 'p'
)

// word is the argument that makes this program a dialog.
const word = "dialog"

// Wanted says whether args, without the program's name, ask for a dialog.
func Wanted(args []string) bool { return len(args) == 1 && args[0] == word }

// patience is how long a dialog that was told to close may take.
const patience = 2 * time.Second

// Answer is what the user said.
type Answer struct {
	Accepted bool
	Code     []byte // in a locked page, until Wipe
	page     *secret.Page
}

// Wipe forgets the code.
func (a *Answer) Wipe() {
	if a.page != nil {
		a.page.Free()
		a.page, a.Code = nil, nil
	}
}

// Show shows a window and waits for the answer. It fails with ErrNoDisplay,
// ErrNoProgram, ErrDied, or ctx's error once ctx has ended and the window is gone. The
// caller wipes the answer.
func Show(ctx context.Context, r Request) (*Answer, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrDied, err)
	}
	return show(ctx, exec.CommandContext(ctx, program, word), r)
}

// lockedPage is a page for a code. One that may be swapped is none: the terminal asks as
// well.
func lockedPage() (*secret.Page, error) {
	p, err := secret.NewPage()
	if err == nil && p.Fault() != nil {
		err = p.Fault()
		p.Free()
	}
	return p, err
}

func show(ctx context.Context, child *exec.Cmd, r Request) (*Answer, error) {
	kept, err := lockedPage()
	if err != nil {
		return nil, err
	}
	a := &Answer{page: kept}
	said, err := converse(child, r, kept.Bytes())
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case err != nil:
		err = fmt.Errorf("%w (%w)", ErrDied, err)
	case len(said) == 0:
		err = ErrDied
	case said[0] == noDisplay:
		err = ErrNoDisplay
	case said[0] == noProgram:
		err = ErrNoProgram
	}
	if err != nil {
		a.Wipe()
		return nil, err
	}
	if a.Accepted = said[0] == accepted; a.Accepted {
		a.Code = said[1:]
	}
	return a, nil
}

// converse runs child, asks r of it and reads what it says into buf. Its input stays
// open meanwhile: the end of it tells the child to close the window, be it that ctx
// has ended or that this process has died.
func converse(child *exec.Cmd, r Request, buf []byte) (said []byte, err error) {
	in, err := child.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer out.Close()
	child.Stdout = write
	child.Cancel = in.Close
	child.WaitDelay = patience
	err = child.Start()
	_ = write.Close()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(r)
	if err == nil {
		_, err = in.Write(append(text, '\n'))
	}
	n := 0
	if err == nil {
		n, err = io.ReadFull(out, buf)
	}
	_ = in.Close()
	ended := child.Wait()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return buf[:n], errors.Join(err, ended)
}
