package journal_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// history is a journal's files after each of a few transactions.
type history struct {
	after []image // after[n]: after n transactions
	key   []byte
}

const perTransaction = 3

func makeHistory(t *testing.T, transactions int, key []byte) history {
	t.Helper()
	work := t.TempDir()
	j := open(t, journal.Options{Dir: filepath.Join(work, "journal"), Project: countKinds, Key: key})
	h := history{key: key}
	for n := range transactions + 1 {
		if n > 0 {
			_, err := j.Update(context.Background(), func(s journal.State) ([]journal.Entry, error) {
				var es []journal.Entry
				for i := range perTransaction {
					es = append(es, journal.Entry{Kind: "n", Subject: fmt.Sprint(n, i), Data: []byte(`"some text of the record"`)})
				}
				return es, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		m, err := takeImage(work)
		if err != nil {
			t.Fatal(err)
		}
		h.after = append(h.after, m)
	}
	return h
}

// mix makes a journal of the folder after n transactions and the anchor after m.
func (h history) mix(t *testing.T, n, m int) (root string) {
	t.Helper()
	root = t.TempDir()
	files := maps.Clone(h.after[n])
	files["journal.anchor"] = h.after[m]["journal.anchor"]
	if err := files.write(root); err != nil {
		t.Fatal(err)
	}
	return root
}

// last opens the journal and returns the number of its last record.
func (h history) last(root string) (last uint64, err error) {
	j, err := journal.Open(journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds, Key: h.key})
	if err != nil {
		return 0, err
	}
	defer j.Close()
	err = j.View(func(s journal.State) error {
		for r, err := range s.Range(1, s.Last()) {
			if err != nil {
				return err
			}
			last = r.Seq
		}
		return nil
	})
	return last, err
}

func TestAnchorAndRecordsApart(t *testing.T) {
	h := makeHistory(t, 6, nil)
	for n := range h.after {
		for m := range h.after {
			root := h.mix(t, n, m)
			last, err := h.last(root)
			// A crash comes between the transaction and the anchor: the anchor may be one behind, and never ahead.
			if lawful := m == n || m == n-1; lawful && (err != nil || last != uint64(n*perTransaction)) {
				t.Errorf("records of %d, anchor of %d transactions: %d records, %v", n, m, last, err)
			} else if !lawful && journal.KindOf(err) != journal.Damaged {
				t.Errorf("records of %d, anchor of %d transactions: error %v, want Damaged", n, m, err)
			}
			if err == nil {
				if again, err := h.last(root); err != nil || again != last {
					t.Errorf("opened once more: %d records, %v, want %d", again, err, last)
				}
			}
		}
	}
}

func TestTornAnchor(t *testing.T) {
	h := makeHistory(t, 6, nil)
	for n := 1; n < len(h.after); n++ {
		for slot := range 2 {
			for _, b := range []int{0, 39, 127} {
				root := h.mix(t, n, n)
				edit(t, filepath.Join(root, "journal.anchor"), flip(slot*4096+b, 1))
				last, err := h.last(root)
				if err != nil || last != uint64(n*perTransaction) {
					t.Errorf("after %d transactions, byte %d of slot %d changed: %d records, %v", n, b, slot, last, err)
				}
			}
		}
	}
}

// TestTornTransaction cuts the log, or zeroes a part of it, at every place. What was acknowledged must be there or be missed;
// the transaction that was not acknowledged may be there as a whole or not at all.
func TestTornTransaction(t *testing.T) {
	for _, key := range [][]byte{nil, bytes.Repeat([]byte{7}, 32)} {
		t.Run(fmt.Sprintf("encrypted=%v", key != nil), func(t *testing.T) {
			h := makeHistory(t, 4, key)
			name := filepath.Join("journal", "00001.mem")
			full := h.after[4][name].data
			acknowledged, end := len(h.after[3][name].data), len(full)
			for at := 20; at < end+8; at += 131 {
				for _, length := range []int{1, 64, end} {
					torn := bytes.Clone(full)
					clear(torn[at:min(at+length, len(torn))])
					if bytes.Equal(torn, full) {
						continue
					}
					root := h.mix(t, 4, 3)
					edit(t, filepath.Join(root, name), func(b []byte) []byte {
						copy(b, torn)
						return b
					})
					last, err := h.last(root)
					if at < acknowledged {
						if journal.KindOf(err) != journal.Damaged {
							t.Errorf("%d bytes zeroed at %d, of what was acknowledged: %d records, %v, want Damaged",
								length, at, last, err)
						}
					} else if err != nil || last != 3*perTransaction && last != 4*perTransaction {
						t.Errorf("%d bytes zeroed at %d, behind what was acknowledged: %d records, %v", length, at, last, err)
					}
				}
			}
		})
	}
}
