package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/durable"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

type demoInsertCmd struct {
	Card string `arg:"" help:"a name of testdata/cards: patient-smg, medecin-secteur2…"`
	Slot string `enum:"cps,vitale,auto" default:"auto" help:"cps, vitale, or auto: where a card of this kind belongs (${enum})"`
}

func (c *demoInsertCmd) Run(e *env) error {
	spec, err := card(c.Card)
	if err != nil {
		return err
	}
	slot := c.Slot
	if slot == "auto" {
		slot = slotNames[slotVitale]
		if slices.Contains([]virtual.Kind{virtual.KindCPS2ter, virtual.KindCPS3, virtual.KindCPS4}, spec.Kind) {
			slot = slotNames[slotCPS]
		}
	}
	return e.changeSlot(slot, c.Card)
}

type demoRemoveCmd struct {
	Slot string `arg:"" optional:"" enum:"cps,vitale" default:"vitale" help:"cps or vitale"`
}

func (c *demoRemoveCmd) Run(e *env) error { return e.changeSlot(c.Slot, "") }

// slotChange is what a slot holds, and as what the service sees it.
type slotChange struct {
	Slot string     `json:"emplacement"`
	Card string     `json:"carte"` // "" when it is empty
	Seen state.Card `json:"vue"`
}

// changeSlot puts a card in a slot of the demonstration that --config names, or takes
// out what is in, and waits until its service has seen that.
func (e *env) changeSlot(slot, wanted string) error {
	if e.config == "" {
		return &usageError{errors.New("cannot tell which demonstration is meant: give the --config that agrafe demo --keep has shown")}
	}
	file := filepath.Join(slotsOf(filepath.Dir(e.config)), slot)
	seen := make(chan state.Card, 100)
	c, err := e.connect(func(event state.Event) {
		if event.Card != nil {
			select {
			case seen <- *event.Card:
			default:
			}
		}
	})
	if err != nil {
		return err
	}
	defer c.Close()
	now, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("cannot change the cards of this service: it was not left running by agrafe demo --keep")
	case err != nil:
		return err
	case strings.TrimSpace(string(now)) == wanted:
		return e.print(slotChange{Slot: slot, Card: wanted}, func(w io.Writer) { fmt.Fprintf(w, "slot %s: %s already\n", slot, orEmpty(wanted)) })
	}
	if err := durable.WriteFile(file, []byte(wanted+"\n")); err != nil {
		return err
	}
	got, err := awaitCard(c, seen, wanted != "")
	if err != nil {
		return err
	}
	return e.print(slotChange{slot, wanted, got}, func(w io.Writer) { fmt.Fprintf(w, "slot %s: %s (%s)\n", slot, orEmpty(wanted), got.State) })
}

// awaitCard waits until a card came and was read, or went.
func awaitCard(c *local.Client, seen <-chan state.Card, comes bool) (state.Card, error) {
	for limit := time.After(patience); ; {
		select {
		case card := <-seen:
			if comes && card.Read && card.State != state.CardAbsent || !comes && card.State == state.CardAbsent {
				return card, nil
			}
		case <-c.Done():
			return state.Card{}, local.ErrDown
		case <-limit:
			return state.Card{}, &state.Error{Kind: state.NoCard, Code: "DEMO", Message: "Le service n'a pas vu la carte : voyez ce que dit la démonstration."}
		}
	}
}
