package lot

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/google/go-cmp/cmp"
)

// written3 makes in o a journal as a program of version 3 left it: its records, and the
// keys that it derived from them, which TestVersion3Keys compares. With purged it begins
// with a checkpoint of these keys.
func written3(t *testing.T, o Options, purged bool) {
	t.Helper()
	written(t, o, "3", purged)
}

// written is written3 for the versions that derive the same keys of the records of version
// 3, but for their mark.
func written(t *testing.T, o Options, version string, purged bool) {
	t.Helper()
	entries := stored(t, "version3.ndjson")
	other := JournalOptions(o)
	other.Project = func(r journal.Record, w journal.Writer) error {
		return errors.Join(project(r, w), w.Set(keyDerivation, []byte(version)), w.Set(keyBehind, nil))
	}
	j, err := journal.Open(other)
	if err != nil {
		t.Fatal(err)
	}
	_, err = j.Update(t.Context(), func(journal.State) ([]journal.Entry, error) { return entries, nil })
	if err == nil && purged {
		_, err = j.Purge(t.Context(), uint64(len(entries)), func(journal.Past) (journal.Keep, error) {
			return journal.Keep{Key: func(string, []byte) bool { return true }, Record: func(r journal.Record) bool { return true }}, nil
		})
	}
	if err := errors.Join(err, j.Close()); err != nil {
		t.Fatal(err)
	}
}

// A journal of version 3 is opened as it is, purged or not: version 4 derives the same
// keys of its records, and goes on from there.
func TestVersion3(t *testing.T) {
	for _, purged := range []bool{false, true} {
		o := optionsIn(t.TempDir())
		written3(t, o, purged)
		for range 2 { // the second time there is nothing left to adopt
			b, err := Open(o)
			if err != nil {
				t.Fatal(err)
			}
			verify(t, b)
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
		}
		b, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		if b.Queue().Rejects != 1 || b.Queue().ToSign != 1 || b.Queue().Lots+b.Queue().Closed != 2 {
			t.Errorf("%+v", b.Queue())
		}
		lots, _, err := b.Lots("", 1000)
		if err != nil || len(lots) != 2 {
			t.Fatalf("%d lots, %v", len(lots), err)
		}
		for _, l := range lots {
			if l.Count > 0 {
				dispatch(t, b, l.ID)
			}
		}
		if list, _, err := b.ListWhere(Practice, Filter{States: []fse.State{fse.SansARLAttendu}}, "", 10); err != nil || len(list) != 2 {
			t.Errorf("%d FSE were sent, %v", len(list), err)
		}
		verify(t, b)
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// What version 4 derives from the records of version 3 is what version 3 derived, but for
// the mark of the version.
func TestVersion3Keys(t *testing.T) {
	b := openBook(t, t.TempDir())
	entries := stored(t, "version3.ndjson")
	if _, err := b.journal.Update(t.Context(), func(journal.State) ([]journal.Entry, error) { return entries, nil }); err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	for _, pair := range keysOf(t, "version3.keys") {
		value := strings.ReplaceAll(pair[1], "\n", " ")
		if strings.HasPrefix(pair[0], keyDerivation) {
			value = strconv.Itoa(derivation)
		}
		want.WriteString(pair[0] + " = " + value + "\n")
	}
	if diff := cmp.Diff(want.String(), string(derived(t, b))); diff != "" {
		t.Errorf("-version 3 +version 4\n%s", diff)
	}
	verify(t, b)
}

// A journal of version 4 is opened as it is, purged or not, sent lots and all: version 5
// derives the same keys of its records, and marks them once. Where nothing may be written
// it is read as it is.
func TestVersion4(t *testing.T) {
	for _, purged := range []bool{false, true} {
		o := optionsIn(t.TempDir())
		written(t, o, "4", purged)
		frozen := o
		frozen.Frozen = errors.New("frozen")
		b, err := Open(frozen)
		if err != nil {
			t.Fatal(err)
		}
		if b.Queue().Rejects != 1 {
			t.Errorf("%+v", b.Queue())
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		var last uint64
		for i := range 3 {
			if b, err = Open(o); err != nil {
				t.Fatal(err)
			}
			verify(t, b)
			stats, err := b.Stats()
			if err != nil || i > 0 && stats.Last != last {
				t.Errorf("record %d, then %d, %v", last, stats.Last, err)
			}
			last = stats.Last
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	o := optionsIn(t.TempDir())
	other := JournalOptions(o)
	other.Project = func(r journal.Record, w journal.Writer) error {
		return errors.Join(project(r, w), w.Set(keyDerivation, []byte("4")), w.Set(keyCount(kindFSE, string(fse.Payee)), []byte("1")))
	}
	j, err := journal.Open(other)
	if err == nil {
		_, err = j.Update(t.Context(), func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{{Kind: kindLoss, Actor: alice, Version: 4, Data: []byte("{}")}}, nil
		})
	}
	if err := errors.Join(err, j.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

// One that stands in for a damaged journal is read as it is; nothing is written.
func TestVersion3Frozen(t *testing.T) {
	o := optionsIn(t.TempDir())
	written3(t, o, false)
	o.Frozen = errors.New("frozen")
	b, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if b.Queue().Rejects != 1 {
		t.Errorf("%+v", b.Queue())
	}
}

// Version 3 has sent nothing: a journal of it in which something was is none of its.
func TestVersion3Sent(t *testing.T) {
	o := optionsIn(t.TempDir())
	other := JournalOptions(o)
	other.Project = func(r journal.Record, w journal.Writer) error {
		if err := w.Set(keyDerivation, []byte("3")); err != nil {
			return err
		}
		return w.Set(keyCount(kindFSE, string(fse.Payee)), []byte("1"))
	}
	j, err := journal.Open(other)
	if err == nil {
		_, err = j.Update(t.Context(), func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{{Kind: kindLoss, Actor: alice, Version: 3, Data: []byte("{}")}}, nil
		})
	}
	if err := errors.Join(err, j.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = Open(o)
	wantError(t, err, ErrStale)
}
