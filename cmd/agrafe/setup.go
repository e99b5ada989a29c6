package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/term"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

type setupCmd struct {
	File string `help:"take the settings from a TOML or JSON file, as setup --show --json writes it, instead of asking; - for JSON on standard input" placeholder:"FILE"`
	Show bool   `help:"show the settings and change nothing"`
}

// cabinetsOf is what the methods of the practice give, and what a file holds.
type cabinetsOf struct {
	Cabinets []cabinet.Cabinet `json:"cabinets"`
}

// Run sets the practice up: by questions on the terminal, with what the CPS says, or
// from a file.
func (s *setupCmd) Run(e *env) error {
	var wanted cabinetsOf
	if s.File != "" {
		var err error
		if wanted, err = e.readCabinets(s.File); err != nil {
			return err
		}
	}
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	switch {
	case s.Show:
		if err := c.Call(e, "practice.list", nil, &wanted); err != nil {
			return err
		}
	case s.File != "":
		if err := e.keepCabinets(c, wanted.Cabinets); err != nil {
			return err
		}
	case !term.IsTerminal(int(os.Stdin.Fd())):
		return &usageError{errors.New("cannot ask: standard input is no terminal; give the settings with --file")}
	default:
		if wanted.Cabinets, err = e.askCabinets(c); err != nil {
			return err
		}
	}
	return e.print(wanted, func(w io.Writer) { writeCabinets(w, wanted.Cabinets) })
}

// readCabinets reads a file of one practice, or of several below the key cabinets. A
// key that means nothing is an error.
func (e *env) readCabinets(name string) (list cabinetsOf, err error) {
	text, err := e.readInput(name)
	if err != nil {
		return list, err
	}
	if strings.EqualFold(filepath.Ext(name), ".toml") {
		var tree map[string]any
		if err := toml.Unmarshal(text, &tree); err != nil {
			return list, &unreadable{fmt.Errorf("cannot read %s: %w", name, err)}
		}
		if text, err = json.Marshal(tree); err != nil {
			return list, &unreadable{fmt.Errorf("cannot read %s: %w", name, err)}
		}
	}
	var several struct {
		Cabinets json.RawMessage `json:"cabinets"`
	}
	if err := json.Unmarshal(text, &several); err != nil {
		return list, &unreadable{fmt.Errorf("cannot read %s: %w", name, err)}
	}
	var into any = &list
	if several.Cabinets == nil {
		list.Cabinets = make([]cabinet.Cabinet, 1)
		into = &list.Cabinets[0]
	}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(into); err != nil {
		return list, &unreadable{fmt.Errorf("cannot read %s: %w", name, err)}
	}
	if len(list.Cabinets) == 0 {
		return list, &unreadable{fmt.Errorf("cannot read %s: there is no practice in it", name)}
	}
	return list, nil
}

// faults is all that the service has against the settings of a practice.
func (e *env) faults(c *local.Client, one cabinet.Cabinet) ([]state.Issue, error) {
	var found struct {
		Issues []state.Issue `json:"problemes"`
	}
	err := c.Call(e, "practice.check", map[string]any{"cabinet": one}, &found)
	return found.Issues, err
}

// keepCabinets has the service keep the settings of all, or of none when there is a
// fault in one; the error has every fault.
func (e *env) keepCabinets(c *local.Client, list []cabinet.Cabinet) error {
	refused := &state.Error{Kind: state.Invalid, Code: "CABINET_REFUSE", Message: "Le cabinet n'est pas enregistré : corrigez ce qui suit."}
	blocking := false
	for n, one := range list {
		found, err := e.faults(c, one)
		if err != nil {
			return err
		}
		for _, f := range found {
			if len(list) > 1 {
				f.Path = fmt.Sprintf("cabinets[%d].%s", n, f.Path)
			}
			blocking = blocking || f.Blocking
			refused.Issues = append(refused.Issues, f)
		}
	}
	if blocking {
		return refused
	}
	for _, one := range list {
		if err := c.Call(e, "practice.set", map[string]any{"cabinet": one}, nil); err != nil {
			return err
		}
	}
	return nil
}

func writeCabinets(w io.Writer, list []cabinet.Cabinet) {
	if len(list) == 0 {
		fmt.Fprintln(w, "no practice yet: agrafe setup")
	}
	for n, c := range list {
		if n > 0 {
			fmt.Fprintln(w)
		}
		for _, q := range questions {
			if text := q.get(&c); text != "" {
				fmt.Fprintf(w, "%-28s %s\n", q.label, visible(text))
			}
		}
		for regime, to := range c.ParRegime {
			fmt.Fprintf(w, "%-28s %s\n", "Papiers du régime "+visible(regime), visible(address(append([]string{to.Nom}, to.Adresse...))))
		}
		for _, who := range c.Contacts {
			fmt.Fprintf(w, "%-28s %s\n", "Contact "+visible(who.Sujet), visible(strings.Join([]string{who.Nom, who.Telephone, who.Courriel, who.Site}, " ")))
		}
	}
}
