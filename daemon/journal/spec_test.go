package journal_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// specRows are the blows that Badger alone, with its default options, does not take, and what the journal makes of each. bare
// shows the first, ours the second.
var specRows = []struct {
	name       string
	bare, ours func(t *testing.T)
}{
	// With -kills 1000: as many kills. A kill loses Badger nothing that the system has; a power cut does.
	{"kill -9 while writing", bareDoesNotSync, killedWhileWriting},
	// The death of bare Badger needs a file system of its own: TestBareBadgerDiesOfAFullDisk, with -tags root.
	{"disk full", bareAsksForNoRoom, diskFull},
	{"MANIFEST cut by 5 bytes", bareLoses("MANIFEST cut by 5 bytes"), refusesAndSalvages("MANIFEST cut by 5 bytes")},
	{"MANIFEST deleted", bareLoses("MANIFEST deleted"), refusesAndSalvages("MANIFEST deleted")},
	{"4 bytes changed in a table", bareLosesToAChangedBlock, changedBlock},
	{"bit flipped in the WAL", bareLoses("WAL: a bit flipped in the middle"), refusesAndSalvages("WAL: a bit flipped in the middle")},
	{"VerifyChecksum on damage", bareVerifyDies, verifyAnswers},
	// How many per second: BenchmarkAppend.
	{"64 callers", func(t *testing.T) { t.Logf("%.0f durable puts/s", putsPerSecond(t)) }, func(t *testing.T) {
		manyCallersShareTransactions(t)
		t.Logf("%.0f durable records/s", recordsPerSecond(t))
	}},
	// How much memory with up to 1 000 000 records: BenchmarkOpen.
	{"full key scan", bareScans, openScansNothing},
	{"empty folder where files are not sparse", bareTakesGigabytes, emptyIsSmall},
	{"second process", bareNamesNobody, secondProcess},
	{"deleted keys", bareMarksDeleted, nothingIsDeleted},
}

func TestSpec(t *testing.T) {
	for _, row := range specRows {
		t.Run(row.name, func(t *testing.T) {
			t.Run("bare", row.bare)
			t.Run("ours", row.ours)
		})
	}
}

func damageNamed(t *testing.T, name string) damageCase {
	t.Helper()
	for _, c := range damageAtOpen {
		if c.name == name {
			return c
		}
	}
	t.Fatalf("no damage is called %s", name)
	return damageCase{}
}

func bareDoesNotSync(t *testing.T) {
	if badger.DefaultOptions("").SyncWrites {
		t.Error("Badger syncs by default: the row shows nothing")
	}
}

// bareAsksForNoRoom: Badger makes files far larger than the disk has to have, and so can't see that it won't hold them.
func bareAsksForNoRoom(t *testing.T) {
	o := badger.DefaultOptions("")
	if o.MemTableSize < 64<<20 || o.ValueLogFileSize < 1<<30-1 {
		t.Errorf("Badger maps only %d and %d bytes", o.MemTableSize, o.ValueLogFileSize)
	}
}

func bareLoses(damage string) func(t *testing.T) {
	return func(t *testing.T) {
		root, s := damageNamed(t, damage).prepare(t)
		n, err := bareRecords(t, root)
		if err != nil || n >= s.records {
			t.Errorf("Badger alone gives %d of %d records and %v: the row shows nothing", n, s.records, err)
		}
		t.Logf("%d of %d records, no error", n, s.records)
	}
}

func refusesAndSalvages(damage string) func(t *testing.T) {
	return func(t *testing.T) {
		root, s := damageNamed(t, damage).prepare(t)
		o := journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds}
		if _, err := journal.Open(o); journal.KindOf(err) != journal.Damaged {
			t.Fatalf("Open = %v, want Damaged", err)
		}
		source, err := journal.Salvage(o)
		if err != nil {
			t.Fatal(err)
		}
		out, _ := rebuild(t, o, uint64(s.records), source)
		missing := uint64(0)
		for _, g := range out.Missing {
			missing += g.Last - g.First + 1
		}
		if out.Last+missing != uint64(s.records) {
			t.Errorf("%d records are there and %d named as missing, of %d", out.Last, missing, s.records)
		}
		t.Logf("refused; %d of %d records salvaged, missing %v of which %d are readable", out.Last, s.records, out.Missing, out.Unreachable)
	}
}

func changedTable(t *testing.T) (root string) { return changedAtEighth(t, 4) }

// changedAtEighth is a journal with 4 bytes changed at so many eighths of each table.
func changedAtEighth(t *testing.T, eighths int) (root string) {
	t.Helper()
	root, _ = damageCase{break_: func(t *testing.T, root string) {
		for _, f := range files(t, root, "*.sst") {
			edit(t, f, func(b []byte) []byte { return flip(len(b)*eighths/8, 4)(b) })
		}
	}}.prepare(t)
	return root
}

func verifyWithBareBadger(dir string) error {
	db, err := badger.Open(badger.DefaultOptions(dir).WithLogger(nil).WithNumCompactors(2))
	if err != nil {
		return err
	}
	return db.VerifyChecksum()
}

// bareVerifyDies: whether Badger panics or answers depends on which bytes of a block the change hits, and the tables are
// not the same twice; one place of seven that kills it is enough.
func bareVerifyDies(t *testing.T) {
	for eighths := 1; eighths < 8; eighths++ {
		c, err := startChild("bare-verify", changedAtEighth(t, eighths))
		if err != nil {
			t.Fatal(err)
		}
		for c.out.Scan() {
		}
		c.cmd.Wait()
		if code := c.cmd.ProcessState.ExitCode(); code != 0 && code != 1 {
			return
		}
	}
	t.Error("Badger alone answers wherever a table is changed: the row shows nothing")
}

