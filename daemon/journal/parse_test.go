package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestRecordEncodingRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		e := Entry{
			Time:    time.UnixMilli(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "ms")),
			Kind:    rapid.StringN(1, 50, -1).Draw(t, "kind"),
			Subject: text.Draw(t, "subject"), Actor: text.Draw(t, "actor"), Cause: text.Draw(t, "cause"),
			Version: rapid.Uint16().Draw(t, "version"),
		}
		if rapid.Bool().Draw(t, "has data") {
			b, err := json.Marshal(text.Draw(t, "data"))
			if err != nil {
				t.Fatal(err)
			}
			e.Data = b
		}
		r, b, err := newRecord(e, rapid.Uint64().Draw(t, "seq"), Hash{1}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeRecord(b)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(r, got); d != "" {
			t.Fatalf("(-encoded +decoded):\n%s", d)
		}
		i := rapid.IntRange(0, len(b)-1).Draw(t, "changed byte")
		b[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		if _, err := decodeRecord(b); err == nil {
			t.Fatalf("a record with byte %d changed is accepted", i)
		}
	})
}

// TestEncodingsStay pins what is on the disks of users.
func TestEncodingsStay(t *testing.T) {
	_, record, err := newRecord(Entry{
		Kind: "k", Subject: "s", Actor: "acteur", Cause: "", Version: 2, Data: []byte(`{"a":1}`),
	}, 258, Hash{0xaa}, time.UnixMilli(1_700_000_000_123))
	if err != nil {
		t.Fatal(err)
	}
	zeros := func(n int) string { return strings.Repeat("00", n) }
	anchorSlot := slot{id: [16]byte{1, 2}, generation: 3, tail: tail{last: 4, count: 5, head: Hash{6}}}.encode()
	stored := storedTail{first: 7, tail: tail{last: 8, count: 9, head: Hash{10}}}.encode()
	switched := slot{id: ID{1, 2}, generation: 3, tail: tail{last: 4, count: 5, head: Hash{6}},
		purge: purgeMark{epoch: 7, digest: Hash{8}, until: 9}}.encode()
	var checkpoint bytes.Buffer
	c := newCheckpoint(&checkpoint, ID{1, 2}, 300, Hash{3})
	c.record(record)
	c.endRecords()
	c.pair("k", []byte("v"))
	at, err := c.end()
	if err != nil {
		t.Fatal(err)
	}
	const digest = "90244d0585cc1fb38735a355caa388c180c4b854f47ac2083f893693cf7650ff"
	tests := []struct {
		name, want string
		got        []byte
	}{
		{"anchor slot after a purge", "4147524146454a31" + "0000000000000003" + "0102" + zeros(14) + "0000000000000004" +
			"0000000000000005" + "06" + zeros(31) + "00000007" + "08" + zeros(31) + "0000000000000009" + "7a0f05e6", switched},
		{"checkpoint", "01" + "0102" + zeros(14) + "000000000000012c" + "03" + zeros(31) + "67" + hex.EncodeToString(record) + "00" +
			"016b" + "0176" + "00" + digest, checkpoint.Bytes()},
		{"mark of the checkpoint", "0102" + zeros(14) + "000000000000012c" + "0000000000000001" + "03" + zeros(31) +
			"0000000000000001" + digest, at.encode()},
		{"kept key", "6b" + "6b", keptKey("k")},
		{"record", "01" + "0000000000000102" + "0000018bcfe5687b" + "0002" + "016b" + "0173" + "06616374657572" + "00" +
			"077b2261223a317d" + "aa" + zeros(31) +
			"ee4a849fdc52c8bfbb3580ba03682cbf547822457d5fcfb74e4f37ec88242aaf", record},
		{"anchor slot", "4147524146454a31" + "0000000000000003" + "0102" + zeros(14) + "0000000000000004" +
			"0000000000000005" + "06" + zeros(31) + zeros(44) + "d37d6397", anchorSlot},
		{"tail", "0000000000000007" + "0000000000000008" + "0000000000000009" + "0a" + zeros(31), stored},
		{"record key", "72" + "0000000000000102", recordKey(258)},
		{"derived value", "01" + "76", derivedValue([]byte("v"))},
		{"hidden value", "00", derivedValue(nil)},
	}
	for _, tt := range tests {
		if got := fmt.Sprintf("%x", tt.got); got != tt.want {
			t.Errorf("%s is\n%s, want\n%s", tt.name, got, tt.want)
		}
	}
	if g := genesis([16]byte{1}); fmt.Sprintf("%x", g[:4]) != "34a3d4c8" {
		t.Errorf("genesis is %x", g[:4])
	}
}

func TestFailureOfATable(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want Kind
	}{
		{"missing", &fs.PathError{Op: "open", Err: fs.ErrNotExist}, Damaged},
		{"too many open files", &fs.PathError{Op: "open", Err: errors.New("too many open files")}, Internal},
		{"a disk that can't read", &fs.PathError{Op: "read", Err: errors.New("input/output error")}, Damaged},
		{"a damaged block", fmt.Errorf("block 1 of 2: %w", errBlock), Damaged},
	}
	for _, tt := range tests {
		if got := (&tableFile{id: 1}).failure(tt.err); got.Kind != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func FuzzRecord(f *testing.F) {
	e := Entry{Kind: "k", Subject: "s", Actor: "a", Cause: "c", Data: []byte(`{"a":1}`)}
	_, b, err := newRecord(e, 7, Hash{1}, time.UnixMilli(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte{recordFormat})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decodeRecord(b)
		if err != nil {
			return
		}
		if again := appendRecord(nil, &r); string(again) != string(b) {
			t.Errorf("%x is a second encoding of %x", b, again)
		}
	})
}

