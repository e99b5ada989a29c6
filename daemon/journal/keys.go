package journal

import (
	"encoding/binary"
	"errors"
)

// Key spaces in Badger. Records and derived state never share a first byte.
const (
	spaceDerived = 'd' // 'd' + the projection's key
	spaceKept    = 'k' // 'k' + the projection's key: a derived value as it was at the checkpoint
	spaceMeta    = 'm'
	spaceRecord  = 'r' // 'r' + sequence number, 8 bytes big endian
)

var (
	keyIdentity   = []byte("m/id")
	keyTail       = []byte("m/tail")
	keyCheckpoint = []byte("m/checkpoint") // the base, after a purge
)

func recordKey(seq uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{spaceRecord}, seq)
}

func derivedKey(key string) []byte {
	return append([]byte{spaceDerived}, key...)
}

func keptKey(key string) []byte {
	return append([]byte{spaceKept}, key...)
}

// A derived value is stored behind one byte, so that hiding a key needs no deletion: Badger has had bugs that brought
// deleted keys back, and a lot that comes back is a lot sent twice.
const (
	valueHidden = 0
	valueLive   = 1
)

func derivedValue(v []byte) []byte {
	if len(v) == 0 {
		return []byte{valueHidden}
	}
	return append([]byte{valueLive}, v...)
}

// liveValue returns the projection's value, or false for a hidden key.
func liveValue(b []byte) ([]byte, bool) {
	if len(b) < 2 || b[0] != valueLive {
		return nil, false
	}
	return b[1:], true
}

// storedTail is what every transaction writes beside its records: the end of the journal and where its last transaction
// began. It bounds by how much the anchor may lawfully be behind.
type storedTail struct {
	tail
	first uint64 // first record of the last transaction
}

func (t storedTail) encode() []byte {
	b := binary.BigEndian.AppendUint64(nil, t.first)
	b = binary.BigEndian.AppendUint64(b, t.last)
	b = binary.BigEndian.AppendUint64(b, t.count)
	return append(b, t.head[:]...)
}

func decodeTail(b []byte) (storedTail, error) {
	if len(b) != 24+len(Hash{}) {
		return storedTail{}, errors.New("not a stored tail")
	}
	return storedTail{
		first: binary.BigEndian.Uint64(b),
		tail: tail{
			last:  binary.BigEndian.Uint64(b[8:]),
			count: binary.BigEndian.Uint64(b[16:]),
			head:  Hash(b[24:]),
		},
	}, nil
}
