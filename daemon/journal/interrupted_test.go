package journal_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// TestInterruptedFirstOpening: a journal whose making was cut short anywhere is made by the next opening.
func TestInterruptedFirstOpening(t *testing.T) {
	made := makeHistory(t, 0, nil).after[0]
	only := func(names ...string) image {
		m := make(image)
		for _, n := range names {
			m[n] = made[n]
		}
		return m
	}
	bare := t.TempDir()
	db, err := badger.Open(journal.EngineOptions(filepath.Join(bare, "journal")))
	if err != nil {
		t.Fatal(err)
	}
	engineOnly, err := takeImage(bare)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	maps.Copy(engineOnly, only("journal.anchor"))
	tests := []struct {
		name  string
		files image
	}{
		{"nothing", image{}},
		{"an anchor half written", image{"journal.anchor.new": {made["journal.anchor"].data[:50], 50}}},
		{"an anchor", only("journal.anchor")},
		{"an anchor and an empty engine", engineOnly},
		{"all but the first record", made},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			if err := tt.files.write(root); err != nil {
				t.Fatal(err)
			}
			for want := uint64(1); want <= 2; want++ {
				j := open(t, journal.Options{Dir: filepath.Join(root, "journal")})
				if r := appendOne(t, j, journal.Entry{Kind: "n"}); r.Seq != want {
					t.Errorf("record %d, want %d", r.Seq, want)
				}
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestDamagedKeyRegistry: without it nothing encrypted can be read.
func TestDamagedKeyRegistry(t *testing.T) {
	key := bytes.Repeat([]byte{3}, 32)
	h := makeHistory(t, 3, key)
	tests := []struct {
		name string
		edit func(b []byte) []byte
	}{
		{"missing", nil},
		{"empty", func([]byte) []byte { return nil }},
		{"cut in the first key", func(b []byte) []byte { return b[:40] }},
		{"cut before the first key", func(b []byte) []byte { return b[:28] }},
		{"a byte of the head changed", flip(20, 1)},
		{"a byte of a key changed", flip(50, 1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := h.mix(t, 3, 3)
			path := filepath.Join(root, "journal", "KEYREGISTRY")
			if tt.edit == nil {
				remove(t, path)
			} else {
				edit(t, path, tt.edit)
			}
			before := contents(t, root)
			_, err := h.last(root)
			if k := journal.KindOf(err); k != journal.Damaged && k != journal.Invalid {
				t.Errorf("Open = %v, want Damaged or Invalid", err)
			}
			if strings.Contains(err.Error(), string(key[:4])) {
				t.Error("the message holds the key")
			}
			if after := contents(t, root); !maps.Equal(before, after) {
				t.Errorf("Open has changed files:\n%v\n%v", before, after)
			}
		})
	}
}

// TestCutManifestOfAYoungJournal: all records are still in the log, and Badger alone would lose none.
func TestCutManifestOfAYoungJournal(t *testing.T) {
	h := makeHistory(t, 3, nil)
	for cut := 1; cut < 16; cut++ {
		root := h.mix(t, 3, 3)
		left := 0
		edit(t, filepath.Join(root, "journal", "MANIFEST"), func(b []byte) []byte {
			left = len(b) - cut
			return b[:left]
		})
		before := contents(t, root)
		last, err := h.last(root)
		if left == 8 { // cut behind its head it is whole, and the records are all there
			if err != nil || last != 3*perTransaction {
				t.Errorf("MANIFEST without entries: %d records, %v", last, err)
			}
			continue
		}
		if journal.KindOf(err) != journal.Damaged {
			t.Errorf("MANIFEST cut by %d bytes: %v, want Damaged", cut, err)
		}
		if after := contents(t, root); !maps.Equal(before, after) {
			t.Errorf("Open has changed files:\n%v\n%v", before, after)
		}
	}
}

// TestTwoLogs: killed again before Badger has written the first log out as a table.
func TestTwoLogs(t *testing.T) {
	h := makeHistory(t, 3, nil)
	root := h.mix(t, 3, 3)
	j := open(t, journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds})
	for range 5 {
		appendOne(t, j, journal.Entry{Kind: "n"})
	}
	flushed(filepath.Join(root, "journal"))
	later, err := takeImage(root)
	if err != nil {
		t.Fatal(err)
	}
	first, second := filepath.Join("journal", "00001.mem"), filepath.Join("journal", "00002.mem")
	tests := []struct {
		name    string
		break_  func(m image)
		damaged bool
	}{
		{"both whole", func(image) {}, false},
		{"the first missing", func(m image) { delete(m, first) }, true},
		{"the second missing", func(m image) { delete(m, second) }, true},
		{"the first without its last transaction", func(m image) {
			m[first] = imageFile{m[first].data[:len(m[first].data)-10], m[first].size}
		}, true},
		{"the second without its last transaction", func(m image) {
			m[second] = imageFile{m[second].data[:len(m[second].data)-10], m[second].size}
		}, true},
		{"the second with another beginning", func(m image) {
			m[second] = imageFile{flip(30, 1)(bytes.Clone(m[second].data)), m[second].size}
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := maps.Clone(h.after[3])
			m[second], m["journal.anchor"] = later[second], later["journal.anchor"]
			tt.break_(m)
			root := t.TempDir()
			if err := m.write(root); err != nil {
				t.Fatal(err)
			}
			before := contents(t, root)
			last, err := h.last(root)
			if !tt.damaged {
				if err != nil || last != 3*perTransaction+5 {
					t.Errorf("%d records, %v", last, err)
				}
				return
			}
			if journal.KindOf(err) != journal.Damaged {
				t.Errorf("Open = %v after %d records, want Damaged", err, last)
			}
			if after := contents(t, root); !maps.Equal(before, after) {
				t.Errorf("Open has changed files:\n%v\n%v", before, after)
			}
		})
	}
}

// TestEmptyLogs: Badger makes a log and then gives it its size, and takes it away before it removes the log. Killed between the
// two it leaves a file without a byte, with which it does not open by itself.
func TestEmptyLogs(t *testing.T) {
	h := makeHistory(t, 3, nil)
	for _, name := range []string{"00002.mem", "00000.mem", "000002.vlog"} {
		t.Run(name, func(t *testing.T) {
			withEmpty := func() string {
				root := h.mix(t, 3, 3)
				if err := os.WriteFile(filepath.Join(root, "journal", name), nil, 0o600); err != nil {
					t.Fatal(err)
				}
				return root
			}
			if _, err := badger.Open(journal.EngineOptions(filepath.Join(withEmpty(), "journal"))); err == nil {
				t.Error("Badger alone opens it: the case shows nothing")
			}
			root := withEmpty()
			if last, err := h.last(root); err != nil || last != 3*perTransaction {
				t.Errorf("%d records, %v", last, err)
			}
		})
	}
}
