// Command peers writes durable records with other engines than ours, for the bench
// to stand beside: bbolt with Batch, SQLite with a write-ahead log and full
// synchronisation. It is a module of its own so that the product carries neither.
//
//	peers -engine bbolt|sqlite -dir DIR -callers N -for 3s
//
// It prints how many records of 1 KiB were durable in a second.
package main

import (
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	_ "modernc.org/sqlite" // database/sql driver "sqlite"
)

func main() {
	engine := flag.String("engine", "", "bbolt or sqlite")
	dir := flag.String("dir", "", "empty folder to write in")
	callers := flag.Int("callers", 1, "callers at once")
	length := flag.Duration("for", 3*time.Second, "how long to write")
	flag.Parse()
	if err := run(*engine, *dir, *callers, *length); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(engine, dir string, callers int, length time.Duration) error {
	put, end, err := open(engine, dir)
	if err != nil {
		return err
	}
	perSecond, err := measure(put, callers, length)
	if err := errorsOf(err, end()); err != nil {
		return err
	}
	fmt.Printf("%.1f\n", perSecond)
	return nil
}

func errorsOf(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// open returns a function that makes one record durable.
func open(engine, dir string) (put func(n uint64, record []byte) error, end func() error, err error) {
	switch engine {
	case "bbolt":
		return openBolt(dir)
	case "sqlite":
		return openSQLite(dir)
	}
	return nil, nil, fmt.Errorf("cannot measure %q: there are bbolt and sqlite", engine)
}

func openBolt(dir string) (func(uint64, []byte) error, func() error, error) {
	db, err := bbolt.Open(filepath.Join(dir, "bolt"), 0o600, nil)
	if err != nil {
		return nil, nil, err
	}
	records := []byte("records")
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(records)
		return err
	})
	put := func(n uint64, record []byte) error {
		return db.Batch(func(tx *bbolt.Tx) error {
			return tx.Bucket(records).Put(binary.BigEndian.AppendUint64(nil, n), record)
		})
	}
	return put, db.Close, err
}

func openSQLite(dir string) (func(uint64, []byte) error, func() error, error) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "sqlite")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1) // one writer is all that SQLite has; more would only wait for each other
	_, err = db.Exec("CREATE TABLE records (n INTEGER PRIMARY KEY, record BLOB)")
	put := func(n uint64, record []byte) error {
		_, err := db.Exec("INSERT INTO records VALUES (?, ?)", int64(n), record)
		return err
	}
	return put, db.Close, err
}

// measure has callers write until length is over and returns records per second.
func measure(put func(uint64, []byte) error, callers int, length time.Duration) (float64, error) {
	record := make([]byte, 1024)
	_, _ = rand.Read(record) // never fails
	var next, done atomic.Uint64
	var failure atomic.Pointer[error]
	var wg sync.WaitGroup
	start := time.Now()
	for range callers {
		wg.Go(func() {
			for time.Since(start) < length && failure.Load() == nil {
				if err := put(next.Add(1), record); err != nil {
					failure.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if err := failure.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(start).Seconds(), nil
}
