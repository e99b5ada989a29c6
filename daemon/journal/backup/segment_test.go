package backup

import (
	"bytes"
	"flag"
	"math"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

func TestHeaderLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digest := func(name string) journal.Hash {
			return journal.Hash(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, name))
		}
		h := header{
			id:     journal.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")),
			series: rapid.Uint32().Draw(t, "series"), first: rapid.Uint64Range(1, maxNumber).Draw(t, "first"),
			until:   rapid.Uint64().Draw(t, "until"),
			written: time.UnixMilli(rapid.Int64Range(0, 1<<42).Draw(t, "written")).UTC(),
			prev:    digest("prev"), head: digest("head"), begin: digest("begin"),
			checkpoint: rapid.Uint64Range(0, 1<<40).Draw(t, "checkpoint"), records: rapid.Uint64Range(0, 1<<40).Draw(t, "records"),
		}
		h.last = h.first - 1
		if h.records > 0 {
			h.last = rapid.Uint64Range(h.first, maxNumber).Draw(t, "last")
		}
		size := headerSize + h.checkpoint + h.records
		got, err := decodeHeader(h.encode(), size)
		if err != nil || got != h {
			t.Fatalf("decodeHeader = %+v, %v, want %+v", got, err, h)
		}
		n, ok := parseName(h.name())
		if !ok || n.series != h.series || n.first != h.first || n.last != h.last {
			t.Fatalf("parseName(%s) = %+v, %v", h.name(), n, ok)
		}
		if _, err := decodeHeader(h.encode(), size+1); err == nil {
			t.Fatal("another length is accepted")
		}
	})
}

func TestNamesOfOthers(t *testing.T) {
	for _, name := range []string{
		"", "agrafe", "0001-000000000001-000000000002.agrafe.part", "1-1-2.agrafe", "0001-000000000000-000000000002.agrafe",
		"0001-000000000005-000000000002.agrafe", "0001-000000000001-000000000002.agrafe ", "+001-000000000001-000000000002.agrafe",
	} {
		if h, ok := parseName(name); ok {
			t.Errorf("parseName(%q) = %+v", name, h)
		}
	}
}

// sample makes a segment of n records of a chain that begins with first.
func sample(first uint64, n int) *segment {
	s := &segment{header: header{id: journal.ID{1}, series: 1, first: first, last: first - 1, until: first, written: time.UnixMilli(5).UTC()}}
	prev := journal.Hash{2}
	s.prev, s.head = prev, prev
	for i := range n {
		r := journal.Record{Seq: first + uint64(i), Time: time.UnixMilli(7).UTC(), Kind: "k", Data: []byte(`{"a":1}`), Prev: prev}
		r, err := journal.DecodeRecord(r.Encode())
		if err != nil {
			panic(err)
		}
		s.add(r)
		prev = r.Hash
	}
	s.records = uint64(len(s.body))
	return s
}

func TestParseSegment(t *testing.T) {
	with := func(f func(s *segment)) []byte {
		s := sample(4, 3)
		f(s)
		return s.encode()
	}
	tests := []struct {
		name string
		b    []byte
		ok   bool
	}{
		{"whole", with(func(*segment) {}), true},
		{"a beginning", sample(4, 0).encode(), true},
		{"another magic", with(func(s *segment) {})[1:], false},
		{"a byte more", append(with(func(*segment) {}), 0), false},
		{"one record less", with(func(s *segment) { s.last-- }), false},
		{"one record more", with(func(s *segment) { s.last++ }), false},
		{"other numbers", with(func(s *segment) { s.first++; s.last++ }), false},
		{"another end", with(func(s *segment) { s.head[0]++ }), false},
		{"another link", with(func(s *segment) { s.prev[0]++ }), false},
		{"a record changed", with(func(s *segment) { s.body[30]++ }), false},
		{"a length changed", with(func(s *segment) { s.body[3]++ }), false},
		{"a length beyond the end", with(func(s *segment) { s.body[0] = 255 }), false},
		{"a checkpoint that is not announced", with(func(s *segment) { s.check, s.checkpoint = []byte{1}, 1 }), false},
		{"lengths that overflow", with(func(s *segment) { s.checkpoint, s.records = math.MaxUint64, s.records+1 }), false},
		{"records in no number", with(func(s *segment) { s.last = s.first - 1 }), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := parseSegment(tt.b); (err == nil) != tt.ok {
				t.Errorf("parseSegment = %v", err)
			}
		})
	}
}

// FuzzParseSegment: whatever the plain text, what is accepted is canonical and its records are chained.
func FuzzParseSegment(f *testing.F) {
	f.Add(sample(1, 3).encode())
	f.Add(sample(9, 0).encode())
	f.Add(sample(1, 1).encode()[:headerSize])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parseSegment(b)
		if err != nil {
			return
		}
		if !bytes.Equal(s.encode(), b) {
			t.Error("two plain texts of one segment")
		}
		next := s.first
		for r, err := range s.all() {
			if err != nil || r.Seq != next {
				t.Errorf("record %d: %v, %v", next, r.Seq, err)
			}
			next++
		}
		if next != s.last+1 {
			t.Errorf("%d records, want %d to %d", next-s.first, s.first, s.last)
		}
	})
}

// memory is a folder of one file, in memory.
type memory struct {
	folder
	b []byte
}

func (m memory) open(string) (readFile, int64, error) {
	return inMemory{bytes.NewReader(m.b)}, int64(len(m.b)), nil
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

var update = flag.Bool("update", false, "write the golden files")

// TestSegmentOfVersion1 reads a file that an earlier build has written: backups outlive the program.
func TestSegmentOfVersion1(t *testing.T) {
	identity, s := testSecret(t).Identity(), sample(1, 2)
	dir := folder("testdata")
	if *update {
		os.Remove(dir.path(s.name()))
		b := &job{dir: dir, identity: identity}
		if _, err := b.encrypt(s.name(), s); err != nil {
			t.Fatal(err)
		}
	}
	got, err := readSegment(dir, s.name(), identity)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(s.encode(), got.encode()); d != "" {
		t.Errorf("plain text (-want +got):\n%s", d)
	}
}

// FuzzReadSegment: no file other than the one that was written is read as a segment.
func FuzzReadSegment(f *testing.F) {
	identity, s := testSecret(f).Identity(), sample(1, 2)
	whole, err := os.ReadFile(folder("testdata").path(s.name()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:200])
	f.Add([]byte("age-encryption.org/v1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := memory{b: b}
		_, _, herr := inspect(m, s.name(), identity, false)
		_, err := readSegment(m, s.name(), identity)
		same := bytes.Equal(b, whole)
		if (err == nil) != same || same && herr != nil {
			t.Errorf("readSegment = %v, by its header %v; the file that was written: %v", err, herr, same)
		}
	})
}
