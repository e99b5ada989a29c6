package journal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// A sample is a journal's files as they are after a close, and as they are after a kill while it was idle: the folder
// "journal" and the file "journal.anchor".
type sample struct {
	closed, killed image
	records        int
}

const (
	sampleUpdates  = 50
	sampleEntries  = 200 // per update
	sampleDataSize = 1 << 10
)

var makeSample = sync.OnceValues(func() (s sample, err error) {
	root, err := os.MkdirTemp("", "journal-sample-")
	if err != nil {
		return sample{}, err
	}
	defer os.RemoveAll(root)
	c, err := startChild("sample", filepath.Join(root, "killed"))
	if err != nil {
		return sample{}, err
	}
	c.waitFor("done")
	if err := c.kill(); err != nil {
		return sample{}, err
	}
	if s.killed, err = takeImage(filepath.Join(root, "killed")); err != nil {
		return sample{}, err
	}
	j, err := journal.Open(journal.Options{Dir: filepath.Join(root, "closed", "journal"), Project: countKinds})
	if err != nil {
		return sample{}, err
	}
	if s.records, err = writeSample(j); err != nil {
		return sample{}, err
	}
	if err := j.Close(); err != nil {
		return sample{}, err
	}
	s.closed, err = takeImage(filepath.Join(root, "closed"))
	return s, err
})

func writeSample(j *journal.Journal) (n int, err error) {
	for u := range sampleUpdates {
		_, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
			return sampleBatch(u), nil
		})
		if err != nil {
			return n, err
		}
		n += sampleEntries
	}
	return n, nil
}

func sampleBatch(u int) []journal.Entry {
	var es []journal.Entry
	for i := range sampleEntries {
		// Data that does not compress, so that the tables are as large as they can be.
		sum := sha256.Sum256(fmt.Append(nil, u, i))
		es = append(es, journal.Entry{
			Kind: "fse.signée", Subject: fmt.Sprintf("%09d", u*sampleEntries+i), Actor: "cps",
			Data: fmt.Appendf(nil, "%q", strings.Repeat(fmt.Sprintf("%x", sum), sampleDataSize/64)),
		})
	}
	return es
}

// image is a folder's files, each without the zeros at its end, which Badger's files have many of.
type image map[string]imageFile

type imageFile struct {
	data []byte
	size int64
}

func takeImage(dir string) (image, error) {
	m := make(image)
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		m[rel] = imageFile{bytes.TrimRight(b, "\x00"), int64(len(b))}
		return err
	})
	return m, err
}

func (m image) write(dir string) error {
	for rel, f := range m {
		p := filepath.Join(dir, rel)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(p, f.data, 0o600); err != nil {
			return err
		}
		if err := os.Truncate(p, f.size); err != nil {
			return err
		}
	}
	return nil
}

