package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
)

var (
	errClipboard = errors.New("cannot copy: install xclip or wl-clipboard")
	errLogs      = errors.New("cannot read the service's log: as administrator, run " + logProgram())
)

// logProgram is the command that shows the log to an administrator.
func logProgram() string {
	if runtime.GOOS == "linux" {
		return "journalctl -u agrafed"
	}
	return "agrafe diagnostics" // the log is a file that log.file of the configuration names
}

// support is what the support asks first, in words that both languages share. It names
// no person, card or invoice.
func (t *tray) support() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &t.seen.Snapshot
	var out strings.Builder
	line := func(what string, value any) { fmt.Fprintf(&out, "%-12s %v\n", what, value) }
	line("Agrafe", t.version+" "+t.environ)
	line("System", runtime.GOOS+"/"+runtime.GOARCH)
	line("Desktop", os.Getenv("XDG_CURRENT_DESKTOP")+" "+os.Getenv("XDG_SESSION_TYPE"))
	line("State", view.Of(&t.seen, t.words).Mood)
	if t.seen.Link == view.Attached {
		line("PC/SC", fmt.Sprint(s.Service.Up, " ", s.Service.Detail))
		for _, r := range s.Readers {
			line("Reader", r.Name)
		}
		for _, c := range s.Cards {
			line("Card", fmt.Sprint(c.State, " ", c.Kind))
		}
		line("Queue", fmt.Sprintf("%+v", s.Queue))
		line("Journal", fmt.Sprintf("damaged %t, code noted %t, backup %t", s.Journal.Damaged, s.Journal.CodeNoted, s.Journal.Backup != nil))
	}
	return out.String()
}

// copiers put their input into the clipboard: of Wayland, of X11, of macOS, of Windows.
var copiers = [][]string{{"wl-copy"}, {"xclip", "-selection", "clipboard"}, {"xsel", "--clipboard", "--input"}, {"pbcopy"}, {"clip.exe"}}

// copyText puts text into the clipboard. Nothing that comes with a desktop does that,
// so one of several programs has to be there.
func copyText(ctx context.Context, text string) error {
	for _, c := range copiers {
		if c[0] == "wl-copy" && os.Getenv("WAYLAND_DISPLAY") == "" {
			continue
		}
		program, err := exec.LookPath(c[0])
		if err != nil {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		copier := exec.CommandContext(ctx, program, c[1:]...)
		copier.Stdin = strings.NewReader(text)
		return copier.Run()
	}
	return errClipboard
}

// logLife is how long the file of the log is kept once the program that was to show it
// has ended: it may have handed it to one that still starts.
const logLife = time.Minute

// showLogs shows the service's last lines in what the user reads text files with. That
// program may stay for hours and is not stopped. The file is in the user's home, where a
// program that is a snap can read it too: it sees no other folder (the home interface of
// snapd).
func (t *tray) showLogs() error {
	text, err := t.readLogs()
	if err != nil {
		return err
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(home, "agrafe-log-*.txt") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	viewer := exec.Command("xdg-open", f.Name())
	if err := viewer.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- viewer.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			return err
		}
	case <-t.ctx.Done():
		return nil
	}
	select {
	case <-time.After(logLife):
	case <-t.ctx.Done():
	}
	return nil
}

func (t *tray) readLogs() ([]byte, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	text, err := exec.CommandContext(ctx, "journalctl", "--unit=agrafed", "--lines=1000", "--no-pager", "--quiet").Output()
	if err != nil || len(text) == 0 {
		return nil, errLogs
	}
	return text, nil
}
