package lot

import (
	"fmt"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

func projectReturn(r journal.Record, w journal.Writer) error {
	change, err := decode[returnChange](r.Data)
	if err != nil {
		return err
	}
	doc, err := get[Return](w, keyReturn(r.Subject))
	if err != nil {
		return err
	}
	var before Return
	if doc != nil {
		before = *doc
	} else if doc, err = change.enter(r, w); err != nil {
		return err
	}
	if change.Remade != "" {
		doc.Remade = change.Remade
	}
	if change.Done != nil {
		doc.Done = *change.Done
	}
	if change.Withdrawn != "" {
		doc.Withdrawn, doc.Done = change.Withdrawn, true
	}
	doc.applyEffect(change)
	if err := change.Key.remember(w, doc.ID); err != nil {
		return err
	}
	if err := doc.stand(w, before.standing()); err != nil {
		return err
	}
	if err := doc.toSettle(w, before.Effect); err != nil {
		return err
	}
	if err := doc.attach(w, &before); err != nil {
		return err
	}
	return set(w, keyReturn(doc.ID), doc)
}

// enter begins a return. Its record stands before that by which its FSE is rejected.
func (c *returnChange) enter(r journal.Record, w journal.Writer) (*Return, error) {
	doc := c.New
	if doc == nil {
		return nil, fmt.Errorf("%w: a return that does not exist", errRecord)
	}
	doc.Received, doc.Seq = r.Time, r.Seq
	if doc.FSE != "" && doc.Kind == ReturnByHand {
		f, err := fetch(w, doc.FSE)
		if err != nil {
			return nil, err
		}
		doc.Before = f.State
	}
	return doc, w.Set(keyReturns(r.Seq), []byte(doc.ID))
}

// stand keeps the count of the returns that wait, and their numbers.
func (r *Return) stand(w journal.Writer, before string) error {
	after := r.standing()
	if before == after {
		return nil
	}
	if err := count(w, kindReturn, before, after); err != nil {
		return err
	}
	waiting := []byte(r.ID)
	if after == "" {
		waiting = nil
	}
	return w.Set(keyAwaited(r.Numero), waiting)
}

// standing is what a return is counted as, "" for nothing: as waiting while the reject of
// another software's FSE has to be made again. One of this book's is counted with its FSE.
func (r *Return) standing() string {
	if r.External && !r.Done {
		return countWaits
	}
	return ""
}

// countToSettle names the count of the returns that somebody has to reconcile or look at.
const countToSettle = "a-traiter"

// applyEffect puts on top what a return does and what it is about.
func (r *Return) applyEffect(c *returnChange) {
	if c.Effect != "" {
		r.Effect, r.Why = c.Effect, c.Why
	}
	if c.Lot != "" {
		r.FSE, r.Lot = c.FSE, c.Lot
	}
}

// toSettle keeps whether somebody has to do something about r, and counts it in its
// delivery.
func (r *Return) toSettle(w journal.Writer, before Effect) error {
	if err := countIn(w, r.Delivery, before, r.Effect); err != nil || before.toSettle() == r.Effect.toSettle() {
		return err
	}
	was, is := countToSettle, ""
	if r.Effect.toSettle() {
		was, is = is, was
	}
	if err := count(w, kindReturn, was, is); err != nil {
		return err
	}
	return wait(w, setReturns, keyReturn(r.ID), r.Seq, r.Effect.toSettle())
}

// attach lists r with what it is about.
func (r *Return) attach(w journal.Writer, before *Return) error {
	if before.Lot == "" && r.Lot != "" {
		if err := w.Set(keyReturnIn(r.Lot, r.Seq), []byte(r.ID)); err != nil {
			return err
		}
	}
	switch {
	case before.FSE == "" && r.FSE != "":
		return enlist(w, keyOfFSE(r.FSE), r.ID)
	case before.Lot == "" && r.ofLot():
		return enlist(w, keyOfLot(r.Lot), r.ID)
	}
	return nil
}

// enlist adds an identifier to those at key.
func enlist(w journal.Writer, key, id string) error {
	ids, err := list(w, key)
	if err != nil {
		return err
	}
	return setList(w, key, append(ids, id))
}
