package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"fyne.io/systray"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/bridge/local/launch"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/dialog"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
)

// click does what a click asks for, and tells how it ended where that is not seen.
func (t *tray) click(act view.Act) {
	switch act.Do {
	case view.Quit:
		systray.Quit()
	case view.Pause:
		t.pause()
	default:
		t.spawn(func() { t.do(act) })
	}
}

func (t *tray) do(act view.Act) {
	w := &t.words.Notice
	failure := w.Failed
	var err error
	switch act.Do {
	case view.OpenConsole:
		failure, err = w.NoConsole, t.withClient(func(c *local.Client) error { return launch.Open(t.ctx, c, act.Arg) })
	case view.Revoke:
		err = t.revoke(act.Arg)
	case view.ForgetCode:
		err = t.forgetCode(act.Arg)
	case view.CopySupport:
		if err = copyText(t.ctx, t.support()); err == nil {
			t.tell(w.SupportCopied)
		}
	case view.Diagnose:
		err = t.diagnose()
	case view.ShowLogs:
		err = t.showLogs()
	case view.About:
		err = t.about()
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		t.tell(fmt.Sprintf(failure, t.why(err)))
	}
}

// why is err as a user reads it.
func (t *tray) why(err error) string {
	switch {
	case errors.Is(err, errClipboard):
		return t.words.Notice.NoClipboard
	case errors.Is(err, errLogs):
		return fmt.Sprintf(t.words.Notice.NoLogs, logProgram())
	case errors.Is(err, launch.ErrNoBrowser):
		return t.words.Notice.NoBrowser
	case errors.Is(err, dialog.ErrDied), errors.Is(err, dialog.ErrNoDisplay), errors.Is(err, dialog.ErrNoProgram):
		return t.words.Notice.NoDialog
	case errors.Is(err, local.ErrDown):
		return t.words.State.Down
	}
	return sentence(err)
}

// withClient does f while the service can be reached.
func (t *tray) withClient(f func(*local.Client) error) error {
	t.mu.Lock()
	c := t.client
	t.mu.Unlock()
	if c == nil {
		return local.ErrDown
	}
	return f(c)
}

// pause begins or ends a time without windows and notifications.
func (t *tray) pause() {
	t.change(func(s *view.Seen) { s.Paused = !s.Paused })
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen.Paused && t.attached != nil {
		t.attached()
	}
}

// revoke shuts out a site, once the user has said again that it is meant.
func (t *tray) revoke(origin string) error {
	w := &t.words.Notice
	a, err := dialog.Show(t.ctx, dialog.Request{Kind: dialog.Question, Title: t.words.Title, Warning: true,
		Text: fmt.Sprintf(w.ConfirmRevoke, origin), OK: w.RevokeButton, Cancel: w.Keep})
	if err != nil {
		return err
	}
	defer a.Wipe()
	if !a.Accepted {
		return nil
	}
	return t.withClient(func(c *local.Client) error {
		return c.Call(t.ctx, "origins.revoke", map[string]string{"origin": origin}, nil)
	})
}

// forgetCode has everybody's code of the CPS in a reader forgotten.
func (t *tray) forgetCode(reader string) error {
	var was struct{ Closed bool }
	err := t.withClient(func(c *local.Client) error {
		ctx, cancel := context.WithTimeout(t.ctx, patience)
		defer cancel()
		return c.Call(ctx, "cards.closePinSession", map[string]string{"reader": reader}, &was)
	})
	if err != nil {
		return err
	}
	if was.Closed {
		t.tell(t.words.Notice.Forgotten)
	} else {
		t.tell(t.words.Notice.NotKept)
	}
	return nil
}

func (t *tray) about() error {
	t.mu.Lock()
	text := fmt.Sprintf(t.words.About, t.version, t.environ)
	t.mu.Unlock()
	a, err := dialog.Show(t.ctx, dialog.Request{Kind: dialog.Tell, Title: t.words.Title, Text: text})
	if err == nil {
		a.Wipe()
	}
	return err
}

// diagnose has the service make an archive for the support, and keeps it where the
// user finds it.
func (t *tray) diagnose() error {
	var made struct {
		Nom     string
		Fichier []byte
	}
	err := t.withClient(func(c *local.Client) error { return c.Call(t.ctx, "system.diagnostics", nil, &made) })
	if err != nil {
		return err
	}
	if len(made.Fichier) == 0 {
		return errors.New("cannot keep the archive: the service gave none")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return err
	}
	name := filepath.Join(home, filepath.Base(made.Nom))
	if err := os.WriteFile(name, made.Fichier, 0o600); err != nil {
		return err
	}
	t.tell(fmt.Sprintf(t.words.Notice.Saved, name))
	return nil
}
