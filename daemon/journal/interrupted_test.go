package journal_test

import (
	"bytes"
	"maps"
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
