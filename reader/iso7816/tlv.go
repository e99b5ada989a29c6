package iso7816

import (
	"errors"
	"fmt"
	"slices"
)

// ErrTLV is wrapped by every error of Parse.
var ErrTLV = errors.New("malformed BER-TLV data")

// maxDepth bounds the nesting that Parse follows.
const maxDepth = 8

// TLV is one data object of ISO/IEC 7816-4: a tag of one or two bytes and its
// value. A constructed object has its members in Children too.
type TLV struct {
	Tag      uint16
	Value    []byte
	Children []TLV
}

// Parse reads the data objects in data. Padding bytes 00 and FF between objects
// are passed over, and end of file padding with them. The values share data's memory.
func Parse(data []byte) ([]TLV, error) { return parse(data, 0) }

func parse(data []byte, depth int) ([]TLV, error) {
	if depth == maxDepth {
		return nil, fmt.Errorf("%w: nested deeper than %d", ErrTLV, maxDepth)
	}
	var list []TLV
	for len(data) > 0 {
		if data[0] == 0x00 || data[0] == 0xFF {
			data = data[1:]
			continue
		}
		one, rest, err := parseOne(data)
		if err != nil {
			return nil, err
		}
		first := data[0]
		data = rest
		if first&0x20 != 0 {
			if one.Children, err = parse(one.Value, depth+1); err != nil {
				return nil, err
			}
		}
		list = append(list, one)
	}
	return list, nil
}

func parseOne(data []byte) (one TLV, rest []byte, err error) {
	one.Tag, data = uint16(data[0]), data[1:]
	if one.Tag&0x1F == 0x1F {
		if len(data) == 0 || data[0]&0x80 != 0 {
			return one, nil, fmt.Errorf("%w: tag of more than two bytes", ErrTLV)
		}
		one.Tag, data = one.Tag<<8|uint16(data[0]), data[1:]
	}
	if len(data) == 0 {
		return one, nil, fmt.Errorf("%w: no length", ErrTLV)
	}
	n, data := int(data[0]), data[1:]
	if n >= 0x80 {
		size := n & 0x7F
		if size == 0 || size > 2 || len(data) < size {
			return one, nil, fmt.Errorf("%w: bad length", ErrTLV)
		}
		n = 0
		for _, b := range data[:size] {
			n = n<<8 | int(b)
		}
		data = data[size:]
	}
	if n > len(data) {
		return one, nil, fmt.Errorf("%w: value longer than the data", ErrTLV)
	}
	one.Value = data[:n:n]
	return one, data[n:], nil
}

// Find returns the first object with tag in list, not looking into children.
func Find(list []TLV, tag uint16) (TLV, bool) {
	i := slices.IndexFunc(list, func(t TLV) bool { return t.Tag == tag })
	if i < 0 {
		return TLV{}, false
	}
	return list[i], true
}

// Text returns the value of the first child with tag as text, "" if there is none.
func (t TLV) Text(tag uint16) string {
	c, _ := Find(t.Children, tag)
	return string(c.Value)
}

// Append appends the object (tag, value) to b. The value is at most 65,535 bytes.
func Append(b []byte, tag uint16, value []byte) []byte {
	if tag > 0xFF {
		b = append(b, byte(tag>>8))
	}
	b = append(b, byte(tag))
	switch n := len(value); {
	case n < 0x80:
		b = append(b, byte(n))
	case n <= 0xFF:
		b = append(b, 0x81, byte(n))
	default:
		b = append(b, 0x82, byte(n>>8), byte(n))
	}
	return append(b, value...)
}
