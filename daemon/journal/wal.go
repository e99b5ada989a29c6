package journal

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"os"
	"strconv"

	"github.com/dgraph-io/badger/v4/y"
)

// The layout of Badger's write-ahead logs, NNNNN.mem (Badger v4, memtable.go): data key number 8, IV base 12, then entries:
// flags 1, user flags 1, length of key, length of value, expiry, each a uvarint; key with its version; value; CRC-32C of
// all before. With encryption key and value are AES-CTR, the IV being the base and the entry's offset. The file is
// made larger than it will grow, with zeros.
const (
	walHeader    = 20
	walEntryMin  = 2 + 3 + crc32.Size
	flagTxn      = 1 << 6
	flagTxnEnd   = 1 << 7
	versionBytes = 8
)

// readWAL returns the sequence numbers of the records that Badger will keep of the log at path. Badger reads a log up to the
// first entry that is not whole, or transaction without its end, and cuts the rest off without a word.
// dataKey gives the key of a number; number 0 is plain text.
func readWAL(path string, dataKey func(uint64) ([]byte, error)) ([]uint64, error) {
	b, err := readTrimmed(path)
	if err != nil {
		return nil, err
	}
	// A whole entry may end in zeros: give back as many as it may have lost.
	b = append(b, make([]byte, MaxUpdate)...)
	key, err := dataKey(binary.BigEndian.Uint64(b))
	if err != nil {
		return nil, err
	}
	return (&walReader{b: b, key: key}).replay(), nil
}

// readTrimmed reads a file without its trailing zeros, and without holding them in memory.
func readTrimmed(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b []byte
	chunk, blank := make([]byte, 64<<10), make([]byte, 64<<10)
	zeros := 0 // read, and not yet known to stand before something else
	for {
		n, err := io.ReadFull(f, chunk)
		if bytes.Equal(chunk[:n], blank[:n]) {
			zeros += n
		} else {
			used := len(bytes.TrimRight(chunk[:n], "\x00"))
			b = append(b, make([]byte, zeros)...)
			b = append(b, chunk[:used]...)
			zeros = n - used
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

type walReader struct {
	b   []byte
	key []byte
}

type walEntry struct {
	flags      byte
	key, value []byte // the key without its version
	version    uint64
	end        int
}

// replay follows the log as Badger does.
func (w *walReader) replay() (committed []uint64) {
	var open uint64 // version of the transaction being read
	var pending []uint64
	for at := walHeader; ; {
		e, ok := w.entry(at)
		if !ok {
			return committed
		}
		at = e.end
		if e.flags&flagTxnEnd != 0 {
			if v, err := strconv.ParseUint(string(e.value), 10, 64); err != nil || v != open {
				return committed
			}
			committed = append(committed, pending...)
			open, pending = 0, pending[:0]
			continue
		}
		if e.flags&flagTxn == 0 || open != 0 && open != e.version {
			return committed
		}
		open = e.version
		if seq, ok := e.seq(); ok {
			pending = append(pending, seq)
		}
	}
}

func (e walEntry) seq() (uint64, bool) {
	if len(e.key) != 9 || e.key[0] != spaceRecord {
		return 0, false
	}
	return binary.BigEndian.Uint64(e.key[1:]), true
}

// entry decodes the entry at an offset and checks that it is whole.
func (w *walReader) entry(at int) (walEntry, bool) {
	b := w.b[at:]
	if len(b) < walEntryMin || b[0]&(flagTxn|flagTxnEnd) == 0 || b[1] != 0 {
		return walEntry{}, false
	}
	n := 2
	var lengths [3]uint64 // key, value, expiry
	for i := range lengths {
		v, width := binary.Uvarint(b[n:])
		if width <= 0 {
			return walEntry{}, false
		}
		lengths[i] = v
		n += width
	}
	klen, vlen := lengths[0], lengths[1]
	if klen <= versionBytes || klen > 1<<16 || vlen > uint64(len(b)) || lengths[2] != 0 {
		return walEntry{}, false
	}
	end := n + int(klen) + int(vlen)
	if end+crc32.Size > len(b) || crc32.Checksum(b[:end], castagnoli) != binary.BigEndian.Uint32(b[end:]) {
		return walEntry{}, false
	}
	kv := b[n:end]
	if w.key != nil {
		iv := binary.BigEndian.AppendUint32(bytes.Clone(w.b[8:walHeader]), uint32(at))
		var err error
		if kv, err = y.XORBlockAllocate(kv, w.key, iv); err != nil {
			return walEntry{}, false
		}
	}
	return walEntry{
		flags: b[0], key: y.ParseKey(kv[:klen]), version: y.ParseTs(kv[:klen]), value: kv[klen:],
		end: at + end + crc32.Size,
	}, true
}
