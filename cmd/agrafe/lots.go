package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/durable"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

type lotsCmd struct {
	List    lotsListCmd    `cmd:"" help:"list the practice's lots, the newest first"`
	Show    lotsShowCmd    `cmd:"" help:"show a lot and its FSE"`
	Close   lotsCloseCmd   `cmd:"" help:"close a lot: no FSE enters or leaves it any more"`
	Reopen  lotsReopenCmd  `cmd:"" help:"open a closed lot again, as long as it is not transmitted"`
	Takeout lotsTakeOutCmd `cmd:"" help:"move an FSE out of a lot that is not transmitted into another of the same kind"`
	Late    lotsLateCmd    `cmd:"" help:"show what is late or will be soon, with its time limit"`
	Send    lotsSendCmd    `cmd:"" help:"send closed lots to their payers"`
	Decide  lotsDecideCmd  `cmd:"" help:"say what became of a lot of which nobody knows whether it was sent"`
	B2      lotsB2Cmd      `cmd:"" name:"b2" help:"write the B2 file of a closed lot"`
}

// lotArg names a lot.
type lotArg struct {
	Lot string `arg:"" help:"identifier of the lot or the beginning of it, or its number where only one has it"`
}

// maxLots is how many lots the service gives at most.
const maxLots = 200

// lots returns the newest lots.
func lots(e *env, c *local.Client) ([]state.Lot, error) {
	var result struct {
		Lots []state.Lot `json:"lots"`
	}
	err := c.Call(e, "lots.list", map[string]any{"limit": maxLots}, &result)
	return result.Lots, err
}

// find returns the identifier of the lot that is meant. Of lots that are no more in
// the list the identifier is needed, and the whole of it.
func (a lotArg) find(e *env, c *local.Client) (string, error) {
	list, err := lots(e, c)
	if err != nil {
		return "", err
	}
	numero := a.Lot
	if n, err := strconv.Atoi(a.Lot); err == nil {
		numero = fmt.Sprintf("%03d", n)
	}
	var found []string
	for _, l := range list {
		if l.ID == a.Lot {
			return l.ID, nil
		}
		if l.Numero == numero || len(a.Lot) > 3 && strings.HasPrefix(l.ID, a.Lot) {
			found = append(found, l.ID)
		}
	}
	switch len(found) {
	case 0:
		if len(list) < maxLots {
			return "", fmt.Errorf("cannot find lot %s; see: agrafe lots list", a.Lot)
		}
		return a.Lot, nil // an older one, or none: the service says
	case 1:
		return found[0], nil
	}
	return "", &usageError{fmt.Errorf("cannot tell which lot %s is: several fit, give the identifier of one (%s)", a.Lot, strings.Join(found, ", "))}
}

// with calls f with a connection and the identifier of the lot.
func (a lotArg) with(e *env, f func(c *local.Client, id string) error) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	id, err := a.find(e, c)
	if err != nil {
		return err
	}
	return f(c, id)
}

type lotsListCmd struct{}

func (lotsListCmd) Run(e *env) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	list, err := lots(e, c)
	if err != nil {
		return err
	}
	return e.print(list, func(w io.Writer) {
		writeLots(w, list...)
		if len(list) == maxLots {
			fmt.Fprintf(w, "only the newest %d are shown\n", maxLots)
		}
	})
}

func writeLots(w io.Writer, list ...state.Lot) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "LOT\tPROFESSIONAL\tPAYER\tCERT.\tSTATE\tFSE\tTOTAL\tAMO\tOPENED\tSENDING\tID")
	for _, l := range list {
		fmt.Fprintf(t, "%s\t%s\t%s %s %s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n", l.Numero, l.NumeroAM, l.Regime, l.Caisse, l.Centre,
			l.Certification, l.State, l.FSE, euros(l.Total), euros(l.AMO), day(l.Opened.Local().Format(time.DateOnly)), sending(l), l.ID)
	}
	_ = t.Flush() // a terminal that is gone
	writeProblems(w, list)
}

type lotsShowCmd struct{ lotArg }

