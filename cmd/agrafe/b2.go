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

type b2CheckCmd struct {
	File string `arg:"" help:"file, - for standard input"`
}

func (c *b2CheckCmd) Run(e *env) error {
	data, err := e.readInput(c.File)
	if err != nil {
		return err
	}
	problems := append(b2.Problems{}, b2.Check(data)...)
	if err := e.print(problems, func(w io.Writer) {
		for i := range problems {
			fmt.Fprintln(w, problems[i].Message())
		}
	}); err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("cannot accept the file: %d problems", len(problems))
	}
	return nil
}
