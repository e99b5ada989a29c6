package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/fse"
)

type rightsCmd struct {
	ADRi rightsADRiCmd `cmd:"" name:"adri" help:"ask the payer for the rights of a person, with the CPS and its code"`
}

type rightsADRiCmd struct {
	NIR      string `arg:"" help:"NIR and its key, of the person or of the assuré"`
	Born     string `required:"" help:"date of birth, as on the card" placeholder:"AAAAMMJJ"`
	Rank     int    `default:"1" help:"rank of birth, for twins"`
	Day      string `help:"day of care; default: today" placeholder:"2006-01-02"`
	Practice string `help:"numéro AM of who asks; default: the first practice of the holder of the CPS" placeholder:"NUMBER"`
	Refresh  bool   `help:"ask even if the answer is known"`
	Full     bool   `help:"show the whole NIR"`
}

// Run asks, and the code is asked for where it is for signatures.
func (r *rightsADRiCmd) Run(e *env) error {
	if r.Day == "" {
		r.Day = time.Now().Format(time.DateOnly)
	}
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	var found daemon.RightsAnswer
	params := map[string]any{"nir": strings.ToUpper(r.NIR), "naissance": r.Born, "rang": r.Rank, "dateSoins": r.Day,
		"numeroAM": r.Practice, "rafraichir": r.Refresh}
	if err := c.Call(e, "rights.adri", params, &found); err != nil {
		return err
	}
	if !r.Full {
		for i := range found.Persons {
			p := &found.Persons[i]
			p.Beneficiaire.NIR = fse.MaskNIR(p.Beneficiaire.NIR)
			if p.Assure != nil {
				p.Assure.NIR = fse.MaskNIR(p.Assure.NIR)
			}
		}
	}
	return e.print(found, func(w io.Writer) { writeRights(w, found) })
}

func writeRights(w io.Writer, a daemon.RightsAnswer) {
	for _, p := range a.Persons {
		fmt.Fprintf(w, "%s %s, born %s, NIR %s\n", p.Beneficiaire.Prenom, p.Beneficiaire.Nom, p.Beneficiaire.Naissance.EnCarte, p.Beneficiaire.NIR)
		fmt.Fprintf(w, "  payer    %s/%s/%s, rights %s\n", p.AMO.Regime, p.AMO.Caisse, p.AMO.Centre, period(p.Du, p.Au))
		if list := situations(p); len(list) > 0 {
			fmt.Fprintf(w, "  rights   %s\n", strings.Join(list, ", "))
		}
		if p.AMC != nil {
			fmt.Fprintf(w, "  AMC      %s, contract %s\n", p.AMC.Organisme, p.AMC.Contrat)
		}
		if p.Traitant != "" {
			fmt.Fprintf(w, "  médecin traitant: %s\n", p.Traitant)
		}
	}
	fmt.Fprintf(w, "obtained %s ago\n%s\n", (time.Duration(a.Age) * time.Second), a.Mention)
}

// period shows days that are written AAAAMMJJ.
func period(from, to string) string {
	if to == "" {
		return "since " + from
	}
	return from + " to " + to
}

// situations are what raises the share of the payer, in the words of the field.
func situations(p daemon.PayerRights) (list []string) {
	for _, s := range []struct {
		is   bool
		name string
	}{{p.AMO.ALD, "ALD"}, {p.AMO.ASPA, "ASPA"}, {p.AMO.AME, "AME"}, {p.C2S, "C2S"}, {p.AMO.RegimeLocal != "", p.AMO.RegimeLocal}, {p.AMO.Exonere != "", p.AMO.Exonere}} {
		if s.is {
			list = append(list, s.name)
		}
	}
	return list
}
