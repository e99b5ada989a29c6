// Package launch opens the console in the user's browser, for programs of the same
// machine that are connected to the daemon.
//
// Its contract: the address that lets the console in is a secret for a minute. It
// reaches the browser through a file that only the user may read and that sends the
// browser on; it stands on no command line, which every user of the machine can read.
// The file is gone as soon as the browser has read it, where the system tells, and
// after a minute at the latest.
package launch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Caller calls methods of the daemon: a *local.Client.
type Caller interface {
	Call(ctx context.Context, method string, params, result any) error
}

// life is how long the address is good for, and the file may be there.
const life = time.Minute

// ErrNoBrowser says that nothing on this machine opens a page for the user.
var ErrNoBrowser = errors.New("cannot open a browser: open the file by hand, from a session with a desktop")

// File is the file that sends a browser to the console. Whoever made it removes it.
type File struct{ Name string }

// Remove removes the file.
func (f File) Remove() { _ = os.Remove(f.Name) }

// Write asks the daemon for an address of the console and writes it to a file that
// only the user may read. page is one of the console's ("papiers", "lots/ID"), or ""
// for the first.
func Write(ctx context.Context, c Caller, page string) (File, error) {
	var opened struct{ URL string }
	if err := c.Call(ctx, "console.open", nil, &opened); err != nil {
		return File{}, err
	}
	url := opened.URL
	if page != "" {
		url += "/" + page
	}
	f, err := os.CreateTemp(os.Getenv("XDG_RUNTIME_DIR"), "agrafe-console-*.html") // 0600
	if err != nil {
		return File{}, fmt.Errorf("cannot write the console's address: %w", err)
	}
	made := File{f.Name()}
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

// Open opens page of the console in the user's browser. It returns when the browser
// has read the file or is not going to; ctx ending removes the file too. Errors are
// those of Write, and ErrNoBrowser.
func Open(ctx context.Context, c Caller, page string) error {
	f, err := Write(ctx, c, page)
	if err != nil {
		return err
	}
	defer f.Remove()
	return show(ctx, f.Name)
}

// show has the system open the file name and waits until it was read. What opens it
// may be the browser itself, which stays: it is not stopped.
func show(ctx context.Context, name string) error {
	watch := newWatch(name)
	var said bytes.Buffer
	program := exec.Command(opener[0], append(opener[1:], name)...)
	program.Stderr = &said
	if err := program.Start(); err != nil {
		return fmt.Errorf("%w (%w)", ErrNoBrowser, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	over := time.After(life)
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-ended:
			if err != nil {
				return fmt.Errorf("%w (%w: %s)", ErrNoBrowser, err, lastLine(said.String()))
			}
			ended = nil // it handed the file to a browser that runs
		case <-look.C:
			if watch.read() {
				return nil
			}
		case <-over:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// lastLine is where programs say what went wrong.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