// contents are the files of a folder by their hash, but for locks.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	m := make(map[string]string)
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(p, ".lock") {
			return err
		}
		b, err := os.ReadFile(p)
		m[strings.TrimPrefix(p, dir)] = fmt.Sprintf("%d bytes %x", len(b), sha256.Sum256(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// files returns the paths of a journal's files that match a pattern, in order.
func files(t *testing.T, root, pattern string) []string {
	t.Helper()
	got, err := filepath.Glob(filepath.Join(root, "journal", pattern))
	if err != nil || len(got) == 0 {
		t.Fatalf("no file %s in the sample (%v)", pattern, err)
	}
	slices.Sort(got)
	return got
}

func edit(t *testing.T, path string, f func(b []byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, f(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func flip(offset int, n int) func([]byte) []byte {
	return func(b []byte) []byte {
		for i := range n {
			b[offset+i] ^= 0x55
		}
		return b
	}
}

// flipAt flips one bit at a share of the used part of a file.
func flipAt(share float64) func([]byte) []byte {
	return func(b []byte) []byte {
		used := len(bytes.TrimRight(b, "\x00"))
		b[20+int(share*float64(used-20))] ^= 1
		return b
	}
}

// bareRecords is what Badger alone makes of a folder, in a process of its own because it may die: how many records it
// iterates over, and its error.
func bareRecords(t *testing.T, root string) (n int, err error) {
	t.Helper()
	c, err := startChild("bare-count", root)
	if err != nil {
		t.Fatal(err)
	}
	for c.out.Scan() {
		fmt.Sscan(c.out.Text(), &n)
	}
	return n, c.cmd.Wait()
}

func countWithBareBadger(dir string) error {
	db, err := badger.Open(badger.DefaultOptions(dir).WithLogger(nil))
	if err != nil {
		return err
	}
	n := 0
	err = db.View(func(txn *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.PrefetchValues = false
		it := txn.NewIterator(o)
		defer it.Close()
		for it.Seek([]byte("r")); it.Valid(); it.Next() {
			n++
		}
		return nil
	})
	fmt.Println(n)
	return errors.Join(err, db.Close())
}

type damageCase struct {
	name   string
	killed bool // start from the sample of a kill instead of that of a close
	break_ func(t *testing.T, root string)
	// bareSilent: Badger alone opens it without an error and with fewer records.
	bareSilent bool
}

// damageAtOpen are the cases that Open must refuse without changing a byte.
var damageAtOpen = []damageCase{
	{name: "MANIFEST cut by 5 bytes", bareSilent: true, break_: func(t *testing.T, root string) {
		edit(t, files(t, root, "MANIFEST")[0], func(b []byte) []byte { return b[:len(b)-5] })
	}},
	{name: "MANIFEST cut by 5 bytes, after a kill", killed: true, break_: func(t *testing.T, root string) {
		edit(t, files(t, root, "MANIFEST")[0], func(b []byte) []byte { return b[:len(b)-5] })
	}},
	{name: "MANIFEST without its last change", bareSilent: true, break_: func(t *testing.T, root string) {
		edit(t, files(t, root, "MANIFEST")[0], cutLastChange)
	}},
	{name: "MANIFEST deleted", bareSilent: true, break_: func(t *testing.T, root string) {
		remove(t, files(t, root, "MANIFEST")[0])
	}},
	{name: "MANIFEST deleted, after a kill", killed: true, bareSilent: true, break_: func(t *testing.T, root string) {
		remove(t, files(t, root, "MANIFEST")[0])
	}},
	{name: "MANIFEST empty", break_: func(t *testing.T, root string) {
		edit(t, files(t, root, "MANIFEST")[0], func([]byte) []byte { return nil })
	}},
	{name: "MANIFEST with a changed byte", break_: func(t *testing.T, root string) {
		edit(t, files(t, root, "MANIFEST")[0], flip(20, 1))
	}},
	{name: "table missing", break_: func(t *testing.T, root string) { remove(t, files(t, root, "*.sst")[0]) }},
	{name: "table empty", break_: func(t *testing.T, root string) {
		edit(t, files(t, root, "*.sst")[0], func([]byte) []byte { return nil })
	}},
	{name: "table cut", break_: func(t *testing.T, root string) {
		edit(t, files(t, root, "*.sst")[0], func(b []byte) []byte { return b[:len(b)/2] })
	}},
	{name: "table with a changed end", break_: func(t *testing.T, root string) {
		edit(t, files(t, root, "*.sst")[0], func(b []byte) []byte { return flip(len(b)-4, 4)(b) })
	}},
	{name: "table with a changed index", break_: func(t *testing.T, root string) {
		edit(t, files(t, root, "*.sst")[0], func(b []byte) []byte { return flip(len(b)-200, 4)(b) })
	}},
	{name: "all tables missing", break_: func(t *testing.T, root string) {
		for _, f := range files(t, root, "*.sst") {
			remove(t, f)
		}
	}},
	{name: "WAL: first entry changed", killed: true, bareSilent: true, break_: func(t *testing.T, root string) {
		edit(t, lastOf(files(t, root, "*.mem")), flip(40, 1))
	}},
	{name: "WAL: a bit flipped after a tenth", killed: true, bareSilent: true, break_: func(t *testing.T, root string) {
		edit(t, lastOf(files(t, root, "*.mem")), flipAt(0.1))
	}},
	{name: "WAL: a bit flipped in the middle", killed: true, bareSilent: true, break_: func(t *testing.T, root string) {
		edit(t, lastOf(files(t, root, "*.mem")), flipAt(0.5))
	}},
	{name: "WAL: a bit flipped in the last transaction", killed: true, bareSilent: true, break_: func(t *testing.T, root string) {
		edit(t, lastOf(files(t, root, "*.mem")), flipAt(0.999))
	}},
	{name: "WAL: last byte flipped", killed: true, bareSilent: true, break_: func(t *testing.T, root string) {
		edit(t, lastOf(files(t, root, "*.mem")), flipAt(0.999999999))
	}},
	{name: "WAL: a page of zeros in the middle", killed: true, bareSilent: true, break_: func(t *testing.T, root string) {
		edit(t, lastOf(files(t, root, "*.mem")), func(b []byte) []byte {
			at := len(bytes.TrimRight(b, "\x00")) / 2 &^ 4095
			clear(b[at : at+4096])
			return b
		})
	}},
	{name: "WAL: cut in the middle", killed: true, bareSilent: true, break_: func(t *testing.T, root string) {
		edit(t, lastOf(files(t, root, "*.mem")), func(b []byte) []byte { return b[:len(bytes.TrimRight(b, "\x00"))/2] })
	}},
	{name: "WAL empty", killed: true, break_: func(t *testing.T, root string) {
		edit(t, lastOf(files(t, root, "*.mem")), func([]byte) []byte { return nil })
	}},
	{name: "WAL missing", killed: true, bareSilent: true, break_: func(t *testing.T, root string) {
		remove(t, lastOf(files(t, root, "*.mem")))
	}},
	{name: "folder emptied", bareSilent: true, break_: func(t *testing.T, root string) {
		if err := os.RemoveAll(filepath.Join(root, "journal")); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "anchor lost", break_: func(t *testing.T, root string) { remove(t, filepath.Join(root, "journal.anchor")) }},
	{name: "anchor empty", break_: func(t *testing.T, root string) {
		edit(t, filepath.Join(root, "journal.anchor"), func([]byte) []byte { return nil })
	}},
	{name: "anchor: both slots changed", break_: func(t *testing.T, root string) {
		edit(t, filepath.Join(root, "journal.anchor"), func(b []byte) []byte { return flip(4096+40, 1)(flip(40, 1)(b)) })
	}},
	{name: "anchor of another journal", break_: func(t *testing.T, root string) {
		o := options(t)
		j := open(t, o)
		for range 3 {
			appendOne(t, j, journal.Entry{Kind: "n"})
		}
		j.Close()
		b, err := os.ReadFile(o.Dir + ".anchor")
		if err != nil {
			t.Fatal(err)
		}
		edit(t, filepath.Join(root, "journal.anchor"), func([]byte) []byte { return b })
	}},
}

func lastOf(paths []string) string { return paths[len(paths)-1] }

// cutLastChange removes the last entry of a MANIFEST: 8 bytes of file header, then entries of length 4, CRC 4, data.
func cutLastChange(b []byte) []byte {
	at := 8
	for {
		next := at + 8 + int(binary.BigEndian.Uint32(b[at:]))
		if next >= len(b) {
			return b[:at]
		}
		at = next
	}
}

func (c damageCase) prepare(t *testing.T) (root string, s sample) {
	t.Helper()
	s, err := makeSample()
	if err != nil {
		t.Fatal(err)
	}
	root = t.TempDir()
	from := s.closed
	if c.killed {
		from = s.killed
	}
	if err := from.write(root); err != nil {
		t.Fatal(err)
	}
	if c.break_ != nil {
		c.break_(t, root)
	}
	return root, s
}

func TestOpenRefusesDamage(t *testing.T) {
	for _, c := range damageAtOpen {
		t.Run(c.name, func(t *testing.T) {
			root, s := c.prepare(t)
			before := contents(t, root)
			j, err := journal.Open(journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds})
			if err == nil {
				j.Close()
			}
			e, ok := err.(*journal.Error)
			if !ok || e.Kind != journal.Damaged || e.Expected == "" || e.Found == "" {
				t.Fatalf("Open = %v, want Damaged with what was expected and found", err)
			}
			if d := cmp.Diff(before, contents(t, root)); d != "" {
				t.Errorf("Open has changed files (-before +after):\n%s", d)
			}
			if c.bareSilent {
				n, err := bareRecords(t, root)
				if err != nil || n >= s.records {
					t.Errorf("Badger alone gives %d of %d records and %v: the case shows nothing", n, s.records, err)
				}
			}
		})
	}
}
