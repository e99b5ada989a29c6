package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

type nirCmd struct {
	NIR  []string `arg:"" help:"NIR and its key, spaces allowed"`
	Full bool     `help:"show the whole NIR"`
}

// nirResult is what is known of a NIR.
type nirResult struct {
	NIR      string      `json:"nir"` // masked unless asked for
	Key      string      `json:"cle"`
	Kind     string      `json:"genre"`
	Warnings []fse.Issue `json:"avertissements"`
}

func (c *nirCmd) Run(e *env) error {
	text := ""
	for _, part := range c.NIR {
		text += part
	}
	if !strings.HasPrefix(text, "A") { // an anonymous number may hold small letters
		text = strings.ToUpper(text)
	}
	n, warnings, err := fse.ParseNIR(text)
	if err != nil {
		return err
	}
	r := nirResult{NIR: n.Masked(), Key: n.Key(), Kind: n.Kind().Libelle(), Warnings: append([]fse.Issue{}, warnings...)}
	if c.Full {
		r.NIR = n.String()
	}
	return e.print(r, func(w io.Writer) {
		fmt.Fprintf(w, "%s  valide, %s\n", r.NIR, r.Kind)
		for _, i := range r.Warnings {
			fmt.Fprintf(w, "  %s: %s\n", i.Code, i.Message)
		}
	})
}
