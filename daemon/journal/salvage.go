package journal

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/dgraph-io/badger/v4/y"
)

// Salvage reads the records that stand whole in a table or a log of a damaged journal, without Badger, whose repairs cut and
// delete, and without changing one byte. What Badger's MANIFEST or the anchor say is used where they are whole, and not needed.
// Where the index of a table is damaged, the blocks behind a second damage in that table are not found.
//
// Nothing may write there meanwhile: it is a Locked error if a process has the journal open. With a key that is not the
// journal's, or without one, the error is Invalid; without any file of a journal, or when KEYREGISTRY can't be read, without
// which nothing that is encrypted can be, it is Damaged.
func Salvage(o Options) (Source, error) {
	const op = "cannot salvage the journal"
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	if err := probeLock(o.AnchorFile + ".lock"); err != nil {
		return nil, asError(op, err)
	}
	w := &wreck{opts: o}
	if w.anchor, err = readAnchor(o.AnchorFile); err == nil {
		w.anchored = true
	}
	for epoch := range uint32(2) {
		dir := o.folder(epoch)
		used, err := hasFiles(dir)
		if err == nil && used {
			err = w.read(dir)
		}
		if err != nil {
			return nil, asError(op, err)
		}
	}
	if len(w.folders) == 0 {
		return nil, damaged(op, "files of a journal", "none")
	}
	byNumber := func(a, b place) int { return cmp.Or(cmp.Compare(a.seq, b.seq), cmp.Compare(a.sum, b.sum)) }
	slices.SortFunc(w.places, byNumber)
	w.places = slices.CompactFunc(w.places, func(a, b place) bool { return byNumber(a, b) == 0 })
	return w, nil
}

// wreck is a damaged journal: both of its folders, if both are there.
type wreck struct {
	opts     Options
	anchor   slot
	anchored bool
	folders  []*folder
	places   []place // in order
}

// folder is what was found in one of them beside records.
type folder struct {
	dir     string
	dataKey dataKeys
	keys    [][]byte // all of them; one nil key without encryption
	id      *ID
	base    *base // nil when no checkpoint was found
	known   uint64
}

// place is where a whole record stands. There are as many as records: it is kept small.
type place struct {
	seq   uint64
	sum   uint64     // first bytes of its hash: places may disagree on a record
	table *tableFile // nil for a record of a log
	at    spot
	bytes []byte // of a record of a log
}

// read looks through all tables and logs of a folder.
func (w *wreck) read(dir string) error {
	dataKey, err := openKeys(dir, w.opts.Key)
	if err != nil {
		return err
	}
	d := &folder{dir: dir, dataKey: dataKey, keys: allKeys(dataKey, w.opts.Key != nil)}
	if w.anchored {
		d.known = w.anchor.tail.last
	}
	w.folders = append(w.folders, d)
	return d.walk(func(t *tableFile, at spot, key, value []byte) {
		switch {
		case bytes.Equal(key, keyIdentity) && len(value) == len(ID{}):
			id := ID(value)
			d.id = &id
		case bytes.Equal(key, keyCheckpoint):
			if b, ok := decodeBase(value); ok {
				d.base = &b
			}
		case key[0] == spaceRecord:
			r, err := decodeRecord(value)
			if err != nil || !bytes.Equal(key, recordKey(r.Seq)) {
				return
			}
			p := place{seq: r.Seq, sum: sumOf(r), table: t, at: at}
			if t == nil {
				p.bytes = bytes.Clone(value)
			}
			w.places = append(w.places, p)
		}
	})
}

// allKeys returns the data keys that Badger has drawn, which it numbers from 1.
func allKeys(dataKey dataKeys, encrypted bool) [][]byte {
	if !encrypted {
		return [][]byte{nil}
	}
	var keys [][]byte
	for n := uint64(1); ; n++ {
		key, err := dataKey(n)
		if err != nil {
			return keys
		}
		keys = append(keys, key)
	}
}

// walk calls f with the keys and values that stand whole in the folder, in no order; t is nil for those of a log. Both are
// valid during the call.
func (d *folder) walk(f func(t *tableFile, at spot, key, value []byte)) error {
	files, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	for _, e := range files {
		path := filepath.Join(d.dir, e.Name())
		var err error
		switch filepath.Ext(e.Name()) {
		case ".sst":
			err = carveTable(path, d.keys, func(t *tableFile, at spot, b block) { b.each(t, at, f) })
		case ".mem":
			var entries []walEntry
			entries, err = carveLog(path, d.keys, d.dataKey, d.known)
			for _, e := range entries {
				f(nil, spot{}, e.key, e.value)
			}
		}
		if errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return nil
}

// each calls f with the entries of a block, up to the first that its checksum has missed.
func (b block) each(t *tableFile, at spot, f func(t *tableFile, at spot, key, value []byte)) {
	var err error
	defer recoverAs(&err)
	for k, v := range b.entries {
		if key := y.ParseKey(k); len(key) > 0 {
			f(t, at, key, v)
		}
	}
}

func sumOf(r Record) uint64 { return binary.BigEndian.Uint64(r.Hash[:]) }
