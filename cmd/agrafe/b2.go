package main

import (
	"fmt"
	"io"

	"github.com/agrafe-fse/agrafe/daemon/b2"
)

type b2Cmd struct {
	Explain b2ExplainCmd `cmd:"" help:"show a B2 file record by record, field by field"`
	Check   b2CheckCmd   `cmd:"" help:"look for all that is wrong in a B2 file"`
}

type b2ExplainCmd struct {
	File string `arg:"" help:"file, - for standard input"`
	Full bool   `help:"show names and NIRs"`
}

func (c *b2ExplainCmd) Run(e *env) error {
	data, err := e.readInput(c.File)
	if err != nil {
		return err
	}
	view := b2.VueMasquee
	if c.Full {
		view = b2.VueComplete
	}
	text := b2.Explain(data, view)
	return e.print(map[string]string{"explication": text}, func(w io.Writer) { fmt.Fprint(w, text) })
}

// b2Problem is a problem of a file, with its record, columns and field.
type b2Problem struct {
	Record  int    `json:"enregistrement"`
	Kind    string `json:"type"`
	Field   string `json:"zone,omitempty"`
	Start   int    `json:"debut,omitempty"`
	End     int    `json:"fin,omitempty"`
	Message string `json:"message"`
}

type b2CheckCmd struct {
	File string `arg:"" help:"file, - for standard input"`
}

func (c *b2CheckCmd) Run(e *env) error {
	data, err := e.readInput(c.File)
	if err != nil {
		return err
	}
	problems := []b2Problem{}
	for _, p := range b2.Check(data) {
		problems = append(problems, b2Problem{Record: p.Record, Kind: fmt.Sprint(p.Kind), Field: p.Field, Start: p.Start, End: p.End, Message: p.Message()})
	}
	if err := e.print(problems, func(w io.Writer) {
		for _, p := range problems {
			fmt.Fprintln(w, p.Message)
		}
	}); err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("cannot accept the file: %d problems", len(problems))
	}
	return nil
}
