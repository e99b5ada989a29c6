package lot

import (
	"cmp"
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Filter says which FSE a list holds. Its zero value holds all.
type Filter struct {
	States []fse.State // none for any
	Day    fse.Date    // of care; zero for any
}

func (w Filter) takes(s fse.State) bool { return len(w.States) == 0 || slices.Contains(w.States, s) }

// waits tells whether all its states have sets.
func (w Filter) waits() bool {
	return len(w.States) > 0 && !slices.ContainsFunc(w.States, func(s fse.State) bool { return setOf(s) == "" })
}

// maxWalk bounds the FSE that are looked at for a page (ours), so that a state that is
// rare makes no call slow.
const maxWalk = 1000

// ListWhere returns the FSE of owner that a filter takes, the newest first, at most
// limit, behind the cursor after, and the cursor of the next page: that of List.
//
// A day costs what the day holds, and brouillon, a-signer, en-lot and rejetee what is in
// these states. Other states are found by walking: a page then looks at 1000 FSE at
// most and may be short, even empty, with a cursor.
func (b *Book) ListWhere(owner string, w Filter, after string, limit int) (list []FSE, next string, err error) {
	if len(w.States) == 0 && w.Day.IsZero() {
		return b.List(owner, after, limit)
	}
	err = b.journal.View(func(s journal.State) error {
		switch {
		case !w.Day.IsZero():
			list, next, err = sift(s, prefixDay(w.Day), after, limit, func(value []byte) (*FSE, error) {
				l, err := decode[dayLine](value)
				if err != nil || !w.takes(l.State) || owner != Practice && l.Owner != owner {
					return nil, err
				}
				return fetch(s, l.FSE)
			})
		case w.waits():
			list, next, err = standing(s, owner, w.States, after, limit)
		default:
			list, next, err = sift(s, prefixList(owner), after, limit, func(value []byte) (*FSE, error) {
				f, err := fetch(s, string(value))
				if err != nil || !w.takes(f.State) {
					return nil, err
				}
				return f, nil
			})
		}
		return err
	})
	return list, next, err
}

// sift goes through keys that end with a cursor, the last first, and lists what pick
// makes of their values, nil for nothing.
func sift(s scanner, prefix, after string, limit int, pick func(value []byte) (*FSE, error)) (list []FSE, next string, err error) {
	from := ""
	if after != "" {
		from = prefix + after
	}
	items, err := s.Scan(prefix, from, maxWalk+1, true)
	if err != nil {
		return nil, "", err
	}
	for i, item := range items {
		if i == maxWalk || len(list) == limit {
			return list, items[i-1].Key[len(prefix):], nil
		}
		f, err := pick(item.Value)
		if err != nil {
			return nil, "", err
		}
		if f != nil {
			list = append(list, *f)
		}
	}
	return list, "", nil
}

// standing lists the FSE in states that have sets.
func standing(s scanner, owner string, states []fse.State, after string, limit int) (list []FSE, next string, err error) {
	for _, one := range slices.Compact(slices.Sorted(slices.Values(states))) {
		found := 0
		err := members(s, setOf(one), cursorOf(after), true, func(_ uint64, key string) (bool, error) {
			f, err := fetch(s, key[len(keyFSE("")):])
			if err != nil || owner != Practice && f.Owner != owner {
				return err == nil, err
			}
			list = append(list, *f)
			found++
			return found <= limit, nil
		})
		if err != nil {
			return nil, "", err
		}
	}
	slices.SortFunc(list, func(a, b FSE) int { return cmp.Compare(b.Seq, a.Seq) })
	if len(list) > limit {
		list = list[:limit]
		next = cursorAt(list[limit-1].Seq)
	}
	return list, next, nil
}
