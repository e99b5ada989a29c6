package journal_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// whole is everything that a whole copy of the sample answers.
type whole struct {
	hashes []journal.Hash
	items  []journal.Item
}

func readWhole(t *testing.T, root string) whole {
	t.Helper()
	var w whole
	j := open(t, journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds})
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

// TestChangedTableNeverAnswersWrongly changes four bytes at random places of tables. Each answer must then be right or a
// Damaged error: Badger alone ends iterations early, says "not found" and gives older values.
func TestChangedTableNeverAnswersWrongly(t *testing.T) {
	root, s := damageCase{}.prepare(t)
	want := readWhole(t, root)
	if len(want.hashes) != s.records {
		t.Fatalf("the sample has %d records, want %d", len(want.hashes), s.records)
	}
	atOpen, silent := 0, 0
	const rounds = 16
	for range rounds {
		root, _ := damageCase{}.prepare(t)
		tables := files(t, root, "*.sst")
		path := tables[rand.IntN(len(tables))]
		var place int
		edit(t, path, func(b []byte) []byte {
			place = rand.IntN(len(b) - 4)
			return flip(place, 4)(b)
		})
		broken, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		j, err := journal.Open(journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds})
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
		after, err := os.ReadFile(path)
		if err != nil || !slices.Equal(after, broken) {
			t.Errorf("the damaged table was rewritten (%v)", err)
		}
		if n, err := bareRecords(t, root); err == nil && n < s.records {
			silent++
		}
		if t.Failed() {
			t.Fatalf("with byte %d of %s changed", place, filepath.Base(path))
		}
	}
	if silent == 0 {
		t.Error("Badger alone has lost nothing: the test shows nothing")
	}
	t.Logf("%d changes: %d found by Open, %d by reading; Badger alone lost records silently in %d",
		rounds, atOpen, rounds-atOpen, silent)
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
		for range 50 {
			i := rand.IntN(len(want.items))
			v, ok, err := s.Get(want.items[i].Key)
			if !isDamage(err) && (!ok || string(v) != string(want.items[i].Value)) {
				t.Errorf("Get(%q) = %q, %v", want.items[i].Key, v, ok)
			}
			reverse := rand.IntN(2) == 0
			items, err := s.Scan("", want.items[i].Key, 20, reverse)
			if !isDamage(err) {
				if d := cmp.Diff(neighbours(want.items, i, 20, reverse), items); d != "" {
					t.Errorf("Scan behind %q (-want +got):\n%s", want.items[i].Key, d)
				}
			}
			seq := 1 + rand.IntN(len(want.hashes))
			r, ok, err := s.Read(uint64(seq))
			if !isDamage(err) && (!ok || r.Hash != want.hashes[seq-1]) {
				t.Errorf("Read(%d) = %v, %v", seq, r, ok)
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

func neighbours(items []journal.Item, i, n int, reverse bool) []journal.Item {
	if !reverse {
		return slices.Clip(append([]journal.Item(nil), items[i+1:min(i+1+n, len(items))]...))
	}
	part := slices.Clone(items[max(i-n, 0):i])
	slices.Reverse(part)
	if len(part) == 0 {
		return nil
	}
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
