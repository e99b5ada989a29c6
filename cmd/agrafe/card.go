package main

import (
	"fmt"
	"io"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

type cardCmd struct {
	Read cardReadCmd `cmd:"" help:"read the card in a reader"`
}

type cardReadCmd struct {
	Reader string `help:"id of the reader, when there are several cards" placeholder:"ID"`
	Full   bool   `help:"show the whole NIR"`
}

// readCard is what `agrafe card read` found: one of the two.
type readCard struct {
	Vitale *daemon.Vitale `json:"vitale,omitempty"`
	CPS    *daemon.CPS    `json:"cps,omitempty"`
}

func (r *cardReadCmd) Run(e *env) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	params := map[string]string{"reader": r.Reader}
	var found readCard
	errVitale := c.Call(e, "cards.readVitale", params, &found.Vitale)
	if errVitale != nil && state.KindOf(errVitale) != state.NoCard {
		return errVitale
	}
	errCPS := c.Call(e, "cards.readCPS", params, &found.CPS)
	if found.Vitale == nil && found.CPS == nil {
		return errCPS
	}
	if !r.Full && found.Vitale != nil {
		for i := range found.Vitale.Persons {
			p := &found.Vitale.Persons[i]
			p.NIR = fse.MaskNIR(p.NIR)
		}
	}
	return e.print(found, func(w io.Writer) { found.text(w) })
}

func (f readCard) text(w io.Writer) {
	if c := f.CPS; c != nil {
		fmt.Fprintf(w, "CPS %s\n  holder   %s %s %s\n  national %s\n  expires  %s\n",
			c.Serial, c.Holder.Profession, c.Holder.Prenom, c.Holder.Nom, c.Holder.NationalID, c.Expires.Format("2006-01-02"))
	}
	if v := f.Vitale; v != nil {
		fmt.Fprintln(w, "Vitale")
		for _, p := range v.Persons {
			fmt.Fprintf(w, "  %s %s, born %s, NIR %s\n", p.Prenom, p.Nom, p.Naissance, p.NIR)
			if r := p.Rights; r != nil {
				fmt.Fprintf(w, "    payer %s/%s/%s, rights until %s\n", r.Regime, r.Caisse, r.Centre, r.Au)
			}
		}
	}
}
