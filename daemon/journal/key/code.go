package key

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
)

// The recovery code is ours: 9 groups of 5 characters, such as 7ZK2M-…. The alphabet is Crockford's base32, which
// leaves out I, L, O and U; small letters are read as capitals, O as 0, I and L as 1.
//
// Groups 1 to 8 hold the root, 20 bits each; group 9 holds the first 20 bits of a SHA-256 over a label and the root. The fifth
// character of each group checks the four others and the number of the group: in GF(32),
// check = 2·c₁ + 3·c₂ + 4·c₃ + 5·c₄ + 6·number. As the factors are not zero and not equal, any one wrong character, any two of a group
// that are swapped, and any two groups that are swapped are found and the group is named. What slips through there, one in 32 for
// several errors in one group, meets the 20 bits of group 9.
const (
	alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	groups   = 9
	groupLen = 5
	codeLen  = groups*groupLen + groups - 1 // with the dashes

	rootLen   = 20 // bytes
	codeLabel = "agrafe recovery code 1"
)

// root is what everything is derived from.
type root [rootLen]byte

// digits are the characters of a code as numbers 0 to 31, checks left out.
type digits [groups * (groupLen - 1)]byte

func (r root) digits() digits {
	sum := sha256.Sum256(append([]byte(codeLabel), r[:]...))
	bits := append(r[:], sum[:3]...)[:rootLen+3] // 20 bits of the last 24 are used
	var d digits
	for i := range d {
		at := i * 5
		pair := binary.BigEndian.Uint16([]byte{bits[at/8], bits[min(at/8+1, len(bits)-1)]})
		d[i] = byte(pair >> (11 - at%8) & 31)
	}
	return d
}

// rootOf is the inverse of root.digits; false if group 9 does not fit.
func rootOf(d digits) (root, bool) {
	var r root
	for i := range rootLen * 8 {
		if d[i/5]>>(4-i%5)&1 == 1 {
			r[i/8] |= 0x80 >> (i % 8)
		}
	}
	return r, r.digits() == d
}

// code writes r for people.
func (r root) code() string {
	d := r.digits()
	b := make([]byte, 0, codeLen)
	for g := range groups {
		if g > 0 {
			b = append(b, '-')
		}
		group := d[g*4 : g*4+4]
		for _, c := range group {
			b = append(b, alphabet[c])
		}
		b = append(b, alphabet[check(g, group)])
	}
	return string(b)
}

// check is the fifth character of group g, counted from 0.
func check(g int, four []byte) byte {
	sum := times(6, byte(g+1))
	for i, c := range four {
		sum ^= times(byte(i+2), c)
	}
	return sum
}

// times multiplies in GF(32), modulo x⁵+x²+1.
func times(a, b byte) byte {
	var p byte
	for ; a > 0; a >>= 1 {
		if a&1 == 1 {
			p ^= b
		}
		if b <<= 1; b&32 != 0 {
			b ^= 0b100101
		}
	}
	return p
}

// parseCode reads what a person has typed: dashes and spaces, or neither, in either case.
func parseCode(typed string) (root, error) {
	var d digits
	fields, err := split(typed)
	if err != nil {
		return root{}, err
	}
	for g, field := range fields {
		var values [groupLen]byte
		for i := range groupLen {
			v, ok := value(field[i])
			if !ok {
				return root{}, mistyped(g + 1)
			}
			values[i] = v
		}
		if check(g, values[:4]) != values[4] {
			return root{}, mistyped(g + 1)
		}
		copy(d[g*4:], values[:4])
	}
	r, ok := rootOf(d)
	if !ok {
		return root{}, mistyped(0)
	}
	return r, nil
}

func mistyped(group int) error {
	return &Error{Kind: Mistyped, Op: "cannot read the recovery code", Group: group}
}

// split returns the nine groups, each of its length in bytes. With separators it can tell which group is too long or short.
func split(typed string) ([]string, error) {
	fields := strings.FieldsFunc(typed, func(c rune) bool { return strings.ContainsRune(" -–—\t\r\n\u00a0", c) })
	if len(fields) == 1 && len(fields[0]) == groups*groupLen {
		whole := fields[0]
		fields = fields[:0]
		for g := range groups {
			fields = append(fields, whole[g*groupLen:(g+1)*groupLen])
		}
	}
	if len(fields) != groups {
		return nil, mistyped(0)
	}
	for g, f := range fields {
		if len(f) != groupLen {
			return nil, mistyped(g + 1)
		}
	}
	return fields, nil
}

// value is the number of a typed character.
func value(c byte) (byte, bool) {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	switch c {
	case 'O':
		c = '0'
	case 'I', 'L':
		c = '1'
	}
	i := strings.IndexByte(alphabet, c)
	return byte(i), i >= 0
}
