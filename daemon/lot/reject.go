package lot

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// ReturnByHand is the Kind of a reject that somebody has read elsewhere: on a web
// site, in a letter.
const ReturnByHand = "main"

// Return is a payer's answer. An external one, about an FSE of another software, is
// done once an FSE takes the place of the rejected one.
type Return struct {
	ID       string    `json:"id"`
	Kind     string    `json:"type"`
	Received time.Time `json:"recu"`
	Seq      uint64    `json:"enregistrement"`
	FSE      string    `json:"fse,omitempty"` // FSE.ID, "" of an external one
	Numero   string    `json:"numero"`        // 9 digits, of the FSE
	Date     fse.Date  `json:"date"`          // of the reject
	Label    string    `json:"libelle"`
	External bool      `json:"externe,omitempty"`
	Remade   string    `json:"refaite,omitempty"` // FSE.ID of what makes it again, be it a draft
	Done     bool      `json:"fait,omitempty"`    // nobody has to make it again

	Before    fse.State `json:"etatAvant,omitempty"` // of the FSE
	Withdrawn string    `json:"retire,omitempty"`    // why it was withdrawn; "" while it stands

	Lot string `json:"-"` // Lot.ID of the FSE
}

// returnChange is the data of a record about a return. What is absent stays as it was.
type returnChange struct {
	New       *Return  `json:"retour,omitempty"` // of the record that enters it
	Remade    string   `json:"refaite,omitempty"`
	Done      *bool    `json:"fait,omitempty"`
	Withdrawn string   `json:"retire,omitempty"`
	Key       *callKey `json:"appel,omitempty"`
}

func (c *returnChange) record(id, actor string) (journal.Entry, error) {
	data, err := encode(c)
	return journal.Entry{Kind: kindReturn, Subject: id, Actor: actor, Version: schema, Data: data}, err
}

// Rejection is a reject as somebody has read it.
type Rejection struct {
	FSE    string // FSE.ID; "" for an FSE of another software
	Numero string // 9 digits, of another software's
	Date   fse.Date
	Label  string // at most maxReason characters, none of them for control
}

// maxReason bounds the texts that somebody types about a reject, in characters (ours):
// they stand in every list.
const maxReason = 200

// isReason tells whether s can be kept as such a text.
func isReason(s string) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxReason && !strings.ContainsFunc(s, unicode.IsControl)
}

// Reject keeps a reject that somebody has read elsewhere. An FSE of this book becomes
// rejetée: it must have been transmitted and be neither paid nor replaced, else it is
// ErrState with its state. It fails with ErrRejection where number, date or label are
// missing or the label is too long, ErrDate for a day to come or before the care, and
// ErrKnown while another reject of the same number of another software waits. A return
// belongs to the practice.
func (b *Book) Reject(ctx context.Context, actor string, r Rejection, c Call) (Return, error) {
	r.Label = strings.TrimSpace(r.Label)
	switch {
	case !isReason(r.Label) || r.Date.IsZero() || r.FSE == "" && !digits(r.Numero, 9):
		return Return{}, ErrRejection
	case r.Date > civil(b.now()):
		return Return{}, ErrDate
	}
	id := newID()
	_, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		first, err := c.repeated(s)
		if err != nil || first != "" {
			id = first
			return nil, err
		}
		return r.entries(s, id, actor, c)
	})
	if err != nil {
		return Return{}, err
	}
	return b.Return(id)
}

func (r Rejection) entries(s journal.State, id, actor string, c Call) ([]journal.Entry, error) {
	entered := &Return{ID: id, Kind: ReturnByHand, Numero: r.Numero, Date: r.Date, Label: r.Label, External: true}
	if r.FSE == "" {
		if other, err := text(s, keyAwaited(r.Numero)); err != nil || other != "" {
			return nil, cmp.Or(err, ErrKnown)
		}
		return one((&returnChange{New: entered, Key: c.key()}).record(id, actor))
	}
	f, err := own(s, r.FSE, Practice)
	if err != nil {
		return nil, err
	}
	if !fse.MayMove(f.State, fse.Rejetee, fse.ParUtilisateur) {
		return nil, fmt.Errorf("%w: an FSE that is %s is not rejected", ErrState, f.State.Libelle())
	}
	if r.Date < f.Draft.DateSoins {
		return nil, ErrDate
	}
	entered.FSE, entered.Numero, entered.External = f.ID, fmt.Sprintf("%09d", f.Numero), false
	entries, err := one((&returnChange{New: entered, Key: c.key()}).record(id, actor))
	if err != nil {
		return nil, err
	}
	change := fseChange{State: fse.Rejetee, Reject: &Reject{Return: id, Date: r.Date, Label: r.Label}}
	entry, err := change.record(f.ID, actor, "")
	return append(entries, entry), err
}

