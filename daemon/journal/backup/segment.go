package backup

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// segmentSize is the most that the records of a segment take, in bytes: it is built and checked in memory, and is what one damaged byte
// costs. A journal of 1 GiB has some 130 segments.
const segmentSize = 8 << 20

// header is the beginning of a segment's plain text. The layout is ours, big endian:
//
//	magic 8 | journal identity 16 | series 4 | first 8 | last 8 | until 8 | written 8 | hash before first 32 | hash of last 32 |
//	SHA-256 of the checkpoint 32 | length of the checkpoint 8 | length of the records 8
//
// Behind it stand the checkpoint, in the first segment of a series and if the journal has one, and the records, each with its length
// in 4 bytes before its encoding. Nothing may follow.
type header struct {
	id          journal.ID
	series      uint32
	first, last uint64    // last is first-1 when there are no records
	until       uint64    // last record of the journal when this was written
	written     time.Time // by the journal's machine; kept to the millisecond
	prev, head  journal.Hash
	// begin is the digest of the checkpoint, zeros when the journal begins with record 1.
	begin      journal.Hash
	checkpoint uint64
	records    uint64
}

var magic = [8]byte{'A', 'G', 'R', 'A', 'F', 'E', 'S', '1'}

const headerSize = 8 + 16 + 4 + 4*8 + 3*32 + 2*8

func (h header) encode() []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, magic[:]...)
	b = append(b, h.id[:]...)
	b = binary.BigEndian.AppendUint32(b, h.series)
	for _, n := range []uint64{h.first, h.last, h.until, uint64(h.written.UnixMilli())} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	for _, d := range []journal.Hash{h.prev, h.head, h.begin} {
		b = append(b, d[:]...)
	}
	b = binary.BigEndian.AppendUint64(b, h.checkpoint)
	return binary.BigEndian.AppendUint64(b, h.records)
}

// decodeHeader reads the header of a plain text of size bytes.
func decodeHeader(b []byte, size uint64) (header, error) {
	if len(b) < headerSize || [8]byte(b) != magic {
		return header{}, errors.New("not a segment")
	}
	h := header{
		id: journal.ID(b[8:]), series: binary.BigEndian.Uint32(b[24:]),
		first: binary.BigEndian.Uint64(b[28:]), last: binary.BigEndian.Uint64(b[36:]), until: binary.BigEndian.Uint64(b[44:]),
		written: time.UnixMilli(int64(binary.BigEndian.Uint64(b[52:]))).UTC(),
		prev:    journal.Hash(b[60:]), head: journal.Hash(b[92:]), begin: journal.Hash(b[124:]),
		checkpoint: binary.BigEndian.Uint64(b[156:]), records: binary.BigEndian.Uint64(b[164:]),
	}
	room := size - headerSize
	if h.checkpoint > room || h.records != room-h.checkpoint {
		return header{}, errors.New("not of the length that it says")
	}
	if h.first == 0 || h.last < h.first-1 || h.last > maxNumber || (h.last < h.first) != (h.records == 0) {
		return header{}, errors.New("not a run of records")
	}
	return h, nil
}

// beginning tells whether the segment starts its series.
func (h header) beginning() bool { return h.last < h.first }

// part ends the name of a file that is being written.
const part = ".part"

// maxNumber is the greatest record number that a name has room for.
const maxNumber = 999_999_999_999

func (h header) name() string {
	return fmt.Sprintf("%04d-%012d-%012d.agrafe", h.series, h.first, h.last)
}

// parseName is the inverse of header.name; false for the names of other files.
func parseName(name string) (header, bool) {
	var h header
	_, err := fmt.Sscanf(name, "%d-%d-%d.agrafe", &h.series, &h.first, &h.last)
	return h, err == nil && h.name() == name && h.first > 0 && h.last >= h.first-1
}

// segment is the plain text of a file.
type segment struct {
	header
	check []byte // the checkpoint
	body  []byte // the records
}

func (s *segment) encode() []byte {
	return append(append(s.header.encode(), s.check...), s.body...)
}

// add appends r, and returns false if there is no room for it. One record has always room.
func (s *segment) add(r journal.Record) bool {
	b := r.Encode()
	if len(s.body) > 0 && len(s.body)+4+len(b) > segmentSize {
		return false
	}
	s.body = binary.BigEndian.AppendUint32(s.body, uint32(len(b)))
	s.body = append(s.body, b...)
	s.last, s.head = r.Seq, r.Hash
	return true
}

// parseSegment checks all of a plain text: lengths, digest, every record, their numbers and their chain. The segment aliases b.
func parseSegment(b []byte) (*segment, error) {
	h, err := decodeHeader(b, uint64(len(b)))
	if err != nil {
		return nil, err
	}
	s := &segment{header: h, check: b[headerSize : headerSize+h.checkpoint], body: b[headerSize+h.checkpoint:]}
	if digest(s.check) != h.begin && (h.beginning() || len(s.check) > 0) {
		return nil, errors.New("the checkpoint is not what was written")
	}
	at, next := h.prev, h.first
	for r, err := range s.all() {
		if err != nil {
			return nil, err
		}
		if r.Seq != next || r.Prev != at {
			return nil, fmt.Errorf("record %d is not linked to the one before it", next)
		}
		at, next = r.Hash, next+1
	}
	if next != h.last+1 || at != h.head {
		return nil, errors.New("it does not end with the record that it says")
	}
	return s, nil
}

// digest is the SHA-256 of a checkpoint, zeros when there is none.
func digest(checkpoint []byte) journal.Hash {
	if len(checkpoint) == 0 {
		return journal.Hash{}
	}
	return sha256.Sum256(checkpoint)
}

// all decodes the records one by one.
func (s *segment) all() iter.Seq2[journal.Record, error] {
	return func(yield func(journal.Record, error) bool) {
		for rest := s.body; len(rest) > 0; {
			if len(rest) < 4 || uint64(len(rest)-4) < uint64(binary.BigEndian.Uint32(rest)) {
				yield(journal.Record{}, errors.New("a record is cut"))
				return
			}
			n := 4 + int(binary.BigEndian.Uint32(rest))
			r, err := journal.DecodeRecord(rest[4:n])
			if !yield(r, err) || err != nil {
				return
			}
			rest = rest[n:]
		}
	}
}

// isPart tells whether name is of a file that was not finished.
func isPart(name string) bool {
	whole, ok := strings.CutSuffix(name, part)
	_, ours := parseName(whole)
	return ok && ours
}
