package lot

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Remake says what is made again and how.
type Remake struct {
	FSE    string   // FSE.ID of the rejected FSE
	Return string   // or Return.ID of the reject
	Mode   fse.Mode // "" is fse.Degrade
}

// Remake begins an FSE that makes a rejected one again, from its draft; that of an FSE
// of another software is empty but for its number. The new one belongs to owner or,
// where that is Practice, to c.Principal. Both are linked from then on; the old one is
// remplacée when the new one is signed, in one change, and rejetée again if that is
// cancelled. What the patient gave goes with the claim: from the old one to the new one,
// and back.
//
// It fails with ErrState for what is not rejected, ErrRemade where an FSE that was not
// cancelled makes it again already, ErrMode, and ErrBoth for an FSE and a return at once.
func (b *Book) Remake(ctx context.Context, owner string, r Remake, c Call) (FSE, error) {
	r.Mode = cmp.Or(r.Mode, fse.Degrade)
	if fse.Certification(&fse.Draft{Mode: r.Mode}) == "" {
		return FSE{}, ErrMode
	}
	if r.FSE != "" && r.Return != "" {
		return FSE{}, ErrBoth
	}
	maker := owner
	if owner == Practice {
		maker = cmp.Or(c.Principal, owner)
	}
	id := newID()
	_, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		first, err := c.repeated(s)
		if err != nil || first != "" {
			id = first
			return nil, err
		}
		change, link, err := r.begin(s, owner, maker, id)
		if err != nil {
			return nil, err
		}
		change.Key = c.key()
		entry, err := change.record(id, maker, "")
		return []journal.Entry{entry, link}, err
	})
	if err != nil {
		return FSE{}, err
	}
	return b.Get(owner, id)
}

// begin makes the change that begins the FSE id, and the entry that links the original
// to it.
func (r Remake) begin(s journal.State, owner, maker, id string) (change *fseChange, link journal.Entry, err error) {
	var draft *fse.Draft
	var original Original
	var restored *time.Time
	fseID := r.FSE
	if r.Return != "" {
		reject, err := returnOf(s, r.Return)
		if err != nil {
			return nil, link, err
		}
		if reject.Withdrawn != "" {
			return nil, link, fmt.Errorf("%w: the reject was withdrawn", ErrState)
		}
		if fseID = reject.FSE; fseID == "" {
			if draft, err = r.external(s, reject); err != nil {
				return nil, link, err
			}
			original = Original{Return: reject.ID, Numero: reject.Numero}
			link, err = (&returnChange{Remade: id}).record(reject.ID, maker)
			if err != nil {
				return nil, link, err
			}
		}
	}
	if fseID != "" {
		old, err := own(s, fseID, owner)
		if err != nil {
			return nil, link, err
		}
		if draft, err = r.own(s, old); err != nil {
			return nil, link, err
		}
		original, restored = Original{FSE: old.ID, Numero: fmt.Sprintf("%09d", old.Numero)}, old.Restored
		link, err = (&fseChange{State: fse.Rejetee, ReplacedBy: id}).record(old.ID, maker, "")
		if err != nil {
			return nil, link, err
		}
	}
	if draft == nil {
		return nil, link, ErrNotFound
	}
	return &fseChange{State: fse.Brouillon, Owner: maker, Certification: fse.Certification(draft), Draft: draft, Replaces: &original, Restored: restored}, link, nil
}

// own is the draft that makes a rejected FSE of this book again.
func (r Remake) own(s journal.State, old *FSE) (*fse.Draft, error) {
	if old.State != fse.Rejetee {
		return nil, fmt.Errorf("%w: an FSE that is %s is not made again", ErrState, old.State.Libelle())
	}
	if err := free(s, old.ReplacedBy); err != nil {
		return nil, err
	}
	reject := fse.Rejet{Numero: fmt.Sprintf("%09d", old.Numero)}
	if old.Reject != nil {
		reject.Date, reject.Libelle = old.Reject.Date, old.Reject.Label
	}
	return fse.Remake(old.Draft, reject, r.Mode), nil
}

