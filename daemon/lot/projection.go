package lot

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

var errRecord = errors.New("cannot take a record in")

// project derives the state of the book from its records.
func project(r journal.Record, w journal.Writer) error {
	data, err := upgraded(r)
	if err != nil {
		return err
	}
	r.Data = data
	if err := markDerived(r, w); err != nil {
		return err
	}
	switch r.Kind {
	case kindFSE:
		return projectFSE(r, w)
	case kindLot:
		return projectLot(r, w)
	case kindLoss:
		return projectLoss(r, w)
	case kindPaper:
		return projectPaper(r, w)
	case kindReturn:
		return projectReturn(r, w)
	case kindCabinet:
		return projectCabinet(r, w)
	case kindDelivery:
		return projectDelivery(r, w)
	case kindAdoption:
		return projectAdoption(r, w)
	}
	return fmt.Errorf("%w: unknown kind %q", errRecord, r.Kind)
}

func projectFSE(r journal.Record, w journal.Writer) error {
	change, err := decode[fseChange](r.Data)
	if err != nil {
		return err
	}
	doc, err := fseOf(w, r.Subject)
	if err != nil {
		return err
	}
	isNew := doc == nil
	if isNew {
		doc = &FSE{ID: r.Subject, Owner: change.Owner, Created: r.Time, Seq: r.Seq}
		for _, key := range []string{keyList(doc.Owner, r.Seq), keyEvery(r.Seq)} {
			if err := w.Set(key, []byte(doc.ID)); err != nil {
				return err
			}
		}
	}
	before := *doc
	if err := leave(w, &before, change.State); err != nil {
		return err
	}
	doc.apply(change, r)
	if err := index(w, change, &before, doc, r.Seq); err != nil {
		return err
	}
	if err := sheet(w, &before, doc, r); err != nil {
		return err
	}
	if err := enterDay(w, &before, doc); err != nil {
		return err
	}
	if err := enterTill(w, &before, doc); err != nil {
		return err
	}
	if err := stand(w, &before, doc); err != nil {
		return err
	}
	return doc.keep(w, isNew, before.State)
}

// stand enters f in the set of its state and the count of it, and takes it out of those
// of the state before.
func stand(w journal.Writer, before, f *FSE) error {
	if before.State == f.State {
		return nil
	}
	if err := wait(w, setOf(before.State), keyFSE(f.ID), f.Seq, false); err != nil {
		return err
	}
	if err := wait(w, setOf(f.State), keyFSE(f.ID), f.Seq, true); err != nil {
		return err
	}
	return count(w, kindFSE, string(before.State), string(f.State))
}

// apply puts a change on top of what was.
func (f *FSE) apply(c *fseChange, r journal.Record) {
	if f.State == fse.EnLot && c.State == fse.Signee {
		f.Lot = ""
	}
	if c.State == fse.Papier && f.State == fse.Brouillon {
		f.Price = nil // it was the price of an earlier draft
	}
	if c.State != f.State && (c.State == fse.Payee || c.State == fse.PayeePartiellement) {
		f.PaidAt = &r.Time
	}
	f.State, f.Changed = c.State, r.Time
	f.applyLinks(c)
	f.applyRestored(c)
	if c.Draft != nil {
		f.Draft, f.Certification = c.Draft, c.Certification
	}
	if c.Price != nil {
		f.Price = c.Price
	}
	if c.Numero != 0 {
		f.Numero = c.Numero
	}
	if c.Lot != "" {
		f.Lot = c.Lot
	}
	if c.Linked != nil {
		f.Linked = c.Linked
	}
	if c.Signature != nil {
		signature := *c.Signature
		signature.Seq = r.Seq
		f.Signature = &signature
	}
}

