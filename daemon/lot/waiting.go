package lot

import (
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// What waits, FSE for a signature and lots for their transmission, is listed in
// two steps: the hours in which something that still waits began to, and for each
// of them the identifiers, so that no list gets long. Reading it costs as much as
// what waits, whatever is behind: keys of their own would leave hidden ones, through
// which every scan would have to go.

// hourFormat names an hour, in UTC; names sort as hours do.
const hourFormat = "2006-01-02T15"

// wait enters id among what waits since a moment, or takes it out.
func wait(w journal.Writer, kind, id string, since time.Time, was, is bool) error {
	if was == is {
		return nil
	}
	hour := since.UTC().Format(hourFormat)
	ids, err := list(w, keyHour(kind, hour))
	if err != nil {
		return err
	}
	if is {
		ids = append(ids, id)
	} else {
		ids = slices.DeleteFunc(ids, func(other string) bool { return other == id })
	}
	if err := setList(w, keyHour(kind, hour), ids); err != nil {
		return err
	}
	if is && len(ids) > 1 || !is && len(ids) > 0 {
		return nil
	}
	hours, err := list(w, keyHours(kind))
	if err != nil {
		return err
	}
	at, found := slices.BinarySearch(hours, hour)
	switch {
	case is && !found:
		hours = slices.Insert(hours, at, hour)
	case !is && found:
		hours = slices.Delete(hours, at, at+1)
	}
	return setList(w, keyHours(kind), hours)
}

// waiting calls f with everything of a kind that waits, the longest first.
func waiting[T any](s journal.State, kind string, key func(string) string, f func(*T) error) error {
	hours, err := list(s, keyHours(kind))
	if err != nil {
		return err
	}
	for _, hour := range hours {
		ids, err := list(s, keyHour(kind, hour))
		if err != nil {
			return err
		}
		for _, id := range ids {
			one, err := get[T](s, key(id))
			if err == nil && one == nil {
				err = errMissing(keyHour(kind, hour))
			}
			if err == nil {
				err = f(one)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
