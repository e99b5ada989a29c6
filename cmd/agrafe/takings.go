package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

type takingsCmd struct {
	From string `help:"first day of care; default: today" placeholder:"2006-01-02"`
	To   string `help:"last day, at most 92 days on; default: the first" placeholder:"2006-01-02"`
	Out  string `short:"o" help:"write the page of one day, a PDF, to this new file instead, - for standard output" placeholder:"FILE"`
}

// Run shows what the days have brought.
func (t *takingsCmd) Run(e *env) error {
	if t.From == "" {
		t.From = time.Now().Format(time.DateOnly)
	}
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	if t.Out != "" {
		if t.To != "" && t.To != t.From {
			return &usageError{errors.New("cannot write a page of several days: leave --to out")}
		}
		return e.save(c, t.Out, "takings.print", map[string]any{"jour": t.From})
	}
	var found struct {
		Days []state.Takings `json:"jours"`
		Sum  state.Takings   `json:"total"`
	}
	if err := c.Call(e, "takings.days", map[string]any{"du": t.From, "au": t.To}, &found); err != nil {
		return err
	}
	return e.print(found, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(table, "DAY\tFSE\tTOTAL\tAMO\tAMC\tPATIENT\tCOLLECTED\tNOT COVERED\t")
		for _, d := range found.Days {
			writeTakings(table, day(d.Date), d)
		}
		writeTakings(table, "total", found.Sum)
		_ = table.Flush() // a terminal that is gone
		if n := found.Sum.Unpriced; n > 0 {
			fmt.Fprintf(w, "%d paper sheets have no price and count for nothing\n", n)
		}
	})
}

func writeTakings(w io.Writer, name string, d state.Takings) {
	fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t\n", name, d.Count, euros(d.Honoraires), euros(d.AMO), euros(d.AMC), euros(d.Patient),
		euros(d.Collected), euros(d.Uncovered))
}
