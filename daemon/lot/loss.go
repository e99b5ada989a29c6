package lot

import (
	"context"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// A restore may bring back less than there was. The numbers in the records that are
// lost were shown to people and may have reached a payer: a record of kind perte says
// how many records there were, and every series of numbers leaps over as many, since a
// record gives one number of a series at most. It explains the hole, as an FSE that is
// annulée explains a single number.

const kindLoss = "perte"

// lossChange is the data of a record about a loss.
type lossChange struct {
	Records int `json:"enregistrements"` // lost, or as many as may be
}

// keyLoss holds how many records were lost in all, keySeen as many as had been when a
// series last gave a number.
const keyLoss = "perte"

func keySeen(series string) string { return "perte/" + series }

// Lost keeps that so many records before this moment are lost for good.
func (b *Book) Lost(ctx context.Context, records int, cause string) error {
	_, err := b.journal.Update(ctx, func(journal.State) ([]journal.Entry, error) {
		data, err := encode(lossChange{records})
		return []journal.Entry{{Kind: kindLoss, Actor: "restauration", Cause: cause, Version: schema, Data: data}}, err
	})
	return err
}

func projectLoss(r journal.Record, w journal.Writer) error {
	change, err := decode[lossChange](r.Data)
	if err != nil {
		return err
	}
	before, err := number(w, keyLoss)
	if err != nil {
		return err
	}
	return w.Set(keyLoss, []byte(strconv.Itoa(before+change.Records)))
}

// loss is how many numbers a series has to leap over.
func loss(g getter, series string) (int, error) {
	all, err := number(g, keyLoss)
	if err != nil || all == 0 {
		return 0, err
	}
	seen, err := number(g, keySeen(series))
	return all - seen, err
}

// passLoss keeps that a series has given a number behind every loss.
func passLoss(w journal.Writer, series string) error {
	all, err := number(w, keyLoss)
	if err != nil || all == 0 {
		return err
	}
	return w.Set(keySeen(series), []byte(strconv.Itoa(all)))
}
