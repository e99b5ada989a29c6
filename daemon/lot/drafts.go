package lot

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// newID returns an identifier that can't be guessed.
func newID() string { return strings.ToLower(rand.Text()) }

// plain is a draft with the numbers of its people as the card has them: an entry
// with spaces would else be another person's when duplicates are looked for.
func plain(draft *fse.Draft) *fse.Draft {
	out := *draft
	out.Beneficiaire.NIR = plainNIR(draft.Beneficiaire.NIR)
	if draft.Assure != nil {
		assure := *draft.Assure
		assure.NIR = plainNIR(assure.NIR)
		out.Assure = &assure
	}
	return &out
}

// plainNIR is a NIR without spaces. What is no NIR stays: it is refused when the FSE is
// signed.
func plainNIR(s string) string {
	if nir, _, err := fse.ParseNIR(s); err == nil {
		return nir.String()
	}
	return s
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
		change := fseChange{State: fse.Brouillon, Owner: owner, Certification: fse.Certification(draft), Draft: plain(draft), Key: c.key()}
		return one(change.record(id, owner, ""))
	})
	if err != nil {
		return FSE{}, err
	}
	return b.Get(owner, id)
}

// Update replaces the draft of an FSE that is not signed. Its number, if it has
// one, stays; its professional may then not change any more.
func (b *Book) Update(ctx context.Context, owner, id string, draft *fse.Draft, c Call) (FSE, error) {
	f, _, err := b.change(ctx, id, owner, c, func(_ journal.State, f *FSE) ([]journal.Entry, error) {
		if f.State != fse.Brouillon && f.State != fse.ASigner || f.Numero != 0 && numeroAM(draft) != f.NumeroAM() {
			return nil, ErrState
		}
		change := fseChange{State: fse.Brouillon, Certification: fse.Certification(draft), Draft: plain(draft), Key: c.key()}
		return one(change.record(id, owner, ""))
	})
	return f, err
}

// Split replaces an FSE that is not signed by several that are linked to each
// other, in one change: the first keeps its identifier and number. Repeating the
// call returns those that it made. What makes another again is not split, since one FSE
// takes the place of one: that is ErrReplaces.
func (b *Book) Split(ctx context.Context, owner, id string, parts []*fse.Draft, c Call) ([]FSE, error) {
	ids := []string{id}
	for range parts[1:] {
		ids = append(ids, newID())
	}
	first, _, err := b.change(ctx, id, owner, c, func(_ journal.State, f *FSE) ([]journal.Entry, error) {
		if f.State != fse.Brouillon && f.State != fse.ASigner {
			return nil, ErrState
		}
		if f.Replaces != nil {
			return nil, ErrReplaces
		}
		return splitEntries(owner, ids, parts, f.Restored, c)
	})
	if err != nil {
		return nil, err
	}
	list := []FSE{first}
	for _, other := range first.Linked {
		f, err := b.Get(owner, other)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

// splitEntries makes the FSE of ids, of which the first is there, of parts; restored is
// the mark of that one.
func splitEntries(owner string, ids []string, parts []*fse.Draft, restored *time.Time, c Call) (entries []journal.Entry, err error) {
	for i, part := range parts {
		change := fseChange{State: fse.Brouillon, Certification: fse.Certification(part), Draft: plain(part),
			Linked: slices.DeleteFunc(slices.Clone(ids), func(other string) bool { return other == ids[i] })}
		if i == 0 {
			change.Key = c.key()
		} else {
			change.Owner, change.Restored = owner, restored
		}
		entry, err := change.record(ids[i], owner, "")
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// maxFSE is the largest FSE number.
const maxFSE = 999_999_999

// Reserve makes an FSE ready to sign: it keeps its price, and its number if it
// has none yet. One that no B2 file can hold is refused before it has a number,
// with ErrB2, and so is one that makes an FSE again which is no longer rejected, with
// ErrOriginal. One for which the patient has given more than is to pay now is an
// *OverpaidError. Of c only the principal counts: who did it where owner is Practice.
func (b *Book) Reserve(ctx context.Context, owner, id string, price *fse.Prix, c Call) (FSE, error) {
	f, _, err := b.change(ctx, id, owner, Call{}, func(s journal.State, f *FSE) ([]journal.Entry, error) {
		if f.State != fse.Brouillon && f.State != fse.ASigner {
			return nil, ErrState
		}
		if err := writable(f, price, b.now()); err != nil {
			return nil, err
		}
		old, err := original(s, f)
		if err != nil {
			return nil, err
		}
		var paid *Payment
		if old != nil {
			paid = old.Collected
		}
		if err := settle(price, f, paid); err != nil {
			return nil, err
		}
		change := fseChange{State: fse.ASigner, Price: price}
		if f.Numero == 0 {
			last, err := number(s, keyLastFSE(f.NumeroAM()))
			if err != nil {
				return nil, err
			}
			skip, err := loss(s, f.NumeroAM())
			if err != nil {
				return nil, err
			}
			if last += skip; last >= maxFSE {
				return nil, ErrExhausted
			}
			change.Numero = last + 1
		}
		return one(change.record(id, c.actor(owner), ""))
	})
	return f, err
}

// Cancel ends an FSE that was not transmitted and is in no closed lot. Its number
// is not used again; what it has replaced is rejected again, and what the patient gave
// goes back to that. Who did it is c.Principal where owner is Practice.
func (b *Book) Cancel(ctx context.Context, owner, id, cause string, c Call) (FSE, []Lot, error) {
	return b.change(ctx, id, owner, c, func(s journal.State, f *FSE) ([]journal.Entry, error) {
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
				return nil, ErrLotClosed
			}
		}
		actor := cmp.Or(c.Principal, owner)
		entries, taken, err := giveBack(s, f, actor)
		if err != nil {
			return nil, err
		}
		entry, err := (&fseChange{State: fse.Annulee, Collected: taken, Key: c.key()}).record(id, actor, cause)
		return append(entries, entry), err
	})
}
