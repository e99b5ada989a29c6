package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/agrafe-fse/agrafe/bridge/local"
)

// documentOf is a result of the methods that make documents.
type documentOf struct {
	Name string `json:"nom"`
	Type string `json:"type"`
	Data []byte `json:"fichier"`
}

// outFlags say where a document goes: to a printer, or to a file.
type outFlags struct {
	Printer string `help:"printer; default: that of the practice, else of the system" placeholder:"NAME"`
	Out     string `short:"o" help:"write the PDF to this new file instead of printing it, - for standard output" placeholder:"FILE"`
}

// save keeps the document that a method makes.
func (e *env) save(c *local.Client, out, method string, params map[string]any) error {
	params["fichier"] = true
	var d documentOf
	if err := c.Call(e, method, params, &d); err != nil {
		return err
	}
	if out == "-" {
		_, err := e.out.Write(d.Data)
		return err
	}
	if err := writeNew(out, d.Data); err != nil {
		return err
	}
	return e.print(map[string]any{"fichier": out, "octets": len(d.Data)}, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %d bytes; it holds health data\n", out, len(d.Data))
	})
}

// printed is a result of print.job.
type printed struct {
	Printer string `json:"imprimante"`
	Pages   int    `json:"pages"`
}

// document prints or keeps a document of the FSE or lot id; method makes it.
func (f outFlags) document(e *env, c *local.Client, method, id, kind string) error {
	params := map[string]any{"id": id, "document": kind}
	if f.Out != "" {
		return e.save(c, f.Out, method, params)
	}
	params["imprimante"] = f.Printer
	var p printed
	if err := e.runJob(c, "print.job", params, &p); err != nil {
		return err
	}
	return e.print(p, func(w io.Writer) { fmt.Fprintf(w, "printed on %s: %d pages\n", p.Printer, p.Pages) })
}

// isNumero tells the number of an FSE, 9 digits, from an identifier.
func isNumero(text string) bool { return len(text) == 9 && isDigits(text) }

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// subject is the FSE or the lot that text names: a number of 9 digits, the number of a
// lot, or an identifier of either.
func subject(e *env, c *local.Client, text string) (id string, isLot bool, err error) {
	switch {
	case isNumero(text):
		id, err = numbered(e, c, text)
		return id, false, err
	case isDigits(text):
		id, err = lotArg{text}.find(e, c)
		return id, true, err
	}
	list, err := lots(e, c)
	if err != nil {
		return "", false, err
	}
	for _, l := range list {
		if l.ID == text {
			return text, true, nil
		}
	}
	return text, false, nil
}
