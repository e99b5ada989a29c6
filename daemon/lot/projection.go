package lot

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Derived keys. Numbers in keys have a fixed width, so that their order is the
// order of the bytes.
func keyFSE(id string) string { return "fse/" + id }
func keyLot(id string) string { return "lot/" + id }
func keyList(owner string, seq uint64) string {
	return fmt.Sprintf("liste/%s/%020d", url.PathEscape(owner), seq)
}
func keyLots(seq uint64) string                { return fmt.Sprintf("lots/%020d", seq) }
func keyLastFSE(am string) string              { return "numero/fse/" + am }
func keyLastLot(series string) string          { return "numero/lot/" + series }
func keyLotNumero(series string, n int) string { return fmt.Sprintf("lot-numero/%s/%03d", series, n) }
func keyOpen(series, certification string) string {
	return "lot-ouvert/" + series + "/" + certification
}
func keyInLot(lot string, numero int) string { return fmt.Sprintf("lot-fse/%s/%09d", lot, numero) }
func keyPatient(d *fse.Draft, seq uint64) string {
	return fmt.Sprintf("%s%020d", prefixPatient(d), seq)
}
func keyCount(kind, state string) string { return "compte/" + kind + "/" + state }
func keyCall(name string) string         { return "appel/" + name }

// prefixPatient begins the keys of the signed FSE of a beneficiary in the year of
// the care. The number is hashed: a list of keys tells nobody who was there.
func prefixPatient(d *fse.Draft) string {
	nir := d.Beneficiaire.NIR
	if nir == "" && d.Assure != nil {
		nir = d.Assure.NIR
	}
	sum := sha256.Sum256([]byte(nir))
	return fmt.Sprintf("patient/%s/%04d/", hex.EncodeToString(sum[:16]), d.DateSoins.Year())
}

// series names the numbering of lots: one for each professional, payer and
// environment, whatever the certification.
func (l *Lot) series() string {
	return l.NumeroAM + "/" + l.Regime + l.Caisse + l.Centre + "/" + l.Environment
}

var errRecord = errors.New("cannot take a record in")

// project derives the state of the book from its records.
func project(r journal.Record, w journal.Writer) error {
	if r.Version != schema {
		return fmt.Errorf("%w: version %d, %d is known", errRecord, r.Version, schema)
	}
	switch r.Kind {
	case kindFSE:
		return projectFSE(r, w)
	case kindLot:
		return projectLot(r, w)
	}
	return fmt.Errorf("%w: unknown kind %q", errRecord, r.Kind)
}

func projectFSE(r journal.Record, w journal.Writer) error {
	change, err := decode[fseChange](r.Data)
	if err != nil {
		return err
	}
	doc, err := get[FSE](w, keyFSE(r.Subject))
	if err != nil {
		return err
	}
	before := fse.State("")
	if doc == nil {
		doc = &FSE{ID: r.Subject, Owner: change.Owner, Created: r.Time}
		if err := w.Set(keyList(doc.Owner, r.Seq), []byte(doc.ID)); err != nil {
			return err
		}
	} else {
		before = doc.State
	}
	doc.apply(change, r.Seq)
	if err := index(w, change, doc, r.Seq); err != nil {
		return err
	}
	if err := count(w, kindFSE, string(before), string(doc.State)); err != nil {
		return err
	}
	return set(w, keyFSE(doc.ID), doc)
}

// apply puts a change on top of what was.
func (f *FSE) apply(c *fseChange, seq uint64) {
	f.State = c.State
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
		signature.Seq = seq
		f.Signature = &signature
	}
}

// index keeps what finds an FSE otherwise than by its identifier, and the lot
// that it enters or leaves.
func index(w journal.Writer, c *fseChange, f *FSE, seq uint64) error {
	if c.Key != nil {
		if err := set(w, keyCall(c.Key.Name), call{Digest: c.Key.Digest, Subject: f.ID}); err != nil {
			return err
		}
	}
	if c.Numero != 0 {
		if err := w.Set(keyLastFSE(f.NumeroAM()), []byte(strconv.Itoa(c.Numero))); err != nil {
			return err
		}
	}
	if c.State == fse.Signee {
		if err := w.Set(keyPatient(f.Draft, seq), []byte(f.ID)); err != nil {
			return err
		}
	}
	switch {
	case c.Lot != "":
		return move(w, f, c.Lot, +1)
	case c.State == fse.Annulee && f.Lot != "":
		return move(w, f, f.Lot, -1)
	}
	return nil
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
	member := []byte(f.ID)
	if sign < 0 {
		member = nil
	}
	if err := w.Set(keyInLot(lot, f.Numero), member); err != nil {
		return err
	}
	return set(w, keyLot(lot), l)
}

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
		if err := enter(w, l, r.Seq); err != nil {
			return err
		}
	} else {
		before = l.State
	}
	l.State = change.State
	open := []byte(l.ID)
	if l.State != fse.LotOuvert {
		open, l.Closed = nil, change.At
	}
	if err := w.Set(keyOpen(l.series(), l.Certification), open); err != nil {
		return err
	}
	if err := count(w, kindLot, string(before), string(l.State)); err != nil {
		return err
	}
	return set(w, keyLot(l.ID), l)
}

// enter keeps what finds a new lot otherwise than by its identifier.
func enter(w journal.Writer, l *Lot, seq uint64) error {
	for key, value := range map[string]string{
		keyLots(seq):                       l.ID,
		keyLastLot(l.series()):             strconv.Itoa(l.Numero),
		keyLotNumero(l.series(), l.Numero): l.ID,
	} {
		if err := w.Set(key, []byte(value)); err != nil {
			return err
		}
	}
	return nil
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

// getter reads derived keys: a journal.State or a journal.Writer.
type getter interface {
	Get(key string) ([]byte, bool, error)
}

// get returns the object at key, nil if there is none.
func get[T any](g getter, key string) (*T, error) {
	data, ok, err := g.Get(key)
	if err != nil || !ok {
		return nil, err
	}
	return decode[T](data)
}

func set(w journal.Writer, key string, v any) error {
	data, err := encode(v)
	if err != nil {
		return err
	}
	return w.Set(key, data)
}

// number returns the number at key, 0 if there is none.
func number(g getter, key string) (int, error) {
	data, ok, err := g.Get(key)
	if err != nil || !ok {
		return 0, err
	}
	n, err := strconv.Atoi(string(data))
	if err != nil {
		return 0, fmt.Errorf("cannot read the number at %q: %w", key, err)
	}
	return n, nil
}

// text returns the text at key, "" if there is none.
func text(g getter, key string) (string, error) {
	data, _, err := g.Get(key)
	return string(data), err
}