func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}

// Return returns the return id.
func (b *Book) Return(id string) (r Return, err error) {
	err = b.journal.View(func(s journal.State) error {
		found, err := returnOf(s, id)
		if err == nil {
			r = *found
		}
		return err
	})
	return r, err
}

// returnOf returns the return id, with what its FSE tells of it.
func returnOf(g getter, id string) (*Return, error) {
	r, err := get[Return](g, keyReturn(id))
	if err == nil && r == nil {
		err = ErrNotFound
	}
	if err != nil || r.FSE == "" {
		return r, err
	}
	f, err := fetch(g, r.FSE)
	if err != nil {
		return nil, err
	}
	r.Lot, r.Remade, r.Done = f.Lot, f.ReplacedBy, f.State != fse.Rejetee || r.Withdrawn != ""
	return r, nil
}

// Returns lists the returns, the newest first, at most limit, behind the cursor after,
// and the cursor of the next page ("" at the end).
func (b *Book) Returns(after string, limit int) (list []Return, next string, err error) {
	const prefix = "retours/"
	from := ""
	if after != "" {
		from = prefix + after
	}
	err = b.journal.View(func(s journal.State) error {
		items, err := s.Scan(prefix, from, limit+1, true)
		if err != nil {
			return err
		}
		if len(items) > limit {
			items = items[:limit]
			next = items[limit-1].Key[len(prefix):]
		}
		for _, item := range items {
			r, err := returnOf(s, string(item.Value))
			if err != nil {
				return err
			}
			list = append(list, *r)
		}
		return nil
	})
	return list, next, err
}

func projectReturn(r journal.Record, w journal.Writer) error {
	change, err := decode[returnChange](r.Data)
	if err != nil {
		return err
	}
	doc, err := get[Return](w, keyReturn(r.Subject))
	if err != nil {
		return err
	}
	before := doc.standing()
	if doc == nil {
		if doc, err = change.enter(r, w); err != nil {
			return err
		}
	}
	if change.Remade != "" {
		doc.Remade = change.Remade
	}
	if change.Done != nil {
		doc.Done = *change.Done
	}
	if change.Withdrawn != "" {
		doc.Withdrawn, doc.Done = change.Withdrawn, true
	}
	if err := change.Key.remember(w, doc.ID); err != nil {
		return err
	}
	if err := doc.stand(w, before); err != nil {
		return err
	}
	return set(w, keyReturn(doc.ID), doc)
}

// enter begins a return. Its record stands before that by which its FSE is rejected.
func (c *returnChange) enter(r journal.Record, w journal.Writer) (*Return, error) {
	doc := c.New
	if doc == nil {
		return nil, fmt.Errorf("%w: a return that does not exist", errRecord)
	}
	doc.Received, doc.Seq = r.Time, r.Seq
	if doc.FSE != "" {
		f, err := fetch(w, doc.FSE)
		if err != nil {
			return nil, err
		}
		doc.Before = f.State
	}
	return doc, w.Set(keyReturns(r.Seq), []byte(doc.ID))
}

// stand keeps the count of the returns that wait, and their numbers.
func (r *Return) stand(w journal.Writer, before string) error {
	after := r.standing()
	if before == after {
		return nil
	}
	if err := count(w, kindReturn, before, after); err != nil {
		return err
	}
	waiting := []byte(r.ID)
	if after == "" {
		waiting = nil
	}
	return w.Set(keyAwaited(r.Numero), waiting)
}

// standing is what a return is counted as, "" for nothing: as waiting while the reject of
// another software's FSE has to be made again. One of this book's is counted with its FSE.
func (r *Return) standing() string {
	if r != nil && r.External && !r.Done {
		return countWaits
	}
	return ""
}
