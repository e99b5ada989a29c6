package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// memory is a source of records that are at hand.
type memory struct {
	begin   *journal.Beginning // nil when it can't tell
	records []journal.Record
	err     error // at the end
}

func (m memory) Beginning() (journal.Beginning, bool) {
	if m.begin == nil {
		return journal.Beginning{}, false
	}
	return *m.begin, true
}

func (m memory) Records(first uint64) iter.Seq2[journal.Record, error] {
	return func(yield func(journal.Record, error) bool) {
		for _, r := range m.records {
			if r.Seq >= first && !yield(r, nil) {
				return
			}
		}
		if m.err != nil {
			yield(journal.Record{}, m.err)
		}
	}
}

// sourceOf is all that a whole journal has, as a backup would have it.
func sourceOf(t testing.TB, j *journal.Journal) memory {
	t.Helper()
	b, err := j.Beginning()
	if err != nil {
		t.Fatal(err)
	}
	return memory{begin: &b, records: records(t, j)}
}

// rebuild makes a journal of sources in a new folder and opens it.
func rebuild(t testing.TB, o journal.Options, known uint64, sources ...journal.Source) (journal.Rebuilt, *journal.Journal) {
	t.Helper()
	o.Dir, o.AnchorFile = filepath.Join(t.TempDir(), "journal"), ""
	out, err := journal.Rebuild(context.Background(), o, known, sources...)
	if err != nil {
		t.Fatal(err)
	}
	return out, open(t, o)
}

// expect checks what was rebuilt: records 1 to last as in want, of which the numbers in missing are not there.
func expect(t testing.TB, out journal.Rebuilt, j *journal.Journal, want []journal.Record, lost []journal.Gap) {
	t.Helper()
	last := len(want)
	if len(lost) > 0 {
		last = int(lost[0].First) - 1
	}
	var missing []journal.Gap
	unreachable := uint64(len(want) - last)
	for _, g := range lost {
		unreachable -= g.Last - g.First + 1
	}
	if last < len(want) {
		missing = []journal.Gap{{First: uint64(last + 1), Last: uint64(len(want))}}
	}
	head := out.Head
	if last > 0 {
		head = want[last-1].Hash
	}
	if d := cmp.Diff(journal.Rebuilt{Last: uint64(last), Head: head, Missing: missing, Lost: lost, Unreachable: unreachable}, out); d != "" {
		t.Errorf("Rebuilt (-want +got):\n%s", d)
	}
	got := records(t, j)
	if len(got) != last {
		t.Fatalf("%d records, want %d", len(got), last)
	}
	for i, r := range got {
		if r.Hash != want[i].Hash {
			t.Fatalf("record %d is another one", i+1)
		}
	}
	if len(got) > 5000 {
		return // some seconds each; the small ones are verified
	}
	if r, err := j.Verify(context.Background()); err != nil || r.Records != uint64(last) {
		t.Errorf("Verify = %+v, %v", r, err)
	}
}

// lostBetween returns the records all of whose spots in the whole image were changed or are gone in the damaged folder.
func lostBetween(t *testing.T, whole string, damaged string, spots map[uint64][]journal.Spot, last int) (lost []journal.Gap) {
	t.Helper()
	type pair struct{ was, is []byte }
	files := make(map[string]pair)
	stands := func(s journal.Spot) bool {
		p, ok := files[s.File]
		if !ok {
			rel, err := filepath.Rel(whole, s.File)
			if err != nil {
				t.Fatal(err)
			}
			p.was = mustRead(t, s.File)
			if p.is, err = os.ReadFile(filepath.Join(damaged, rel)); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			files[s.File] = p
		}
		// Zeros at the end of a log are part of no entry that was cut there: an entry ends in its checksum.
		return s.Last < int64(len(p.is)) && bytes.Equal(p.was[s.First:s.Last+1], p.is[s.First:s.Last+1])
	}
	for seq := uint64(1); seq <= uint64(last); seq++ {
		found := false
		for _, s := range spots[seq] {
			found = found || stands(s)
		}
		switch n := len(lost); {
		case found:
		case n > 0 && lost[n-1].Last == seq-1:
			lost[n-1].Last = seq
		default:
			lost = append(lost, journal.Gap{First: seq, Last: seq})
		}
	}
	return lost
}

