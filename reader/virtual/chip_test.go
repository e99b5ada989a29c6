package virtual

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

// step is one command and the answer that it must have, in hexadecimal.
type step struct{ command, answer string }

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// play sends the commands in order and compares the answers.
func play(t *testing.T, card Card, steps []step) {
	t.Helper()
	for i, s := range steps {
		got, want := card.Transmit(unhex(t, s.command)), unhex(t, s.answer)
		if !bytes.Equal(got, want) {
			t.Fatalf("step %d, %s:\ngot  % X\nwant % X", i+1, s.command, got, want)
		}
	}
}

// fixed is an applet that answers the same data to everything.
type fixed struct{ data []byte }

func (fixed) reset() {}

func (f fixed) execute(command) ([]byte, uint16) { return f.data, swOK }

func TestParseCommand(t *testing.T) {
	tests := []struct {
		name, apdu string
		want       command
		ok         bool
	}{
		{"nothing", "", command{}, false},
		{"half a header", "00A404", command{}, false},
		{"no data", "00200001", command{ins: 0x20, p2: 1}, true},
		{"length", "00B09C000C", command{ins: 0xB0, p1: 0x9C, le: 12}, true},
		{"length 256", "00B0000000", command{ins: 0xB0, le: 256}, true},
		{"data", "00A4000002 3F00", command{ins: 0xA4, data: []byte{0x3F, 0x00}}, true},
		{"data and length", "00A4000002 3F00 00", command{ins: 0xA4, data: []byte{0x3F, 0x00}, le: 256}, true},
		{"data cut short", "00A4000003 3F00", command{}, false},
		{"too much data", "00A4000001 3F0000", command{}, false},
		{"extended", "00A4000000 02 3F00", command{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := parseCommand(unhex(t, tt.apdu))
			if ok != tt.ok {
				t.Fatalf("ok %v, want %v", ok, tt.ok)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(command{})); ok && diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnswersOverT0(t *testing.T) {
	card := newChip(nil, false, fixed{[]byte("abcdef")})
	play(t, card, []step{
		{"00CADF6800", "6106"},              // an answer to fetch
		{"00C0000006", "616263646566 9000"}, // all of it
		{"00C0000006", "6985"},              // nothing is left
		{"00CADF6800", "6106"},
		{"00C0000002", "6162 6104"}, // in two parts
		{"00C0000005", "6C04"},      // more than there is: the exact length
		{"00C0000004", "63646566 9000"},
		{"00CADF6800", "6106"},
		{"00B0000000", "6C06"}, // another command drops the answer; a reading is corrected
		{"00B0000006", "616263646566 9000"},
		{"00B0000003", "616263 9000"},
		{"00C0000006", "6985"},
		{"00", "6700"},
	})
}

func TestAnswersOverT1(t *testing.T) {
	card := newChip(nil, true, fixed{[]byte("abcdef")})
	play(t, card, []step{
		{"00CADF6800", "616263646566 9000"},
		{"00B0000000", "616263646566 9000"},
		{"00CADF6802", "6162 6104"},
		{"00C0000000", "63646566 9000"},
		{"00CADF68", "6106"}, // no length expected, as over T=0
	})
}

// channel is a Card as the drivers see one.
type channel struct{ Card }

func (c channel) Transmit(command []byte) ([]byte, error) { return c.Card.Transmit(command), nil }

// Whatever the length of an answer and the protocol, a host that follows 61xx and
// 6Cxx gets it whole.
func TestLawAnswersArriveWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 1, 1500).Draw(t, "data")
		card := channel{newChip(nil, rapid.Bool().Draw(t, "T=1"), fixed{data})}
		got, status, err := iso7816.Send(card, iso7816.Command{INS: insGetData, Le: 0})
		if err != nil || status != iso7816.OK || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes, status %04X, error %v; want %d bytes", len(got), status, err, len(data))
		}
	})
}