func FuzzAnchorSlot(f *testing.F) {
	f.Add(slot{id: [16]byte{1}, generation: 2, tail: tail{last: 3, count: 4, head: Hash{5}}}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) != anchorSlot {
			return
		}
		s, ok := decodeSlot(b)
		if !ok {
			return
		}
		if again, ok := decodeSlot(s.encode()); !ok || again != s {
			t.Errorf("%+v becomes %+v", s, again)
		}
	})
}

func FuzzCheckpoint(f *testing.F) {
	var b bytes.Buffer
	c := newCheckpoint(&b, ID{1}, 9, Hash{2})
	_, record, err := newRecord(Entry{Kind: "k", Data: []byte(`{}`)}, 7, Hash{1}, time.UnixMilli(1))
	if err != nil {
		f.Fatal(err)
	}
	c.record(record)
	c.endRecords()
	c.pair("a", []byte("1"))
	c.pair("b", []byte("2"))
	if _, err := c.end(); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()-len(Hash{})])
	f.Fuzz(func(t *testing.T, b []byte) {
		// Whoever makes the bytes makes the digest fit.
		sum := sha256.Sum256(b)
		b = append(b, sum[:]...)
		var again bytes.Buffer
		var c *checkpointWriter
		if len(b) > checkpointFixed {
			c = newCheckpoint(&again, ID(b[1:]), binary.BigEndian.Uint64(b[17:]), Hash(b[25:]))
		}
		inRecords := true
		got, err := readCheckpoint(b, func(_ Record, encoded []byte) error {
			c.record(encoded)
			return nil
		}, func(key string, value []byte) error {
			if inRecords {
				c.endRecords()
				inRecords = false
			}
			c.pair(key, value)
			return nil
		})
		if err != nil {
			return
		}
		if inRecords {
			c.endRecords()
		}
		if at, err := c.end(); err != nil || at != got || !bytes.Equal(again.Bytes(), b) {
			t.Errorf("%x is a second encoding of %x (%v)", b, again.Bytes(), err)
		}
	})
}

// sampleFiles returns a small table and a small log as Badger writes them.
func sampleFiles(f *testing.F) (table, log []byte) {
	f.Helper()
	dir := filepath.Join(f.TempDir(), "journal")
	db, err := badger.Open(EngineOptions(dir))
	if err != nil {
		f.Fatal(err)
	}
	err = db.Update(func(txn *badger.Txn) error {
		for i := range uint64(40) {
			if err := txn.Set(recordKey(i), []byte(strings.Repeat("v", int(i)))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	if log, err = readTrimmed(filepath.Join(dir, "00001.mem")); err != nil {
		f.Fatal(err)
	}
	if err := db.Close(); err != nil {
		f.Fatal(err)
	}
	if table, err = os.ReadFile(filepath.Join(dir, "000001.sst")); err != nil {
		f.Fatal(err)
	}
	return table, log
}

func FuzzTable(f *testing.F) {
	table, _ := sampleFiles(f)
	f.Add(table, []byte("r"))
	f.Add(table[:len(table)/2], recordKey(3))
	f.Add([]byte{0, 0, 0, 0}, []byte{})
	path := filepath.Join(f.TempDir(), "000001.sst")
	f.Fuzz(func(t *testing.T, b, key []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		tf := &tableFile{path: path, compression: options.Snappy}
		if tf.inspect() != nil {
			return
		}
		_, found := tf.find(key)
		if tf.verifyRange(key, key) != nil && found == nil && tf.covers(key, key) {
			t.Error("find has read a block that verifyRange refuses")
		}
		tf.verify()
		if err := carveTable(path, [][]byte{nil, make([]byte, 32)}, func(t *tableFile, at spot, b block) {
			b.each(t, at, func(*tableFile, spot, []byte, []byte) {})
		}); err != nil {
			t.Error(err)
		}
	})
}

func FuzzLog(f *testing.F) {
	_, log := sampleFiles(f)
	f.Add(log)
	f.Add(log[:len(log)/2])
	path := filepath.Join(f.TempDir(), "00001.mem")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		noKeys := func(uint64) ([]byte, error) { return nil, nil }
		committed, err := readWAL(path, noKeys)
		if err != nil {
			t.Error(err)
		}
		carved, err := carveLog(path, [][]byte{nil}, noKeys, 1<<63)
		if err != nil {
			t.Error(err)
		}
		whole := make(map[uint64]bool)
		for _, e := range carved {
			if seq, ok := e.seq(); ok {
				whole[seq] = true
			}
		}
		for _, seq := range committed {
			if !whole[seq] {
				t.Errorf("record %d is committed and was not carved", seq)
			}
		}
	})
}
