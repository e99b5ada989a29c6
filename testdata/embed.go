// Package testdata holds the demonstration cards, so that the programs carry
// them: every person, number and place in them is invented, except the identity
// ADRTROIS DOMINIQUE, which is a public test identity.
package testdata

import (
	"embed"
	"io/fs"
)

//go:embed cards/*.toml
var files embed.FS

// Cards returns the card files, for virtual.Load and virtual.Names.
func Cards() fs.FS {
	cards, err := fs.Sub(files, "cards")
	if err != nil {
		panic(err) // the name is a constant
	}
	return cards
}
