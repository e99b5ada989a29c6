package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/agrafe-fse/agrafe/bridge/local"
)

// The slots of the demonstration, as indexes of its desk.
const (
	slotCPS = iota
	slotVitale
)

// slotNames are the files of the slots, below the folder slots of the demonstration.
// A file holds the name of the card that is in; without it the slot is empty.
var slotNames = []string{slotCPS: "cps", slotVitale: "vitale"}

// slotsOf is where the slots of the demonstration in dir are.
func slotsOf(dir string) string { return filepath.Join(dir, "slots") }

// keep leaves the service running until it is interrupted. Cards come and go as the
// files of the slots say.
func (d *demoRunCmd) keep(e *env, s *stage) error {
	if !d.Answer {
		s.quiet()
	}
	select {
	case <-s.typed: // for the play: its step said so
	default:
	}
	d.tellHow(e, s)
	folder := slotsOf(d.Dir)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	in := []string{slotCPS: d.CPS, slotVitale: d.Patient}
	for i, name := range slotNames {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(in[i]+"\n"), 0o600); err != nil {
			return err
		}
	}
	watch, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer watch.Close()
	if err := watch.Add(folder); err != nil {
		return err
	}
	for {
		select {
		case <-e.Done():
			return nil
		case <-s.events: // of no more use
		case q := <-s.typed:
			fmt.Fprintf(e.err, "the demonstration code was typed for %s: %s\n", visible(q.Principal), visible(q.Operation))
		case err := <-watch.Errors:
			return fmt.Errorf("cannot watch the slots: %w", err)
		case <-watch.Events:
			for i := range slotNames {
				s.change(e, folder, i, in)
			}
		}
	}
}

// change makes slot i hold what its file says, and says what it did. in is what the
// slots hold.
func (s *stage) change(e *env, folder string, i int, in []string) {
	text, err := os.ReadFile(filepath.Join(folder, slotNames[i]))
	wanted := strings.TrimSpace(string(text))
	if err != nil && !errors.Is(err, fs.ErrNotExist) || wanted == in[i] {
		return
	}
	if wanted != "" {
		if _, err := s.open(wanted); err != nil {
			fmt.Fprintf(e.err, "slot %s: %s\n", slotNames[i], err)
			return
		}
	}
	if in[i] != "" {
		if err := s.desk.remove(i); err != nil {
			fmt.Fprintf(e.err, "slot %s: %s\n", slotNames[i], err)
		}
		in[i] = ""
	}
	if wanted != "" {
		if err := s.desk.insert(i, s.cards[wanted]); err != nil {
			fmt.Fprintf(e.err, "slot %s: %s\n", slotNames[i], err)
			return
		}
		in[i] = wanted
	}
	fmt.Fprintf(e.err, "slot %s: %s\n", slotNames[i], orEmpty(wanted))
}

func orEmpty(card string) string {
	if card == "" {
		return "empty"
	}
	return card
}

// tellHow says what can be done with the service that goes on.
func (d *demoRunCmd) tellHow(e *env, s *stage) {
	agrafe, err := os.Executable()
	if err != nil {
		agrafe = "agrafe"
	}
	fmt.Fprintf(e.err, "\nthe service goes on at %s; from another terminal:\n", s.server.Addr())
	lines := []struct{ verb, what string }{
		{"status", ""},
		{"readers", ""},
		{"demo insert patient-smg", "another card; demo remove vitale takes it out"},
	}
	if d.Reader != "pcsc" { // with it, the service has a network of its own
		lines = append(lines, struct{ verb, what string }{"console", "the practice's own page, in the browser"})
	}
	if !d.Answer {
		lines = append(lines, struct{ verb, what string }{"pin", "to type the code when it is asked for; demo --answer-code does by itself"})
	}
	for _, l := range lines {
		if l.what != "" {
			l.what = "   # " + l.what
		}
		fmt.Fprintf(e.err, "  %s --config %s %s%s\n", agrafe, s.config, l.verb, l.what)
	}
	fmt.Fprintln(e.err, "interrupt to stop")
}

// types answers for the holder of the CPS until ctx ends. Pages that want to be
// paired are for agrafe pair, as with the real service.
func (s *stage) types(ctx context.Context, control string, ready func()) {
	answers := local.Answers{Ready: ready, Code: func(_ context.Context, q local.Question) local.Reply {
		select {
		case s.typed <- q:
		default:
		}
		return local.Reply{Code: []byte(s.code)}
	}}
	for ctx.Err() == nil {
		_ = local.Attach(ctx, control, answers)
		select {
		case <-time.After(100 * time.Millisecond): // a question was withdrawn, or the service stops
		case <-ctx.Done():
		}
	}
}
