package b2

import "math/bits"

// marks has a bit per byte of a record: lo for the first 64. Most fields of a
// record are zero or blank, as in the template of its kind: one comparison of
// the whole record tells which fields are worth reading.
type marks struct{ lo, hi uint64 }

// columns marks the bytes from start, included, to end.
func columns(start, end int) (m marks) {
	for i := start; i < end; i++ {
		if i < 64 {
			m.lo |= 1 << i
		} else {
			m.hi |= 1 << (i - 64)
		}
	}
	return m
}

// with joins two sets of marks.
func (m marks) with(o marks) marks { return marks{m.lo | o.lo, m.hi | o.hi} }

// and keeps what both mark.
func (m marks) and(o marks) marks { return marks{m.lo & o.lo, m.hi & o.hi} }

// without removes what o marks.
func (m marks) without(o marks) marks { return marks{m.lo &^ o.lo, m.hi &^ o.hi} }

// any tells whether a byte is marked.
func (m marks) any() bool { return m.lo|m.hi != 0 }

// first is the offset of the first byte marked, Size when there is none.
func (m marks) first() int {
	if m.lo != 0 {
		return bits.TrailingZeros64(m.lo)
	}
	return 64 + bits.TrailingZeros64(m.hi)
}

// differing marks the bytes of rec that are not those of template.
func differing(rec, template string) marks {
	return marks{differing64(rec[:64], template[:64]), differing64(rec[64:Size], template[64:Size])}
}

// differing64 compares eight bytes at a time: the top bit of every byte of a word
// that is not zero is set, then the eight top bits are gathered by a
// multiplication.
func differing64(rec, template string) (m uint64) {
	const (
		top    = 0x8080808080808080
		gather = 0x0102040810204080
	)
	for i := 0; i < 64; i += 8 {
		x := word(rec[i:i+8]) ^ word(template[i:i+8])
		x = (x&^top + (top - top>>7) | x) & top
		m |= x >> 7 * gather >> 56 << i
	}
	return m
}

// word reads eight bytes; the compiler makes it one load.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
