package lot

import (
	"context"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// A restore may bring back less than there was. The numbers in the records that are
// lost were shown to people and may have reached a payer: a record of kind perte says
// how many records there were, and every series of numbers leaps over as many, since a
// record gives one number of a series at most. It explains the hole, as an FSE that is
// annulée explains a single number.
//
// Lots may have been sent in what is lost. So none that was not sent is sent by itself
// after a loss, and no FSE enters it: those that are open are closed, and nobody knows of
// any whether it has left until our copy, an answer or somebody tells.

const kindLoss = "perte"

// lossChange is the data of a record about a loss.
type lossChange struct {
	Records int `json:"enregistrements"` // lost, or as many as may be
}

// keyLoss holds how many records were lost in all, keySeen as many as had been when a
// series last gave a number, keyLastLoss the record of the last loss.
const (
	keyLoss     = "perte"
	keyLastLoss = "perte-derniere"
)

func keySeen(series string) string { return "perte/" + series }

// mayHaveLeft is the problem of the lots of which a restore has lost whether they were sent.
const mayHaveLeft = "Une sauvegarde a été restaurée : ce lot est peut-être déjà parti."

// Lost keeps that so many records before this moment are lost for good, that the lots
// which were not sent may have been, and that the FSE which are not signed may have been.
// What fails half-way is done again as a whole.
func (b *Book) Lost(ctx context.Context, records int, cause string) error {
	const actor = "restauration"
	end, err := b.lastRecord()
	if err != nil {
		return err
	}
	if err := b.markRestored(ctx, end, actor); err != nil {
		return err
	}
	lots, err := b.unsent(func(l *Lot) bool { return l.Count > 0 && !l.onItsWay() })
	if err != nil {
		return err
	}
	for _, l := range lots {
		_, err := b.dispatch(ctx, l.ID, Call{}, func(s journal.State, l *Lot) ([]journal.Entry, error) {
			return b.doubt(s, l, mayHaveLeft, actor)
		})
		if err != nil {
			return err
		}
	}
	_, err = b.journal.Update(ctx, func(journal.State) ([]journal.Entry, error) {
		data, err := encode(lossChange{records})
		return []journal.Entry{{Kind: kindLoss, Actor: actor, Cause: cause, Version: schema, Data: data}}, err
	})
	return err
}

// doubt makes the entry by which nobody knows whether l, which was not sent, has left. Of
// one that is open nobody knows as what; it is closed.
func (b *Book) doubt(s scanner, l *Lot, problem, actor string) ([]journal.Entry, error) {
	now := b.now().UTC()
	d := Dispatch{State: DispatchUndecided, Began: now, Problem: problem}
	if l.Dispatch != nil {
		d.To, d.Tries = l.Dispatch.To, l.Dispatch.Tries
	}
	if l.State == fse.LotOuvert {
		change := closing(now)
		change.Dispatch = &d
		return one(change.record(l.ID, actor, ""))
	}
	members, err := inLot(s, l.ID)
	if err != nil {
		return nil, err
	}
	if file, err := fileOf(l, members); err == nil { // what can't be written was not sent so
		d.File = digest(file)
		d.MessageID = messageOf(l.ID, d.File)
	}
	return one((&lotChange{State: l.State, Dispatch: &d}).record(l.ID, actor, ""))
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
	if r.Version >= 4 { // before, nothing was sent
		if err := w.Set(keyLastLoss, []byte(strconv.FormatUint(r.Seq, 10))); err != nil {
			return err
		}
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
