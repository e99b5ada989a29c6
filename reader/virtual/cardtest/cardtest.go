// Package cardtest opens the demonstration cards for tests.
package cardtest

import (
	"testing"

	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/testdata"
)

// Code is the code porteur of every demonstration card.
const Code = "1234"

// Open opens the card of testdata/cards with the given name, with the keys that
// all tests of a process share.
func Open(t testing.TB, name string) virtual.Card {
	t.Helper()
	spec, err := virtual.Load(testdata.Cards(), name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := virtual.Open(*spec, virtual.TestKeyring())
	if err != nil {
		t.Fatal(err)
	}
	return c
}
