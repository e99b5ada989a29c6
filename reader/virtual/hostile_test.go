package virtual

import (
	"testing"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

// A host that keeps the limits of package iso7816 comes to an end with a hostile
// card, whatever the manner.
func TestHostile(t *testing.T) {
	for m := range manners {
		t.Run(string(m), func(t *testing.T) {
			card, err := Open(Spec{Demonstration: true, Kind: KindHostile, Hostile: &Hostile{Imitates: KindCPS3, Manners: []Manner{m}}}, nil)
			must(t, err)
			if reader.Identify(card.ATR()) != reader.FamilyCPS3 {
				t.Error("not taken for a CPS3")
			}
			for range 20 {
				answer := card.Transmit(unhex(t, "00B0820000"))
				if len(answer) < 2 || len(answer) > 1<<16+2 {
					t.Fatalf("an answer of %d bytes", len(answer))
				}
			}
			data, _, err := iso7816.Send(channel{card}, iso7816.Command{INS: insReadBinary, Le: 0})
			if err != nil && reader.KindOf(err) != reader.Malformed {
				t.Error(err)
			}
			if len(data) > 1<<16 {
				t.Errorf("%d bytes", len(data))
			}
		})
	}
}
