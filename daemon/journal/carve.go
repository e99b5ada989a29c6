package journal

import (
	"crypto/aes"
	"encoding/binary"
	"os"
	"strconv"

	"github.com/dgraph-io/badger/v4/options"
	"github.com/klauspost/compress/snappy"
)

// spot is where a block lies in a table file.
type spot struct {
	offset int64
	length int
}

// carveTable calls f with every block of the table at path that is whole, where it lies, and the table as it has to be read; the
// block is valid during the call. It asks no other file: the MANIFEST, which says with which key, may be damaged. If the
// index of the table is, blocks are found one behind the other up to the first that is not whole.
func carveTable(path string, keys [][]byte, f func(t *tableFile, at spot, b block)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	for _, key := range keys {
		t := &tableFile{path: path, key: key, compression: options.Snappy}
		spots := t.spots(file)
		if len(spots) == 0 {
			spots = t.findSpots(file)
		}
		found := false
		var r blockReader
		for _, s := range spots {
			if b, err := r.readAt(t, file, s.offset, s.length); err == nil {
				found = true
				f(t, s, b)
			}
		}
		if found {
			return nil
		}
	}
	return nil
}

// spots returns the blocks that the index names; none if it can't be read.
func (t *tableFile) spots(f *os.File) (spots []spot) {
	defer func() {
		if recover() != nil { // what is read here may be anything
			spots = nil
		}
	}()
	x, err := t.readIndex(f)
	if err != nil {
		return nil
	}
	for i := range x.blocks() {
		o := x.block(i)
		if int64(o.Offset())+int64(o.Len()) <= x.fileSize && o.Len() <= maxBlock {
			spots = append(spots, spot{int64(o.Offset()), int(o.Len())})
		}
	}
	return spots
}

// findSpots finds blocks without the index: a compressed block tells its length, and so where the next one begins.
func (t *tableFile) findSpots(f *os.File) (spots []spot) {
	st, err := f.Stat()
	if err != nil {
		return nil
	}
	b := make([]byte, st.Size())
	if _, err := f.ReadAt(b, 0); err != nil {
		return nil
	}
	for at := 0; at < len(b); {
		n := t.blockLength(b[at:])
		if n == 0 {
			break
		}
		spots = append(spots, spot{int64(at), n})
		at += n
	}
	return spots
}

// blockLength returns how many bytes the block at the beginning of b has, 0 if there is no whole one. With encryption the IV
// stands behind the block: each length is tried, and what the first bytes would be tells most wrong ones.
func (t *tableFile) blockLength(b []byte) int {
	whole := func(n int) bool {
		raw, err := decrypt(t.key, append([]byte(nil), b[:n]...))
		if err != nil || snappyLength(raw) != len(raw) {
			return false
		}
		plain, err := snappy.Decode(nil, raw)
		if err != nil {
			return false
		}
		_, err = parseBlock(plain)
		return err == nil
	}
	if t.key == nil {
		if n := snappyLength(b); n > 0 && whole(n) {
			return n
		}
		return 0
	}
	c, err := aes.NewCipher(t.key)
	if err != nil {
		return 0
	}
	var first [aes.BlockSize]byte
	for n := 2 * aes.BlockSize; n <= min(len(b), maxBlock); n++ {
		c.Encrypt(first[:], b[n-aes.BlockSize:n])
		for i := range first {
			first[i] ^= b[i]
		}
		plain, w := binary.Uvarint(first[:4])
		// Snappy begins with a literal, and its best is 64 bytes in 3.
		if w <= 0 || first[w]&3 != 0 || plain > uint64(22*n) || n-aes.BlockSize > snappy.MaxEncodedLen(int(plain)) {
			continue
		}
		if whole(n) {
			return n
		}
	}
	return 0
}

// snappyLength returns how many bytes the Snappy block at the beginning of b has, 0 if it does not end in b. A block is the
// uncompressed length, a uvarint, and elements: the low bits of the first byte tell a literal from copies of 2, 3, 5 bytes.
func snappyLength(b []byte) int {
	want, at := binary.Uvarint(b)
	if at <= 0 || want == 0 || want > maxBlock {
		return 0
	}
	for got := uint64(0); got < want; {
		if at >= len(b) {
			return 0
		}
		tag := b[at]
		size := uint64(tag>>2) + 1 // of what the element gives
		switch tag & 3 {
		case 0:
			at++
			if size > 60 { // the length stands in the next 1 to 4 bytes, little endian
				n := int(size - 60)
				if at+n > len(b) {
					return 0
				}
				size = 1
				for i := range n {
					size += uint64(b[at+i]) << (8 * i)
				}
				at += n
			}
			if size > uint64(len(b)-at) {
				return 0
			}
			at += int(size)
		case 1:
			size = uint64(tag>>2&7) + 4
			at += 2
		case 2:
			at += 3
		case 3:
			at += 5
		}
		got += size
	}
	if at > len(b) {
		return 0
	}
	return at
}

// carveLog returns the entries of the log at path that are whole, also those behind damage, of transactions that may count: each
// whose end is there or that another one follows, and of the last one the records that the anchor has seen, up to known.
func carveLog(path string, keys [][]byte, dataKey dataKeys, known uint64) ([]walEntry, error) {
	b, err := readTrimmed(path)
	if err != nil {
		return nil, err
	}
	b = append(b, make([]byte, MaxUpdate)...) // as in readWAL
	if key, err := dataKey(binary.BigEndian.Uint64(b)); err == nil {
		keys = [][]byte{key}
	}
	for _, key := range keys {
		if entries := (&walReader{b: b, key: key}).carve(known); len(entries) > 0 {
			return entries, nil
		}
	}
	return nil, nil
}

func (w *walReader) carve(known uint64) []walEntry {
	var all []walEntry
	ended := make(map[uint64]bool)
	var newest uint64
	for at := walHeader; at < len(w.b); {
		e, ok := w.entry(at)
		if !ok {
			at++
			continue
		}
		at = e.end
		if e.flags&flagTxnEnd != 0 {
			v, err := strconv.ParseUint(string(e.value), 10, 64)
			ended[v] = err == nil
			continue
		}
		newest = max(newest, e.version)
		all = append(all, e)
	}
	count := all[:0]
	for _, e := range all {
		seq, isRecord := e.seq()
		if ended[e.version] || e.version < newest || isRecord && seq <= known {
			count = append(count, e)
		}
	}
	return count
}
