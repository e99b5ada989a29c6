package journal_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// countKinds is a projection that counts the records of each kind and keeps the last subject of each actor.
func countKinds(r journal.Record, w journal.Writer) error {
	key := "count/" + r.Kind
	b, _, err := w.Get(key)
	if err != nil {
		return err
	}
	n := uint64(0)
	if len(b) == 8 {
		n = binary.BigEndian.Uint64(b)
	}
	if err := w.Set(key, binary.BigEndian.AppendUint64(nil, n+1)); err != nil {
		return err
	}
	if r.Kind == "fse.annulée" {
		return w.Set("open/"+r.Subject, nil)
	}
	return w.Set("open/"+r.Subject, []byte(r.Actor))
}

func open(t testing.TB, o journal.Options) *journal.Journal {
	t.Helper()
	j, err := journal.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func options(t testing.TB) journal.Options {
	return journal.Options{Dir: filepath.Join(t.TempDir(), "journal"), Project: countKinds}
}

func appendOne(t testing.TB, j *journal.Journal, e journal.Entry) journal.Record {
	t.Helper()
	rs, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
		return []journal.Entry{e}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rs[0]
}

func records(t testing.TB, j *journal.Journal) []journal.Record {
	t.Helper()
	var all []journal.Record
	err := j.View(func(s journal.State) error {
		for r, err := range s.Range(1, s.Last()) {
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestRecordsSurviveReopening(t *testing.T) {
	o := options(t)
	j := open(t, o)
	var want []journal.Record
	for i := range 5 {
		want = append(want, appendOne(t, j, journal.Entry{
			Kind: "fse.signée", Subject: fmt.Sprint(i), Actor: "cps", Cause: "clic", Version: 3,
			Data: json.RawMessage(`{"total":3000}`),
		}))
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	got := records(t, open(t, o))
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("records after reopening (-written +found):\n%s", d)
	}
	for i, r := range got {
		if r.Seq != uint64(i+1) {
			t.Errorf("record %d has number %d", i+1, r.Seq)
		}
		if i > 0 && r.Prev != got[i-1].Hash {
			t.Errorf("record %d is not linked to the one before it", r.Seq)
		}
	}
}

func TestDecideSeesAllEarlierUpdates(t *testing.T) {
	j := open(t, options(t))
	const callers, each = 16, 25
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range each {
				_, err := j.Update(context.Background(), func(s journal.State) ([]journal.Entry, error) {
					b, _, err := s.Get("count/n")
					if err != nil {
						return nil, err
					}
					n := uint64(0)
					if b != nil {
						n = binary.BigEndian.Uint64(b)
					}
					if n != s.Last() {
						return nil, fmt.Errorf("the counter is %d at record %d", n, s.Last())
					}
					return []journal.Entry{{Kind: "n", Subject: fmt.Sprint(n + 1)}}, nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for i, r := range records(t, j) {
		if r.Subject != fmt.Sprint(i+1) {
			t.Fatalf("record %d has drawn number %s", i+1, r.Subject)
		}
	}
}

func TestUpdateWritesNothingOn(t *testing.T) {
	refusal := errors.New("refused")
	tests := []struct {
		name   string
		decide func(journal.State) ([]journal.Entry, error)
		kind   journal.Kind
		is     error
	}{
		{"decide's error", func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{{Kind: "n"}}, refusal
		}, 0, refusal},
		{"projection's error", func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{{Kind: "n"}, {Kind: "refuse"}}, nil
		}, 0, refusal},
		{"panic", func(journal.State) ([]journal.Entry, error) { panic("x") }, journal.Internal, nil},
		{"nil dereference", func(journal.State) ([]journal.Entry, error) {
			var p *journal.Record
			return []journal.Entry{{Kind: p.Kind}}, nil
		}, journal.Internal, nil},
		{"projection's panic", func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{{Kind: "n"}, {Kind: "panic"}}, nil
		}, journal.Internal, nil},
		{"end of the goroutine", func(journal.State) ([]journal.Entry, error) {
			runtime.Goexit()
			return nil, nil
		}, journal.Internal, nil},
		{"no kind", func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{{Subject: "1"}}, nil
		}, journal.Invalid, nil},
		{"data that is not JSON", func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{{Kind: "n", Data: []byte("{")}}, nil
		}, journal.Invalid, nil},
		{"too many bytes", func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{{Kind: "n", Cause: string(make([]byte, 1<<20))}}, nil
		}, journal.Invalid, nil},
		{"too many entries", func(journal.State) ([]journal.Entry, error) {
			es := make([]journal.Entry, 10_000)
			for i := range es {
				es[i] = journal.Entry{Kind: "n", Subject: fmt.Sprint(i)}
			}
			return es, nil
		}, journal.Invalid, nil},
	}
	o := options(t)
	o.Project = func(r journal.Record, w journal.Writer) error {
		switch r.Kind {
		case "refuse":
			return refusal
		case "panic":
			panic("x")
		}
		return countKinds(r, w)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o.Dir = filepath.Join(t.TempDir(), "journal")
			j := open(t, o)
			before := appendOne(t, j, journal.Entry{Kind: "n", Subject: "1", Actor: "a"})
			got, err := j.Update(context.Background(), tt.decide)
			if err == nil || got != nil {
				t.Fatalf("Update = %v, %v, want an error", got, err)
			}
			if journal.KindOf(err) != tt.kind || tt.is != nil && err != tt.is {
				t.Errorf("error %v of kind %v, want kind %v, %v", err, journal.KindOf(err), tt.kind, tt.is)
			}
			after := appendOne(t, j, journal.Entry{Kind: "n", Subject: "2", Actor: "a"})
			if after.Seq != 2 || after.Prev != before.Hash {
				t.Errorf("the record after the refusal has number %d", after.Seq)
			}
			err = j.View(func(s journal.State) error {
				b, _, err := s.Get("count/n")
				if n := binary.BigEndian.Uint64(b); n != 2 {
					t.Errorf("the derived counter is %d, want 2", n)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestScan(t *testing.T) {
	o := options(t)
	o.Project = func(r journal.Record, w journal.Writer) error { return w.Set(r.Subject, r.Data) }
	j := open(t, o)
	for _, k := range []string{"a", "b/1", "b/2", "b/3", "b/4", "b/\xff", "b0", "c", "\xff", "\xff\xff"} {
		appendOne(t, j, journal.Entry{Kind: "k", Subject: k, Data: []byte("1")})
	}
	appendOne(t, j, journal.Entry{Kind: "k", Subject: "b/2"}) // hidden
	tests := []struct {
		name          string
		prefix, after string
		limit         int
		reverse       bool
		want          []string
	}{
		{"all", "", "", 0, false, []string{"a", "b/1", "b/3", "b/4", "b/\xff", "b0", "c", "\xff", "\xff\xff"}},
		{"all, backwards", "", "", 0, true, []string{"\xff\xff", "\xff", "c", "b0", "b/\xff", "b/4", "b/3", "b/1", "a"}},
		{"prefix", "b/", "", 0, false, []string{"b/1", "b/3", "b/4", "b/\xff"}},
		{"prefix, backwards", "b/", "", 0, true, []string{"b/\xff", "b/4", "b/3", "b/1"}},
		{"limit", "b/", "", 2, false, []string{"b/1", "b/3"}},
		{"limit, backwards", "b/", "", 2, true, []string{"b/\xff", "b/4"}},
		{"after", "b/", "b/1", 2, false, []string{"b/3", "b/4"}},
		{"after, backwards", "b/", "b/4", 2, true, []string{"b/3", "b/1"}},
		{"after a hidden key", "b/", "b/2", 1, false, []string{"b/3"}},
		{"after a key that never was", "b/", "b/35", 1, false, []string{"b/4"}},
		{"after, before the prefix", "b/", "a", 1, false, []string{"b/1"}},
		{"after, behind the prefix", "b/", "c", 1, false, nil},
		{"after, behind the prefix, backwards", "b/", "c", 1, true, []string{"b/\xff"}},
		{"after, before the prefix, backwards", "b/", "a", 1, true, nil},
		{"prefix of 0xff", "\xff", "", 0, true, []string{"\xff\xff", "\xff"}},
		{"nothing", "d", "", 0, false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := j.View(func(s journal.State) error {
				items, err := s.Scan(tt.prefix, tt.after, tt.limit, tt.reverse)
				var got []string
				for _, it := range items {
					got = append(got, it.Key)
				}
				if d := cmp.Diff(tt.want, got); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestReadAndRange(t *testing.T) {
	j := open(t, options(t))
	for i := range 200 {
		appendOne(t, j, journal.Entry{Kind: "n", Subject: fmt.Sprint(i + 1)})
	}
	err := j.View(func(s journal.State) error {
		for _, seq := range []uint64{0, 201, 1 << 63} {
			if _, ok, err := s.Read(seq); ok || err != nil {
				t.Errorf("Read(%d) = %v, %v, want nothing", seq, ok, err)
			}
		}
		if r, ok, err := s.Read(150); !ok || err != nil || r.Subject != "150" {
			t.Errorf("Read(150) = %v, %v, %v", r, ok, err)
		}
		n := uint64(60)
		for r, err := range s.Range(60, 1<<63) {
			if err != nil || r.Seq != n {
				t.Fatalf("Range gives record %d, %v, want %d", r.Seq, err, n)
			}
			if n++; n == 180 {
				break
			}
		}
		for r := range s.Range(7, 6) {
			t.Errorf("an empty range gives record %d", r.Seq)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestViewKeepsItsMoment(t *testing.T) {
	j := open(t, options(t))
	appendOne(t, j, journal.Entry{Kind: "n", Subject: "1"})
	err := j.View(func(s journal.State) error {
		appendOne(t, j, journal.Entry{Kind: "n", Subject: "2"})
		if s.Last() != 1 {
			t.Errorf("the view has moved to record %d", s.Last())
		}
		if _, ok, err := s.Read(2); ok || err != nil {
			t.Errorf("Read(2) = %v, %v in a view of record 1", ok, err)
		}
		items, err := s.Scan("count/", "", 0, false)
		if err == nil && binary.BigEndian.Uint64(items[0].Value) != 1 {
			t.Errorf("the counter has moved to %v", items[0].Value)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCancelledUpdateWritesNothing(t *testing.T) {
	j := open(t, options(t))
	ctx, cancel := context.WithCancel(context.Background())
	inside, release := make(chan struct{}), make(chan struct{})
	go j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
		close(inside)
		<-release
		return nil, nil
	})
	<-inside
	failed := make(chan error)
	go func() {
		_, err := j.Update(ctx, func(journal.State) ([]journal.Entry, error) {
			return []journal.Entry{{Kind: "n"}}, nil
		})
		failed <- err
	}()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("Update = %v, want %v", err, context.Canceled)
	}
	close(release)
	if r := appendOne(t, j, journal.Entry{Kind: "n"}); r.Seq != 1 {
		t.Errorf("the next record has number %d, want 1", r.Seq)
	}
}

func TestClosed(t *testing.T) {
	j := open(t, options(t))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	_, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) { return nil, nil })
	if journal.KindOf(err) != journal.Closed {
		t.Errorf("Update = %v, want Closed", err)
	}
	if err := j.View(func(journal.State) error { return nil }); journal.KindOf(err) != journal.Closed {
		t.Errorf("View = %v, want Closed", err)
	}
}

func TestTimeIsUTCInMilliseconds(t *testing.T) {
	o := options(t)
	paris := time.FixedZone("CEST", 2*3600)
	o.Now = func() time.Time { return time.Date(2026, 7, 1, 9, 0, 0, 123_456_789, paris) }
	j := open(t, o)
	want := time.Date(2026, 7, 1, 7, 0, 0, 123_000_000, time.UTC)
	if r := appendOne(t, j, journal.Entry{Kind: "n"}); r.Time != want {
		t.Errorf("time %v, want %v", r.Time, want)
	}
	given := time.Date(2020, 2, 29, 23, 59, 59, 999_999_999, time.UTC)
	if r := appendOne(t, j, journal.Entry{Kind: "n", Time: given}); r.Time != given.Truncate(time.Millisecond) {
		t.Errorf("time %v, want %v", r.Time, given)
	}
}
