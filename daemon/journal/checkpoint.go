package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"
)

// base is what the chain of a store is anchored to: the identity before record 1, or the checkpoint of a purge.
type base struct {
	id   ID
	tail        // where the records before the chain end; count is how many of them the checkpoint has kept
	keys uint64 // derived keys in the checkpoint
	// digest is the SHA-256 of the checkpoint, zeros when there is none.
	digest Hash
}

// firstBase is the base of a journal that was never purged.
func firstBase(id ID) base { return base{id: id, tail: tail{head: genesis(id)}} }

func (b base) purged() bool { return b.last > 0 }

// baseSize is the size of an encoded base: id 16, last 8, count 8, head 32, keys 8, digest 32.
const baseSize = 16 + 8 + 8 + 32 + 8 + 32

func (b base) encode() []byte {
	e := append([]byte(nil), b.id[:]...)
	e = binary.BigEndian.AppendUint64(e, b.last)
	e = binary.BigEndian.AppendUint64(e, b.count)
	e = append(e, b.head[:]...)
	e = binary.BigEndian.AppendUint64(e, b.keys)
	return append(e, b.digest[:]...)
}

func decodeBase(b []byte) (base, bool) {
	if len(b) != baseSize {
		return base{}, false
	}
	return base{
		id: ID(b),
		tail: tail{
			last: binary.BigEndian.Uint64(b[16:]), count: binary.BigEndian.Uint64(b[24:]), head: Hash(b[32:]),
		},
		keys:   binary.BigEndian.Uint64(b[64:]),
		digest: Hash(b[72:]),
	}, true
}

// A checkpoint is all that a purge has kept of the records up to one. In Badger it stands in parts: the base, the records under
// their keys, the derived keys as they were after that record in a space of their own. As bytes, and for its digest, it is
// (the encoding is ours; numbers big endian)
//
//	format 1 | id 16 | last 8 | head 32
//	for each record kept, in order: length uvarint, the encoded record
//	0
//	for each derived key kept, in byte order: its length uvarint, it, the value's length uvarint, the value
//	0
//	SHA-256 of all before 32
const checkpointFormat = 1

const checkpointFixed = 1 + 16 + 8 + 32

// checkpointWriter encodes a checkpoint part by part, to w, and counts and digests what it holds.
type checkpointWriter struct {
	base base
	w    io.Writer
	sum  hash.Hash
	err  error
}

// newCheckpoint begins the checkpoint that stands for the records up to last, of which head is the hash.
func newCheckpoint(w io.Writer, id ID, last uint64, head Hash) *checkpointWriter {
	c := &checkpointWriter{base: base{id: id, tail: tail{last: last, head: head}}, w: w, sum: sha256.New()}
	b := append([]byte{checkpointFormat}, id[:]...)
	b = binary.BigEndian.AppendUint64(b, last)
	c.write(append(b, head[:]...))
	return c
}

func (c *checkpointWriter) write(b []byte) {
	c.sum.Write(b)
	if c.err == nil {
		_, c.err = c.w.Write(b)
	}
}

func (c *checkpointWriter) part(b []byte) {
	c.write(binary.AppendUvarint(nil, uint64(len(b))))
	c.write(b)
}

// record adds a record that is kept; all of them come before endRecords.
func (c *checkpointWriter) record(encoded []byte) {
	c.part(encoded)
	c.base.count++
}

func (c *checkpointWriter) endRecords() { c.write([]byte{0}) }

// pair adds a derived key that is kept.
func (c *checkpointWriter) pair(key string, value []byte) {
	c.part([]byte(key))
	c.part(value)
	c.base.keys++
}

// end returns the base that the checkpoint makes.
func (c *checkpointWriter) end() (base, error) {
	c.write([]byte{0})
	c.base.digest = Hash(c.sum.Sum(nil))
	if c.err == nil {
		_, c.err = c.w.Write(c.base.digest[:])
	}
	return c.base, c.err
}

var errCheckpoint = errors.New("not a whole checkpoint")

// readCheckpoint decodes a checkpoint and calls record and pair with its parts, which alias b. Nothing is called unless
// the digest fits.
func readCheckpoint(b []byte, record func(Record, []byte) error, pair func(key string, value []byte) error) (base, error) {
	if len(b) < checkpointFixed+2+sha256.Size || b[0] != checkpointFormat {
		return base{}, errCheckpoint
	}
	body := b[:len(b)-sha256.Size]
	out := base{
		id:     ID(b[1:]),
		tail:   tail{last: binary.BigEndian.Uint64(b[17:]), head: Hash(b[25:])},
		digest: sha256.Sum256(body),
	}
	if out.digest != Hash(b[len(body):]) || out.last == 0 {
		return base{}, errCheckpoint
	}
	rest := &parts{b: body[checkpointFixed:]}
	var before uint64
	for part := rest.next(); len(part) > 0; part = rest.next() {
		r, err := decodeRecord(part)
		if err != nil || r.Seq <= before || r.Seq > out.last {
			return base{}, errCheckpoint
		}
		if err := record(r, part); err != nil {
			return base{}, err
		}
		before = r.Seq
		out.count++
	}
	var last []byte
	for key := rest.next(); len(key) > 0; key = rest.next() {
		value := rest.next()
		if len(value) == 0 || len(key) > maxKey || out.keys > 0 && bytes.Compare(key, last) <= 0 {
			return base{}, errCheckpoint
		}
		if err := pair(string(key), value); err != nil {
			return base{}, err
		}
		last = key
		out.keys++
	}
	if rest.bad || len(rest.b) != 0 {
		return base{}, errCheckpoint
	}
	return out, nil
}

// parts cuts length-prefixed parts from b; bad is set when b ended too early.
type parts struct {
	b   []byte
	bad bool
}

func (p *parts) next() []byte {
	n, w := binary.Uvarint(p.b)
	if w <= 0 || w != uvarintLen(n) || n > uint64(len(p.b)-w) {
		p.bad = true
		return nil
	}
	part := p.b[w : w+int(n)]
	p.b = p.b[w+int(n):]
	return part
}
