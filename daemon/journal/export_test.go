package journal

import (
	"log/slog"
	"os"

	"github.com/dgraph-io/badger/v4"
)

// EngineOptions are the options that the journal opens Badger with.
func EngineOptions(dir string) badger.Options {
	return engineOptions(dir, nil, slog.New(slog.DiscardHandler))
}

// SyncData is the journal's fdatasync.
func SyncData(f *os.File) error { return syncData(f) }

// Engine gives tests the Badger below.
func (j *Journal) Engine() *badger.DB { return j.db }

// Compact has the keeper look at level 0 now.
func (j *Journal) Compact() { j.keeper.compact() }

// Encode is the encoding of a record, with a hash that fits.
func Encode(r Record) []byte { return appendRecord(nil, &r) }
