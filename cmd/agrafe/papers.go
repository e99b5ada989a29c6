package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

type papersCmd struct {
	List     papersListCmd     `cmd:"" help:"list the papers that wait to be printed, signed or posted"`
	Mark     papersMarkCmd     `cmd:"" help:"note papers as printed, signed, posted or scanned"`
	Print    papersPrintCmd    `cmd:"" help:"print the sheet of an FSE, or the bordereau and the sheets of a lot"`
	ByHand   papersByHandCmd   `cmd:"" name:"byhand" help:"say what to write by hand for a lot when no printer answers"`
	Printers papersPrintersCmd `cmd:"" help:"list the printers of this machine"`
}

// papersOf is a result of the methods that give papers.
type papersOf struct {
	Papers []state.Paper `json:"papiers"`
	Next   string        `json:"next,omitempty"`
}

type papersListCmd struct {
	Lot string `help:"those of this lot, done or not" placeholder:"LOT"`
}

func (p *papersListCmd) Run(e *env) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	list := []state.Paper{}
	if p.Lot != "" {
		id, err := lotArg{p.Lot}.find(e, c)
		if err != nil {
			return err
		}
		var all papersOf
		if err := c.Call(e, "lots.papers", map[string]any{"id": id}, &all); err != nil {
			return err
		}
		return e.print(append(list, all.Papers...), func(w io.Writer) { writePapers(w, all.Papers) })
	}
	for after := ""; ; {
		var some papersOf
		if err := c.Call(e, "print.list", map[string]any{"after": after}, &some); err != nil {
			return err
		}
		list = append(list, some.Papers...)
		if after = some.Next; after == "" {
			return e.print(list, func(w io.Writer) { writePapers(w, list) })
		}
	}
}

func writePapers(w io.Writer, list []state.Paper) {
	if len(list) == 0 {
		fmt.Fprintln(w, "no paper waits")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PAPER\tNUMBER\tLOT\tSTATE\tPATIENT SIGNED\tDATE\tCARE\tSHEETS\tID")
	for _, p := range list {
		signed, sheets := mark(p.PatientSigned, "yes"), ""
		if p.Sheets > 0 {
			sheets = fmt.Sprint(p.Sheets)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Kind, p.Numero, p.NumeroLot, p.State, signed, day(p.Date), day(p.DateSoins), sheets, p.ID)
	}
	_ = t.Flush() // a terminal that is gone
}

type papersMarkCmd struct {
	State   string   `arg:"" enum:"imprime,signe,poste,scanne,a-imprimer" help:"imprime, signe, poste, scanne, or a-imprimer to take it back"`
	Of      []string `arg:"" name:"of" help:"FSE and lots, by number or identifier; a lot takes its sheets along"`
	Patient bool     `help:"with signe: the patient has signed too"`
	Date    string   `help:"day of posting or scanning; default: today" placeholder:"2006-01-02"`
}

func (p *papersMarkCmd) Run(e *env) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	ids, err := subjects(e, c, p.Of)
	if err != nil {
		return err
	}
	params := map[string]any{"ids": ids, "etat": p.State, "signePatient": p.Patient, "date": p.Date}
	var marked papersOf
	if err := c.Call(e, "print.mark", params, &marked); err != nil {
		return err
	}
	return e.print(marked.Papers, func(w io.Writer) { writePapers(w, marked.Papers) })
}

func subjects(e *env, c *local.Client, names []string) (ids []string, err error) {
	for _, name := range names {
		id, _, err := subject(e, c, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

type papersPrintCmd struct {
	Of       string `arg:"" name:"of" help:"FSE or lot, by number or identifier"`
	Document string `help:"of an FSE: feuille, papier, quittance; of a lot: liasse, bordereau, enveloppe, a-la-main; default: the sheet, the liasse" placeholder:"KIND"`
	outFlags
}

func (p *papersPrintCmd) Run(e *env) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	id, isLot, err := subject(e, c, p.Of)
	if err != nil {
		return err
	}
	method := "fse.print"
	if isLot {
		method = "lots.bordereau"
	}
	return p.document(e, c, method, id, p.Document)
}

type papersByHandCmd struct{ lotArg }

func (p *papersByHandCmd) Run(e *env) error {
	return p.with(e, func(c *local.Client, id string) error {
		var said struct {
			Lines []string `json:"lignes"`
		}
		if err := c.Call(e, "lots.byHand", map[string]any{"id": id}, &said); err != nil {
			return err
		}
		return e.print(said.Lines, func(w io.Writer) {
			for _, line := range said.Lines {
				fmt.Fprintln(w, line)
			}
		})
	})
}

type papersPrintersCmd struct{}

func (papersPrintersCmd) Run(e *env) error {
	var found struct {
		Printers []state.Printer `json:"imprimantes"`
		Fault    string          `json:"probleme"`
	}
	if err := e.callOnce("print.printers", nil, &found); err != nil {
		return err
	}
	if found.Fault != "" {
		return &state.Error{Kind: state.NotFound, Code: "IMPRIMANTE_ABSENTE", Message: found.Fault}
	}
	return e.print(found.Printers, func(w io.Writer) {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "PRINTER\tDEFAULT\tSTATE\tWHY")
		for _, p := range found.Printers {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", visible(p.Name), mark(p.Default, "yes"), p.State, visible(p.Detail))
		}
		_ = t.Flush() // a terminal that is gone
	})
}
