package main

import (
	"fmt"
	"io"

	"github.com/agrafe-fse/agrafe/bridge/local"
)

// made is what of an FSE is told when it was changed.
type made struct {
	ID    string `json:"id"`
	State string `json:"etat"`
}

func (m made) text(w io.Writer) { fmt.Fprintf(w, "%s: %s\n", m.ID, m.State) }

// change calls a method that gives back an FSE.
func (a fseArg) change(e *env, method string, params map[string]any) error {
	return a.with(e, func(c *local.Client, id string) error {
		params["id"] = id
		var m made
		if err := c.Call(e, method, params, &m); err != nil {
			return err
		}
		return e.print(m, m.text)
	})
}

type fsePrintCmd struct {
	fseArg
	Document string `help:"feuille, papier or quittance; default: the sheet that it has" placeholder:"KIND"`
	outFlags
}

func (a *fsePrintCmd) Run(e *env) error {
	return a.with(e, func(c *local.Client, id string) error { return a.document(e, c, "fse.print", id, a.Document) })
}

type fsePaperCmd struct{ fseArg }

// Run ends an FSE as a paper sheet, the last resort.
func (a *fsePaperCmd) Run(e *env) error { return a.change(e, "fse.toPaper", map[string]any{}) }

type fseCollectCmd struct {
	fseArg
	Amount string `arg:"" help:"in euros: 25 or 25,50; 0 takes back what was noted"`
	Means  string `enum:"carte,cheque,especes,virement," default:"" help:"carte, cheque, especes or virement"`
	Date   string `help:"day of it; default: today" placeholder:"2006-01-02"`
}

// Run notes what the patient gave.
func (a *fseCollectCmd) Run(e *env) error {
	n, err := cents(a.Amount)
	if err != nil {
		return err
	}
	return a.change(e, "fse.collect", map[string]any{"montant": n, "moyen": a.Means, "date": a.Date})
}

type fseRemakeCmd struct {
	FSE    string `arg:"" optional:"" name:"fse" help:"identifier of the rejected FSE, or its number (9 digits)"`
	Return string `help:"instead: the reject of an FSE of another software, by its identifier in agrafe rejects list" placeholder:"ID"`
	Mode   string `enum:"degrade,securise" default:"degrade" help:"degrade: without the Carte Vitale; securise: with it"`
}

// Run begins an FSE that replaces a rejected one.
func (a *fseRemakeCmd) Run(e *env) error {
	switch {
	case (a.FSE == "") == (a.Return == ""):
		return &usageError{fmt.Errorf("cannot tell what to make again: give the FSE, or --return")}
	case a.FSE != "":
		return fseArg{a.FSE}.change(e, "fse.remake", map[string]any{"mode": a.Mode})
	}
	var m made
	if err := e.callOnce("fse.remake", map[string]any{"retour": a.Return, "mode": a.Mode}, &m); err != nil {
		return err
	}
	return e.print(m, m.text)
}
