package reader

import (
	"encoding/hex"
	"strings"
	"testing"
)

func TestIdentify(t *testing.T) {
	tests := []struct {
		atr  string
		want Family
	}{
		{"3B AC 00 40 2A 00 12 25 00 64 80 00 03 10 00 90 00", FamilyCPS3},
		{"3B AC 00 40 2A 00 12 25 00 64 80 82 02 12 00 90 00", FamilyCPS2ter},
		{"3B 8F 80 01 00 31 B8 64 04 B0 EC C1 73 94 01 80 82 90 00 0E", FamilyCPS3NFC},
		{"3B 9B 18 80 01 00 12 25 00 64 80 04 01 00 00 90 44", FamilyCPS4},
		{"3B 9B 18 80 01 00 12 25 00 64 80 00 04 01 00 90 44", FamilyCPS4},
		{"3B DC 18 FF 00 00 12 25 00 64 80 00 04 01 00 90 00", FamilyCPS4},
		{"3F 65 25 00 2C 09 69 90 00", FamilyVitale1},
		{"3F 65 25 00 52 09 6A 90 00", FamilyVitale1},
		{"3F 65 25 00 A3 09 6A 90 00", FamilyVitale1},
		{"3B 75 13 00 00 43 09 EA 90 00", FamilyVitale2},
		{"3B 75 13 00 00 49 09 EA 90 00", FamilyVitale2},
		{"3B 65 00 00 20 63 CB A6 00", FamilyUnknown}, // a bank card
		{"3B 75 13 00 00 43 09 EA 90", FamilyUnknown},
		{"3B 75 13 00 00 43 09 EA 90 00 00", FamilyUnknown},
		{"", FamilyUnknown},
	}
	for _, tt := range tests {
		atr, err := hex.DecodeString(strings.ReplaceAll(tt.atr, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if got := Identify(atr); got != tt.want {
			t.Errorf("Identify(%s) = %s, want %s", tt.atr, got, tt.want)
		}
	}
}

func TestEveryKindHasItsText(t *testing.T) {
	for k := Internal; k <= Canceled; k++ {
		if int(k) >= len(kindText) || kindText[k] == "" {
			t.Errorf("kind %d has no text", k)
		}
	}
	if len(kindText) != int(Canceled)+1 {
		t.Errorf("%d texts for %d kinds", len(kindText), Canceled+1)
	}
}
