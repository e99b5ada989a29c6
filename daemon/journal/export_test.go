package journal

import (
	"hash/crc32"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// EngineOptions are the options that the journal opens Badger with.
func EngineOptions(dir string) badger.Options {
	return engineOptions(dir, nil, slog.New(slog.DiscardHandler))
}

// SyncData is the journal's fdatasync.
func SyncData(f *os.File) error { return syncData(f) }

// Engine gives tests the Badger below.
func (j *Journal) Engine() *badger.DB { return j.current.db }

// AnchorFile is what WithAnchorFile puts in the place of the anchor's file.
type AnchorFile = anchorFile

// WithAnchorFile has the anchor opened by open, which is given what opens it otherwise.
func WithAnchorFile(o Options, open func(next func() (AnchorFile, error)) (AnchorFile, error)) Options {
	o.openFile = func(name string, flag int, perm fs.FileMode) (anchorFile, error) {
		return open(func() (anchorFile, error) { return openOSFile(name, flag, perm) })
	}
	return o
}

// WithStall is how long Badger may take for a transaction.
func WithStall(o Options, d time.Duration) Options {
	o.stall = d
	return o
}

// Compact has the keeper look at level 0 now.
func (j *Journal) Compact() { j.keeper.compact() }

// Spot is where one copy of a record lies: a part of a file.
type Spot struct {
	File        string
	First, Last int64 // bytes, both included
}

// Spots returns where the records of an undamaged folder lie: the blocks of tables and the entries of logs.
func Spots(o Options) (map[uint64][]Spot, error) {
	s, err := Salvage(o)
	if err != nil {
		return nil, err
	}
	spots := make(map[uint64][]Spot)
	for _, p := range s.(*wreck).places {
		if p.table != nil {
			spots[p.seq] = append(spots[p.seq], Spot{p.table.path, p.at.offset, p.at.offset + int64(p.at.length) - 1})
		}
	}
	logs, err := filepath.Glob(filepath.Join(o.Dir, "*.mem"))
	if err != nil {
		return nil, err
	}
	for _, path := range logs {
		entries, err := carveLog(path, [][]byte{o.Key}, func(uint64) ([]byte, error) { return o.Key, nil }, 1<<63)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if seq, ok := e.seq(); ok {
				klen, vlen := len(e.key)+versionBytes, len(e.value)
				begin := e.end - crc32.Size - vlen - klen - 3 - uvarintLen(uint64(klen)) - uvarintLen(uint64(vlen))
				spots[seq] = append(spots[seq], Spot{path, int64(begin), int64(e.end - 1)})
			}
		}
	}
	return spots, nil
}
