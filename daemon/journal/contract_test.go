package journal_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dgraph-io/badger/v4"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

func TestEngineSyncsEveryWrite(t *testing.T) {
	j := open(t, options(t))
	o := j.Engine().Opts()
	if !o.SyncWrites {
		t.Error("SyncWrites is off: a power cut loses what was acknowledged")
	}
	if o.NumCompactors != 0 {
		t.Error("Badger's compactors are on: they delete damaged tables")
	}
	if o.MemTableSize != 8<<20 || o.NumMemtables != 2 || o.BlockCacheSize != 8<<20 || o.ValueLogFileSize != 16<<20 ||
		o.BaseTableSize != 1<<20 || o.BaseLevelSize != 8<<20 {
		t.Errorf("options are not those of a workstation: %+v", o)
	}
}

// TestAcknowledgedMeansAnchored: when Update returns, the anchor file is as far as its records.
func TestAcknowledgedMeansAnchored(t *testing.T) {
	o := options(t)
	j := open(t, o)
	for range 20 {
		r := appendOne(t, j, journal.Entry{Kind: "n"})
		b, err := os.ReadFile(o.Dir + ".anchor")
		if err != nil {
			t.Fatal(err)
		}
		newest := max(binary.BigEndian.Uint64(b[32:]), binary.BigEndian.Uint64(b[4096+32:]))
		if newest != r.Seq {
			t.Fatalf("record %d is acknowledged, the anchor is at %d", r.Seq, newest)
		}
		if !bytes.Contains(b, r.Hash[:]) {
			t.Fatalf("the anchor does not have the hash of record %d", r.Seq)
		}
	}
}

func TestUpdateWithoutEntriesWritesNothing(t *testing.T) {
	o := options(t)
	j := open(t, o)
	appendOne(t, j, journal.Entry{Kind: "n"})
	before := contents(t, filepath.Dir(o.Dir))
	rs, err := j.Update(context.Background(), func(s journal.State) ([]journal.Entry, error) {
		_, _, err := s.Get("count/n")
		return nil, err
	})
	if rs != nil || err != nil {
		t.Errorf("Update = %v, %v, want nothing", rs, err)
	}
	if after := contents(t, filepath.Dir(o.Dir)); !maps.Equal(before, after) {
		t.Errorf("files have changed:\n%v\n%v", before, after)
	}
}

func secondProcess(t *testing.T) {
	root := t.TempDir()
	c, err := startChild("hold", root)
	if err != nil {
		t.Fatal(err)
	}
	if !c.waitFor("done") {
		t.Fatal("the child did not start")
	}
	dir := filepath.Join(root, "journal")
	_, err = journal.Open(journal.Options{Dir: dir})
	e, ok := err.(*journal.Error)
	if !ok || e.Kind != journal.Locked || e.PID != c.cmd.Process.Pid {
		t.Errorf("Open = %v, want Locked by process %d", err, c.cmd.Process.Pid)
	}
	if err := c.kill(); err != nil {
		t.Fatal(err)
	}
	open(t, journal.Options{Dir: dir})
}

func TestLockedInTheSameProcess(t *testing.T) {
	o := options(t)
	j := open(t, o)
	if _, err := journal.Open(o); journal.KindOf(err) != journal.Locked {
		t.Errorf("Open = %v, want Locked", err)
	}
	appendOne(t, j, journal.Entry{Kind: "n"})
}

func TestFolderHeldByBareBadger(t *testing.T) {
	o := options(t)
	j := open(t, o)
	appendOne(t, j, journal.Entry{Kind: "n"})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := badger.Open(badger.DefaultOptions(o.Dir).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = journal.Open(o)
	if e, ok := err.(*journal.Error); !ok || e.Kind != journal.Locked || e.PID != os.Getpid() {
		t.Errorf("Open = %v, want Locked by process %d", err, os.Getpid())
	}
}

func TestAnchorInsideTheFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"anchor", "sub/anchor", "../" + filepath.Base(dir) + "/anchor"} {
		_, err := journal.Open(journal.Options{Dir: dir, AnchorFile: filepath.Join(dir, filepath.FromSlash(name))})
		if journal.KindOf(err) != journal.Invalid {
			t.Errorf("Open with the anchor in %s = %v, want Invalid", name, err)
		}
	}
}