// TestSalvage damages a journal in every way of damageAtOpen, and in its tables. What is salvaged must be exactly what stands,
// and with a backup nothing is missing.
func TestSalvage(t *testing.T) {
	cases := append([]damageCase{
		{name: "no damage", break_: func(*testing.T, string) {}},
		{name: "no damage, after a kill", killed: true, break_: func(*testing.T, string) {}},
		{name: "table with four bytes changed", break_: func(t *testing.T, root string) {
			edit(t, files(t, root, "*.sst")[0], func(b []byte) []byte { return flip(len(b)*9/16, 4)(b) })
		}},
		{name: "every table with four bytes changed", break_: func(t *testing.T, root string) {
			for _, f := range files(t, root, "*.sst") {
				edit(t, f, func(b []byte) []byte { return flip(len(b)*13/16, 4)(b) })
			}
		}},
	}, damageAtOpen...)
	wholes := make(map[bool]*wholeSample)
	for _, killed := range []bool{false, true} {
		wholes[killed] = newWholeSample(t, killed)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			root, _ := c.prepare(t)
			w := wholes[c.killed]
			lost := lostBetween(t, w.root, root, w.spots, len(w.source.records))
			o := journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds}
			before := contents(t, root)
			var sources []journal.Source
			s, err := journal.Salvage(o)
			if err == nil {
				sources = append(sources, s)
			} else if journal.KindOf(err) != journal.Damaged || len(lost) != 1 {
				t.Fatalf("Salvage = %v", err)
			}
			last := uint64(len(w.source.records))
			if s != nil {
				if _, ok := s.Beginning(); !ok {
					t.Fatal("the beginning is not known")
				}
				out, j := rebuild(t, o, last, s)
				expect(t, out, j, w.source.records, lost)
			}
			if len(lost) > 0 {
				out, j := rebuild(t, o, last, append(sources, w.source)...)
				expect(t, out, j, w.source.records, nil)
			}
			if d := cmp.Diff(before, contents(t, root)); d != "" {
				t.Errorf("files have changed (-before +after):\n%s", d)
			}
			if s != nil && len(lost) > 0 {
				t.Logf("lost of %d: %v", last, lost)
			}
		})
	}
}

// wholeSample is a sample without damage, and where its records lie.
type wholeSample struct {
	root   string
	spots  map[uint64][]journal.Spot
	source memory
}

func newWholeSample(t *testing.T, killed bool) *wholeSample {
	t.Helper()
	root, s := damageCase{killed: killed}.prepare(t)
	o := journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds}
	w := &wholeSample{root: root}
	var err error
	if w.spots, err = journal.Spots(o); err != nil {
		t.Fatal(err)
	}
	if len(w.spots) != s.records {
		t.Fatalf("%d of %d records have a place", len(w.spots), s.records)
	}
	copied, _ := damageCase{killed: killed}.prepare(t) // opening changes the files
	j := open(t, journal.Options{Dir: filepath.Join(copied, "journal"), Project: countKinds})
	w.source = sourceOf(t, j)
	return w
}

func TestSalvageOfAnEncryptedJournal(t *testing.T) {
	key := bytes.Repeat([]byte{9}, 32)
	o := bookOptions(t)
	o.Key = key
	j := open(t, o)
	bookOf(t, j, 1, 400)
	want := sourceOf(t, j).records
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	table := files(t, filepath.Dir(o.Dir), "*.sst")[0]
	edit(t, table, func(b []byte) []byte { return flip(len(b)-60, 4)(b) }) // its index
	remove(t, filepath.Join(o.Dir, "MANIFEST"))
	s, err := journal.Salvage(o)
	if err != nil {
		t.Fatal(err)
	}
	out, rebuilt := rebuild(t, o, uint64(len(want)), s)
	expect(t, out, rebuilt, want, nil)
	if d := cmp.Diff(len(want), len(records(t, rebuilt))); d != "" {
		t.Error(d)
	}
	for _, other := range [][]byte{nil, bytes.Repeat([]byte{8}, 32)} {
		o.Key = other
		if _, err := journal.Salvage(o); journal.KindOf(err) != journal.Invalid {
			t.Errorf("Salvage with another key or none = %v, want Invalid", err)
		}
	}
}

