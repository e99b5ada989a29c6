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
	var was Lot
	if l == nil {
		if l = change.New; l == nil {
			return fmt.Errorf("%w: a lot that does not exist", errRecord)
		}
		l.Seq = r.Seq
		if err := enter(w, l); err != nil {
			return err
		}
	} else {
		was = *l
	}
	before := was.State
	l.apply(change, r)
	if err := change.Key.remember(w, l.ID); err != nil {
		return err
	}
	if err := open(w, l, before); err != nil {
		return err
	}
	if err := l.stand(w); err != nil {
		return err
	}
	if err := l.sending(w, &was); err != nil {
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
		l.Closed, l.Dispatch = nil, nil // its file will be another one
	case c.At != nil:
		l.Closed = c.At
	case c.State == fse.LotClos:
		l.Sent = nil // its message came back
	}
	if c.Dispatch != nil {
		l.Dispatch = c.Dispatch
	}
	if c.Sent != nil {
		l.Sent = c.Sent
	}
	if c.Refused != nil {
		l.Refused = c.Refused
	}
	l.applyAsked(c)
	l.Accepted = l.Accepted || c.Accepted || c.State == fse.LotAcquitte
}

// stand enters l in the sets of what waits, or takes it out.
func (l *Lot) stand(w journal.Writer) error {
	for set, is := range map[string]bool{
		setLots:     toSend(l.State),
		setSent:     l.State == fse.LotTransmis,
		setAnswered: l.State == fse.LotAcquitte || l.State == fse.LotSansARLAttendu || l.State == fse.LotRejete,
	} {
		if err := wait(w, set, keyLot(l.ID), l.Seq, is); err != nil {
			return err
		}
	}
	return nil
}

// sending keeps what finds a lot by what was sent, and counts what somebody has to decide.
func (l *Lot) sending(w journal.Writer, before *Lot) error {
	if err := count(w, countSending, before.undecided(), l.undecided()); err != nil || l.Dispatch == nil {
		return err
	}
	if before.Dispatch != nil {
		return nil
	}
	return w.Set(keySending(l), []byte(l.ID))
}

// countSending names the count of the dispatches that somebody has to decide.
const countSending = "envoi"

// undecided is what a lot is counted as, "" for nothing.
func (l *Lot) undecided() string {
	switch {
	case l.Dispatch == nil:
	case l.bounced(), l.State == fse.LotClos && (l.Dispatch.State == DispatchUndecided || l.Dispatch.State == DispatchRefused):
		return countWaits
	}
	return ""
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
	key := keyOpen(l.payer(), l.Certification)
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
