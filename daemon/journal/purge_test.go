package journal_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// bookKeys is a projection in the manner of the daemon's: the document of each subject, a list in order, a counter, and the last
// number given out.
func bookKeys(r journal.Record, w journal.Writer) error {
	doc, _, err := w.Get("doc/" + r.Subject)
	if err != nil {
		return err
	}
	if doc == nil {
		if err := w.Set(fmt.Sprintf("list/%09d", r.Seq), []byte(r.Subject)); err != nil {
			return err
		}
	}
	if err := w.Set("doc/"+r.Subject, fmt.Appendf(doc, "%d:%s;", r.Seq, r.Kind)); err != nil {
		return err
	}
	if r.Kind == "close" {
		if err := w.Set("open/"+r.Subject, nil); err != nil {
			return err
		}
	} else if err := w.Set("open/"+r.Subject, []byte{1}); err != nil {
		return err
	}
	b, _, err := w.Get("count")
	if err != nil {
		return err
	}
	n := uint64(0)
	if b != nil {
		n = binary.BigEndian.Uint64(b)
	}
	return w.Set("count", binary.BigEndian.AppendUint64(nil, n+1))
}

// keepSubjects keeps the subjects that want says, and all that is no subject's.
func keepSubjects(want func(subject string) bool) func(journal.Past) (journal.Keep, error) {
	return func(journal.Past) (journal.Keep, error) {
		return journal.Keep{
			Key: func(key string, value []byte) bool {
				space, rest, _ := strings.Cut(key, "/")
				switch space {
				case "doc", "open":
					return want(rest)
				case "list":
					return want(string(value))
				}
				return true
			},
			Record: func(r journal.Record) bool { return want(r.Subject) },
		}, nil
	}
}

// openSubjects keeps the subjects that were not closed then: what the daemon would do.
func openSubjects(p journal.Past) (journal.Keep, error) {
	open := make(map[string]bool)
	items, err := p.Scan("open/", "", 0, false)
	for _, it := range items {
		open[strings.TrimPrefix(it.Key, "open/")] = true
	}
	if err != nil {
		return journal.Keep{}, err
	}
	return keepSubjects(func(s string) bool { return open[s] })(p)
}

