package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

type rejectsCmd struct {
	List rejectsListCmd `cmd:"" help:"list the rejects and the other returns of the payers, the newest first"`
	Add  rejectsAddCmd  `cmd:"" help:"note a reject that was read on a web site or in a letter"`
}

type rejectsListCmd struct {
	Limit int `default:"50" help:"how many"`
}

func (r *rejectsListCmd) Run(e *env) error {
	if r.Limit < 1 || r.Limit > maxPage {
		return &usageError{fmt.Errorf("cannot list %d: at least 1, at most %d", r.Limit, maxPage)}
	}
	var found struct {
		Returns []state.Return `json:"retours"`
	}
	if err := e.callOnce("returns.list", map[string]any{"limit": r.Limit}, &found); err != nil {
		return err
	}
	return e.print(found.Returns, func(w io.Writer) { writeReturns(w, found.Returns...) })
}

func writeReturns(w io.Writer, list ...state.Return) {
	if len(list) == 0 {
		fmt.Fprintln(w, "no reject")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "DATE\tFSE\tBY\tLABEL\tMADE AGAIN\tID")
	for _, r := range list {
		numero := r.Numero
		if r.External {
			numero += " (other software)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", day(r.Date), numero, r.Kind, visible(r.Label), mark(r.Remade != "", "yes"), r.ID)
	}
	_ = t.Flush() // a terminal that is gone
}

type rejectsAddCmd struct {
	FSE      string   `arg:"" name:"fse" help:"number of the FSE (9 digits), or its identifier"`
	Label    []string `arg:"" name:"label" help:"what the payer says of it"`
	Date     string   `help:"day of the reject; default: today" placeholder:"2006-01-02"`
	External bool     `help:"the FSE was made with another software"`
}

func (r *rejectsAddCmd) Run(e *env) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	if r.Date == "" {
		r.Date = time.Now().Format(time.DateOnly)
	}
	params := map[string]any{"date": r.Date, "libelle": strings.Join(r.Label, " ")}
	switch {
	case r.External:
		params["numero"] = r.FSE
	case isNumero(r.FSE):
		if params["fse"], err = numbered(e, c, r.FSE); err != nil {
			return err
		}
	default:
		params["fse"] = r.FSE
	}
	var noted state.Return
	if err := c.Call(e, "returns.reject", params, &noted); err != nil {
		return err
	}
	return e.print(noted, func(w io.Writer) { writeReturns(w, noted) })
}
