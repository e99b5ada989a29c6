//go:build linux

package main

import (
	"context"
	"fmt"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// vitaleExtra is how many commands above the minimum the target of P7 allows.
const vitaleExtra = 1

// measureVitale is P7: identity, NIR and rights of a card with one person, and of
// one with a family.
func measureVitale(ctx context.Context, b *bench) error {
	for _, name := range []string{patient, family} {
		if err := b.readVitale(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) readVitale(ctx context.Context, name string) error {
	card, _, err := openCard(name)
	if err != nil {
		return err
	}
	card, log := virtual.Record(card)
	readers := virtual.NewReaders(vitaleReader)
	if err := readers.Insert(vitaleReader, card); err != nil {
		return err
	}
	owner := reader.NewOwner(readers, vitaleReader)
	defer owner.Close()
	persons := 0
	trace, err := owner.Do(ctx, reader.Job{Op: "read the Vitale", Run: func(tx *reader.Tx) error {
		card, err := vitale.Read(tx, reader.Identify(tx.ATR()))
		if err == nil {
			persons = len(card.Persons)
			_, err = vitale.Simulated{}.Rights(tx)
		}
		return err
	}})
	if err != nil {
		return err
	}
	commands, bytes := least(log.Exchanges())
	what := fmt.Sprintf("%d persons", persons)
	if persons == 1 {
		what = "1 person"
	}
	r := row{Target: "P7", Measure: "read, " + what + ", commands", Value: float64(trace.Commands), Unit: "APDU",
		Note: "identity, NIR and rights; the minimum is one SELECT for each folder and one command for every 256 bytes" + listing(log.Exchanges())}
	r = r.beside("minimum", float64(commands))
	r.Goal = fmt.Sprintf("≤ minimum + %d", vitaleExtra)
	b.add(r.judge(trace.Commands <= commands+vitaleExtra))
	r = row{Target: "P7", Measure: "read, " + what + ", bytes both ways", Value: float64(trace.Sent + trace.Received), Unit: "B"}
	b.add(r.beside("minimum", float64(bytes)))
	return nil
}

// least is the smallest number of commands, and of bytes both ways, that carry
// the same data in short APDUs when nothing is known of the files' lengths: each
// SELECT that worked, and for each piece of data one command for every 256 bytes.
func least(list []virtual.Exchange) (commands, bytes int) {
	const header, status, most = 5, 2, 256
	data := 0
	piece := func() {
		n := (data + most - 1) / most
		commands, bytes, data = commands+n, bytes+n*(header+status)+data, 0
	}
	for _, e := range list {
		switch e.Command[1] {
		case 0xA4:
			piece()
			commands, bytes = commands+1, bytes+len(e.Command)+status
		case 0xCA:
			piece()
			data = e.Length
		default:
			data += e.Length
		}
	}
	piece()
	return commands, bytes
}
