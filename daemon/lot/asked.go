package lot

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Where lots leave by click, that somebody has asked for one is kept with it: a lot that
// could not leave at once leaves later, also after a restart of the service. It is a wish
// and no more: what forbids that a lot leaves twice is its dispatch alone. A wish is over
// when the lot has left, when somebody has to decide about it, and when it is changed.

// Asked says that somebody has asked for a lot to leave.
type Asked struct {
	At time.Time `json:"date"`
	By string    `json:"par"` // AskedHere or AskedBySite; who it was stands in the record
}

// From where a lot was asked for.
const (
	AskedHere   = "poste" // a program of this machine, the console among them
	AskedBySite = "site"  // a page of a web site
)

// askedBy is from where a principal calls.
func askedBy(actor string) string {
	if strings.HasPrefix(actor, "https://") {
		return AskedBySite
	}
	return AskedHere
}

// mayBeAsked tells whether l is one that leaves if somebody asks for it.
func (l *Lot) mayBeAsked() bool {
	return l.State == fse.LotClos && (l.Dispatch == nil || l.Dispatch.State == DispatchNone)
}

// applyAsked puts the wish of a change on l. What is on its way keeps it: an attempt that
// fails may leave the lot to be sent again.
func (l *Lot) applyAsked(c *lotChange) {
	if c.Asked != nil {
		l.Asked = c.Asked
	}
	if l.Asked != nil && l.Asked.At.IsZero() || !l.mayBeAsked() && !l.begun() {
		l.Asked = nil
	}
}

func (l *Lot) begun() bool {
	return l.State == fse.LotClos && l.Dispatch != nil && l.Dispatch.State == DispatchBegun
}

// maxAsked bounds the lots of one update (ours).
const maxAsked = 100

// Ask notes that lots are asked for, and returns those that were not before. What is no
// lot, has left, or does not leave because it is asked for stays as it is.
func (b *Book) Ask(ctx context.Context, actor string, lots []string) (asked []string, err error) {
	return b.wish(ctx, actor, lots, (*Lot).mayBeAsked, &Asked{At: b.now().UTC(), By: askedBy(actor)})
}

// Unask withdraws that lots were asked for.
func (b *Book) Unask(ctx context.Context, actor string, lots []string) error {
	_, err := b.wish(ctx, actor, lots, func(*Lot) bool { return true }, &Asked{})
	return err
}

// wish records a wish about those of lots that may have it and have another one, and
// returns them. Where there are none it writes nothing, be the disk full.
func (b *Book) wish(ctx context.Context, actor string, lots []string, may func(*Lot) bool, wish *Asked) (changed []string, err error) {
	differ := func(g getter, ids []string) (list []*Lot, err error) {
		for i, id := range ids {
			l, err := get[Lot](g, keyLot(id))
			if err != nil {
				return nil, err
			}
			if l != nil && may(l) && (l.Asked == nil) != wish.At.IsZero() && !slices.Contains(ids[:i], id) {
				list = append(list, l)
			}
		}
		return list, nil
	}
	var some []string
	err = b.journal.View(func(s journal.State) error {
		list, err := differ(s, lots)
		for _, l := range list {
			some = append(some, l.ID)
		}
		return err
	})
	for ids := range slices.Chunk(some, maxAsked) {
		if err != nil {
			return changed, err
		}
		var written []string
		_, err = b.journal.Update(ctx, func(s journal.State) (entries []journal.Entry, err error) {
			list, err := differ(s, ids)
			written = nil
			for _, l := range list {
				entry, err := (&lotChange{State: l.State, Asked: wish}).record(l.ID, actor, "")
				if err != nil {
					return nil, err
				}
				entries, written = append(entries, entry), append(written, l.ID)
			}
			return entries, err
		})
		if err == nil {
			changed = append(changed, written...)
		}
	}
	return changed, err
}
