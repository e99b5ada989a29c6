package journal

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// memTable is Badger's MemTableSize, in bytes.
const memTable = 8 << 20

// engineOptions are Badger's options for a workstation: little memory, small files, and nothing acknowledged before it is
// on the disk.
func engineOptions(dir string, key []byte, log *slog.Logger) badger.Options {
	o := badger.DefaultOptions(dir).
		WithSyncWrites(true).
		WithDetectConflicts(false). // one writer
		WithMetricsEnabled(false).
		WithMemTableSize(memTable).
		WithNumMemtables(2).
		WithBlockCacheSize(8 << 20).
		WithValueLogFileSize(16 << 20).
		WithNumCompactors(0).            // the keeper merges
		WithNumLevelZeroTables(1).       // Flatten leaves level 0 alone up to this
		WithNumLevelZeroTablesStall(32). // writes wait for the keeper then
		WithBlockSize(16 << 10).         // a quarter of the index to read at opening and to keep mapped
		WithBaseTableSize(1 << 20).
		WithBaseLevelSize(8 << 20).
		WithLogger(engineLog{log})
	if key != nil {
		o = o.WithEncryptionKey(key).WithIndexCacheSize(8 << 20)
	}
	return o
}

// openEngine opens Badger. A lock held by a program that uses Badger without this package is told apart.
func openEngine(o badger.Options) (*badger.DB, error) {
	const op = "cannot open the journal"
	db, err := badger.Open(o)
	if err == nil {
		return db, nil
	}
	if strings.Contains(err.Error(), "Another process is using this Badger database") {
		b, rerr := os.ReadFile(filepath.Join(o.Dir, "LOCK"))
		if rerr != nil {
			b = nil
		}
		return nil, &Error{Kind: Locked, Op: op, PID: parsePID(b)}
	}
	return nil, internal(op, cause(err))
}

// closeLimit is how long closing may take. Badger tries to write out its last table until the disk takes it.
const closeLimit = 30 * time.Second

// closeEngine closes Badger. After an error it may go on trying, until the process ends; nothing that was acknowledged depends on it.
func closeEngine(db *badger.DB) error {
	done := make(chan error, 1)
	go func() { done <- db.Close() }()
	limit := time.NewTimer(closeLimit)
	defer limit.Stop()
	select {
	case err := <-done:
		return err
	case <-limit.C:
		return fmt.Errorf("the disk has not taken the last table for %v; it is read from the log at the next opening", closeLimit)
	}
}

// removeEmptyLogs removes the logs of no bytes. Badger makes a log and then gives it its size, and takes the size before it
// removes one: a crash between the two leaves a file that keeps Badger from opening. The survey has found all records elsewhere.
func removeEmptyLogs(dir string) error {
	files, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, e := range files {
		if ext := filepath.Ext(e.Name()); ext != ".mem" && ext != ".vlog" {
			continue
		}
		if info, ierr := e.Info(); ierr == nil && info.Size() == 0 {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// cause strips from one of Badger's errors what may hold a key.
func cause(err error) error {
	if err == nil {
		return nil
	}
	s := err.Error()
	if i := strings.LastIndex(s, " err: "); i >= 0 {
		return errors.New(s[i+len(" err: "):])
	}
	return fmt.Errorf("badger: %w", err)
}

// discard ends a transaction. Badger panics if an iterator is still open, which one that met damage may be.
func discard(txn *badger.Txn) {
	defer func() { _ = recover() }()
	txn.Discard()
}
