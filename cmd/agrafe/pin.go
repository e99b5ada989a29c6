package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"

	"github.com/agrafe-fse/agrafe/bridge/local"
)

type pinCmd struct{}

// Run answers the service's questions for the code until it is interrupted. The
// code goes by the prompt door of the control socket, never through the API.
func (pinCmd) Run(e *env) error {
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return &usageError{errors.New("cannot ask for a code: standard input is no terminal")}
	}
	cfg, err := e.settings()
	if err != nil {
		return err
	}
	fmt.Fprintln(e.err, "waiting for the service to ask for a code; interrupt to leave")
	for err == nil || errors.Is(err, local.ErrWithdrawn) {
		if err = local.Answer(e, cfg.ControlSocket(), askCode(e)); err == nil {
			return nil
		}
	}
	return err
}

// askCode asks one question in this terminal.
func askCode(e *env) func(local.Question) local.Reply {
	return func(q local.Question) local.Reply {
		fmt.Fprintf(e.err, "\n%s asks: %s\n  card of %s, in %s, %d tries left\n", q.Principal, q.Operation, q.Holder, q.Reader, q.Tries)
		last := q.Tries == 1
		if last {
			fmt.Fprint(e.err, "a wrong code will BLOCK the card; type oui to go on: ")
			word, err := term.ReadPassword(int(os.Stdin.Fd()))
			if err != nil || !bytes.Equal(bytes.TrimSpace(word), []byte("oui")) {
				return local.Reply{}
			}
		}
		if q.Pinpad {
			return goOn(e)
		}
		fmt.Fprint(e.err, "code porteur (empty to refuse): ")
		code, err := term.ReadPassword(int(os.Stdin.Fd()))
		fmt.Fprintln(e.err)
		if err != nil {
			return local.Reply{}
		}
		return local.Reply{Code: code, LastTry: last}
	}
}

// goOn asks whether the reader may ask for the code, which is typed on its keys.
func goOn(e *env) local.Reply {
	fmt.Fprint(e.err, "type oui, then the code on the reader: ")
	word, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(e.err)
	defer clear(word) // it may be the code, typed in the wrong place
	return local.Reply{GoOn: err == nil && bytes.Equal(bytes.TrimSpace(word), []byte("oui"))}
}
