package journal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"slices"

	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/badger/v4/y"
	"github.com/klauspost/compress/snappy"
	"google.golang.org/protobuf/proto"
)

// The layout of a table file (Badger v4, table/builder.go): the blocks; the index, a flatbuffer; its length 4; its checksum,
// a protobuf; the length of that 4. A block: entries; their offsets 4 each, little endian; how many 4; checksum;
// its length 4. Numbers are big endian where not said otherwise. With encryption, index and blocks are AES-CTR, each followed
// by its 16-byte IV; a block's checksum is inside, the index's outside. Blocks are compressed before that.

var (
	errBlock  = errors.New("a damaged block")
	errFooter = errors.New("a damaged end of the file")
	errIndex  = errors.New("a damaged index")
)

const (
	maxBlock    = 8 << 20 // far above one block with one value of MaxUpdate
	footerGuess = 64 << 10
)

// tableIndex is the checked index of a table: where each block is and its first key.
type tableIndex struct {
	fileSize int64
	fb       *fb.TableIndex
}

func (x tableIndex) blocks() int { return x.fb.OffsetsLength() }

func (x tableIndex) block(i int) (o fb.BlockOffset) {
	x.fb.Offsets(&o, i)
	return o
}

func (x tableIndex) first(i int) []byte {
	o := x.block(i)
	return o.KeyBytes()
}

// readIndex relies on no length that it has not compared with the file's.
func (t *tableFile) readIndex(f *os.File) (tableIndex, error) {
	st, err := f.Stat()
	if err != nil {
		return tableIndex{}, err
	}
	size := st.Size()
	end := make([]byte, min(size, footerGuess))
	if _, err := f.ReadAt(end, size-int64(len(end))); err != nil {
		return tableIndex{}, err
	}
	sum, n, end, ok := cutFooter(end)
	if !ok {
		return tableIndex{}, errFooter
	}
	at := size - int64(min(size, footerGuess)) + int64(len(end)) // where the index ends
	if int64(n) > at {
		return tableIndex{}, errFooter
	}
	index := make([]byte, n)
	if int64(n) <= int64(len(end)) {
		copy(index, end[len(end)-int(n):])
	} else if _, err := f.ReadAt(index, at-int64(n)); err != nil {
		return tableIndex{}, err
	}
	if !sumMatches(index, sum) {
		return tableIndex{}, errIndex
	}
	if index, err = decrypt(t.key, index); err != nil {
		return tableIndex{}, errIndex
	}
	x := tableIndex{fileSize: size, fb: fb.GetRootAsTableIndex(index, 0)}
	if x.blocks() == 0 {
		return tableIndex{}, errIndex
	}
	return x, nil
}

// cutFooter takes from the end of a file the checksum and the length of the index before it.
func cutFooter(b []byte) (sum *pb.Checksum, length uint32, rest []byte, ok bool) {
	cut := func(n uint32) []byte {
		if uint64(n) > uint64(len(b)) {
			return nil
		}
		end := b[len(b)-int(n):]
		b = b[:len(b)-int(n)]
		return end
	}
	n := cut(4)
	if n == nil {
		return nil, 0, nil, false
	}
	sum = new(pb.Checksum)
	if s := cut(binary.BigEndian.Uint32(n)); s == nil || proto.Unmarshal(s, sum) != nil {
		return nil, 0, nil, false
	}
	if n = cut(4); n == nil {
		return nil, 0, nil, false
	}
	return sum, binary.BigEndian.Uint32(n), b, true
}

// blockReader reads blocks one after the other into the same memory.
type blockReader struct {
	raw, plain []byte
}

// read returns block i, checked. It is valid until the next read.
func (r *blockReader) read(t *tableFile, f *os.File, x tableIndex, i int) (block, error) {
	o := x.block(i)
	if int64(o.Offset())+int64(o.Len()) > x.fileSize || o.Len() > maxBlock {
		return block{}, errBlock
	}
	return r.readAt(t, f, int64(o.Offset()), int(o.Len()))
}

// readAt reads a block of so many bytes.
func (r *blockReader) readAt(t *tableFile, f *os.File, offset int64, length int) (block, error) {
	r.raw = slices.Grow(r.raw[:0], length)[:length]
	if _, err := f.ReadAt(r.raw, offset); err != nil {
		return block{}, err
	}
	b, err := decrypt(t.key, r.raw)
	if err != nil {
		return block{}, err
	}
	switch t.compression {
	case options.None:
	case options.Snappy:
		n, err := snappy.DecodedLen(b)
		if err != nil || n > maxBlock {
			return block{}, errBlock
		}
		r.plain = slices.Grow(r.plain[:0], n)[:n]
		if b, err = snappy.Decode(r.plain, b); err != nil {
			return block{}, errBlock
		}
	default:
		return block{}, fmt.Errorf("compression %d, which is not ours", t.compression)
	}
	return parseBlock(b)
}

// block is a checked block: its entries, and where each begins.
type block struct {
	data    []byte
	offsets []byte
}

func parseBlock(b []byte) (block, error) {
	n := len(b) - 4
	if n < 0 || uint64(binary.BigEndian.Uint32(b[n:]))+4 > uint64(n) {
		return block{}, errBlock
	}
	n -= int(binary.BigEndian.Uint32(b[n:]))
	var sum pb.Checksum
	if proto.Unmarshal(b[n:len(b)-4], &sum) != nil || !sumMatches(b[:n], &sum) {
		return block{}, errBlock
	}
	entries := int64(binary.BigEndian.Uint32(b[n-4:]))
	index := int64(n) - 4 - 4*entries
	if entries == 0 || index < 0 {
		return block{}, errBlock
	}
	return block{data: b[:index], offsets: b[index : n-4]}, nil
}

// entries yields keys, versions included, and values. Both are valid until the next one.
// An entry: length shared with the block's first key 2, length of the rest 2, little endian; the rest; the value
// behind two flag bytes and an expiry.
func (b block) entries(yield func(key, value []byte) bool) {
	const header = 4
	var base, key []byte
	for i := 0; i < len(b.offsets); i += 4 {
		e := b.data[binary.LittleEndian.Uint32(b.offsets[i:]):]
		if i+4 < len(b.offsets) {
			e = e[:binary.LittleEndian.Uint32(b.offsets[i+4:])-binary.LittleEndian.Uint32(b.offsets[i:])]
		}
		shared, rest := binary.LittleEndian.Uint16(e), binary.LittleEndian.Uint16(e[2:])
		key = append(key[:0], base[:shared]...)
		key = append(key, e[header:header+int(rest)]...)
		if i == 0 {
			base = bytes.Clone(key)
		}
		var v y.ValueStruct
		v.Decode(e[header+int(rest):])
		if !yield(key, v.Value) {
			return
		}
	}
}

// decrypt decrypts in place what Badger has encrypted with a data key; without a key it returns b.
func decrypt(key, b []byte) ([]byte, error) {
	if key == nil {
		return b, nil
	}
	n := len(b) - aes.BlockSize
	if n < 0 {
		return nil, errBlock
	}
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	cipher.NewCTR(c, b[n:]).XORKeyStream(b[:n], b[:n])
	return b[:n], nil
}

// sumMatches checks the only kind of checksum that Badger writes.
func sumMatches(b []byte, sum *pb.Checksum) bool {
	return sum.Algo == pb.Checksum_CRC32C && sum.Sum == uint64(crc32.Checksum(b, castagnoli))
}
