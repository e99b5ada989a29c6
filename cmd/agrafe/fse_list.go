package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

type fseListCmd struct {
	All   bool `help:"the FSE of every front end, not only those made here"`
	Limit int  `default:"50" help:"how many"`
}

// fsePage is a result of fse.list.
type fsePage struct {
	FSE  []state.FSE `json:"fse"`
	Next string      `json:"next"`
}

// page reads the page behind the cursor after.
func page(e *env, c *local.Client, all bool, after string, limit int) (p fsePage, err error) {
	err = c.Call(e, "fse.list", map[string]any{"limit": limit, "after": after, "all": all}, &p)
	return p, err
}

func (f *fseListCmd) Run(e *env) error {
	if f.Limit < 1 {
		return &usageError{errors.New("cannot list less than one FSE")}
	}
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	list := []state.FSE{}
	for after := ""; len(list) < f.Limit; {
		p, err := page(e, c, f.All, after, min(maxPage, f.Limit-len(list)))
		if err != nil {
			return err
		}
		list = append(list, p.FSE...)
		if after = p.Next; after == "" {
			break
		}
	}
	return e.print(list, func(w io.Writer) { writeFSE(w, list...) })
}

// maxPage is the longest page that the service gives.
const maxPage = 200

func writeFSE(w io.Writer, list ...state.FSE) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FSE\tDATE\tCERT.\tSTATE\tTOTAL\tAMO\tAMC\tPATIENT\tID")
	for _, f := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Numero, day(f.DateSoins), f.Certification, f.State,
			euros(f.Honoraires), euros(f.AMO), euros(f.AMC), euros(f.Patient), f.ID)
	}
	_ = t.Flush() // a terminal that is gone
	for _, f := range list {
		if f.Restored != nil {
			fmt.Fprintf(w, "FSE %s: from a backup of %s, may have been signed since; signing it has to be confirmed (fse.sign, confirmRestored)\n",
				cmp.Or(f.Numero, f.ID), f.Restored.Local().Format("02/01/2006 15:04"))
		}
	}
}

// fseArg names an FSE.
type fseArg struct {
	FSE string `arg:"" name:"fse" help:"identifier of the FSE, or its number (9 digits)"`
}

// with calls f with a connection and the identifier of the FSE.
func (a fseArg) with(e *env, f func(c *local.Client, id string) error) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	id := a.FSE
	if isNumero(id) {
		if id, err = numbered(e, c, id); err != nil {
			return err
		}
	}
	return f(c, id)
}

// numbered returns the identifier of the FSE with this number.
func numbered(e *env, c *local.Client, numero string) (string, error) {
	var p fsePage
	if err := c.Call(e, "fse.list", map[string]any{"numero": numero}, &p); err != nil {
		return "", err
	}
	switch len(p.FSE) {
	case 0:
		return "", fmt.Errorf("cannot find FSE %s; see: agrafe fse list --all", numero)
	case 1:
		return p.FSE[0].ID, nil
	}
	return "", &usageError{fmt.Errorf("cannot tell which FSE is meant: several professionals have the number %s; give its identifier", numero)}
}

type fseShowCmd struct{ fseArg }

func (a *fseShowCmd) Run(e *env) error {
	return a.with(e, func(c *local.Client, id string) error {
		var f json.RawMessage
		if err := c.Call(e, "fse.get", map[string]any{"id": id}, &f); err != nil {
			return err
		}
		var indented any
		if err := json.Unmarshal(f, &indented); err != nil {
			return fmt.Errorf("cannot read the answer: %w", err)
		}
		e.json = true // an FSE has no shorter form that is whole
		return e.print(indented, nil)
	})
}

type fseCancelCmd struct {
	fseArg
	Cause string `required:"" help:"why; kept with the FSE, whose number is not used again" placeholder:"TEXT"`
}

func (a *fseCancelCmd) Run(e *env) error {
	return a.change(e, "fse.cancel", map[string]any{"motif": a.Cause})
}