func (a *lotsShowCmd) Run(e *env) error {
	return a.with(e, func(c *local.Client, id string) error {
		var result struct {
			Lot state.Lot   `json:"lot"`
			FSE []state.FSE `json:"fse"`
		}
		if err := c.Call(e, "lots.get", map[string]any{"id": id}, &result); err != nil {
			return err
		}
		return e.print(result, func(w io.Writer) {
			writeLots(w, result.Lot)
			fmt.Fprintln(w)
			writeFSE(w, result.FSE...)
		})
	})
}

// change calls a method that gives back the lot as it is then.
func (a lotArg) change(e *env, method string) error {
	return a.with(e, func(c *local.Client, id string) error {
		var l state.Lot
		if err := c.Call(e, method, map[string]any{"id": id}, &l); err != nil {
			return err
		}
		return e.print(l, func(w io.Writer) { writeLots(w, l) })
	})
}

type lotsCloseCmd struct{ lotArg }

func (a *lotsCloseCmd) Run(e *env) error { return a.change(e, "lots.close") }

type lotsReopenCmd struct{ lotArg }

func (a *lotsReopenCmd) Run(e *env) error { return a.change(e, "lots.reopen") }

type lotsTakeOutCmd struct {
	lotArg
	FSE string `arg:"" name:"fse" help:"number of the FSE (9 digits) or its identifier"`
}

func (a *lotsTakeOutCmd) Run(e *env) error {
	return a.with(e, func(c *local.Client, id string) error {
		one, err := memberOf(e, c, id, a.FSE)
		if err != nil {
			return err
		}
		var result struct {
			From state.Lot `json:"de"`
			To   state.Lot `json:"vers"`
		}
		if err := c.Call(e, "lots.takeOut", map[string]any{"lot": id, "fse": one}, &result); err != nil {
			return err
		}
		return e.print(result, func(w io.Writer) { writeLots(w, result.From, result.To) })
	})
}

// memberOf returns the identifier of the FSE that is meant among those of a lot.
func memberOf(e *env, c *local.Client, lot, name string) (string, error) {
	var result struct {
		FSE []state.FSE `json:"fse"`
	}
	if err := c.Call(e, "lots.get", map[string]any{"id": lot}, &result); err != nil {
		return "", err
	}
	for _, f := range result.FSE {
		if f.ID == name || f.Numero == name {
			return f.ID, nil
		}
	}
	return "", fmt.Errorf("cannot find FSE %s in this lot; see: agrafe lots show %s", name, lot)
}

type lotsB2Cmd struct {
	lotArg
	Out string `short:"o" help:"file to write, - for standard output; default: the file's own name, here" placeholder:"FILE"`
}

func (a *lotsB2Cmd) Run(e *env) error {
	return a.with(e, func(c *local.Client, id string) error {
		var result fileOf
		err := c.Call(e, "lots.b2", map[string]any{"id": id}, &result)
		if refusal, ok := errors.AsType[*state.Error](err); ok && refusal.Code == "ETAT" {
			refusal.Message = "Ce lot est ouvert : il n'a pas encore de fichier. Fermez-le d'abord : agrafe lots close " + id
		}
		if err != nil {
			return err
		}
		return e.keepFile(result, a.Out, "agrafe b2 explain")
	})
}

// fileOf is a file of the service.
type fileOf struct {
	Name string `json:"nom"`
	Data []byte `json:"fichier"`
}

// keepFile writes a file that the service has given, under its own name where out is "", on
// standard output where it is "-". reader is the command that shows what is in it.
func (e *env) keepFile(f fileOf, out, reader string) error {
	name := out
	switch name {
	case "-":
		_, err := e.out.Write(f.Data)
		return err
	case "":
		name = filepath.Base(f.Name)
	}
	if err := writeNew(name, f.Data); err != nil {
		return err
	}
	return e.print(map[string]any{"fichier": name, "octets": len(f.Data)}, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %d bytes; it holds health data", name, len(f.Data))
		if reader != "" {
			fmt.Fprintf(w, ". See: %s %s", reader, name)
		}
		fmt.Fprintln(w)
	})
}

// writeNew writes a file that only its owner can read and that was not there.
func writeNew(name string, data []byte) error {
	err := durable.Create(name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		return fmt.Errorf("cannot write the file: %w", err)
	}
	return nil
}
