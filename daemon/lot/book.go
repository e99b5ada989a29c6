// Package lot keeps the book of FSE and lots: their numbers, their states, who
// goes with whom.
//
// Its contract:
//
//   - Every change is a record of the journal, durable before the method that
//     makes it returns. The book's state is derived from the records alone.
//   - An FSE number has 9 digits, strictly increasing for a professional, never
//     used twice. It is reserved at the first attempt to sign and stays with its
//     FSE; a number that no payer sees belongs to an FSE that is `annulée`.
//   - A lot has one professional, one payer, one certification and one
//     environment. Its number has 3 digits and follows the last of the same
//     professional, payer and environment; after 999 it skips those in use.
//   - A signature and the entry in a lot are one change: there is no FSE that is
//     signed and in no lot.
//   - A principal sees its own FSE only; another's does not exist for it.
package lot

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Options say where the book is.
type Options struct {
	Dir    string // folder of the journal
	Anchor string // file that witnesses its end
	Log    *slog.Logger
	Now    func() time.Time
}

// Book is an open book. Its methods may be called from several goroutines.
type Book struct {
	journal *journal.Journal
	now     func() time.Time
}

// Open opens the book, or begins one. Its errors are the journal's.
func Open(o Options) (*Book, error) {
	j, err := journal.Open(journal.Options{Dir: o.Dir, AnchorFile: o.Anchor, Project: project, Now: o.Now, Logger: o.Log})
	if err != nil {
		return nil, err
	}
	return &Book{journal: j, now: o.Now}, nil
}

// Close closes the book.
func (b *Book) Close() error { return b.journal.Close() }

// Errors of the book. They are wrapped by none: callers compare with errors.Is.
var (
	ErrNotFound  = errors.New("cannot find it")
	ErrState     = errors.New("cannot do this in its state")
	ErrDuplicate = errors.New("cannot use this key: it was used for another call")
	ErrExhausted = errors.New("cannot give a number: all are in use")
	ErrReason    = errors.New("cannot cancel an FSE that has a number without a reason")
)

// Call identifies a call that changes something, so that its repetition is
// noticed. The zero value is a call that can't be repeated.
type Call struct {
	Principal string
	Method    string
	Key       string // the caller's; "" for none
	Digest    string // of the parameters
}

func (c Call) key() *callKey {
	if c.Key == "" {
		return nil
	}
	name := url.PathEscape(c.Principal) + "/" + c.Method + "/" + c.Key // the first two hold no other slash
	return &callKey{Name: name, Digest: c.Digest}
}

// call is what a key was first used for.
type call struct {
	Digest  string `json:"digest"`
	Subject string `json:"sujet"`
}

// repeated returns the subject of the first call with c's key, "" if there was none.
func (c Call) repeated(s journal.State) (string, error) {
	key := c.key()
	if key == nil {
		return "", nil
	}
	first, err := get[call](s, keyCall(key.Name))
	switch {
	case err != nil || first == nil:
		return "", err
	case first.Digest != c.Digest:
		return "", ErrDuplicate
	}
	return first.Subject, nil
}

// newID returns an identifier that can't be guessed.
func newID() string { return strings.ToLower(rand.Text()) }

// record makes an entry about an FSE.
func (c *fseChange) record(id, actor, cause string) (journal.Entry, error) {
	data, err := encode(c)
	return journal.Entry{Kind: kindFSE, Subject: id, Actor: actor, Cause: cause, Version: schema, Data: data}, err
}

func (c *lotChange) record(id, actor, cause string) (journal.Entry, error) {
	data, err := encode(c)
	return journal.Entry{Kind: kindLot, Subject: id, Actor: actor, Cause: cause, Version: schema, Data: data}, err
}

// own returns the FSE id of owner.
func own(g getter, id, owner string) (*FSE, error) {
	f, err := get[FSE](g, keyFSE(id))
	if err == nil && (f == nil || f.Owner != owner) {
		err = ErrNotFound
	}
	return f, err
}

// change appends the entries that decide makes of the FSE id of owner, and
// returns the FSE and the lots that were changed with it.
func (b *Book) change(ctx context.Context, id, owner string, decide func(journal.State, *FSE) ([]journal.Entry, error)) (FSE, []Lot, error) {
	records, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		f, err := own(s, id, owner)
		if err != nil {
			return nil, err
		}
		return decide(s, f)
	})
	if err != nil {
		return FSE{}, nil, err
	}
	var f FSE
	var lots []Lot
	err = b.journal.View(func(s journal.State) error {
		found, err := own(s, id, owner)
		if err != nil {
			return err
		}
		f = *found
		lots, err = changedLots(s, records, f.Lot)
		return err
	})
	return f, lots, err
}

