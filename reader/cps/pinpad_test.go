package cps_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/cps"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/cardtest"
)

func TestVerifyOnPad(t *testing.T) {
	const none = reader.Internal
	tests := []struct {
		name    string
		card    string
		code    string
		end     virtual.PadEnd
		lastTry bool
		kind    reader.Kind // Internal: no error
		cause   error
		left    int // tries left on the card afterwards
		asked   bool
	}{
		{"right code", "medecin-secteur1", "1234", virtual.PadTyped, false, none, nil, 3, true},
		{"CPS4", "medecin-cps4", "1234", virtual.PadTyped, false, none, nil, 3, true},
		{"wrong code", "medecin-secteur1", "9999", virtual.PadTyped, false, reader.PINWrong, nil, 2, true},
		{"too short", "medecin-secteur1", "12", virtual.PadTyped, false, reader.PINRequired, cps.ErrPadLength, 3, true},
		{"cancelled", "medecin-secteur1", "", virtual.PadCancelled, false, reader.PINRequired, cps.ErrPadCancelled, 3, true},
		{"timeout", "medecin-secteur1", "", virtual.PadTimeout, false, reader.PINRequired, cps.ErrPadTimeout, 3, true},
		{"mismatch, which VERIFY does not know", "medecin-secteur1", "", virtual.PadMismatch, false, reader.Refused, nil, 3, true},
		{"parameters not understood", "medecin-secteur1", "", virtual.PadParameter, false, reader.Unsupported, nil, 3, true},
		{"last try is not taken unasked", "medecin-dernier-essai", "1234", virtual.PadTyped, false, reader.PINLastTry, nil, 1, false},
		{"last try with consent", "medecin-dernier-essai", "1234", virtual.PadTyped, true, none, nil, 3, true},
		{"last try, wrong", "medecin-dernier-essai", "9999", virtual.PadTyped, true, reader.PINBlocked, nil, 0, true},
		{"blocked", "medecin-code-bloque", "1234", virtual.PadTyped, true, reader.PINBlocked, nil, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			card, log := virtual.Record(cardtest.Open(t, tt.card))
			readers, o := plug(t, card)
			asked := false
			pad := func(e reader.PINEntry) (string, virtual.PadEnd) {
				asked = true
				if e.Digits != 4 || e.Limit != cps.PadLimit || !bytes.HasSuffix(e.Command, []byte{0x20, 0, 1, 4, 0xFF, 0xFF, 0xFF, 0xFF}) {
					t.Errorf("asked for %d digits in %s by % x", e.Digits, e.Limit, e.Command)
				}
				return tt.code, tt.end
			}
			if err := readers.SetPad("lecteur", pad); err != nil {
				t.Fatal(err)
			}
			var ours bool
			_, err := do(o, func(tx *reader.Tx, f reader.Family) error {
				tx.ResetAtEnd()
				c, err := cps.Open(tx, f)
				if err == nil {
					ours, err = c.VerifyOnPad(tx, tt.lastTry)
				}
				return err
			})
			if tt.kind == none && (err != nil || !ours) {
				t.Fatalf("ours %t, %v", ours, err)
			}
			if tt.kind != none && (reader.KindOf(err) != tt.kind || !errors.Is(err, tt.cause) && tt.cause != nil) {
				t.Errorf("VerifyOnPad = %v, want %v by %v", err, tt.kind, tt.cause)
			}
			if got := pinState(t, card); asked != tt.asked || got.Tries != tt.left {
				t.Errorf("asked %t, want %t; %d tries left, want %d", asked, tt.asked, got.Tries, tt.left)
			}
			if log.Count() == 0 {
				t.Error("the card was sent nothing at all")
			}
		})
	}
}

// A reader without keys, and a card that leaves while its user types.
func TestVerifyOnPadThatFails(t *testing.T) {
	card := cardtest.Open(t, "medecin-secteur1")
	readers, o := plug(t, card)
	verify := func() error {
		_, err := do(o, func(tx *reader.Tx, f reader.Family) error {
			c, err := cps.Open(tx, f)
			if err == nil {
				_, err = c.VerifyOnPad(tx, false)
			}
			return err
		})
		return err
	}
	if err := verify(); reader.KindOf(err) != reader.Unsupported {
		t.Errorf("without keys: %v", err)
	}
	err := readers.SetPad("lecteur", func(reader.PINEntry) (string, virtual.PadEnd) {
		if err := readers.Remove("lecteur"); err != nil {
			t.Error(err)
		}
		return "1234", virtual.PadTyped
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(); reader.KindOf(err) != reader.CardRemoved {
		t.Errorf("removed meanwhile: %v", err)
	}
}
