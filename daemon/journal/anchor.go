package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
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
	f  *os.File
	mu sync.Mutex // protects slot, the newer of the two
	slot
}

// slot is one of the two. Its layout is ours, big endian:
//
//	magic 8 | generation 8 | journal identity 16 | last 8 | count 8 | head 32 | zeros 44 | CRC-32C of all before 4
type slot struct {
	id         [16]byte
	generation uint64
	tail       tail
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

// createAnchor writes the anchor of an empty journal. The file appears whole or not at all.
func createAnchor(path string, id [16]byte) (*anchor, error) {
	a := &anchor{slot: slot{id: id, generation: 1, tail: tail{head: genesis(id)}}}
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
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
		err = syncDir(filepath.Dir(path))
	}
	if err == nil {
		a.f, err = os.OpenFile(path, os.O_RDWR, 0)
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

// openAnchor reads the newer of the slots that are whole. It returns errNoAnchor when there is no file,
// and a Damaged error when no slot is whole.
func openAnchor(path string) (*anchor, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
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

func (s slot) offset() int64 { return int64(s.generation%2) * anchorStride }

func (s slot) encode() []byte {
	b := make([]byte, 0, anchorSlot)
	b = append(b, anchorMagic[:]...)
	b = binary.BigEndian.AppendUint64(b, s.generation)
	b = append(b, s.id[:]...)
	b = binary.BigEndian.AppendUint64(b, s.tail.last)
	b = binary.BigEndian.AppendUint64(b, s.tail.count)
	b = append(b, s.tail.head[:]...)
	b = b[:anchorSlot-4]
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func decodeSlot(b []byte) (slot, bool) {
	sum := binary.BigEndian.Uint32(b[anchorSlot-4:])
	if [8]byte(b[:8]) != anchorMagic || crc32.Checksum(b[:anchorSlot-4], castagnoli) != sum {
		return slot{}, false
	}
	return slot{
		generation: binary.BigEndian.Uint64(b[8:]),
		id:         [16]byte(b[16:]),
		tail: tail{
			last:  binary.BigEndian.Uint64(b[32:]),
			count: binary.BigEndian.Uint64(b[40:]),
			head:  Hash(b[48:]),
		},
	}, true
}

// move writes t into the older slot and returns when it is durable.
func (a *anchor) move(t tail) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := slot{id: a.id, generation: a.generation + 1, tail: t}
	if _, err := a.f.WriteAt(next.encode(), next.offset()); err != nil {
		return err
	}
	if err := syncData(a.f); err != nil {
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