func TestSalvageOfAnOpenJournal(t *testing.T) {
	o := options(t)
	open(t, o)
	if _, err := journal.Salvage(o); journal.KindOf(err) != journal.Locked {
		t.Errorf("Salvage = %v, want Locked", err)
	}
}

// TestSalvageLeavesHalfATransactionOut: it was not acknowledged, and is there as a whole or not at all.
func TestSalvageLeavesHalfATransactionOut(t *testing.T) {
	h := makeHistory(t, 4, nil)
	for _, anchor := range []int{3, 4} {
		root := h.mix(t, 4, anchor)
		log := filepath.Join(root, "journal", "00001.mem")
		edit(t, log, func(b []byte) []byte { return b[:len(h.after[4][filepath.Join("journal", "00001.mem")].data)-5] }) // its end mark
		s, err := journal.Salvage(journal.Options{Dir: filepath.Join(root, "journal")})
		if err != nil {
			t.Fatal(err)
		}
		last := uint64(0)
		for r, err := range s.Records(1) {
			if err != nil {
				t.Fatal(err)
			}
			last = r.Seq
		}
		if want := uint64(anchor * perTransaction); last != want {
			t.Errorf("anchor of %d transactions: the last record is %d, want %d", anchor, last, want)
		}
	}
}

// TestRebuildOfAPurgedJournal: from its beginning and its records it comes out the same.
func TestRebuildOfAPurgedJournal(t *testing.T) {
	for _, key := range [][]byte{nil, bytes.Repeat([]byte{9}, 32)} {
		t.Run(fmt.Sprintf("encrypted=%v", key != nil), func(t *testing.T) {
			o := bookOptions(t)
			o.Key = key
			j := open(t, o)
			bookOf(t, j, 1, 200)
			early := sourceOf(t, j) // a backup from before the purge
			if _, err := j.Purge(context.Background(), 200, openSubjects); err != nil {
				t.Fatal(err)
			}
			bookOf(t, j, 201, 100)
			want, whole := state(t, j), sourceOf(t, j)
			stats, err := j.Stats()
			if err != nil {
				t.Fatal(err)
			}
			last := stats.Last
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			salvaged := func(break_ func()) journal.Source {
				t.Helper()
				break_()
				s, err := journal.Salvage(o)
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			check := func(name string, known uint64, sources ...journal.Source) {
				t.Run(name, func(t *testing.T) {
					out, r := rebuild(t, o, known, sources...)
					if out.Last != last || out.Head != stats.Head || out.Missing != nil {
						t.Errorf("Rebuilt = %+v", out)
					}
					if d := cmp.Diff(want, state(t, r)); d != "" {
						t.Errorf("the state differs:\n%s", d)
					}
					again, err := r.Stats()
					if err != nil || again.Records != stats.Records || again.Kept != stats.Kept || again.First != stats.First || again.ID != stats.ID {
						t.Errorf("Stats = %+v, %v, want %+v", again, err, stats)
					}
					b, err := r.Beginning()
					if err != nil || !bytes.Equal(b.Checkpoint, whole.begin.Checkpoint) {
						t.Errorf("the beginning is another one (%v)", err)
					}
					if _, err := r.Verify(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			check("backup", last, whole)
			check("salvage", last, salvaged(func() {}))
			check("salvage without anchor and MANIFEST", 0, salvaged(func() {
				remove(t, filepath.Join(stats.Dir, "MANIFEST"))
				remove(t, o.Dir+".anchor")
			}))
			check("backup from before and one from behind", last, whole, early)
			check("records behind the checkpoint from elsewhere", last, memory{begin: whole.begin}, salvaged(func() {}))
		})
	}
}

// TestSourcesThatDisagree: the record that the chain goes on from wins.
func TestSourcesThatDisagree(t *testing.T) {
	j := open(t, bookOptions(t))
	bookOf(t, j, 1, 40)
	whole := sourceOf(t, j)
	n := len(whole.records)
	change := func(f func(rs []journal.Record) []journal.Record) memory {
		return memory{begin: whole.begin, records: f(append([]journal.Record(nil), whole.records...))}
	}
	forge := func(r journal.Record) journal.Record {
		r.Subject = "forged"
		got, err := journal.DecodeRecord(r.Encode())
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	forged := change(func(rs []journal.Record) []journal.Record { rs[20] = forge(rs[20]); return rs })
	fork := change(func(rs []journal.Record) []journal.Record { // it goes on for five records of its own
		for i := 20; i < 25; i++ {
			rs[i].Prev = rs[i-1].Hash
			rs[i] = forge(rs[i])
		}
		return rs[:25]
	})
	unlike := change(func(rs []journal.Record) []journal.Record { rs[20].Subject = "its hash does not fit"; return rs })
	without := func(from, to int) memory {
		return change(func(rs []journal.Record) []journal.Record { return append(rs[:from:from], rs[to:]...) })
	}
	failing := without(20, n)
	failing.err = errors.New("input/output error")
	tests := []struct {
		name    string
		sources []journal.Source
		lost    []journal.Gap
	}{
		{"a forged record first", []journal.Source{forged, whole}, nil},
		{"a forged record last", []journal.Source{whole, forged}, nil},
		{"a fork that ends", []journal.Source{fork, whole}, nil},
		{"a record whose hash does not fit", []journal.Source{unlike, without(21, n)}, nil},
		{"two halves", []journal.Source{without(0, 30), without(30, n)}, nil},
		{"two with other gaps", []journal.Source{without(10, 12), without(20, 22)}, nil},
		{"an I/O error, and the rest from elsewhere", []journal.Source{failing, without(0, 19)}, nil},
		{"a common gap", []journal.Source{without(10, 15), without(12, 14)}, []journal.Gap{{First: 13, Last: 14}}},
		{"two common gaps", []journal.Source{change(func(rs []journal.Record) []journal.Record {
			return append(append(rs[:10:10], rs[12:20]...), rs[25:]...)
		})}, []journal.Gap{{First: 11, Last: 12}, {First: 21, Last: 25}}},
		{"the end", []journal.Source{without(50, n)}, []journal.Gap{{First: 51, Last: uint64(n)}}},
		{"all", []journal.Source{without(0, n)}, []journal.Gap{{First: 1, Last: uint64(n)}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, r := rebuild(t, bookOptions(t), uint64(n), tt.sources...)
			expect(t, out, r, whole.records, tt.lost)
		})
	}
}

func TestRebuildRefuses(t *testing.T) {
	j := open(t, bookOptions(t))
	bookOf(t, j, 1, 3)
	whole := sourceOf(t, j)
	other := sourceOf(t, open(t, bookOptions(t)))
	damagedCheckpoint := memory{begin: &journal.Beginning{ID: whole.begin.ID, Checkpoint: []byte("other bytes")}}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	tests := []struct {
		name    string
		prepare func(t *testing.T, o *journal.Options)
		ctx     context.Context
		sources []journal.Source
		kind    journal.Kind
	}{
		{"a folder with files", func(t *testing.T, o *journal.Options) {
			if err := os.MkdirAll(o.Dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(o.Dir, "x"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, nil, []journal.Source{whole}, journal.Invalid},
		{"a journal", func(t *testing.T, o *journal.Options) { open(t, *o).Close() }, nil, []journal.Source{whole}, journal.Invalid},
		{"an open journal", func(t *testing.T, o *journal.Options) { open(t, *o) }, nil, []journal.Source{whole}, journal.Locked},
		{"no source", nil, nil, nil, journal.Damaged},
		{"no beginning", nil, nil, []journal.Source{memory{records: whole.records}}, journal.Damaged},
		{"two journals", nil, nil, []journal.Source{whole, other}, journal.Invalid},
		{"a damaged checkpoint", nil, nil, []journal.Source{damagedCheckpoint}, journal.Damaged},
		{"a full disk", func(_ *testing.T, o *journal.Options) {
			o.FreeSpace = func(string) (uint64, error) { return 90 << 20, nil }
		}, nil, []journal.Source{whole}, journal.DiskFull},
		{"a context that has ended", nil, cancelled, []journal.Source{whole}, 0},
		{"a projection that refuses", func(_ *testing.T, o *journal.Options) {
			o.Project = func(journal.Record, journal.Writer) error { return errors.New("refused") }
		}, nil, []journal.Source{whole}, journal.Internal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := bookOptions(t)
			if tt.prepare != nil {
				tt.prepare(t, &o)
			}
			ctx := tt.ctx
			if ctx == nil {
				ctx = context.Background()
			}
			before := contents(t, filepath.Dir(o.Dir))
			_, err := journal.Rebuild(ctx, o, 0, tt.sources...)
			if err == nil || journal.KindOf(err) != tt.kind {
				t.Errorf("Rebuild = %v, want kind %v", err, tt.kind)
			}
			if d := cmp.Diff(before, contents(t, filepath.Dir(o.Dir))); d != "" && tt.kind != journal.Locked {
				t.Errorf("files have changed:\n%s", d)
			}
		})
	}
}

// TestRebuildCutShort: until it has finished, the folder is no journal, and the next Rebuild begins again.
func TestRebuildCutShort(t *testing.T) {
	j := open(t, bookOptions(t))
	bookOf(t, j, 1, 50)
	whole := sourceOf(t, j)
	work := t.TempDir()
	o := journal.Options{Dir: filepath.Join(work, "journal"), Project: bookKeys}
	if _, err := journal.Rebuild(context.Background(), o, 0, whole); err != nil {
		t.Fatal(err)
	}
	made, err := takeImage(work)
	if err != nil {
		t.Fatal(err)
	}
	anchor := made["journal.anchor"]
	delete(made, "journal.anchor")
	moments := map[string]image{"marked": {"journal.rebuild": {}}}
	part := image{"journal.rebuild": {}}
	for name, f := range made {
		part[name] = f
		moments[fmt.Sprintf("%d files", len(part)-1)] = maps.Clone(part)
	}
	for name, files := range moments {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			if err := files.write(root); err != nil {
				t.Fatal(err)
			}
			o := journal.Options{Dir: filepath.Join(root, "journal"), Project: bookKeys}
			if _, err := journal.Open(o); journal.KindOf(err) != journal.Damaged {
				t.Errorf("Open = %v, want Damaged", err)
			}
			out, err := journal.Rebuild(context.Background(), o, 0, whole)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, out, open(t, o), whole.records, nil)
		})
	}
	t.Run("all but the removal of the mark", func(t *testing.T) {
		root := t.TempDir()
		files := maps.Clone(part)
		files["journal.anchor"] = anchor
		if err := files.write(root); err != nil {
			t.Fatal(err)
		}
		o := journal.Options{Dir: filepath.Join(root, "journal"), Project: bookKeys}
		if got := len(records(t, open(t, o))); got != len(whole.records) {
			t.Errorf("%d records", got)
		}
		if _, err := os.Stat(o.Dir + ".rebuild"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the mark is left: %v", err)
		}
	})
}

func TestWitness(t *testing.T) {
	o := options(t)
	j := open(t, o)
	b, err := j.Beginning()
	if err != nil {
		t.Fatal(err)
	}
	for want := range uint64(3) {
		id, last, err := journal.Witness(o.Dir + ".anchor")
		if err != nil || id != b.ID || last != want {
			t.Errorf("Witness = %v, %d, %v, want %v, %d", id, last, err, b.ID, want)
		}
		appendOne(t, j, journal.Entry{Kind: "n"})
	}
	if _, _, err := journal.Witness(o.Dir + ".none"); journal.KindOf(err) != journal.Damaged {
		t.Errorf("Witness of no file = %v, want Damaged", err)
	}
}

func TestFrozen(t *testing.T) {
	o := options(t)
	j := open(t, o)
	appendOne(t, j, journal.Entry{Kind: "n"})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	o.Frozen = errors.New("the journal was damaged")
	j = open(t, o)
	_, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) { return nil, nil })
	if err != o.Frozen || j.Err() != o.Frozen {
		t.Errorf("Update = %v, Err = %v", err, j.Err())
	}
	if _, err := j.Purge(context.Background(), 1, openSubjects); err != o.Frozen {
		t.Errorf("Purge = %v", err)
	}
	if r, err := j.Verify(context.Background()); err != nil || r.Records != 1 || len(records(t, j)) != 1 {
		t.Errorf("Verify = %+v, %v", r, err)
	}
}
