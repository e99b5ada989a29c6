package lot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// minRetention is how long everything stays: copies are kept at least 90 days
// (R.161-47 CSS).
const minRetention = 90 * 24 * time.Hour

// Purgeable is what a purge of the journal may take out: FSE that are over and
// whose last record is old enough, archived lots that hold no others, returns about
// what goes, and deliveries that hold no others. What is not paid stays whatever its age, and so does what shares a lot or a
// split with it, what it replaces or is replaced by, what has a paper that is not posted,
// a reject that nobody has made again, and what has a return that somebody has to look at.
// Numbers given, last numbers and counts stay: no number comes back.
type Purgeable struct {
	Until uint64 // last record that the choice knows
	FSE   int
	Lots  int // papers, returns and deliveries are not counted

	subjects map[string]bool
}

// Purgeable chooses what may go of what has not changed since before. It goes
// through the whole book. Less than 90 days ago is ErrRetention.
func (b *Book) Purgeable(before time.Time) (p Purgeable, err error) {
	if before.After(b.now().Add(-minRetention)) {
		return p, ErrRetention
	}
	err = b.journal.View(func(s journal.State) error {
		p, err = choose(s, before)
		p.Until = s.Last()
		return err
	})
	return p, err
}

// Purge takes what is purgeable out of the journal: see journal.Journal.Purge. It
// returns what the journal did and what went.
func (b *Book) Purge(ctx context.Context, before time.Time) (done journal.Purged, gone Purgeable, err error) {
	now, err := b.Purgeable(before)
	if err != nil || len(now.subjects) == 0 {
		return done, now, err
	}
	done, err = b.journal.Purge(ctx, now.Until, func(past journal.Past) (journal.Keep, error) {
		gone, err = choose(past, before)
		gone.Until = past.Last()
		return journal.Keep{Key: gone.KeepKey, Record: gone.KeepRecord}, err
	})
	return done, gone, err
}

// subject is what the choice keeps in mind of an FSE or a lot.
type subject struct {
	kind   string   // of its records
	lot    string   // that must go with an FSE, "" for none
	others []string // what must go with it: linked FSE, members of a lot, returns
}

// relations are the FSE and returns that f names.
func (f *FSE) relations() []string {
	related := slices.Clone(f.Linked)
	if f.ReplacedBy != "" {
		related = append(related, f.ReplacedBy)
	}
	if f.Replaces != nil {
		related = append(related, cmp.Or(f.Replaces.FSE, f.Replaces.Return))
	}
	return related
}