// applyLinks puts on top what was given, rejected and made again.
func (f *FSE) applyLinks(c *fseChange) {
	if c.Collected != nil {
		f.Collected = c.Collected
		if c.Collected.Amount == 0 {
			f.Collected = nil
		}
	}
	if c.Reject != nil {
		f.Reject = c.Reject
		if c.Reject.Return == "" {
			f.Reject = nil
		}
	}
	if c.Received != nil {
		f.Received = c.Received
	}
	if c.Replaces != nil {
		f.Replaces = c.Replaces
	}
	if c.ReplacedBy != "" {
		f.ReplacedBy = c.ReplacedBy
	}
}

// index keeps what finds an FSE otherwise than by its identifier, and the lot
// that it enters.
func index(w journal.Writer, c *fseChange, before, f *FSE, seq uint64) error {
	if err := c.Key.remember(w, f.ID); err != nil {
		return err
	}
	if c.Numero != 0 {
		if err := w.Set(keyLastFSE(f.NumeroAM()), []byte(strconv.Itoa(c.Numero))); err != nil {
			return err
		}
		if err := w.Set(keyNumero(c.Numero, f.NumeroAM()), []byte(f.ID)); err != nil {
			return err
		}
		if err := passLoss(w, f.NumeroAM()); err != nil {
			return err
		}
	}
	if c.Signature != nil || f.State == fse.Papier && before.State != fse.Papier {
		if err := w.Set(keyPatient(f.Draft, seq), []byte(f.ID)); err != nil {
			return err
		}
	}
	if c.Lot == "" {
		return nil
	}
	return move(w, f, c.Lot, +1)
}

// leave takes f, as it was, out of its lot when it is cancelled or taken out.
func leave(w journal.Writer, f *FSE, next fse.State) error {
	if f.State != fse.EnLot || next != fse.Annulee && next != fse.Signee {
		return nil
	}
	return move(w, f, f.Lot, -1)
}

// member is what a lot knows of an FSE in it: enough to tell its legal deadline.
type member struct {
	FSE         string   `json:"fse"`
	Soins       fse.Date `json:"soins"` // the first day of care
	TiersPayant bool     `json:"tp,omitempty"`
	Several     bool     `json:"jours,omitempty"` // days of care
}

// move takes f into lot (+1) or out of it (-1).
func move(w journal.Writer, f *FSE, lot string, sign int) error {
	l, err := get[Lot](w, keyLot(lot))
	if err != nil {
		return err
	}
	if l == nil || f.Price == nil {
		return fmt.Errorf("%w: an FSE without price, or for a lot that does not exist", errRecord)
	}
	l.Count += sign
	l.Records += sign * b2Records(f.Price)
	l.Total += fse.Cents(sign) * f.Price.Total.Honoraires
	l.AMO += fse.Cents(sign) * f.Price.Total.AMO
	if sign < 0 {
		err = w.Set(keyInLot(lot, f.Numero), nil)
	} else {
		err = set(w, keyInLot(lot, f.Numero), memberOf(f))
	}
	if err != nil {
		return err
	}
	return set(w, keyLot(lot), l)
}

// memberOf is what a lot, and the list of what is late, know of f.
func memberOf(f *FSE) member {
	m := member{FSE: f.ID, Soins: f.Draft.DateSoins, TiersPayant: f.Draft.TiersPayant.AMO}
	if f.Price != nil {
		m.TiersPayant = f.Price.TiersPayant.AMO
	}
	for i := range f.Draft.Actes {
		switch day := f.Draft.Actes[i].Date; {
		case day.IsZero() || day == m.Soins:
		case m.Soins.IsZero():
			m.Soins = day
		default:
			m.Soins, m.Several = min(m.Soins, day), true
		}
	}
	return m
}

// count keeps how many there are in each state, so that no start and no screen
// has to go through them all.
func count(w journal.Writer, kind, before, after string) error {
	if before == after {
		return nil
	}
	for state, step := range map[string]int{before: -1, after: +1} {
		if state == "" {
			continue
		}
		n, err := number(w, keyCount(kind, state))
		if err != nil {
			return err
		}
		if err := w.Set(keyCount(kind, state), []byte(strconv.Itoa(n+step))); err != nil {
			return err
		}
	}
	return nil
}
