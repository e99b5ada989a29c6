package journal_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// changedAt changes four bytes at so many sixteenths of a table.
func changedAt(t *testing.T, sixteenths int) (root string, s sample) {
	return damageCase{break_: func(t *testing.T, root string) {
		edit(t, files(t, root, "*.sst")[0], func(b []byte) []byte { return flip(len(b)*sixteenths/16, 4)(b) })
	}}.prepare(t)
}

// placeOfLoss finds where Badger alone loses records without an error, and how many.
func placeOfLoss(t *testing.T) (sixteenths, lost int) {
	t.Helper()
	for place := 2; place < 14; place++ {
		root, s := changedAt(t, place)
		if n, err := bareRecords(t, root); err == nil && n < s.records {
			return place, s.records - n
		}
	}
	t.Fatal("Badger alone loses nothing: the test shows nothing")
	return 0, 0
}

func bareLosesToAChangedBlock(t *testing.T) {
	_, lost := placeOfLoss(t)
	t.Logf("%d records less, no error", lost)
}

// changedBlock changes four bytes inside a table, where Badger alone loses records without an error.
func changedBlock(t *testing.T) {
	place, _ := placeOfLoss(t)
	root, _ := changedAt(t, place)
	j := open(t, journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds})
	err := j.View(func(s journal.State) error {
		for _, err := range s.Range(1, s.Last()) {
			if err != nil {
				return err
			}
		}
		return nil
	})
	if journal.KindOf(err) != journal.Damaged {
		t.Errorf("reading all records: %v, want Damaged", err)
	}
	checkStopped(t, j)
}

// whole is everything that a whole copy answers.
type whole struct {
	hashes []journal.Hash
	items  []journal.Item
}