// changedLots returns the lots that records are about and, after them, the one of
// the FSE that they are about.
func changedLots(s journal.State, records []journal.Record, last string) (lots []Lot, err error) {
	ids := []string{last}
	for _, r := range records {
		if r.Kind == kindLot && r.Subject != last {
			ids = slices.Insert(ids, len(ids)-1, r.Subject)
		}
	}
	for _, id := range ids {
		if id == "" {
			continue
		}
		l, err := get[Lot](s, keyLot(id))
		if err != nil {
			return nil, err
		}
		lots = append(lots, *l)
	}
	return lots, nil
}

// one is the entry e alone.
func one(e journal.Entry, err error) ([]journal.Entry, error) {
	if err != nil {
		return nil, err
	}
	return []journal.Entry{e}, nil
}

// Create begins an FSE. Repeating the call returns the FSE that it made.
func (b *Book) Create(ctx context.Context, owner string, draft *fse.Draft, c Call) (FSE, error) {
	id := newID()
	_, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		first, err := c.repeated(s)
		if err != nil || first != "" {
			id = first
			return nil, err
		}
		change := fseChange{State: fse.Brouillon, Owner: owner, Certification: fse.Certification(draft), Draft: draft, Key: c.key()}
		return one(change.record(id, owner, ""))
	})
	if err != nil {
		return FSE{}, err
	}
	return b.Get(owner, id)
}

// Update replaces the draft of an FSE that is not signed. Its number, if it has
// one, stays; its professional may then not change any more.
func (b *Book) Update(ctx context.Context, owner, id string, draft *fse.Draft) (FSE, error) {
	f, _, err := b.change(ctx, id, owner, func(_ journal.State, f *FSE) ([]journal.Entry, error) {
		if f.State != fse.Brouillon && f.State != fse.ASigner || f.Numero != 0 && numeroAM(draft) != f.NumeroAM() {
			return nil, ErrState
		}
		change := fseChange{State: fse.Brouillon, Certification: fse.Certification(draft), Draft: draft}
		return one(change.record(id, owner, ""))
	})
	return f, err
}

// Split replaces an FSE that is not signed by several that are linked to each
// other, in one change: the first keeps its identifier and number.
func (b *Book) Split(ctx context.Context, owner, id string, parts []*fse.Draft) ([]FSE, error) {
	ids := []string{id}
	for range parts[1:] {
		ids = append(ids, newID())
	}
	_, _, err := b.change(ctx, id, owner, func(_ journal.State, f *FSE) (entries []journal.Entry, err error) {
		if f.State != fse.Brouillon && f.State != fse.ASigner {
			return nil, ErrState
		}
		for i, part := range parts {
			change := fseChange{State: fse.Brouillon, Certification: fse.Certification(part), Draft: part,
				Linked: slices.DeleteFunc(slices.Clone(ids), func(other string) bool { return other == ids[i] })}
			if i > 0 {
				change.Owner = owner
			}
			entry, err := change.record(ids[i], owner, "")
			if err != nil {
				return nil, err
			}
			entries = append(entries, entry)
		}
		return entries, nil
	})
	if err != nil {
		return nil, err
	}
	list := make([]FSE, len(ids))
	for i, one := range ids {
		if list[i], err = b.Get(owner, one); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// maxFSE is the largest FSE number.
const maxFSE = 999_999_999

// Reserve makes an FSE ready to sign: it keeps its price, and its number if it
// has none yet.
func (b *Book) Reserve(ctx context.Context, owner, id string, price *fse.Prix) (FSE, error) {
	f, _, err := b.change(ctx, id, owner, func(s journal.State, f *FSE) ([]journal.Entry, error) {
		if f.State != fse.Brouillon && f.State != fse.ASigner {
			return nil, ErrState
		}
		change := fseChange{State: fse.ASigner, Price: price}
		if f.Numero == 0 {
			last, err := number(s, keyLastFSE(f.NumeroAM()))
			if err != nil {
				return nil, err
			}
			if last == maxFSE {
				return nil, ErrExhausted
			}
			change.Numero = last + 1
		}
		return one(change.record(id, owner, ""))
	})
	return f, err
}

// Cancel ends an FSE that was not transmitted and is in no closed lot. Its number
// is not used again.
func (b *Book) Cancel(ctx context.Context, owner, id, cause string) (FSE, []Lot, error) {
	return b.change(ctx, id, owner, func(s journal.State, f *FSE) ([]journal.Entry, error) {
		if !fse.CanMove(f.State, fse.Annulee) {
			return nil, ErrState
		}
		if f.Numero != 0 && strings.TrimSpace(cause) == "" {
			return nil, ErrReason
		}
		if f.Lot != "" {
			l, err := get[Lot](s, keyLot(f.Lot))
			if err != nil {
				return nil, err
			}
			if l == nil || l.State != fse.LotOuvert {
				return nil, ErrState
			}
		}
		change := fseChange{State: fse.Annulee}
		return one(change.record(id, owner, cause))
	})
}
