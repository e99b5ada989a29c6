package dialog

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/ncruces/zenity"

	"github.com/agrafe-fse/agrafe/daemon/secret"
)

// maxRequest bounds a request, in bytes.
const maxRequest = 64 << 10

// Serve is the child: it reads one request from in, shows it, writes the answer to out
// and returns. It closes the window when in ends. It returns false when there is no
// answer to write: the parent learns of it by the exit code.
func Serve(in io.Reader, out io.Writer) bool {
	if err := secret.Harden(); err != nil {
		return false
	}
	lines := bufio.NewReaderSize(in, maxRequest)
	text, err := lines.ReadSlice('\n')
	var r Request
	if err != nil || json.Unmarshal(text, &r) != nil {
		return false
	}
	ctx, withdraw := context.WithCancel(context.Background())
	defer withdraw()
	go func() { defer withdraw(); _, _ = io.Copy(io.Discard, lines) }()
	if r.Seconds > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, time.Duration(r.Seconds)*time.Second)
		defer stop()
	}
	kept, err := lockedPage()
	if err != nil {
		return false
	}
	defer kept.Free()
	answer, err := r.ask(ctx, kept.Bytes())
	if err != nil {
		return false
	}
	_, err = out.Write(answer)
	return err == nil
}

// ask shows r and puts the answer in buf.
func (r Request) ask(ctx context.Context, buf []byte) ([]byte, error) {
	say := func(b byte) ([]byte, error) { buf[0] = b; return buf[:1], nil }
	switch err := display(); {
	case errors.Is(err, ErrNoDisplay):
		return say(noDisplay)
	case errors.Is(err, ErrNoProgram):
		return say(noProgram)
	}
	if r.First != nil {
		if yes, err := r.First.question(ctx); err != nil {
			return nil, err
		} else if !yes {
			return say(refused)
		}
	}
	n := 0
	yes, err := true, error(nil)
	switch r.Kind {
	case Code:
		n, err = r.code(ctx, buf[1:])
		yes = n > 0
	case Question:
		yes, err = r.question(ctx)
	default:
		err = ignoreRefusal(zenity.Info(r.Text, r.options(ctx)...))
	}
	if err != nil {
		return nil, err
	}
	if !yes {
		return say(refused)
	}
	buf[0] = accepted
	return buf[:1+n], nil
}

func (r Request) options(ctx context.Context) []zenity.Option {
	const width = 480 // pixels: an address fits in two lines
	o := []zenity.Option{zenity.Context(ctx), zenity.Title(r.Title), zenity.Width(width)}
	if r.OK != "" {
		o = append(o, zenity.OKLabel(r.OK))
	}
	if r.Cancel != "" {
		o = append(o, zenity.CancelLabel(r.Cancel))
	}
	if r.Warning {
		o = append(o, zenity.WarningIcon)
	}
	return o
}

// question is whether the user said yes. Return, Escape and the window's own button
// say no.
func (r Request) question(ctx context.Context) (bool, error) {
	err := zenity.Question(r.Text, append(r.options(ctx), zenity.DefaultCancel())...)
	return err == nil, ignoreRefusal(err)
}

func ignoreRefusal(err error) error {
	if errors.Is(err, zenity.ErrCanceled) {
		return nil
	}
	return err
}

// code puts the digits that the user types in buf and returns how many there are, 0 if
// the user would rather not. It asks again for what is no code.
func (r Request) code(ctx context.Context, buf []byte) (int, error) {
	for text := r.Text; ; r.Text = r.Again + "\n\n" + text {
		n, err := r.entry(ctx, buf)
		if err != nil || n == 0 || isCode(buf[:n]) {
			return n, err
		}
		clear(buf)
	}
}

// isCode says whether typed is a code porteur, which has four digits.
func isCode(typed []byte) bool {
	const digits = 4
	if len(typed) != digits {
		return false
	}
	for _, b := range typed {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}