func readWhole(t *testing.T, root string) whole {
	t.Helper()
	var w whole
	j := open(t, journal.Options{Dir: filepath.Join(root, "journal"), Project: wordy})
	defer j.Close()
	for _, r := range records(t, j) {
		w.hashes = append(w.hashes, r.Hash)
	}
	err := j.View(func(s journal.State) (err error) {
		w.items, err = s.Scan("", "", 0, false)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// wordy is a projection that writes more than the records are long, and every key many times.
func wordy(r journal.Record, w journal.Writer) error {
	return w.Set("word/"+r.Subject, []byte(strings.Repeat(fmt.Sprintf("%x,", r.Hash[:20]), 8)))
}

// layered is a journal with several tables that hold older and newer values of the same keys.
func layered(t *testing.T) image {
	t.Helper()
	root := t.TempDir()
	o := journal.Options{Dir: filepath.Join(root, "journal"), Project: wordy}
	for layer := range 3 {
		j := open(t, o)
		for u := range 10 {
			_, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
				var es []journal.Entry
				for i := range 100 {
					es = append(es, journal.Entry{Kind: "n", Subject: fmt.Sprint((u*100 + i) % (700 + 100*layer))})
				}
				return es, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	m, err := takeImage(root)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestChangedTableNeverAnswersWrongly changes four bytes at random places of tables. Each answer must then be right or a
// Damaged error: Badger alone ends iterations early, says "not found" and gives older values.
func TestChangedTableNeverAnswersWrongly(t *testing.T) {
	sample := layered(t)
	root := t.TempDir()
	if err := sample.write(root); err != nil {
		t.Fatal(err)
	}
	want := readWhole(t, root)
	if len(want.hashes) != 3000 || len(want.items) != 900 {
		t.Fatalf("the sample has %d records and %d keys", len(want.hashes), len(want.items))
	}
	atOpen := 0
	const rounds = 24
	for range rounds {
		root := t.TempDir()
		if err := sample.write(root); err != nil {
			t.Fatal(err)
		}
		tables := files(t, root, "*.sst")
		path := tables[rand.IntN(len(tables))]
		var place int
		edit(t, path, func(b []byte) []byte {
			place = rand.IntN(len(b) - 4)
			return flip(place, 4)(b)
		})
		broken := mustRead(t, path)
		j, err := journal.Open(journal.Options{Dir: filepath.Join(root, "journal"), Project: wordy})
		if err != nil {
			if journal.KindOf(err) != journal.Damaged {
				t.Errorf("Open with byte %d of %s changed: %v, want Damaged", place, filepath.Base(path), err)
			}
			atOpen++
			continue
		}
		checkAnswers(t, j, want)
		checkStopped(t, j)
		if err := j.Close(); err != nil {
			t.Error(err)
		}
		if !bytes.Equal(mustRead(t, path), broken) {
			t.Error("the damaged table was rewritten")
		}
		if t.Failed() {
			t.Fatalf("with byte %d of %s changed", place, filepath.Base(path))
		}
	}
	t.Logf("%d changes: %d found by Open, %d by reading", rounds, atOpen, rounds-atOpen)
}

func checkAnswers(t *testing.T, j *journal.Journal, want whole) {
	t.Helper()
	isDamage := func(err error) bool {
		if err != nil && journal.KindOf(err) != journal.Damaged {
			t.Errorf("error %v, want Damaged", err)
		}
		return err != nil
	}
	err := j.View(func(s journal.State) error {
		for i, item := range want.items {
			v, ok, err := s.Get(item.Key)
			if !isDamage(err) && (!ok || string(v) != string(item.Value)) {
				t.Errorf("Get(%q) = %q, %v", item.Key, v, ok)
			}
			if i%20 != 0 {
				continue
			}
			reverse := i%40 == 0
			items, err := s.Scan("", item.Key, 30, reverse)
			if !isDamage(err) && !slices.EqualFunc(neighbours(want.items, i, 30, reverse), items, sameItem) {
				t.Errorf("Scan behind %q, reverse %v, gives %v", item.Key, reverse, items)
			}
		}
		for range 50 {
			seq := 1 + rand.IntN(len(want.hashes))
			r, ok, err := s.Read(uint64(seq))
			if !isDamage(err) && (!ok || r.Hash != want.hashes[seq-1]) {
				t.Errorf("Read(%d) = %v, %v", seq, r, ok)
			}
		}
		for _, reverse := range []bool{false, true} {
			items, err := s.Scan("word/", "", 0, reverse)
			if !isDamage(err) && len(items) != len(want.items) {
				t.Errorf("Scan gives %d of %d keys, reverse %v", len(items), len(want.items), reverse)
			}
		}
		n := 0
		for r, err := range s.Range(1, s.Last()) {
			if isDamage(err) {
				return nil
			}
			if r.Hash != want.hashes[n] {
				t.Fatalf("Range gives a wrong record %d", n+1)
			}
			n++
		}
		if n != len(want.hashes) {
			t.Errorf("Range ends after %d records without an error", n)
		}
		return nil
	})
	isDamage(err)
}

func sameItem(a, b journal.Item) bool { return a.Key == b.Key && bytes.Equal(a.Value, b.Value) }

// neighbours returns the n items behind item i, or before it in reverse order.
func neighbours(items []journal.Item, i, n int, reverse bool) []journal.Item {
	if !reverse {
		return items[i+1 : min(i+1+n, len(items))]
	}
	part := slices.Clone(items[max(i-n, 0):i])
	slices.Reverse(part)
	return part
}

// checkStopped expects the background check to find the damage, and nothing to be written from then on.
func checkStopped(t *testing.T, j *journal.Journal) {
	t.Helper()
	if err := j.Checked(context.Background()); journal.KindOf(err) != journal.Damaged {
		t.Errorf("Checked = %v, want Damaged", err)
	}
	if err := j.Err(); journal.KindOf(err) != journal.Damaged {
		t.Errorf("Err = %v, want Damaged", err)
	}
	_, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
		return []journal.Entry{{Kind: "n"}}, nil
	})
	if journal.KindOf(err) != journal.Damaged {
		t.Errorf("Update = %v, want Damaged", err)
	}
	if _, err := j.Verify(context.Background()); journal.KindOf(err) != journal.Damaged {
		t.Errorf("Verify = %v, want Damaged", err)
	}
}
