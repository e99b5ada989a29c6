package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

type readersCmd struct{}

func (readersCmd) Run(e *env) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	s := c.Hello.Snapshot
	if !s.Service.Up {
		return &state.Error{Kind: state.NoReader, Code: "SERVICE_CARTES", Message: s.Service.Detail, Retryable: true}
	}
	return e.print(map[string]any{"readers": s.Readers, "cards": s.Cards}, func(w io.Writer) { printReaders(w, s) })
}

func printReaders(w io.Writer, s state.Snapshot) {
	if len(s.Readers) == 0 {
		fmt.Fprintln(w, "no reader")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	fmt.Fprintln(t, "READER\tID\tCARD")
	for i, r := range s.Readers {
		fmt.Fprintf(t, "%s\t%s\t%s\n", r.Name, r.ID, describe(s.Cards[i]))
	}
}

// describe says in a few words what is in a reader.
func describe(c state.Card) string {
	text := string(c.State)
	if c.Kind != "" {
		text = c.Kind
	}
	switch {
	case c.Problem != nil:
		text += ": " + c.Problem.Message
	case c.Holder != nil:
		text += fmt.Sprintf(", %s %s, %d tries left", c.Holder.Prenom, c.Holder.Nom, *c.PINTriesLeft)
	case c.Persons > 0:
		text += fmt.Sprintf(", %d on the card", c.Persons)
	}
	if c.Demo {
		text += " (demonstration)"
	}
	return text
}