func verifyAnswers(t *testing.T) {
	j := open(t, journal.Options{Dir: filepath.Join(changedTable(t), "journal"), Project: countKinds})
	if _, err := j.Verify(context.Background()); journal.KindOf(err) != journal.Damaged {
		t.Errorf("Verify = %v, want Damaged", err)
	}
}

const specCallers, specEach = 64, 30

// perSecond is how often per second 64 callers do f.
func perSecond(t *testing.T, f func(i int) error) float64 {
	start := time.Now()
	var wg sync.WaitGroup
	for c := range specCallers {
		wg.Go(func() {
			for i := range specEach {
				if err := f(c*specEach + i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return specCallers * specEach / time.Since(start).Seconds()
}

func putsPerSecond(t *testing.T) float64 {
	db, err := badger.Open(badger.DefaultOptions(filepath.Join(t.TempDir(), "badger")).WithSyncWrites(true).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return perSecond(t, func(i int) error {
		return db.Update(func(txn *badger.Txn) error {
			return txn.Set(binary.BigEndian.AppendUint64(nil, uint64(i)), benchEntry(i).Data)
		})
	})
}

func recordsPerSecond(t *testing.T) float64 {
	j := open(t, options(t))
	return perSecond(t, func(i int) error {
		_, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{benchEntry(i)}, nil
		})
		return err
	})
}

// bareScans: a count of records is a walk through all of them.
func bareScans(t *testing.T) {
	root, s := damageCase{}.prepare(t)
	if n, err := bareRecords(t, root); err != nil || n != s.records {
		t.Errorf("%d records, %v", n, err)
	}
}

// openScansNothing: opening, a counter and the end are answered from tables of which every other block is unreadable.
func openScansNothing(t *testing.T) {
	root, s := damageCase{break_: func(t *testing.T, root string) {
		for _, f := range files(t, root, "*.sst") {
			edit(t, f, func(b []byte) []byte { return flip(len(b)/2, len(b)/4)(b) })
		}
	}}.prepare(t)
	j := open(t, journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds})
	err := j.View(func(st journal.State) error {
		b, ok, err := st.Get("count/fse.signée")
		if !ok || binary.BigEndian.Uint64(b) != uint64(s.records) || st.Last() != uint64(s.records) {
			t.Errorf("the counter is %x, the last record %d", b, st.Last())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// apparentSize is what the files of a folder take where they are not sparse.
func apparentSize(t *testing.T, dir string) (sum int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		sum += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func bareTakesGigabytes(t *testing.T) {
	dir := t.TempDir()
	db, err := badger.Open(badger.DefaultOptions(dir).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if n := apparentSize(t, dir); n < 1<<30 {
		t.Errorf("Badger alone takes %d MiB: the row shows nothing", n>>20)
	}
}

func emptyIsSmall(t *testing.T) {
	o := options(t)
	open(t, o)
	if n := apparentSize(t, o.Dir); n > 64<<20 {
		t.Errorf("an empty journal takes %d MiB", n>>20)
	}
}

func bareNamesNobody(t *testing.T) {
	o := badger.DefaultOptions(t.TempDir()).WithLogger(nil)
	db, err := badger.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = badger.Open(o)
	if err == nil || strings.Contains(err.Error(), "process "+strconv.Itoa(os.Getpid())) {
		t.Errorf("a second opening: %v", err)
	}
}

// versions counts the versions of all keys, and those that are deletions.
func versions(t *testing.T, db *badger.DB) (all, deleted int) {
	t.Helper()
	err := db.View(func(txn *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.AllVersions = true
		it := txn.NewIterator(o)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			all++
			if it.Item().IsDeletedOrExpired() {
				deleted++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, deleted
}

// bareMarksDeleted: a deletion is a mark above an older version, which is back if a merge loses the mark. Badger has had
// such bugs before 4.9.3.
func bareMarksDeleted(t *testing.T) {
	db, err := badger.Open(badger.DefaultOptions(t.TempDir()).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = errors.Join(
		db.Update(func(txn *badger.Txn) error { return txn.Set([]byte("k"), []byte("v")) }),
		db.Update(func(txn *badger.Txn) error { return txn.Delete([]byte("k")) }))
	if err != nil {
		t.Fatal(err)
	}
	if all, deleted := versions(t, db); all != 2 || deleted != 1 {
		t.Errorf("%d versions, %d deletions: the row shows nothing", all, deleted)
	}
}

func nothingIsDeleted(t *testing.T) {
	j := open(t, options(t))
	for _, kind := range []string{"fse.signée", "fse.annulée"} {
		appendOne(t, j, journal.Entry{Kind: kind, Subject: "1", Actor: "a"})
	}
	if _, err := j.Purge(context.Background(), 1, keepSubjects(func(string) bool { return true })); err != nil {
		t.Fatal(err)
	}
	if all, deleted := versions(t, j.Engine()); all == 0 || deleted != 0 {
		t.Errorf("%d versions, %d deletions", all, deleted)
	}
	if got := state(t, j); got["open/1"] != "" {
		t.Errorf("a hidden key is there: %v", got)
	}
}
