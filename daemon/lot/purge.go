package lot

import (
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
// whose last record is old enough, and archived lots that hold no others. What is
// not paid stays whatever its age, and so does what shares a lot or a split with it.
// Numbers given, last numbers and counts stay: no number comes back.
type Purgeable struct {
	Until uint64 // last record that the choice knows
	FSE   int
	Lots  int

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

// over tells whether nothing more will happen to an FSE.
func over(s fse.State) bool {
	return s == fse.Payee || s == fse.Annulee || s == fse.Remplacee || s == fse.Papier
}

// subject is what the choice keeps in mind of an FSE or a lot.
type subject struct {
	lot    string   // that must go with an FSE, "" for none
	others []string // FSE that must go with it: linked ones, members of a lot
}

// linkedTo returns, for each FSE, those that name it as linked to them. After a second
// split an FSE names those of that one only; the ones of the first still name it.
func linkedTo(s scanner) (links map[string][]string, err error) {
	links = map[string][]string{}
	err = walk(s, "fse/", func(f *FSE) error {
		for _, other := range f.Linked {
			links[other] = append(links[other], f.ID)
		}
		return nil
	})
	return links, err
}

// choose returns what may go, by the state s.
func choose(s scanner, before time.Time) (Purgeable, error) {
	links, err := linkedTo(s)
	if err != nil {
		return Purgeable{}, err
	}
	found := map[string]subject{}
	err = walk(s, "fse/", func(f *FSE) error {
		if over(f.State) && f.Changed.Before(before) {
			one := subject{others: slices.Concat(f.Linked, links[f.ID])}
			if f.State != fse.Annulee {
				one.lot = f.Lot
			}
			found[f.ID] = one
		}
		return nil
	})
	if err != nil {
		return Purgeable{}, err
	}
	lots := map[string]bool{}
	err = walk(s, "lot/", func(l *Lot) error {
		if l.State != fse.LotArchive || !l.Changed.Before(before) {
			return nil
		}
		members, err := membersOf(s, l.ID)
		one := subject{}
		for _, m := range members {
			one.others = append(one.others, m.FSE)
		}
		found[l.ID], lots[l.ID] = one, true
		return err
	})
	if err != nil {
		return Purgeable{}, err
	}
	return agree(found, lots), nil
}

// agree drops what may not go because something that must go with it stays, until
// nothing more is dropped.
func agree(found map[string]subject, lots map[string]bool) Purgeable {
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
	for id := range found {
		p.subjects[id] = true
		if lots[id] {
			p.Lots++
		} else {
			p.FSE++
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
	case "fse", "lot":
		return !p.subjects[rest]
	case "lot-fse":
		id, _, _ := strings.Cut(rest, "/")
		return !p.subjects[id]
	case "liste", "toutes", "fse-numero", "lots", "lot-numero", "patient":
		return !p.subjects[string(value)]
	case "appel":
		c, err := decode[call](value)
		return err != nil || !p.subjects[c.Subject]
	}
	return true
}
