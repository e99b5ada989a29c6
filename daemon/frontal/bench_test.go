package frontal

import (
	"fmt"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/seal"
)

// BenchmarkTake opens, checks and decides a lot of 200 invoices.
func BenchmarkTake(b *testing.B) {
	all, err := payers()
	if err != nil {
		b.Fatal(err)
	}
	k, err := openKeys(madeOnce())
	if err != nil {
		b.Fatal(err)
	}
	f := &Frontal{dir: madeOnce(), keys: k, payers: all, ledger: &ledger{files: map[string]bool{}, entries: map[string]*Entry{}}}
	var bills []bill
	for i := range 200 {
		bills = append(bills, bill{numero: i + 1, amo: 2100, tiers: true})
	}
	file, contents := sampleFile(1, bills...)
	data, err := b2.Encode(file)
	if err != nil {
		b.Fatal(err)
	}
	to, err := f.certificate(all[testPayer], start)
	if err != nil {
		b.Fatal(err)
	}
	part, err := seal.Enclose(seal.Contents{File: data, Seals: cards().seal(b, contents...), Demonstration: true}, to)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r := &reception{Payer: testPayer, At: start}
		if f.open(r, part); r.Problem != "" || len(r.Lots) != 1 || len(r.Lots[0].Answers) != 2 {
			b.Fatal(fmt.Sprint(r.Problem, len(r.Lots)))
		}
	}
}
