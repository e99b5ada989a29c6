package main

import (
	"fmt"
	"io"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

type statusCmd struct{}

// statusOf is the result of system.status.
type statusOf struct {
	Version     string        `json:"version"`
	Environment string        `json:"environnement"`
	Address     string        `json:"adresse"`
	Service     state.Service `json:"service"`
	Queue       state.Queue   `json:"queue"`
	Tables      string        `json:"tables"`
	Journal     state.Journal `json:"journal"`
	TLS         tlsOf         `json:"tls,omitzero"`        // absent: wss is off
	Update      *state.Update `json:"miseAJour,omitempty"` // absent: nobody is asked
	CodeFaults  []string      `json:"codeExpose,omitempty"`
}

func (statusCmd) Run(e *env) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	var s statusOf
	if err := c.Call(e, "system.status", nil, &s); err != nil {
		return err
	}
	if err := c.Call(e, "tls.status", nil, &s.TLS); err != nil {
		return err
	}
	s.Update = c.Hello.Snapshot.Update
	return e.print(s, func(w io.Writer) {
		cards := "up"
		if !s.Service.Up {
			cards = "down: " + s.Service.Detail
		}
		fmt.Fprintf(w, "agrafed %s (%s) on %s\ncard service  %s\ntables        %s\nFSE           %d drafts, %d to sign, %d in lots, %d rejected\nlots          %d open, %d closed\n",
			s.Version, s.Environment, s.Address, cards, s.Tables,
			s.Queue.Drafts, s.Queue.ToSign, s.Queue.Signed, s.Queue.Rejects, s.Queue.Lots, s.Queue.Closed)
		writeJournal(w, s.Journal)
		for _, fault := range s.CodeFaults {
			fmt.Fprintln(w, "code porteur ", fault)
		}
		if s.TLS.Phase != "" || s.TLS.Fault != "" {
			printTLSLine(w, s.TLS)
		}
		if s.Update != nil && s.Update.Version != "" {
			fmt.Fprintf(w, "update        version %s is there: %s\n", s.Update.Version, s.Update.Notes)
		}
	})
}

type versionCmd struct{}

func (versionCmd) Run(e *env) error {
	return e.print(map[string]string{"version": version}, func(w io.Writer) { fmt.Fprintln(w, "agrafe", version) })
}

// writeJournal says how the journal is, and what to do about it.
func writeJournal(w io.Writer, j state.Journal) {
	if j.Damaged {
		fmt.Fprintf(w, "journal       DAMAGED, read only, %d records missing; stop agrafed, then: agrafe journal restore\n", j.Missing)
	} else {
		fmt.Fprintln(w, "journal       in order")
	}
	switch b := j.Backup; {
	case b == nil:
		fmt.Fprintln(w, "backup        none: set journal.backup in the configuration")
	case b.Problem != nil:
		fmt.Fprintln(w, "backup        FAILED:", b.Problem.Message)
	case b.At == nil:
		fmt.Fprintln(w, "backup        not yet")
	default:
		fmt.Fprintf(w, "backup        up to record %d, %s\n", b.Last, b.At.Local().Format(time.DateTime))
	}
	if !j.CodeNoted {
		fmt.Fprintln(w, "recovery code nobody has noted it: agrafe journal code")
	}
}
