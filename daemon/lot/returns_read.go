package lot

import (
	"cmp"
	"math"
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

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
func (b *Book) Returns(after string, limit int) ([]Return, string, error) {
	return b.ReturnsWhere(ReturnFilter{}, after, limit)
}

// ReturnFilter says which returns a list holds. Its zero value holds all.
type ReturnFilter struct {
	Waiting bool   // to be reconciled or looked at
	Lot     string // Lot.ID
	FSE     string // FSE.ID
}

func (w ReturnFilter) takes(r *Return) bool {
	return (!w.Waiting || r.Effect.toSettle()) && (w.Lot == "" || r.Lot == w.Lot) && (w.FSE == "" || r.FSE == w.FSE)
}

// ReturnsWhere lists the returns that a filter takes, as Returns does. Its cost is that
// of what waits, of the returns of the FSE or of a page.
func (b *Book) ReturnsWhere(w ReturnFilter, after string, limit int) (list []Return, next string, err error) {
	err = b.journal.View(func(s journal.State) (err error) {
		switch {
		case w.FSE != "":
			list, next, err = returnsOfFSE(s, w, after, limit)
		case w.Waiting:
			list, next, err = returnsWaiting(s, w, after, limit)
		case w.Lot != "":
			list, next, err = newest(s, prefixReturnIn(w.Lot), after, limit, returnOf)
		default:
			list, next, err = newest(s, "retours/", after, limit, returnOf)
		}
		return err
	})
	return list, next, err
}

// returnsOfFSE lists those about an FSE: they are few.
func returnsOfFSE(s scanner, w ReturnFilter, after string, limit int) (found []Return, next string, err error) {
	ids, err := list(s, keyOfFSE(w.FSE))
	if err != nil {
		return nil, "", err
	}
	from := uint64(math.MaxUint64)
	if after != "" {
		from = cursorOf(after)
	}
	for _, id := range ids {
		r, err := returnOf(s, id)
		if err != nil {
			return nil, "", err
		}
		if r.Seq < from && w.takes(r) {
			found = append(found, *r)
		}
	}
	slices.SortFunc(found, func(a, b Return) int { return cmp.Compare(b.Seq, a.Seq) })
	if len(found) > limit {
		found = found[:limit]
		next = cursorAt(found[limit-1].Seq)
	}
	return found, next, nil
}

// returnsWaiting lists those that somebody has to do something about.
func returnsWaiting(s scanner, w ReturnFilter, after string, limit int) (found []Return, next string, err error) {
	err = members(s, setReturns, cursorOf(after), true, func(_ uint64, key string) (bool, error) {
		r, err := returnOf(s, key[len(keyReturn("")):])
		if err != nil || !w.takes(r) {
			return err == nil, err
		}
		if len(found) == limit {
			next = cursorAt(found[limit-1].Seq)
			return false, nil
		}
		found = append(found, *r)
		return true, nil
	})
	return found, next, err
}
