package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/durable"
	"github.com/agrafe-fse/agrafe/daemon/frontal"
)

// Files beside the slots of a demonstration with a payer: the script that is wanted,
// which goes once it is followed, and the one that the payer follows.
const (
	wantedScript   = "payeur.demande"
	followedScript = "payeur"
)

// keptDay is how long a day of the payer lasts while the demonstration is left running:
// long enough to see that it has not answered yet.
const keptDay = 10 * time.Second

type demoPayerCmd struct {
	Script string `arg:"" optional:"" help:"in French, as for agrafe frontal: 'rejet 50 % ; retard 1 j'; without it, everything is paid at once"`
}

// Run has the payer of the demonstration that --config names answer otherwise to what
// it takes from now on, and waits until it does.
func (c *demoPayerCmd) Run(e *env) error {
	script, err := frontal.ParseScript(c.Script)
	if err != nil {
		return &usageError{err}
	}
	if e.config == "" {
		return &usageError{errors.New("cannot tell which demonstration is meant: give the --config that agrafe demo --full --keep has shown")}
	}
	folder := slotsOf(filepath.Dir(e.config))
	followed := filepath.Join(folder, followedScript)
	if _, err := os.Stat(followed); errors.Is(err, fs.ErrNotExist) {
		return errors.New("cannot change how the payer answers: it was not left running by agrafe demo --full --keep")
	}
	wanted := filepath.Join(folder, wantedScript)
	if err := durable.WriteFile(wanted, []byte(script.String()+"\n")); err != nil {
		return err
	}
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	limit := time.After(patience)
	for _, err := os.Stat(wanted); !errors.Is(err, fs.ErrNotExist); _, err = os.Stat(wanted) {
		select {
		case <-every.C:
		case <-limit:
			return errors.New("the payer does not follow: see what the demonstration says, and whether it is still running")
		case <-e.Done():
			return e.Err()
		}
	}
	return e.print(map[string]string{"scenario": script.String()}, func(w io.Writer) { fmt.Fprintf(w, "the payer follows « %s »\n", script) })
}

// keepPayer makes the payer ready for who plays on: it pays at once what comes.
func (s *stage) keepPayer(folder string) error {
	if s.payer == nil {
		return nil
	}
	s.payer.options.Day = keptDay
	return s.followScript(folder, frontal.Script{})
}

// followWanted has the payer follow the script that is wanted, if one is.
func (s *stage) followWanted(e *env, folder string) {
	wanted := filepath.Join(folder, wantedScript)
	text, err := os.ReadFile(wanted)
	if s.payer == nil || errors.Is(err, fs.ErrNotExist) {
		return
	}
	var script frontal.Script
	if err == nil {
		script, err = frontal.ParseScript(string(text))
	}
	if err == nil {
		err = errors.Join(s.followScript(folder, script), os.Remove(wanted))
	}
	if err != nil {
		fmt.Fprintf(e.err, "payer: %s\n", err)
		return
	}
	fmt.Fprintf(e.err, "payer: %s\n", script)
}

// followScript has the payer follow script, and notes that it does.
func (s *stage) followScript(folder string, script frontal.Script) error {
	if err := s.payer.follow(script); err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(folder, followedScript), []byte(script.String()+"\n"))
}
