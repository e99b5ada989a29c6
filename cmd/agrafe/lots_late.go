package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

type lotsLateCmd struct{}

func (lotsLateCmd) Run(e *env) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	var l state.Late
	if err := c.Call(e, "lots.late", nil, &l); err != nil {
		return err
	}
	return e.print(l, func(w io.Writer) { writeLate(w, l) })
}

// reasons is what a reason means for whoever reads it.
var reasons = map[string]string{
	"delai-depasse": "time limit passed",
	"delai-proche":  "time limit near",
	"attente":       "waits for long",
	"sans-reponse":  "no answer from the payer",
}

func writeLate(w io.Writer, l state.Late) {
	if l.Counts == (state.LateCount{}) {
		fmt.Fprintln(w, "nothing is late")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "TO DO\tWHAT\tLIMIT\tWORKING DAYS LEFT\tWHY\tID")
	for _, f := range l.ToSign {
		writeDeadline(t, "sign", "FSE "+f.FSE.Numero, f.Deadline, f.FSE.ID)
	}
	for _, lot := range l.Open {
		writeDeadline(t, "close", "lot "+lot.Lot.Numero, lot.Deadline, lot.Lot.ID)
	}
	for _, lot := range l.Closed {
		writeDeadline(t, "transmit", "lot "+lot.Lot.Numero, lot.Deadline, lot.Lot.ID)
	}
	for _, f := range l.ToSend {
		writeDeadline(t, "transmit", "FSE "+f.FSE.Numero, f.Deadline, f.FSE.ID)
	}
	for _, lot := range l.Silent {
		writeDeadline(t, "ask the payer", "lot "+lot.Lot.Numero, lot.Deadline, lot.Lot.ID)
	}
	_ = t.Flush() // a terminal that is gone
	shown := len(l.ToSign) + len(l.ToSend) + len(l.Open) + len(l.Closed) + len(l.Silent)
	if all := l.Counts.ToSign + l.Counts.ToSend + l.Counts.Open + l.Counts.Closed + l.Counts.Silent; all > shown {
		fmt.Fprintf(w, "and %d more\n", all-shown)
	}
}

func writeDeadline(w io.Writer, do, what string, d state.Deadline, id string) {
	why := reasons[d.Reason]
	if d.Certainty != "" {
		why += " (" + d.Certainty + ")"
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", do, what, day(d.Limit), d.DaysLeft, why, id)
}
