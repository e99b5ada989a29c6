package main

import (
	"fmt"

	"github.com/agrafe-fse/agrafe/daemon/cabinet"
)

// setPracticeUp has the service keep the settings of the practice: what the CPS says,
// with an invented address and caisse.
func (s *stage) setPracticeUp(e *env) (string, error) {
	var proposed struct {
		Cabinets []cabinet.Cabinet `json:"cabinets"`
	}
	if err := s.client.Call(e, "practice.propose", map[string]any{}, &proposed); err != nil {
		return "", err
	}
	set := 0
	for _, c := range proposed.Cabinets {
		if c.NumeroAM == "" {
			continue // a remplaçant, whose number the card does not tell
		}
		c.Adresse = []string{"1 rue de la Démonstration", "75000 PARIS"}
		c.Rattachement = cabinet.Caisse{Nom: "CPAM de démonstration", Adresse: []string{"2 rue de la Démonstration", "75000 PARIS"}}
		params := map[string]any{"cabinet": c, "idempotencyKey": "demo-" + c.NumeroAM}
		if err := s.client.Call(e, "practice.set", params, nil); err != nil {
			return "", err
		}
		set++
	}
	return fmt.Sprintf("%d number(s), with invented addresses", set), nil
}
