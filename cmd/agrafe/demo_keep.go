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
	folder := slotsOf(d.Dir)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for i, name := range slotNames {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(s.in[i]+"\n"), 0o600); err != nil {
			return err
		}
	}
	if err := s.keepPayer(folder); err != nil {
		return err
	}
	watch, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer watch.Close()
	if err := watch.Add(folder); err != nil {
		return err
	}
	d.tellHow(e, s)
	return s.serve(e, folder, watch)
}

// serve does what the files in folder say until it is interrupted.
func (s *stage) serve(e *env, folder string, watch *fsnotify.Watcher) error {
	days := time.NewTicker(time.Second)
	defer days.Stop()
	for {
		select {
		case <-e.Done():
			return nil
		case <-s.events: // of no more use
		case q := <-s.typed:
			fmt.Fprintf(e.err, "the demonstration code was typed for %s: %s\n", visible(q.Principal), visible(q.Operation))
		case err := <-watch.Errors:
			return fmt.Errorf("cannot watch the slots: %w", err)
		case now := <-days.C:
			if s.payer == nil {
				continue
			}
			if err := s.payer.Tick(now); err != nil {
				fmt.Fprintf(e.err, "payer: %s\n", err)
			}
		case <-watch.Events:
			for i := range slotNames {
				s.change(e, folder, i)
			}
			s.followWanted(e, folder)
		}
	}
}

// change makes slot i hold what its file says, and says what it did.
func (s *stage) change(e *env, folder string, i int) {
	text, err := os.ReadFile(filepath.Join(folder, slotNames[i]))
	wanted := strings.TrimSpace(string(text))
	if err != nil && !errors.Is(err, fs.ErrNotExist) || wanted == s.in[i] {
		return
	}
	if wanted != "" {
		if _, err := s.open(wanted); err != nil {
			fmt.Fprintf(e.err, "slot %s: %s\n", slotNames[i], err)
			return
		}
	}
	if s.in[i] != "" {
		if err := s.desk.remove(i); err != nil {
			fmt.Fprintf(e.err, "slot %s: %s\n", slotNames[i], err)
		}
		s.in[i] = ""
	}
	if wanted != "" {
		if err := s.desk.insert(i, s.cards[wanted]); err != nil {
			fmt.Fprintf(e.err, "slot %s: %s\n", slotNames[i], err)
			return
		}
		s.in[i] = wanted
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
	lines := []hint{
		{"status", ""},
		{"readers", ""},
		{"demo insert patient-smg", "another card; demo remove vitale takes it out"},
	}
	if d.Reader != "pcsc" { // with it, the service has a network of its own
		lines = append(lines, hint{"console", "the practice's own page, in the browser"})
	}
	if !d.Answer {
		lines = append(lines, hint{"pin", "to type the code when it is asked for; demo --answer-code does by itself"})
	}
	s.tell(e, agrafe, lines)
	if s.payer != nil {
		fmt.Fprintf(e.err, "\nthe payer that is played goes on too, and pays at once what comes; bill in the console, then:\n")
		s.tell(e, agrafe, payerHints)
	}
	fmt.Fprintln(e.err, "interrupt to stop")
}

// hint is a command that is worth trying, and what it is for.
type hint struct{ verb, what string }

var payerHints = []hint{
	{"lots list", "lots close LOT closes one"},
	{"lots send --wait", "sends what is closed"},
	{"returns fetch", "fetches what the payer has answered; returns list shows it"},
	{"fse list --all", "what became of each FSE"},
	{"demo payer 'rejet 50 % ; retard 1 j'", "it answers so to what comes next; a day lasts 10 s"},
	{"rights adri 297022A02077878 --born 19970226", "ADRi, for the patient of the demonstration; the code is asked for"},
}

func (s *stage) tell(e *env, agrafe string, lines []hint) {
	for _, l := range lines {
		if l.what != "" {
			l.what = "   # " + l.what
		}
		fmt.Fprintf(e.err, "  %s --config %s %s%s\n", agrafe, s.config, l.verb, l.what)
	}
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