func state(t testing.TB, j *journal.Journal) map[string]string {
	t.Helper()
	m := make(map[string]string)
	err := j.View(func(s journal.State) error {
		items, err := s.Scan("", "", 0, false)
		for _, it := range items {
			m[it.Key] = string(it.Value)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// bookOf writes n subjects of which the even ones are closed.
func bookOf(t testing.TB, j *journal.Journal, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		_, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
			es := []journal.Entry{{Kind: "begin", Subject: fmt.Sprint(i), Data: fmt.Appendf(nil, "%q", strings.Repeat("x", 300))}}
			if i%2 == 0 {
				es = append(es, journal.Entry{Kind: "close", Subject: fmt.Sprint(i)})
			}
			return es, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func bookOptions(t testing.TB) journal.Options {
	return journal.Options{Dir: filepath.Join(t.TempDir(), "journal"), Project: bookKeys}
}

func closed(subject string) bool {
	var n int
	fmt.Sscan(subject, &n)
	return n%2 == 0
}

func TestPurge(t *testing.T) {
	all := func(string) bool { return true }
	tests := []struct {
		name   string
		choose func(journal.Past) (journal.Keep, error)
		gone   func(subject string) bool
		key    []byte
	}{
		{"what is closed", openSubjects, closed, nil},
		{"what is closed, encrypted", openSubjects, closed, []byte(strings.Repeat("k", 32))},
		{"nothing", keepSubjects(all), func(string) bool { return false }, nil},
		{"everything", keepSubjects(func(string) bool { return false }), all, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := bookOptions(t)
			o.Key = tt.key
			j := open(t, o)
			bookOf(t, j, 1, 200) // records 1 to 300
			bookOf(t, j, 201, 40)
			before, rs := state(t, j), records(t, j)
			p, err := j.Purge(context.Background(), 300, tt.choose)
			if err != nil {
				t.Fatal(err)
			}
			want := maps.Clone(before)
			var kept, gone uint64
			for _, r := range rs[:300] {
				if tt.gone(r.Subject) {
					delete(want, "doc/"+r.Subject)
					delete(want, "open/"+r.Subject)
					gone++
				} else {
					kept++
				}
			}
			maps.DeleteFunc(want, func(k, v string) bool {
				return strings.HasPrefix(k, "list/") && k <= "list/000000300" && tt.gone(v)
			})
			if p.Until != 300 || p.KeptRecords != kept || p.GoneRecords != gone || len(before)-len(want) != int(p.GoneKeys) {
				t.Errorf("Purge = %+v, want %d records kept and %d gone, %d keys gone", p, kept, gone, len(before)-len(want))
			}
			check := func(when string, j *journal.Journal) {
				t.Helper()
				if d := cmp.Diff(want, state(t, j)); d != "" {
					t.Errorf("%s, the state differs (-want +got):\n%s", when, d)
				}
				checkPurged(t, j, rs, 300, tt.gone)
			}
			check("at once", j)
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if b, err := os.ReadDir(o.Dir); err != nil || len(b) != 0 {
				t.Errorf("the old folder holds %v, %v", b, err)
			}
			j = open(t, o)
			check("after reopening", j)
			if r := appendOne(t, j, journal.Entry{Kind: "begin", Subject: "new"}); r.Seq != rs[len(rs)-1].Seq+1 || r.Prev != rs[len(rs)-1].Hash {
				t.Errorf("the next record is %d", r.Seq)
			}
		})
	}
}

// checkPurged expects the records of rs behind until, and before it those of the subjects that are not gone.
func checkPurged(t *testing.T, j *journal.Journal, rs []journal.Record, until int, gone func(string) bool) {
	t.Helper()
	if d := cmp.Diff(rs[until:], records(t, j), cmp.Comparer(func(a, b journal.Record) bool { return a.Hash == b.Hash })); d != "" {
		t.Errorf("the chain differs:\n%s", d)
	}
	err := j.View(func(s journal.State) error {
		if s.First() != uint64(until+1) {
			t.Errorf("the chain begins with %d", s.First())
		}
		for _, want := range rs {
			r, ok, err := s.Read(want.Seq)
			if err != nil {
				return err
			}
			if stays := int(want.Seq) > until || !gone(want.Subject); ok != stays || ok && r.Hash != want.Hash {
				t.Errorf("Read(%d) = %v, %v", want.Seq, r, ok)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	r, err := j.Verify(context.Background())
	if err != nil || r.Records != uint64(len(rs)-until) || r.Head != rs[len(rs)-1].Hash {
		t.Errorf("Verify = %+v, %v", r, err)
	}
	if _, err := j.Replay(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestPurgeAgain(t *testing.T) {
	o := bookOptions(t)
	j := open(t, o)
	for round := range 4 {
		bookOf(t, j, 1+100*round, 100)
		before := state(t, j)
		var last uint64
		j.View(func(s journal.State) error { last = s.Last(); return nil })
		if _, err := j.Purge(context.Background(), last, openSubjects); err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(before, func(k, v string) bool {
			space, rest, _ := strings.Cut(k, "/")
			return space == "doc" && closed(rest) || space == "list" && closed(v)
		})
		if d := cmp.Diff(before, state(t, j)); d != "" {
			t.Errorf("round %d: the state differs (-want +got):\n%s", round, d)
		}
		r, err := j.Verify(context.Background())
		if err != nil || r.Kept != uint64(50*(round+1)) || r.Records != 0 {
			t.Errorf("round %d: Verify = %+v, %v", round, r, err)
		}
		if round%2 == 0 {
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			j = open(t, o)
		}
	}
	st, err := j.Stats()
	if err != nil || st.Records != 200 || st.Kept != 200 || st.First != 601 || st.Last != 600 {
		t.Errorf("Stats = %+v, %v", st, err)
	}
}

func TestPurgeRefuses(t *testing.T) {
	o := bookOptions(t)
	j := open(t, o)
	bookOf(t, j, 1, 20)
	if _, err := j.Purge(context.Background(), 20, openSubjects); err != nil {
		t.Fatal(err)
	}
	before, files := state(t, j), contents(t, filepath.Dir(o.Dir))
	boom := fmt.Errorf("refused")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	dropCounter := func(journal.Past) (journal.Keep, error) {
		return journal.Keep{
			Key:    func(key string, _ []byte) bool { return key != "count" },
			Record: func(journal.Record) bool { return true },
		}, nil
	}
	tests := []struct {
		name   string
		ctx    context.Context
		until  uint64
		choose func(journal.Past) (journal.Keep, error)
		kind   journal.Kind
		is     error
	}{
		{"record 0", context.Background(), 0, openSubjects, journal.Invalid, nil},
		{"before the checkpoint", context.Background(), 19, openSubjects, journal.Invalid, nil},
		{"behind the end", context.Background(), 31, openSubjects, journal.Invalid, nil},
		{"the caller's error", context.Background(), 25, func(journal.Past) (journal.Keep, error) {
			return journal.Keep{}, boom
		}, 0, boom},
		{"a counter dropped that goes on counting", context.Background(), 25, dropCounter, journal.Invalid, nil},
		{"a context that has ended", cancelled, 25, openSubjects, 0, context.Canceled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := j.Purge(tt.ctx, tt.until, tt.choose)
			if err == nil || journal.KindOf(err) != tt.kind || tt.is != nil && err != tt.is {
				t.Fatalf("Purge = %v, want kind %v, %v", err, tt.kind, tt.is)
			}
			if d := cmp.Diff(before, state(t, j)); d != "" {
				t.Errorf("the state has changed:\n%s", d)
			}
			if d := cmp.Diff(files, contents(t, filepath.Dir(o.Dir))); d != "" {
				t.Errorf("files have changed:\n%s", d)
			}
		})
	}
	if r, err := j.Verify(context.Background()); err != nil || r.Records != 10 {
		t.Errorf("Verify = %+v, %v", r, err)
	}
}

// TestPurgeWhileReadingAndWriting: a view keeps its moment, and every update finds its place.
func TestPurgeWhileReadingAndWriting(t *testing.T) {
	o := bookOptions(t)
	j := open(t, o)
	bookOf(t, j, 1, 500)
	done := make(chan error, 1)
	inside, leave := make(chan struct{}), make(chan struct{})
	go func() {
		done <- j.View(func(s journal.State) error {
			close(inside)
			<-leave
			if _, ok, err := s.Read(2); !ok || err != nil {
				return fmt.Errorf("Read(2) = %v, %v", ok, err)
			}
			n := 0
			for _, err := range s.Range(1, s.Last()) {
				if err != nil {
					return err
				}
				n++
			}
			if n != 750 {
				return fmt.Errorf("%d records", n)
			}
			return nil
		})
	}()
	<-inside
	purged := make(chan error, 1)
	go func() {
		_, err := j.Purge(context.Background(), 750, openSubjects)
		purged <- err
	}()
	for first := uint64(1); first == 1; { // until the switch
		bookOf(t, j, 1000, 1)
		if err := j.View(func(s journal.State) error { first = s.First(); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	bookOf(t, j, 1001, 5)
	close(leave)
	if err := <-done; err != nil {
		t.Errorf("the view from before the purge: %v", err)
	}
	if err := <-purged; err != nil {
		t.Fatal(err)
	}
	if r, err := j.Verify(context.Background()); err != nil || r.Kept != 250 {
		t.Errorf("Verify = %+v, %v", r, err)
	}
}

// purgeMoments are the files of a journal at every step of a purge, put together from those before and after.
func purgeMoments(t *testing.T) (moments map[string]image, before, after map[string]string) {
	t.Helper()
	root := t.TempDir()
	o := journal.Options{Dir: filepath.Join(root, "journal"), Project: bookKeys}
	j := open(t, o)
	bookOf(t, j, 1, 60)
	before = state(t, j)
	old, err := takeImage(root)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Purge(context.Background(), 60, openSubjects); err != nil {
		t.Fatal(err)
	}
	after = state(t, j)
	made, err := takeImage(root)
	if err != nil {
		t.Fatal(err)
	}
	moments = map[string]image{"before": old, "after": made}
	isNew := func(name string) bool { return strings.HasPrefix(name, "journal.2"+string(filepath.Separator)) }
	with := func(m image, more image, take func(string) bool) image {
		m = maps.Clone(m)
		for name, f := range more {
			if take(name) {
				m[name] = f
			}
		}
		return m
	}
	var half image = make(image)
	for i, name := range slices.Sorted(maps.Keys(made)) {
		if !isNew(name) {
			continue
		}
		f := made[name]
		half[name] = imageFile{f.data[:len(f.data)/2], f.size / 2}
		moments[fmt.Sprintf("new folder with %d files, one cut", i)] = with(old, half, isNew)
		half[name] = f
		moments[fmt.Sprintf("new folder with %d files", i)] = with(old, half, isNew)
	}
	switched := with(made, old, func(name string) bool { return strings.HasPrefix(name, "journal"+string(filepath.Separator)) })
	moments["switched"] = maps.Clone(switched)
	for i, name := range slices.Sorted(maps.Keys(old)) {
		if strings.HasPrefix(name, "journal"+string(filepath.Separator)) {
			delete(switched, name)
			moments[fmt.Sprintf("old folder with %d files removed", i+1)] = maps.Clone(switched)
		}
	}
	// The write of the switch torn: its slot is neither the old nor the new one.
	torn := with(old, made, isNew)
	b := slices.Clone(made["journal.anchor"].data)
	newer := 0
	if binary.BigEndian.Uint64(b[4096+8:]) > binary.BigEndian.Uint64(b[8:]) {
		newer = 4096
	}
	copy(b[newer+40:newer+124], old["journal.anchor"].data[newer+40:])
	torn["journal.anchor"] = imageFile{b, made["journal.anchor"].size}
	moments["the switch torn"] = torn
	return moments, before, after
}

// TestPurgeCutShort: whatever is on the disk when a purge is cut short, the next opening finds the old journal or the new one,
// and cleans up.
func TestPurgeCutShort(t *testing.T) {
	moments, before, after := purgeMoments(t)
	if len(moments) < 12 {
		t.Fatalf("only %d moments", len(moments))
	}
	for name, files := range moments {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			if err := files.write(root); err != nil {
				t.Fatal(err)
			}
			o := journal.Options{Dir: filepath.Join(root, "journal"), Project: bookKeys}
			j := open(t, o)
			got := state(t, j)
			if !maps.Equal(got, before) && !maps.Equal(got, after) {
				t.Errorf("the state is neither the old nor the new one: %v", got)
			}
			st, err := j.Stats()
			if err != nil {
				t.Fatal(err)
			}
			if maps.Equal(got, after) != (st.First > 1) {
				t.Errorf("a mix: the chain begins with %d", st.First)
			}
			if _, err := j.Verify(context.Background()); err != nil {
				t.Error(err)
			}
			other := o.Dir
			if st.Dir == o.Dir {
				other += ".2"
			}
			if left, err := os.ReadDir(other); err == nil && len(left) > 0 {
				t.Errorf("the other folder is left with %d files", len(left))
			}
			bookOf(t, j, 1000, 2)
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if r, err := open(t, o).Verify(context.Background()); err != nil || r.Last != 93 {
				t.Errorf("Verify after reopening = %+v, %v", r, err)
			}
		})
	}
}
