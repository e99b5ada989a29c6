package virtual

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/agrafe-fse/agrafe/testdata"
)

// Whatever commands it gets, in whatever order, no card panics, and each answer
// has a status word and fits a transport.
func FuzzTransmit(f *testing.F) {
	names, err := Names(testdata.Cards())
	if err != nil {
		f.Fatal(err)
	}
	for i := range names {
		for _, command := range []string{
			readSerial, verifyRight, mseSHA256, "002A90A0 05 9000 800161", computeSig, mseAuth, "008800000100",
			selectVitale, "00B0820000", "00CADF6800", selectCPS4, mseRawRSA, "112A8086FF" + zeros(255), "00C0000000",
			"00CB3FFF0A4D087006BF810102A080", "00A40904043F00D120", "00", "",
		} {
			f.Add(uint8(i), unhex(f, command), unhex(f, command))
		}
	}
	cards := make([]Card, len(names))
	for i, name := range names {
		cards[i] = open(f, name)
	}
	f.Fuzz(func(t *testing.T, n uint8, first, second []byte) {
		card := cards[int(n)%len(cards)]
		card.Reset()
		for _, command := range [][]byte{first, second, {0x00, insGetResponse, 0, 0, 0}} {
			if answer := card.Transmit(command); len(answer) < 2 || len(answer) > 1<<16+2 {
				t.Fatalf("% X: an answer of %d bytes", command, len(answer))
			}
		}
	})
}

// Whatever a card file holds, it is loaded into a card that opens, or refused.
func FuzzLoad(f *testing.F) {
	names, err := Names(testdata.Cards())
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		content, err := fs.ReadFile(testdata.Cards(), name+extension)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		spec, err := Load(fstest.MapFS{"x.toml": {Data: content}}, "x")
		if err != nil {
			return
		}
		if _, err := Open(*spec, TestKeyring()); err != nil {
			t.Fatalf("loaded, but: %v", err)
		}
	})
}