// external is the draft that makes a rejected FSE of another software again.
func (r Remake) external(s journal.State, reject *Return) (*fse.Draft, error) {
	if reject.Done {
		return nil, ErrRemade
	}
	if err := free(s, reject.Remade); err != nil {
		return nil, err
	}
	return fse.Remake(&fse.Draft{}, fse.Rejet{Numero: reject.Numero, Date: reject.Date, Libelle: reject.Label, Externe: true}, r.Mode), nil
}

// free fails with ErrRemade if the FSE id, which makes another again, was not cancelled.
func free(s journal.State, id string) error {
	if id == "" {
		return nil
	}
	f, err := fetch(s, id)
	if err == nil && f.State != fse.Annulee {
		err = ErrRemade
	}
	return err
}

// original returns the FSE of this book that f makes again, nil for none. It fails with
// ErrOriginal if that is not rejected any more, be it that it was paid.
func original(g getter, f *FSE) (*FSE, error) {
	if f.Replaces == nil || f.Replaces.FSE == "" {
		return nil, nil
	}
	old, err := fetch(g, f.Replaces.FSE)
	if err == nil && (old.State != fse.Rejetee || old.ReplacedBy != f.ID) {
		err = ErrOriginal
	}
	return old, err
}

// takePlace makes the entries by which the FSE id, which is f or its paper sheet, takes
// the place of what f makes again, and returns what the patient gave for that, which is
// then noted of id alone.
func takePlace(s journal.State, f *FSE, id, actor string) (entries []journal.Entry, paid *Payment, err error) {
	if f.Replaces == nil {
		return nil, nil, nil
	}
	if f.Replaces.FSE == "" {
		done := true
		entries, err = one((&returnChange{Remade: id, Done: &done}).record(f.Replaces.Return, actor))
		return entries, nil, err
	}
	old, err := original(s, f)
	if err != nil {
		return nil, nil, err
	}
	change := fseChange{State: fse.Remplacee, ReplacedBy: id}
	if f.Collected == nil && old.Collected != nil {
		paid, change.Collected = old.Collected, &Payment{}
	}
	_, effects, err := rejudged(s, old, fse.Remplacee, actor)
	if err != nil {
		return nil, nil, err
	}
	entry, err := change.record(old.ID, actor, "")
	return append(effects, entry), paid, err
}

// giveBack makes the entries by which what f has replaced is rejected again when f is
// cancelled, and what the patient gave for f is noted of that: taken is then what f is
// left with.
func giveBack(s journal.State, f *FSE, actor string) (entries []journal.Entry, taken *Payment, err error) {
	if f.Replaces == nil {
		return nil, nil, nil
	}
	if f.Replaces.FSE == "" {
		if f.Signature == nil {
			return nil, nil, nil
		}
		done := false
		entries, err = one((&returnChange{Done: &done}).record(f.Replaces.Return, actor))
		return entries, nil, err
	}
	old, err := fetch(s, f.Replaces.FSE)
	if err != nil || old.ReplacedBy != f.ID || old.State != fse.Remplacee && old.State != fse.Rejetee {
		return nil, nil, err
	}
	change := fseChange{State: fse.Rejetee}
	var effects []journal.Entry
	if old.State == fse.Remplacee {
		if change.State, effects, err = rejudged(s, old, fse.Rejetee, actor); err != nil {
			return nil, nil, err
		}
	}
	if f.Collected != nil && old.Collected == nil {
		change.Collected, taken = f.Collected, &Payment{}
	}
	if old.State == fse.Rejetee && taken == nil {
		return nil, nil, nil
	}
	entry, err := change.record(old.ID, actor, "remplaçante annulée")
	return append(effects, entry), taken, err
}

// rejudged is the state of an FSE that becomes remplacée or, when nothing replaces it any
// more, rejetée: which it does not where it was paid meanwhile. With it come the entries
// of the returns that have another effect then.
func rejudged(g getter, old *FSE, to fse.State, actor string) (fse.State, []journal.Entry, error) {
	a, err := accountIn(g, old)
	if err != nil {
		return "", nil, err
	}
	next := *old
	next.State = to
	v := judge(&next, a.l, a.all())
	if v.State == fse.Payee || v.State == fse.PayeePartiellement {
		to = v.State
	}
	entries, err := a.changes(actor)
	return to, entries, err
}