func diskFull(t *testing.T) {
	var free atomic.Uint64
	free.Store(1 << 40)
	o := options(t)
	o.FreeSpace = func(string) (uint64, error) { return free.Load(), nil }
	j := open(t, o)
	one := func() error {
		_, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{{Kind: "n", Subject: "1", Actor: "a"}}, nil
		})
		return err
	}
	if err := one(); err != nil {
		t.Fatal(err)
	}
	const watermark = 4*8<<20 + 64<<20
	free.Store(watermark - 1)
	for range 3 {
		if err := one(); journal.KindOf(err) != journal.DiskFull {
			t.Fatalf("Update = %v, want DiskFull", err)
		}
	}
	if got := records(t, j); len(got) != 1 {
		t.Errorf("%d records can be read with a full disk, want 1", len(got))
	}
	if err := j.Err(); err != nil {
		t.Errorf("a full disk has stopped the journal for good: %v", err)
	}
	free.Store(watermark)
	if err := one(); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if got := records(t, j); len(got) != 2 {
		t.Errorf("%d records, want 2", len(got))
	}
}

func TestOpenWithAFullDisk(t *testing.T) {
	free := uint64(32<<20 - 1)
	o := options(t)
	o.FreeSpace = func(string) (uint64, error) { return free, nil }
	if _, err := journal.Open(o); journal.KindOf(err) != journal.DiskFull {
		t.Errorf("Open = %v, want DiskFull", err)
	}
	if got := contents(t, filepath.Dir(o.Dir)); len(got) != 0 {
		t.Errorf("files were made: %v", got)
	}
	free++
	if got := records(t, open(t, o)); len(got) != 0 {
		t.Errorf("%d records in a new journal", len(got))
	}
}

// manyCallersShareTransactions counts transactions by the generation of the anchor.
func manyCallersShareTransactions(t *testing.T) {
	o := options(t)
	j := open(t, o)
	const callers, each = 64, 20
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range each {
				appendOne(t, j, journal.Entry{Kind: "n"})
			}
		})
	}
	wg.Wait()
	b, err := os.ReadFile(o.Dir + ".anchor")
	if err != nil {
		t.Fatal(err)
	}
	transactions := max(binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint64(b[4096+8:]))
	if transactions > callers*each/4 {
		t.Errorf("%d updates took %d transactions", callers*each, transactions)
	}
	if got := len(records(t, j)); got != callers*each {
		t.Errorf("%d records, want %d", got, callers*each)
	}
}

// TestOneCallerWaitsForNobody: in the bubble time moves only when every goroutine waits, so that any wait for other callers
// would show on the clock.
func TestOneCallerWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := open(t, options(t))
		start := time.Now()
		for range 10 {
			appendOne(t, j, journal.Entry{Kind: "n"})
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("a caller alone has waited %v", d)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestLargeUpdatesAreSplitBetween: together these updates exceed a Badger transaction many times.
func TestLargeUpdatesAreSplitBetween(t *testing.T) {
	o := options(t)
	j := open(t, o)
	text := fmt.Appendf(nil, "%q", strings.Repeat("x", 400<<10))
	inside, release := make(chan struct{}), make(chan struct{})
	go j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
		close(inside)
		<-release
		return nil, nil
	})
	<-inside
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			rs, err := j.Update(context.Background(), func(s journal.State) ([]journal.Entry, error) {
				e := journal.Entry{Kind: "n", Subject: fmt.Sprint(i), Data: text}
				return []journal.Entry{e, e}, nil
			})
			if err != nil {
				t.Error(err)
			} else if rs[1].Seq != rs[0].Seq+1 {
				t.Errorf("one update has records %d and %d", rs[0].Seq, rs[1].Seq)
			}
		})
	}
	close(release)
	wg.Wait()
	got := records(t, j)
	for i := 0; i+1 < len(got); i += 2 {
		if got[i].Subject != got[i+1].Subject {
			t.Errorf("the update of record %d was torn apart", i+1)
		}
	}
	if len(got) != 24 {
		t.Errorf("%d records, want 24", len(got))
	}
}

