package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// tail is where the journal ends.
type tail struct {
	last  uint64 // sequence number of the last record, 0 if there is none
	count uint64 // records held: less than last once a purge has removed the oldest
	head  Hash   // hash of the last record
}

func (t tail) String() string {
	return fmt.Sprintf("%d records ending at %d (%x…)", t.count, t.last, t.head[:4])
}

// anchor is the witness outside the Badger folder: a file with two slots, written in turn, so that a torn write
// never takes the last good one with it. The slots are a page apart: no device tears both in one write.
type anchor struct {
	f  anchorFile
	mu sync.Mutex // protects slot, the newer of the two
	slot
}

// slot is one of the two. Its layout is ours, big endian:
//
//	magic 8 | generation 8 | journal identity 16 | last 8 | count 8 | head 32 |
//	epoch 4 | digest of the checkpoint 32 | until 8 | CRC-32C of all before 4
type slot struct {
	id         ID
	generation uint64
	tail       tail
	purge      purgeMark
}

// purgeMark is what the anchor knows of purges; zeros when there was none.
type purgeMark struct {
	epoch  uint32 // how many switches from one folder to the other there were: see Options.folder
	digest Hash   // of the checkpoint
	until  uint64 // last record that the checkpoint stands for
}

// anchorFile is the open file of an anchor.
type anchorFile interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
	// SyncData makes what was written durable; the size is as it was.
	SyncData() error
}

// openFile opens a file as os.OpenFile does. Tests put one in that fails.
type openFile func(name string, flag int, perm fs.FileMode) (anchorFile, error)

type osFile struct{ *os.File }

func (f osFile) SyncData() error { return syncData(f.File) }

func openOSFile(name string, flag int, perm fs.FileMode) (anchorFile, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

const (
	anchorSlot   = 128
	anchorStride = 4096
)

var (
	anchorMagic = [8]byte{'A', 'G', 'R', 'A', 'F', 'E', 'J', '1'}
	castagnoli  = crc32.MakeTable(crc32.Castagnoli)
)

var errNoAnchor = errors.New("no anchor")

// createAnchor writes an anchor with one slot. The file appears whole or not at all.
func createAnchor(open openFile, path string, first slot) (*anchor, error) {
	first.generation = 1
	a := &anchor{slot: first}
	tmp := path + ".new"
	f, err := open(tmp, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.WriteAt(a.encode(), a.offset())
	if err == nil {
		err = f.Truncate(anchorStride + anchorSlot)
	}
	if err == nil {
		err = f.Sync()
	}
	// The file is closed before it is renamed: Windows refuses to move an open one.
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err == nil {
		err = durable.SyncDir(filepath.Dir(path))
	}
	if err == nil {
		a.f, err = open(path, os.O_RDWR, 0)
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

// openAnchor reads the newer of the slots that are whole. It returns errNoAnchor when there is no file,
// and a Damaged error when no slot is whole.
func openAnchor(open openFile, path string, flag int) (*anchor, error) {
	f, err := open(path, flag, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoAnchor
	}
	if err != nil {
		return nil, err
	}
	a := &anchor{f: f}
	found := false
	for i := range int64(2) {
		var b [anchorSlot]byte
		if _, err := f.ReadAt(b[:], i*anchorStride); err != nil {
			continue
		}
		if s, ok := decodeSlot(b[:]); ok && (!found || s.generation > a.generation) {
			a.slot, found = s, true
		}
	}
	if !found {
		f.Close()
		return nil, damaged("cannot read the anchor", "a whole slot in the anchor file", "none of the two")
	}
	return a, nil
}

// readAnchor returns what the anchor at path says, without opening it for writing.
func readAnchor(path string) (slot, error) {
	a, err := openAnchor(openOSFile, path, os.O_RDONLY)
	if err != nil {
		return slot{}, err
	}
	return a.slot, a.close()
}

// Witness returns what an anchor file says: the journal's identity and the number of its last record. It changes nothing, and
// the journal may be open. A file that is missing or holds no whole slot is a Damaged error.
func Witness(path string) (id ID, last uint64, err error) {
	const op = "cannot read the anchor"
	s, err := readAnchor(path)
	if errors.Is(err, errNoAnchor) {
		err = damaged(op, "an anchor file", "none")
	}
	if err != nil {
		return ID{}, 0, asError(op, err)
	}
	return s.id, s.tail.last, nil
}

func (s slot) offset() int64 { return int64(s.generation%2) * anchorStride }

func (s slot) encode() []byte {
	b := make([]byte, 0, anchorSlot)
	b = append(b, anchorMagic[:]...)
	b = binary.BigEndian.AppendUint64(b, s.generation)
	b = append(b, s.id[:]...)
	b = binary.BigEndian.AppendUint64(b, s.tail.last)
	b = binary.BigEndian.AppendUint64(b, s.tail.count)
	b = append(b, s.tail.head[:]...)
	b = binary.BigEndian.AppendUint32(b, s.purge.epoch)
	b = append(b, s.purge.digest[:]...)
	b = binary.BigEndian.AppendUint64(b, s.purge.until)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func decodeSlot(b []byte) (slot, bool) {
	sum := binary.BigEndian.Uint32(b[anchorSlot-4:])
	if [8]byte(b[:8]) != anchorMagic || crc32.Checksum(b[:anchorSlot-4], castagnoli) != sum {
		return slot{}, false
	}
	return slot{
		generation: binary.BigEndian.Uint64(b[8:]),
		id:         ID(b[16:]),
		tail: tail{
			last:  binary.BigEndian.Uint64(b[32:]),
			count: binary.BigEndian.Uint64(b[40:]),
			head:  Hash(b[48:]),
		},
		purge: purgeMark{
			epoch:  binary.BigEndian.Uint32(b[80:]),
			digest: Hash(b[84:]),
			until:  binary.BigEndian.Uint64(b[116:]),
		},
	}, true
}

// move writes t into the older slot and returns when it is durable.
func (a *anchor) move(t tail) error { return a.turn(t, a.witness().purge) }

// turn does the same with another purge, which puts another folder in the place of the one before: this is the switch.
func (a *anchor) turn(t tail, p purgeMark) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := slot{id: a.id, generation: a.generation + 1, tail: t, purge: p}
	if _, err := a.f.WriteAt(next.encode(), next.offset()); err != nil {
		return err
	}
	if err := a.f.SyncData(); err != nil {
		return err
	}
	a.slot = next
	return nil
}

// witness returns what was last written.
func (a *anchor) witness() slot {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.slot
}

func (a *anchor) close() error { return a.f.Close() }