// namedBy returns, for each FSE and each return, what names it. After a second split an
// FSE names those of that one only; the ones of the first still name it.
func namedBy(s scanner) (links map[string][]string, err error) {
	links = map[string][]string{}
	err = walk(s, keyFSE(""), func(f *FSE) error {
		if err := f.withSuite(s); err != nil {
			return err
		}
		for _, other := range f.relations() {
			links[other] = append(links[other], f.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return links, walk(s, keyReturn(""), func(r *Return) error {
		if about := cmp.Or(r.FSE, r.Lot); about != "" {
			links[about] = append(links[about], r.ID)
		}
		return nil
	})
}

// choose returns what may go, by the state s.
func choose(s scanner, before time.Time) (Purgeable, error) {
	links, err := namedBy(s)
	if err != nil {
		return Purgeable{}, err
	}
	found := map[string]subject{}
	err = walk(s, keyFSE(""), func(f *FSE) error {
		if err := cmp.Or(f.withSuite(s), f.withPaper(s)); err != nil || !f.over() || !f.Changed.Before(before) || f.Paper.waits() {
			return err
		}
		one := subject{kind: kindFSE, others: slices.Concat(f.relations(), links[f.ID])}
		if f.State != fse.Annulee {
			one.lot = f.Lot
		}
		found[f.ID] = one
		return nil
	})
	if err != nil {
		return Purgeable{}, err
	}
	if err := chooseLots(s, before, links, found); err != nil {
		return Purgeable{}, err
	}
	if err := chooseReturns(s, before, links, found); err != nil {
		return Purgeable{}, err
	}
	return agree(found), nil
}

// chooseLots adds the lots that may go.
func chooseLots(s scanner, before time.Time, links map[string][]string, found map[string]subject) error {
	return walk(s, keyLot(""), func(l *Lot) error {
		p, err := get[Paper](s, keyPaper(l.ID))
		if err != nil || l.State != fse.LotArchive || !l.Changed.Before(before) || p.waits() {
			return err
		}
		members, err := membersOf(s, l.ID)
		one := subject{kind: kindLot, others: slices.Clone(links[l.ID])}
		for _, m := range members {
			one.others = append(one.others, m.FSE)
		}
		found[l.ID] = one
		return err
	})
}

// chooseReturns adds the returns that may go: those about FSE and lots, which they go
// with, the external ones that were made again, and those about nothing that nobody has
// to do anything about; and the deliveries of which all returns may.
func chooseReturns(s scanner, before time.Time, links map[string][]string, found map[string]subject) error {
	of := map[string][]string{} // returns, by delivery
	err := walk(s, keyReturn(""), func(r *Return) error {
		if r.Delivery != "" {
			of[r.Delivery] = append(of[r.Delivery], r.ID)
		}
		switch about := cmp.Or(r.FSE, r.Lot); {
		case r.Effect.toSettle():
		case about != "":
			found[r.ID] = subject{kind: kindReturn, others: []string{about}}
		case r.Done || r.Delivery != "" && r.Received.Before(before):
			found[r.ID] = subject{kind: kindReturn, others: links[r.ID]}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return walk(s, keyDelivery(""), func(d *Delivery) error {
		if !d.unfinished() && d.Received.Before(before) {
			found[d.ID] = subject{kind: kindDelivery, others: of[d.ID]}
		}
		return nil
	})
}

// agree drops what may not go because something that must go with it stays, until
// nothing more is dropped.
func agree(found map[string]subject) Purgeable {
	stays := func(id string) bool { _, goes := found[id]; return !goes }
	for dropped := true; dropped; {
		dropped = false
		for id, one := range found {
			keep := one.lot != "" && stays(one.lot)
			for _, other := range one.others {
				keep = keep || stays(other)
			}
			if keep {
				delete(found, id)
				dropped = true
			}
		}
	}
	p := Purgeable{subjects: make(map[string]bool, len(found))}
	for id, one := range found {
		p.subjects[id] = true
		switch one.kind {
		case kindFSE:
			p.FSE++
		case kindLot:
			p.Lots++
		}
	}
	return p
}

// walkPage is how many documents are read at a time.
const walkPage = 512

// walk calls f with every document under the keys with prefix.
func walk[T any](s scanner, prefix string, f func(*T) error) error {
	for after := ""; ; {
		items, err := s.Scan(prefix, after, walkPage, false)
		if err != nil {
			return err
		}
		for _, item := range items {
			one, err := decode[T](item.Value)
			if err == nil {
				err = f(one)
			}
			if err != nil {
				return err
			}
			after = item.Key
		}
		if len(items) < walkPage {
			return nil
		}
	}
}

// KeepRecord tells whether a record stays.
func (p Purgeable) KeepRecord(r journal.Record) bool { return !p.subjects[r.Subject] }

// KeepKey tells whether a derived key stays: all do but those of a subject that
// goes, the keys of the calls about it included.
func (p Purgeable) KeepKey(key string, value []byte) bool {
	family, rest, _ := strings.Cut(key, "/")
	switch family {
	case "fse", "fse-suite", "lot", "papier", "retour", "retour-fse", "retour-entier", "livraison":
		return !p.subjects[rest]
	case "lot-fse", "livraison-morceau", "livraison-liste":
		id, _, _ := strings.Cut(rest, "/")
		return !p.subjects[id]
	case "liste", "toutes", "fse-numero", "lots", "lot-numero", "patient", "retours", "retour-attendu",
		"retour-lot", "envoi", "lot-envoi", "livraisons":
		return !p.subjects[string(value)]
	case "jour":
		l, err := decode[dayLine](value)
		return err != nil || !p.subjects[l.FSE]
	case "encaissement":
		l, err := decode[tillLine](value)
		return err != nil || !p.subjects[l.FSE]
	case "appel":
		c, err := decode[call](value)
		return err != nil || !p.subjects[c.Subject]
	}
	return true
}