func TestLogHoldsNoKeys(t *testing.T) {
	var log bytes.Buffer
	o := options(t)
	o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.Project = func(r journal.Record, w journal.Writer) error { return w.Set("nir/"+r.Subject, []byte(r.Subject)) }
	j := open(t, o)
	for i := range 40 {
		appendOne(t, j, journal.Entry{
			Kind: "n", Subject: fmt.Sprintf("secret-%d", i), Data: fmt.Appendf(nil, "%q", strings.Repeat("y", 300<<10)),
		})
	}
	j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) { panic("secret") })
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if log.Len() == 0 {
		t.Error("nothing was logged: the test shows nothing")
	}
	if s := log.String(); strings.Contains(s, "secret") || strings.Contains(s, "nir/") {
		t.Errorf("the log holds keys or contents:\n%s", s)
	}
}

// TestReplayGivesTheSameState: whatever is written, in whatever groups, over restarts, the derived state is the one that the
// records give.
func TestReplayGivesTheSameState(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "law")
		if err != nil {
			rt.Fatal(err)
		}
		o := journal.Options{Dir: filepath.Join(dir, "journal"), Project: countKinds}
		j, err := journal.Open(o)
		if err != nil {
			rt.Fatal(err)
		}
		model := make(map[string]string) // open FSE and who did them
		total := 0
		for range rapid.IntRange(1, 12).Draw(rt, "updates") {
			if rapid.IntRange(0, 5).Draw(rt, "restart") == 0 {
				if err := j.Close(); err != nil {
					rt.Fatal(err)
				}
				if j, err = journal.Open(o); err != nil {
					rt.Fatal(err)
				}
			}
			es := rapid.SliceOfN(entries(), 0, 5).Draw(rt, "entries")
			if _, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) { return es, nil }); err != nil {
				rt.Fatal(err)
			}
			for _, e := range es {
				model["open/"+e.Subject] = e.Actor
				if e.Kind == "fse.annulée" {
					model["open/"+e.Subject] = ""
				}
			}
			total += len(es)
		}
		defer j.Close()
		if r, err := j.Verify(context.Background()); err != nil || r.Records != uint64(total) {
			rt.Fatalf("Verify = %+v, %v, want %d records", r, err, total)
		}
		err = j.View(func(s journal.State) error {
			for k, want := range model {
				v, ok, err := s.Get(k)
				if err != nil || string(v) != want || ok != (want != "") {
					rt.Fatalf("Get(%q) = %q, %v, %v, want %q", k, v, ok, err, want)
				}
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
	})
}

func entries() *rapid.Generator[journal.Entry] {
	return rapid.Custom(func(rt *rapid.T) journal.Entry {
		return journal.Entry{
			Kind:    rapid.SampledFrom([]string{"fse.signée", "fse.annulée", "fse.transmise"}).Draw(rt, "kind"),
			Subject: rapid.SampledFrom([]string{"1", "2", "3", "\xff", "é"}).Draw(rt, "subject"),
			Actor:   rapid.StringN(1, 5, -1).Draw(rt, "actor"),
		}
	})
}

