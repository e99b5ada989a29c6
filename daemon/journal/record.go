package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Hash is a SHA-256 digest.
type Hash [sha256.Size]byte

// Entry is what a caller asks to record. The journal adds the place in the sequence and the chain.
type Entry struct {
	// Time is when it happened; the zero value means the journal's clock at the time of writing.
	// It is kept in UTC, cut to the millisecond.
	Time time.Time
	// Kind names the event; never empty.
	Kind string
	// Subject is the identifier of the FSE or the lot that the event is about.
	Subject string
	// Actor is who did it (origin, user, card serial).
	Actor string
	// Cause is why, in the caller's terms.
	Cause string
	// Version is the version of the schema of Data.
	Version uint16
	// Data is one JSON value, kept byte for byte, or nothing.
	Data []byte
}

// Record is an entry with its place in the journal.
type Record struct {
	// Seq counts from 1 without gaps.
	Seq     uint64
	Time    time.Time
	Kind    string
	Subject string
	Actor   string
	Cause   string
	Data    []byte
	Version uint16
	// Prev is the hash of record Seq-1; for record 1 it is derived from the identity of the journal.
	Prev Hash
	// Hash is the SHA-256 of everything above, in the encoding of appendRecord.
	Hash Hash
}

// recordFormat is the first byte of every encoded record. The encoding is ours:
//
//	format 1 byte | seq 8 | time in ms since 1970 8 | version 2          (big endian)
//	kind, subject, actor, cause, data: each a uvarint length and its bytes
//	prev 32 | hash 32
//
// It is canonical: a record has one encoding and decoding refuses any other. The hash covers all that stands before it.
const recordFormat = 1

const recordFixed = 1 + 8 + 8 + 2

func newRecord(e Entry, seq uint64, prev Hash, now time.Time) (Record, []byte, error) {
	if e.Kind == "" {
		return Record{}, nil, errors.New("an entry has no kind")
	}
	if len(e.Data) > 0 && !json.Valid(e.Data) {
		return Record{}, nil, fmt.Errorf("the data of an entry of kind %q is not JSON", e.Kind)
	}
	if e.Time.IsZero() {
		e.Time = now
	}
	r := Record{
		Seq: seq, Time: e.Time.UTC().Truncate(time.Millisecond),
		Kind: e.Kind, Subject: e.Subject, Actor: e.Actor, Cause: e.Cause, Data: e.Data, Version: e.Version,
		Prev: prev,
	}
	b := appendRecord(nil, &r)
	return r, b, nil
}

// appendRecord sets r.Hash and appends the encoding of r to b, which must be empty or hold no part of r.
func appendRecord(b []byte, r *Record) []byte {
	start := len(b)
	b = append(b, recordFormat)
	b = binary.BigEndian.AppendUint64(b, r.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Time.UnixMilli()))
	b = binary.BigEndian.AppendUint16(b, r.Version)
	for _, s := range []string{r.Kind, r.Subject, r.Actor, r.Cause} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Data)))
	b = append(b, r.Data...)
	b = append(b, r.Prev[:]...)
	r.Hash = sha256.Sum256(b[start:])
	return append(b, r.Hash[:]...)
}

var errRecord = errors.New("not a whole record")

// Encode returns the record as it is stored, with a hash that fits.
func (r Record) Encode() []byte { return appendRecord(nil, &r) }

// DecodeRecord is the inverse of Encode. It refuses bytes whose hash does not match with an Invalid error.
func DecodeRecord(b []byte) (Record, error) {
	r, err := decodeRecord(b)
	if err != nil {
		return Record{}, &Error{Kind: Invalid, Op: "cannot decode a record", Err: err}
	}
	return r, nil
}

// decodeRecord is the inverse of appendRecord. It refuses bytes whose hash does not match.
// The record does not alias b.
func decodeRecord(b []byte) (Record, error) {
	if len(b) < recordFixed+5+2*sha256.Size || b[0] != recordFormat {
		return Record{}, errRecord
	}
	body, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	r := Record{Hash: sha256.Sum256(body)}
	if r.Hash != Hash(sum) {
		return Record{}, errRecord
	}
	r.Seq = binary.BigEndian.Uint64(body[1:])
	r.Time = time.UnixMilli(int64(binary.BigEndian.Uint64(body[9:]))).UTC()
	r.Version = binary.BigEndian.Uint16(body[17:])
	rest := body[recordFixed : len(body)-sha256.Size]
	var fields [5][]byte
	for i := range fields {
		n, w := binary.Uvarint(rest)
		if w <= 0 || n > uint64(len(rest)-w) || w != uvarintLen(n) {
			return Record{}, errRecord
		}
		fields[i], rest = rest[w:w+int(n)], rest[w+int(n):]
	}
	if len(rest) != 0 {
		return Record{}, errRecord
	}
	r.Kind, r.Subject, r.Actor, r.Cause =
		string(fields[0]), string(fields[1]), string(fields[2]), string(fields[3])
	if len(fields[4]) > 0 {
		r.Data = append([]byte(nil), fields[4]...)
	}
	copy(r.Prev[:], body[len(body)-sha256.Size:])
	return r, nil
}

func uvarintLen(n uint64) int {
	w := 1
	for ; n >= 0x80; n >>= 7 {
		w++
	}
	return w
}

// ID tells journals apart. It is drawn when a journal is made and stays through purges and restores.
type ID [16]byte

// String returns the first digits, which are enough for people.
func (id ID) String() string { return fmt.Sprintf("%x", id[:4]) }

// genesis is the Prev of record 1: it ties the chain to one journal, so that records of two journals can't be mixed.
func genesis(id ID) Hash {
	return sha256.Sum256(append([]byte("agrafe journal "), id[:]...))
}
