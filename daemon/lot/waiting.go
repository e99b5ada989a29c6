package lot

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// What waits for somebody is kept in sets: FSE in each state that is not the last,
// lots to transmit, papers to post. A set is listed in two steps: the blocks of record
// numbers in which a member began, and for each of them its members, so that no list
// gets long. Reading it costs as much as what waits, whatever is behind: keys of their
// own would leave hidden ones, through which every scan would have to go.

// The sets beside those of FSE.
const (
	setLots   = "lots"    // to be transmitted
	setPapers = "papiers" // to be printed, signed or posted

	setSent       = "transmis"            // lots that wait for their ARL
	setAnswered   = "repondus"            // lots that wait for the end of their FSE
	setReturns    = "retours"             // to be reconciled or looked at
	setDeliveries = "livraisons-en-cours" // not yet taken in
)

// setOf is the set of the FSE in a state, "" for a state that waits for nobody here.
func setOf(s fse.State) string {
	switch s {
	case fse.Brouillon, fse.ASigner, fse.EnLot, fse.Rejetee:
		return "fse-" + string(s)
	}
	return ""
}

// blockRecords is how many record numbers share a list of members.
const blockRecords = 128

// wait enters key, of something that record seq began, in a set, or takes it out.
// What has no record is not entered: see adopt.
func wait(w journal.Writer, set, key string, seq uint64, is bool) error {
	if set == "" || seq == 0 {
		return nil
	}
	block := fmt.Sprintf("%016d", seq/blockRecords)
	left, changed, err := putIn(w, keyBlock(set, block), fmt.Sprintf("%020d %s", seq, key), is)
	if err != nil || !changed || is && left > 1 || !is && left > 0 {
		return err
	}
	_, _, err = putIn(w, keyBlocks(set), block, is)
	return err
}

// putIn enters one in the sorted list at key, or takes it out, and tells how many there
// are then and whether that has changed anything.
func putIn(w journal.Writer, key, one string, is bool) (left int, changed bool, err error) {
	all, err := list(w, key)
	if err != nil {
		return 0, false, err
	}
	at, found := slices.BinarySearch(all, one)
	switch {
	case found == is:
		return len(all), false, nil
	case is:
		all = slices.Insert(all, at, one)
	default:
		all = slices.Delete(all, at, at+1)
	}
	return len(all), true, setList(w, key, all)
}

// members calls f with the keys of what is in a set and the records that began it,
// the oldest first or, with newest, the newest, from behind the record after on, until
// f returns false.
func members(g getter, set string, after uint64, newest bool, f func(seq uint64, key string) (bool, error)) error {
	blocks, err := list(g, keyBlocks(set))
	if err != nil {
		return err
	}
	for _, block := range inOrder(blocks, newest) {
		if n, err := strconv.ParseUint(block, 10, 64); err == nil && outside(n, after/blockRecords, newest) {
			continue
		}
		all, err := list(g, keyBlock(set, block))
		if err != nil {
			return err
		}
		for _, one := range inOrder(all, newest) {
			began, key, _ := strings.Cut(one, " ")
			seq, err := strconv.ParseUint(began, 10, 64)
			if err != nil {
				return errMissing(keyBlock(set, block))
			}
			if seq == after || outside(seq, after, newest) {
				continue
			}
			if more, err := f(seq, key); err != nil || !more {
				return err
			}
		}
	}
	return nil
}

func inOrder(list []string, newest bool) []string {
	if newest {
		slices.Reverse(list)
	}
	return list
}

// outside tells whether n lies before the point from which a list is read.
func outside(n, from uint64, newest bool) bool {
	if newest {
		return n > from
	}
	return n < from
}

// waiting calls f with everything in a set, the oldest first.
func waiting[T any](s journal.State, set string, f func(*T) error) error {
	return members(s, set, 0, false, func(_ uint64, key string) (bool, error) {
		one, err := get[T](s, key)
		if err == nil && one == nil {
			err = errMissing(key)
		}
		if err == nil {
			err = f(one)
		}
		return err == nil, err
	})
}

// cursorOf is the record that a cursor names. What is no cursor is behind the last
// record, as for every scan.
func cursorOf(cursor string) uint64 {
	n, err := strconv.ParseUint(cursor, 10, 64)
	if err != nil {
		return math.MaxUint64
	}
	return n
}

func cursorAt(seq uint64) string { return fmt.Sprintf("%020d", seq) }