func TestVerifyFindsWhatReplayWouldNotGive(t *testing.T) {
	record := func(seq byte) []byte { return append([]byte("r"), 0, 0, 0, 0, 0, 0, 0, seq) }
	forge := func(seq byte, change func(*journal.Record)) func(*badger.Txn, []journal.Record) error {
		return func(txn *badger.Txn, rs []journal.Record) error {
			r := rs[seq-1]
			change(&r)
			return txn.Set(record(seq), r.Encode())
		}
	}
	tests := []struct {
		name   string
		change func(txn *badger.Txn, rs []journal.Record) error
	}{
		{"a forged record", forge(5, func(r *journal.Record) { r.Actor = "b" })},
		{"a forged link", forge(5, func(r *journal.Record) { r.Prev[0]++ })},
		{"a forged last record", forge(10, func(r *journal.Record) { r.Actor = "b" })},
		{"a forged first link", forge(1, func(r *journal.Record) { r.Prev[0]++ })},
		{"another derived value", func(txn *badger.Txn, _ []journal.Record) error { return txn.Set([]byte("dcount/n"), []byte{1, 9}) }},
		{"one derived key more", func(txn *badger.Txn, _ []journal.Record) error { return txn.Set([]byte("dcount/x"), []byte{1, 9}) }},
		{"one derived key less", func(txn *badger.Txn, _ []journal.Record) error { return txn.Delete([]byte("dopen/3")) }},
		{"the last derived key less", func(txn *badger.Txn, _ []journal.Record) error { return txn.Delete([]byte("dopen/9")) }},
		{"a record less", func(txn *badger.Txn, _ []journal.Record) error { return txn.Delete(record(5)) }},
		{"a record's bytes", func(txn *badger.Txn, _ []journal.Record) error {
			return txn.Set(record(5), []byte("other"))
		}},
		{"two records in each other's place", func(txn *badger.Txn, _ []journal.Record) error {
			item, err := txn.Get(record(4))
			if err != nil {
				return err
			}
			b, err := item.ValueCopy(nil)
			if err != nil {
				return err
			}
			return txn.Set(record(5), b)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := open(t, options(t))
			for i := range 10 {
				appendOne(t, j, journal.Entry{Kind: "n", Subject: fmt.Sprint(i), Actor: "a"})
			}
			r, err := j.Verify(context.Background())
			if err != nil || r.First != 1 || r.Last != 10 || r.Records != 10 || r.DerivedKeys != 11 {
				t.Fatalf("Verify before = %+v, %v", r, err)
			}
			rs := records(t, j)
			if err := j.Engine().Update(func(txn *badger.Txn) error { return tt.change(txn, rs) }); err != nil {
				t.Fatal(err)
			}
			if _, err := j.Verify(context.Background()); journal.KindOf(err) != journal.Damaged {
				t.Errorf("Verify = %v, want Damaged", err)
			}
			_, err = j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) { return nil, nil })
			if journal.KindOf(err) != journal.Damaged {
				t.Errorf("Update after it = %v, want Damaged", err)
			}
		})
	}
}

func TestVerifyStopsWithItsContext(t *testing.T) {
	o := options(t)
	j := open(t, o)
	appendOne(t, j, journal.Entry{Kind: "n"})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := j.Verify(ctx); err != context.Canceled {
		t.Errorf("Verify = %v, want %v", err, context.Canceled)
	}
	if _, err := os.Stat(o.Dir + ".replay"); !os.IsNotExist(err) {
		t.Errorf("the replay folder is left behind: %v", err)
	}
	if err := j.Err(); err != nil {
		t.Errorf("a cancelled Verify has stopped the journal: %v", err)
	}
}

func TestWrongKeyIsRefused(t *testing.T) {
	key := func(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }
	tests := []struct {
		name        string
		first, then []byte
	}{
		{"another key", key(1), key(2)},
		{"no key", key(1), nil},
		{"a key for plain text", nil, key(1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options(t)
			o.Key = tt.first
			j := open(t, o)
			appendOne(t, j, journal.Entry{Kind: "n"})
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			before := contents(t, filepath.Dir(o.Dir))
			o.Key = tt.then
			if _, err := journal.Open(o); journal.KindOf(err) != journal.Invalid {
				t.Errorf("Open = %v, want Invalid", err)
			}
			if after := contents(t, filepath.Dir(o.Dir)); fmt.Sprint(before) != fmt.Sprint(after) {
				t.Errorf("Open has changed files:\n%v\n%v", before, after)
			}
			o.Key = tt.first
			if got := records(t, open(t, o)); len(got) != 1 {
				t.Errorf("%d records with the right key, want 1", len(got))
			}
		})
	}
}

func TestEncryptedFilesHoldNoText(t *testing.T) {
	o := options(t)
	o.Key = bytes.Repeat([]byte{1}, 32)
	j := open(t, o)
	for range 50 {
		appendOne(t, j, journal.Entry{Kind: "readable-kind", Subject: "readable-subject", Data: []byte(`"readable-data"`)})
	}
	check := func(when string) {
		for _, f := range files(t, filepath.Dir(o.Dir), "*") {
			if b := mustRead(t, f); bytes.Contains(b, []byte("readable")) {
				t.Errorf("%s, %s holds plain text", when, filepath.Base(f))
			}
		}
	}
	check("while open")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	check("after closing")
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
