package main

import (
	"fmt"
	"io"

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
	return e.print(s, func(w io.Writer) {
		cards := "up"
		if !s.Service.Up {
			cards = "down: " + s.Service.Detail
		}
		fmt.Fprintf(w, "agrafed %s (%s) on %s\ncard service  %s\ntables        %s\nFSE           %d drafts, %d to sign, %d in lots, %d rejected\nlots          %d open, %d closed\n",
			s.Version, s.Environment, s.Address, cards, s.Tables,
			s.Queue.Drafts, s.Queue.ToSign, s.Queue.Signed, s.Queue.Rejects, s.Queue.Lots, s.Queue.Closed)
	})
}

type versionCmd struct{}

func (versionCmd) Run(e *env) error {
	return e.print(map[string]string{"version": version}, func(w io.Writer) { fmt.Fprintln(w, "agrafe", version) })
}
