package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"golang.org/x/term"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

type pairCmd struct{}

// Run lets web pages ask to be paired for two minutes and answers for the user in
// this terminal. It ends with the first page that is accepted.
func (pairCmd) Run(e *env) error {
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return &usageError{errors.New("cannot ask for consent: standard input is no terminal")}
	}
	cfg, err := e.settings()
	if err != nil {
		return err
	}
	var opened struct{ Seconds int }
	if err := e.callOnce("pair.open", nil, &opened); err != nil {
		return err
	}
	fmt.Fprintf(e.err, "pages may ask to be paired for %d seconds; interrupt to leave\n", opened.Seconds)
	ctx, stop := context.WithTimeout(e, time.Duration(opened.Seconds)*time.Second)
	defer stop()
	user := &asking{in: lines(e.in), out: e.err}
	answers := local.Answers{Consent: user.consent, Sent: func() {
		if user.accepted.Load() != nil {
			stop()
		}
	}}
	for {
		err := local.Attach(ctx, cfg.ControlSocket(), answers)
		switch {
		case errors.Is(err, local.ErrWithdrawn):
			fmt.Fprintln(e.err, "\nthe page no longer asks")
		case err != nil:
			return err
		case user.accepted.Load() == nil:
			return &state.Error{Kind: state.Denied, Code: "CLI", Message: "no page was paired"}
		default:
			c := user.accepted.Load()
			return e.print(c, func(w io.Writer) { fmt.Fprintln(w, "accepted", c.Origin) })
		}
	}
}

// asking is the user at a terminal.
type asking struct {
	in       <-chan string
	out      io.Writer
	accepted atomic.Pointer[local.Consent]
}

// lines are those of in, closed at its end. It is read ahead, so that a question
// that is withdrawn does not wait for the user.
func lines(in io.Reader) <-chan string {
	list := make(chan string)
	go func() {
		defer close(list)
		for s := bufio.NewScanner(in); s.Scan(); {
			list <- s.Text()
		}
	}()
	return list
}

// consent shows what a page wants and reads y or anything else, which refuses.
func (a *asking) consent(ctx context.Context, c local.Consent) bool {
	fmt.Fprintf(a.out, "\n%s\n", visible(c.Origin))
	if c.Unicode != c.Origin {
		fmt.Fprintf(a.out, "  reads    %s\n", visible(c.Unicode))
	}
	switch c.Letters {
	case "mixed":
		fmt.Fprintln(a.out, "  WARNING  its name mixes letters of several alphabets: it may imitate another site")
	case "other":
		fmt.Fprintln(a.out, "  WARNING  its name is written in another alphabet than ours")
	}
	fmt.Fprintf(a.out, "  calls itself %q\n  wants    %s\n  code     %s\naccept if the page shows this code [y/N] (%d s): ",
		visible(c.Name), strings.Join(c.Scopes, ", "), c.Code, c.Seconds)
	select {
	case line := <-a.in:
		if line = strings.ToLower(strings.TrimSpace(line)); line != "y" && line != "o" {
			fmt.Fprintln(a.out, "refused")
			return false
		}
		a.accepted.Store(&c)
		return true
	case <-ctx.Done():
		return false
	}
}

// visible is text that moves no cursor and hides nothing in a terminal.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsGraphic(r) {
			return '?'
		}
		return r
	}, text)
}
