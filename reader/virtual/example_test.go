package virtual_test

import (
	"fmt"
	"log"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/testdata"
)

// A reader with a card in it, without hardware and without pcscd.
func Example() {
	spec, err := virtual.Load(testdata.Cards(), "medecin-secteur1")
	if err != nil {
		log.Fatal(err)
	}
	card, err := virtual.Open(*spec, virtual.TestKeyring())
	if err != nil {
		log.Fatal(err)
	}
	card, commands := virtual.Record(card)

	readers := virtual.NewReaders("Lecteur 1")
	if err := readers.Insert("Lecteur 1", card); err != nil {
		log.Fatal(err)
	}
	link, err := readers.Connect("Lecteur 1")
	if err != nil {
		log.Fatal(err)
	}
	answer, err := link.Transmit([]byte{0x00, 0x20, 0x00, 0x01}) // state of the code
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(reader.Identify(link.ATR()))
	fmt.Printf("% X\n", answer)
	fmt.Println(commands.Count())
	// Output:
	// cps3
	// 63 C3
	// 1
}
