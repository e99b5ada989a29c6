package lot

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

func projectLot(r journal.Record, w journal.Writer) error {
	change, err := decode[lotChange](r.Data)
	if err != nil {
		return err
	}
	l, err := get[Lot](w, keyLot(r.Subject))
	if err != nil {
		return err
	}
	before := fse.LotState("")
	if l == nil {
		if l = change.New; l == nil {
			return fmt.Errorf("%w: a lot that does not exist", errRecord)
		}
		l.Seq = r.Seq
		if err := enter(w, l); err != nil {
			return err
		}
	} else {
		before = l.State
	}
	l.apply(change, r)
	if err := change.Key.remember(w, l.ID); err != nil {
		return err
	}
	if err := open(w, l, before); err != nil {
		return err
	}
	if err := wait(w, setLots, keyLot(l.ID), l.Seq, toSend(l.State)); err != nil {
		return err
	}
	if err := bordereau(w, l, before, r); err != nil {
		return err
	}
	if err := count(w, kindLot, string(before), string(l.State)); err != nil {
		return err
	}
	return set(w, keyLot(l.ID), l)
}

// apply puts a change on top of what was.
func (l *Lot) apply(c *lotChange, r journal.Record) {
	l.State, l.Changed = c.State, r.Time
	switch {
	case c.State == fse.LotOuvert:
		l.Closed = nil
	case c.At != nil:
		l.Closed = c.At
	}
}

// toSend tells whether a lot in this state still has to be transmitted.
func toSend(s fse.LotState) bool { return s == fse.LotOuvert || s == fse.LotClos }

// enter keeps what finds a new lot otherwise than by its identifier.
func enter(w journal.Writer, l *Lot) error {
	for key, value := range map[string]string{
		keyLots(l.Seq):                     l.ID,
		keyLastLot(l.series()):             strconv.Itoa(l.Numero),
		keyLotNumero(l.series(), l.Numero): l.ID,
	} {
		if err := w.Set(key, []byte(value)); err != nil {
			return err
		}
	}
	return passLoss(w, l.series())
}

// open keeps the open lots of a series in the order in which they take new FSE: a
// new lot before the others, one that is opened again after them.
func open(w journal.Writer, l *Lot, before fse.LotState) error {
	was, is := before == fse.LotOuvert, l.State == fse.LotOuvert
	if was == is {
		return nil
	}
	key := keyOpen(l.series(), l.Certification)
	ids, err := list(w, key)
	if err != nil {
		return err
	}
	switch {
	case !is:
		ids = slices.DeleteFunc(ids, func(id string) bool { return id == l.ID })
	case before == "":
		ids = append(ids, l.ID)
	default:
		ids = slices.Insert(ids, 0, l.ID)
	}
	return setList(w, key, ids)
}
