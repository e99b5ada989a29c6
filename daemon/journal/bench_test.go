package journal_test

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

var million = flag.Bool("million", false, "measure opening with 1 000 000 records too")

// benchEntry is an entry of about 1 KiB, of which half compresses as JSON of FSE does.
func benchEntry(i int) journal.Entry {
	return journal.Entry{
		Kind: "fse.signée", Subject: fmt.Sprintf("%09d", i), Actor: "https://ehr.example cps 2800012345", Version: 1,
		Data: fmt.Appendf(nil, `{"n":%d,"lines":%q,"seal":"%x"}`, i, strings.Repeat("acte G 3000 ", 30), noise(i)),
	}
}

// noise is 256 bytes that do not compress.
func noise(i int) []byte {
	b := make([]byte, 256)
	x := uint64(i)*0x9e3779b97f4a7c15 + 1
	for j := 0; j < len(b); j += 8 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		binary.LittleEndian.PutUint64(b[j:], x)
	}
	return b
}

// indexFSE is a projection of the size that the daemon's has: state of the FSE, list by state, counter.
func indexFSE(r journal.Record, w journal.Writer) error {
	if err := w.Set("fse/"+r.Subject, []byte(`{"state":"signée","seq":`+strconv.FormatUint(r.Seq, 10)+`}`)); err != nil {
		return err
	}
	if err := w.Set("state/signée/"+r.Subject, []byte{1}); err != nil {
		return err
	}
	return countKinds(r, w)
}

// BenchmarkAppend measures durable records per second, one record per call, beside Badger alone with the same options,
// the same bytes and one 128-byte fdatasync per transaction. Badger merges with its own compactors there.
func BenchmarkAppend(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("journal/callers=%d", callers), func(b *testing.B) {
			j := open(b, journal.Options{Dir: filepath.Join(b.TempDir(), "journal")})
			share(b, callers, func(i int) error {
				_, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
					return []journal.Entry{benchEntry(i)}, nil
				})
				return err
			})
		})
		b.Run(fmt.Sprintf("badger/callers=%d", callers), func(b *testing.B) { benchmarkBadger(b, callers) })
	}
}

func benchmarkBadger(b *testing.B, callers int) {
	dir := b.TempDir()
	db, err := badger.Open(journal.EngineOptions(filepath.Join(dir, "badger")).WithNumCompactors(2))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	f, err := os.Create(filepath.Join(dir, "anchor"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(8192); err != nil {
		b.Fatal(err)
	}
	share(b, callers, func(i int) error {
		e := benchEntry(i)
		err := db.Update(func(txn *badger.Txn) error {
			return txn.Set(binary.BigEndian.AppendUint64([]byte("r"), uint64(i)), append(e.Data, make([]byte, 128)...))
		})
		if err != nil {
			return err
		}
		if _, err := f.WriteAt(make([]byte, 128), int64(i%2)*4096); err != nil {
			return err
		}
		return journal.SyncData(f)
	})
}

// share has callers do b.N operations between them and reports how many per second.
func share(b *testing.B, callers int, f func(i int) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for i := int(next.Add(1)); i <= b.N; i = int(next.Add(1)) {
				if err := f(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkOpen measures opening, the first page of a list, a counter, and the memory that the process has then, with
// 100, 100 000 and, with -million, 1 000 000 records.
func BenchmarkOpen(b *testing.B) {
	sizes := []int{100, 100_000}
	if *million {
		sizes = append(sizes, 1_000_000)
	}
	for _, encrypted := range []bool{false, true} {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("encrypted=%v/records=%d", encrypted, n), func(b *testing.B) { benchmarkOpen(b, n, encrypted) })
		}
	}
}

func benchmarkOpen(b *testing.B, n int, encrypted bool) {
	o := journal.Options{Dir: filepath.Join(b.TempDir(), "journal"), Project: indexFSE}
	if encrypted {
		o.Key = make([]byte, 32)
	}
	fill(b, o, n)
	var opening, page, counter time.Duration
	for b.Loop() {
		start := time.Now()
		j, err := journal.Open(o)
		if err != nil {
			b.Fatal(err)
		}
		opening += time.Since(start)
		start = time.Now()
		err = j.View(func(s journal.State) error {
			items, err := s.Scan("state/signée/", "", 50, true)
			if err == nil && len(items) != 50 {
				err = fmt.Errorf("%d items", len(items))
			}
			page += time.Since(start)
			start = time.Now()
			if err == nil {
				_, _, err = s.Get("count/fse.signée")
			}
			counter += time.Since(start)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := j.Checked(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(residentBytes())/(1<<20), "MiB-RSS")
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		debug.FreeOSMemory()
		b.StartTimer()
	}
	b.ReportMetric(opening.Seconds()*1e3/float64(b.N), "ms/open")
	b.ReportMetric(page.Seconds()*1e3/float64(b.N), "ms/page")
	b.ReportMetric(counter.Seconds()*1e3/float64(b.N), "ms/counter")
}

func fill(b *testing.B, o journal.Options, n int) {
	j, err := journal.Open(o)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < n; i += 100 {
		_, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
			var es []journal.Entry
			for k := i; k < min(i+100, n); k++ {
				es = append(es, benchEntry(k))
			}
			return es, nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	debug.FreeOSMemory()
}

// residentBytes is VmRSS of this process; 0 where /proc does not tell.
func residentBytes() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kib int
	fmt.Sscan(rest, &kib)
	return kib << 10
}

// BenchmarkRebuild measures making a journal of 100 000 records of 1 KiB anew, of a backup in memory and of a damaged folder.
func BenchmarkRebuild(b *testing.B) {
	const n = 100_000
	o := journal.Options{Dir: filepath.Join(b.TempDir(), "journal"), Project: indexFSE}
	fill(b, o, n)
	j := open(b, o)
	whole := sourceOf(b, j)
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	sources := map[string]func() journal.Source{
		"backup": func() journal.Source { return whole },
		"salvage": func() journal.Source {
			s, err := journal.Salvage(o)
			if err != nil {
				b.Fatal(err)
			}
			return s
		},
	}
	for name, source := range sources {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				to := journal.Options{Dir: filepath.Join(b.TempDir(), "journal"), Project: indexFSE}
				out, err := journal.Rebuild(context.Background(), to, n, source())
				if err != nil || out.Last != n {
					b.Fatalf("%+v, %v", out, err)
				}
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkPurge measures a purge of 50 000 of 100 000 records, and the longest that an update waits meanwhile.
func BenchmarkPurge(b *testing.B) {
	const n = 100_000
	for b.Loop() {
		b.StopTimer()
		o := journal.Options{Dir: filepath.Join(b.TempDir(), "journal"), Project: indexFSE}
		fill(b, o, n)
		j := open(b, o)
		stop, longest := make(chan struct{}), make(chan time.Duration)
		go func() {
			var most time.Duration
			for i := n; ; i++ {
				select {
				case <-stop:
					longest <- most
					return
				default:
				}
				start := time.Now()
				appendOne(b, j, benchEntry(i))
				most = max(most, time.Since(start))
			}
		}()
		b.StartTimer()
		_, err := j.Purge(context.Background(), n/2, keepSubjects(func(string) bool { return false }))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		close(stop)
		b.ReportMetric((<-longest).Seconds()*1e3, "ms/longest-update")
		j.Close()
		b.StartTimer()
	}
}
