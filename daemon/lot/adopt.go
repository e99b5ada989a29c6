package lot

import (
	"context"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// A journal that was purged under derivation 2 begins with a checkpoint: derived keys of
// that time, of which the records are gone. When it is rebuilt, the records behind are
// derived as now, on top of them; what stands in the checkpoint is then adopted, by
// records that name it and have the projection enter it where later derivations look. So
// a replay from the checkpoint gives the same state as ever. Until it is adopted, what
// comes from the checkpoint has no Seq, and enters no set and no day.

const kindAdoption = "derivation"

// adoption is the data of a record that enters what a checkpoint has kept.
type adoption struct {
	FSE  []adopted `json:"fse,omitempty"`
	Lots []adopted `json:"lots,omitempty"`
	Last bool      `json:"fin,omitempty"` // of the last one
}

func (a adoption) record() (journal.Entry, error) {
	data, err := encode(a)
	return journal.Entry{Kind: kindAdoption, Actor: "service", Version: schema, Data: data}, err
}

type adopted struct {
	ID  string `json:"id"`
	Seq uint64 `json:"enregistrement"` // record that began it
}

// maxAdopted bounds the documents that a record enters, in bytes: they are all written
// anew in one update.
const maxAdopted = 256 << 10

// adopt takes over the derived keys of an older version where that can be done: of
// versions 3 and 4 all are as they would be derived now, and only the mark is another one; of
// version 2 what its checkpoint has kept is entered. Where nothing may be written those of
// versions 3 and 4 are read as they are. It fails with the errors of checkDerived.
func (b *Book) adopt(frozen bool) error {
	var found adoptable
	err := b.journal.View(func(s journal.State) (err error) {
		found, err = checkDerived(s)
		return err
	})
	switch {
	case err != nil || found == untouched && frozen:
		return err
	case found == untouched:
		_, err = b.journal.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
			return one(adoption{Last: true}.record())
		})
		return err
	}
	needed := found == checkpoint2
	for afterFSE, afterLot := "", ""; err == nil && needed; {
		_, err = b.journal.Update(context.Background(), func(s journal.State) ([]journal.Entry, error) {
			var a adoption
			var moreFSE, moreLots bool
			var err error
			if a.FSE, afterFSE, moreFSE, err = page(s, "toutes/", afterFSE, keyFSE); err != nil {
				return nil, err
			}
			if !moreFSE {
				if a.Lots, afterLot, moreLots, err = page(s, "lots/", afterLot, keyLot); err != nil {
					return nil, err
				}
			}
			needed = moreFSE || moreLots
			a.Last = !needed
			return one(a.record())
		})
	}
	return err
}

// page lists what is to be adopted behind the key after, as much as a record may hold.
func page(s journal.State, prefix, after string, key func(string) string) (found []adopted, last string, more bool, err error) {
	size := 0
	for last = after; size < maxAdopted; {
		items, err := s.Scan(prefix, last, 1, false)
		if err != nil || len(items) == 0 {
			return found, last, false, err
		}
		last = items[0].Key
		id := string(items[0].Value)
		doc, _, err := s.Get(key(id))
		if err != nil {
			return nil, "", false, err
		}
		seq, err := strconv.ParseUint(last[len(prefix):], 10, 64)
		if err != nil {
			return nil, "", false, errMissing(last)
		}
		found = append(found, adopted{id, seq})
		size += len(doc)
	}
	return found, last, true, nil
}

func projectAdoption(r journal.Record, w journal.Writer) error {
	a, err := decode[adoption](r.Data)
	if err != nil {
		return err
	}
	for _, one := range a.FSE {
		if err := adoptFSE(w, one); err != nil {
			return err
		}
	}
	for _, one := range a.Lots {
		if err := adoptLot(w, one); err != nil {
			return err
		}
	}
	if !a.Last {
		return nil
	}
	for _, kind := range []string{kindFSE, kindLot} { // the lists of derivation 2: by hours
		hours, err := list(w, keyBlocks(kind))
		if err != nil {
			return err
		}
		for _, hour := range hours {
			if err := w.Set(keyBlock(kind, hour), nil); err != nil {
				return err
			}
		}
		if err := w.Set(keyBlocks(kind), nil); err != nil {
			return err
		}
	}
	if err := w.Set(keyBehind, nil); err != nil { // a replay from the first record does not give it
		return err
	}
	return w.Set(keyDerivation, []byte(strconv.Itoa(derivation)))
}

func adoptFSE(w journal.Writer, one adopted) error {
	f, err := get[FSE](w, keyFSE(one.ID))
	if err != nil || f == nil || f.Seq != 0 {
		return err
	}
	f.Seq = one.Seq
	if f.Signature != nil && f.Certification == "D" {
		if err := adoptPaper(w, f.ID, keyFSE(f.ID), &Paper{Since: f.Signature.At, Seq: f.Seq}, !replacedOrCancelled(f.State)); err != nil {
			return err
		}
	}
	if err := enterDay(w, f, f); err != nil {
		return err
	}
	if err := enterTill(w, &FSE{}, f); err != nil {
		return err
	}
	if err := wait(w, setOf(f.State), keyFSE(f.ID), f.Seq, true); err != nil {
		return err
	}
	return set(w, keyFSE(f.ID), f)
}

func adoptLot(w journal.Writer, one adopted) error {
	l, err := get[Lot](w, keyLot(one.ID))
	if err != nil || l == nil || l.Seq != 0 {
		return err
	}
	l.Seq = one.Seq
	if l.Certification == "D" && l.State != fse.LotOuvert {
		if err := adoptPaper(w, l.ID, keyLot(l.ID), &Paper{Since: l.Changed, Seq: l.Seq}, true); err != nil {
			return err
		}
	}
	if err := wait(w, setLots, keyLot(l.ID), l.Seq, toSend(l.State)); err != nil {
		return err
	}
	return set(w, keyLot(l.ID), l)
}

// adoptPaper makes the paper of what has none yet.
func adoptPaper(w journal.Writer, id, key string, p *Paper, waits bool) error {
	if before, err := get[Paper](w, keyPaper(id)); err != nil || before != nil {
		return err
	}
	p.State = fse.PapierAImprimer
	if err := standPaper(w, key, p, false, waits); err != nil {
		return err
	}
	return set(w, keyPaper(id), p)
}
