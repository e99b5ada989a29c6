// Package launch opens the console in the user's browser, for programs of the same
// machine that are connected to the daemon.
//
// Its contract: the address that lets the console in is a secret for a minute. It
// reaches the browser through a file that only the user may read and that sends the
// browser on; it stands on no command line, which every user of the machine can read.
// The file is gone as soon as the daemon says that the browser has come, and after a
// minute at the latest. Nothing else tells that a browser has read it: xdg-open looks
// into a file before it starts one.
//
// Where snaps are concerned this rests on what snapd documents and on its source; it was
// not tried with one.
package launch

import (
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"os/exec"
	"time"
)

// Caller calls methods of the daemon: a *local.Client.
type Caller interface {
	Call(ctx context.Context, method string, params, result any) error
}

// Life is how long the address is good for, and the file may be there.
const Life = time.Minute

var (
	// ErrNoBrowser says that nothing on this machine has opened the console for the user.
	ErrNoBrowser = errors.New("cannot open a browser: run agrafe console --print-file and open the file that it names in a browser of this machine")

	// ErrNobodyCame says that the address was used by no browser while it was good.
	ErrNobodyCame = errors.New("cannot tell of a browser that has opened the console within a minute")
)

// File is the file that sends a browser to the console. Whoever made it removes it.
type File struct {
	Name string

	caller Caller
	id     string // of the address
}

// Remove removes the file.
func (f File) Remove() { _ = os.Remove(f.Name) }

// Write asks the daemon for an address of the console and writes it to a file that
// only the user may read. page is one of the console's ("papiers", "lots/ID"), or ""
// for the first.
func Write(ctx context.Context, c Caller, page string) (File, error) {
	var opened struct{ ID, URL string }
	if err := c.Call(ctx, "console.open", nil, &opened); err != nil {
		return File{}, err
	}
	url := opened.URL
	if page != "" {
		url += "/" + page
	}
	f, err := os.CreateTemp(folder(), "agrafe-console-*.html") // 0600
	if err != nil {
		return File{}, fmt.Errorf("cannot write the console's address: %w", err)
	}
	made := File{f.Name(), c, opened.ID}
	_, err = f.WriteString(redirect(url))
	if err = errors.Join(err, f.Close()); err != nil {
		made.Remove()
		return File{}, fmt.Errorf("cannot write the console's address: %w", err)
	}
	return made, nil
}

// redirect is a page that sends the browser on and can be clicked where it does not.
func redirect(url string) string {
	u := html.EscapeString(url)
	return `<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="referrer" content="no-referrer">` +
		`<meta http-equiv="refresh" content="0;url=` + u + `"><title>Agrafe</title><p><a href="` + u + `">Ouvrir la console d'Agrafe</a></html>` + "\n"
}

// Wait returns once a browser has come to the console with the file. It fails with
// ErrNobodyCame when the file's life is over, with that of ctx, and as Call does.
func (f File) Wait(ctx context.Context) error {
	life, stop := context.WithTimeout(ctx, Life) // should the daemon not answer
	defer stop()
	var browser struct{ Came bool }
	err := f.caller.Call(life, "console.await", map[string]string{"id": f.id}, &browser)
	switch {
	case err == nil && browser.Came:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil || life.Err() != nil:
		return ErrNobodyCame
	}
	return err
}

// Open opens page of the console in the user's browser. It returns when the browser
// has come or is not going to; ctx ending removes the file too. Errors are those of
// Write and Wait, the latter's ErrNobodyCame as ErrNoBrowser.
func Open(ctx context.Context, c Caller, page string) error {
	f, err := Write(ctx, c, page)
	if err != nil {
		return err
	}
	defer f.Remove()
	if err = show(ctx, f); errors.Is(err, ErrNobodyCame) {
		return fmt.Errorf("%w (%w)", ErrNoBrowser, err)
	}
	return err
}

// show has the system open the file and waits until a browser has come. What opens it
// may be the browser itself, which stays: it is not stopped, and what it says for hours
// is not collected.
func show(ctx context.Context, f File) error {
	program := exec.Command(opener[0], append(opener[1:], f.Name)...)
	if err := program.Start(); err != nil {
		return fmt.Errorf("%w (%w)", ErrNoBrowser, err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended, came := make(chan error, 1), make(chan error, 1)
	go func() { ended <- program.Wait() }()
	go func() { came <- f.Wait(ctx) }()
	select {
	case err := <-came:
		return err
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("%w (%w)", ErrNoBrowser, err)
		}
	}
	return <-came // it handed the file to a browser that runs
}
