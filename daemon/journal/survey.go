package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
)

// survey looks at Badger's folder before Badger does, which repairs what it does not understand by cutting and deleting.
// It changes nothing. What it returns are the tables, newest first, of which it has read the ends only: its cost does not
// grow with the number of records but for some microseconds per table.
//
// The records that the anchor vouches for must be there: the last one in a log or a table, and what the logs hold
// must join without a gap to what the tables hold.
func survey(dir string, key []byte, a slot) ([]*tableFile, error) {
	const op = "cannot open the journal"
	used, err := hasFiles(dir)
	if err != nil {
		return nil, internal(op, err)
	}
	if !used {
		if a.tail.last > 0 {
			return nil, damaged(op, a.tail.String(), "an empty folder")
		}
		return nil, nil
	}
	manifest, err := readManifest(filepath.Join(dir, badger.ManifestFilename))
	if err != nil {
		return nil, err
	}
	keys, err := openKeys(dir, key)
	if err != nil {
		return nil, err
	}
	tables, err := surveyTables(dir, manifest, keys)
	if err != nil {
		return nil, err
	}
	logged, err := surveyLogs(dir, keys)
	if err != nil {
		return nil, err
	}
	return tables, joins(tables, logged, a)
}

// readManifest reads Badger's list of tables. Badger takes a list that ends early for whole, and a missing one for empty.
func readManifest(path string) (badger.Manifest, error) {
	const op = "cannot open the journal"
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return badger.Manifest{}, damaged(op, "the file MANIFEST", "none")
	}
	if err != nil {
		return badger.Manifest{}, internal(op, err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return badger.Manifest{}, internal(op, err)
	}
	m, whole, err := badger.ReplayManifestFile(f, 0, badger.Options{})
	if err != nil {
		return badger.Manifest{}, damaged(op, "a whole MANIFEST", err.Error())
	}
	if whole < st.Size() { // more than that if Badger is adding to it
		return badger.Manifest{}, damaged(op, "a MANIFEST of whole entries",
			fmt.Sprintf("one cut inside the entry at byte %d of %d", whole, st.Size()))
	}
	return m, nil
}

// dataKeys gives the key of each number that Badger has drawn; nil for 0, which is plain text.
type dataKeys func(number uint64) ([]byte, error)

func openKeys(dir string, key []byte) (dataKeys, error) {
	const op = "cannot open the journal"
	registry, err := badger.OpenKeyRegistry(badger.KeyRegistryOptions{Dir: dir, ReadOnly: true, EncryptionKey: key})
	if errors.Is(err, badger.ErrEncryptionKeyMismatch) {
		return nil, invalid(op, "it was written with another key or without one, or KEYREGISTRY is damaged")
	}
	if err != nil {
		return nil, damaged(op, "a whole KEYREGISTRY", cause(err).Error())
	}
	return func(number uint64) ([]byte, error) {
		k, err := registry.DataKey(number)
		if err != nil {
			return nil, damaged(op, fmt.Sprintf("data key %d in KEYREGISTRY", number), "none")
		}
		return k.GetData(), nil
	}, nil
}

func surveyTables(dir string, m badger.Manifest, keys dataKeys) ([]*tableFile, error) {
	tables := make([]*tableFile, 0, len(m.Tables))
	for id, tm := range m.Tables {
		key, err := keys(tm.KeyID)
		if err != nil {
			return nil, err
		}
		t := &tableFile{path: table.NewFilename(id, dir), id: id, key: key, compression: tm.Compression}
		if err := t.inspect(); err != nil {
			return nil, t.failure(err)
		}
		tables = append(tables, t)
	}
	slices.SortFunc(tables, func(a, b *tableFile) int { return int(int64(b.id) - int64(a.id)) })
	return tables, nil
}

// surveyLogs returns the numbers of the records in the logs, in order.
func surveyLogs(dir string, keys dataKeys) ([]uint64, error) {
	const op = "cannot open the journal"
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, internal(op, err)
	}
	var logged []uint64
	for _, f := range files {
		if filepath.Ext(f.Name()) != ".mem" {
			continue
		}
		committed, err := readWAL(filepath.Join(dir, f.Name()), keys)
		if err != nil {
			return nil, asError(op, err)
		}
		logged = append(logged, committed...)
	}
	slices.Sort(logged)
	return slices.Compact(logged), nil
}

// joins checks that logs and tables hold the records up to the anchor's without a gap between them. Badger writes tables
// in the order of the records, and a table holds what its log held: if the ends meet, nothing is missing between.
func joins(tables []*tableFile, logged []uint64, s slot) error {
	const op = "cannot open the journal"
	a := s.tail
	need := a.last // the record that the tables must have
	for i, seq := range logged {
		if i > 0 && seq != logged[i-1]+1 {
			return damaged(op, fmt.Sprintf("record %d in the logs", logged[i-1]+1), "none")
		}
	}
	if n := len(logged); n > 0 && logged[n-1] >= a.last {
		need = logged[0] - 1
	}
	if s.purge.until > 0 {
		if err := hasCheckpoint(tables, s.purge); err != nil {
			return err
		}
	}
	if need <= s.purge.until { // it need not have been kept
		return nil
	}
	for _, t := range tables {
		v, err := t.find(recordKey(need))
		if err != nil {
			return t.failure(err)
		}
		if v == nil {
			continue
		}
		r, err := decodeRecord(v)
		if err != nil || r.Seq != need || need == a.last && r.Hash != a.head {
			return damaged(op, fmt.Sprintf("record %d as the anchor has it", need), "another one")
		}
		return nil
	}
	return damaged(op, fmt.Sprintf("record %d", need), "none in the tables and logs")
}

// hasCheckpoint checks that the tables have the checkpoint that the anchor names.
func hasCheckpoint(tables []*tableFile, p purgeMark) error {
	const op = "cannot open the journal"
	for _, t := range tables {
		v, err := t.find(keyCheckpoint)
		if err != nil {
			return t.failure(err)
		}
		if v == nil {
			continue
		}
		if b, ok := decodeBase(v); !ok || b.digest != p.digest || b.last != p.until {
			return damaged(op, fmt.Sprintf("the checkpoint %x…", p.digest[:4]), "another one")
		}
		return nil
	}
	return damaged(op, fmt.Sprintf("the checkpoint %x…", p.digest[:4]), "none in the tables")
}
