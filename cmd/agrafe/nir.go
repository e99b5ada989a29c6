package main

import (
	"fmt"
	"io"

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

var nirKinds = map[fse.NIRKind]string{
	fse.NIRNormal:     "normal",
	fse.NIRRare:       "rare (first digit 3 or 4)",
	fse.NIRMigrant:    "provisional, migrant (first digit 5 or 6)",
	fse.NIRProvisoire: "provisional (first digit 7 or 8)",
	fse.NIRAnonyme:    "anonymous invoicing",
}

func (c *nirCmd) Run(e *env) error {
	text := ""
	for _, part := range c.NIR {
		text += part
	}
	n, warnings, err := fse.ParseNIR(text)
	if err != nil {
		return err
	}
	r := nirResult{NIR: n.Masked(), Key: n.Key(), Kind: nirKinds[n.Kind()], Warnings: append([]fse.Issue{}, warnings...)}
	if c.Full {
		r.NIR = n.String()
	}
	return e.print(r, func(w io.Writer) {
		fmt.Fprintf(w, "%s  valid, %s\n", r.NIR, r.Kind)
		for _, i := range r.Warnings {
			fmt.Fprintf(w, "  %s: %s\n", i.Code, i.Message)
		}
	})
}
