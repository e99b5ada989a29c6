//go:build !windows

package printer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Operations and tags of IPP (RFC 8010 3.5, RFC 8011 5.4.15; those of CUPS from its
// "CUPS Implementation of IPP").
const (
	opGetJob      = 0x0009
	opGetPrinter  = 0x000B
	opGetDefault  = 0x4001 // CUPS-Get-Default
	opGetPrinters = 0x4002 // CUPS-Get-Printers

	tagOperation = 0x01 // begins the attributes of the operation
	tagEnd       = 0x03
	lastGroup    = 0x0F // tags up to here begin a group of attributes
	tagInteger   = 0x21
	tagBoolean   = 0x22
	tagEnum      = 0x23
	tagText      = 0x41
	tagName      = 0x42
	tagKeyword   = 0x44
	tagURI       = 0x45
	tagCharset   = 0x47
	tagLanguage  = 0x48

	statusNotFound = 0x0406
)

// attribute is one attribute of a request.
type attribute struct {
	tag    byte
	name   string
	values []string
}

// request encodes a request of IPP 1.1: what every printer since 1999 reads.
func request(op uint16, attributes ...attribute) []byte {
	b := []byte{1, 1}
	b = binary.BigEndian.AppendUint16(b, op)
	b = binary.BigEndian.AppendUint32(b, 1) // the one request of its connection
	b = append(b, tagOperation)
	first := []attribute{{tagCharset, "attributes-charset", []string{"utf-8"}}, {tagLanguage, "attributes-natural-language", []string{"en"}}}
	for _, a := range append(first, attributes...) {
		name := a.name
		for _, v := range a.values {
			b = append(b, a.tag)
			b = binary.BigEndian.AppendUint16(b, uint16(len(name)))
			b = append(b, name...)
			b = binary.BigEndian.AppendUint16(b, uint16(len(v)))
			b = append(b, v...)
			name = "" // the next values are of the same attribute
		}
	}
	return append(b, tagEnd)
}

// group is the attributes of one object of an answer: their values as text for
// texts, as numbers for integers, enums and booleans. Other types are left out.
type group struct {
	texts   map[string][]string
	numbers map[string]int
}

func (g group) text(name string) string {
	if len(g.texts[name]) == 0 {
		return ""
	}
	return g.texts[name][0]
}

var errAnswer = errors.New("cannot read the answer of the print system: it is not IPP")

// answer decodes an answer into its status and the groups behind that of the
// operation.
func answer(b []byte) (status uint16, groups []group, err error) {
	if len(b) < 9 {
		return 0, nil, errAnswer
	}
	status = binary.BigEndian.Uint16(b[2:])
	b = b[8:]
	name, inOperation := "", false
	for len(b) > 0 {
		tag := b[0]
		b = b[1:]
		if tag == tagEnd {
			return status, groups, nil
		}
		if tag <= lastGroup {
			name, inOperation = "", tag == tagOperation
			if !inOperation {
				groups = append(groups, group{map[string][]string{}, map[string]int{}})
			}
			continue
		}
		var n, value string
		var ok bool
		if n, b, ok = counted(b); !ok {
			return 0, nil, errAnswer
		}
		if value, b, ok = counted(b); !ok {
			return 0, nil, errAnswer
		}
		if n != "" {
			name = n
		}
		if !inOperation && len(groups) > 0 && name != "" {
			groups[len(groups)-1].add(tag, name, value)
		}
	}
	return 0, nil, fmt.Errorf("%w: it has no end", errAnswer)
}

// counted cuts a text behind its length of two bytes.
func counted(b []byte) (text string, rest []byte, ok bool) {
	if len(b) < 2 {
		return "", nil, false
	}
	n := int(binary.BigEndian.Uint16(b))
	if len(b) < 2+n {
		return "", nil, false
	}
	return string(b[2 : 2+n]), b[2+n:], true
}

func (g group) add(tag byte, name, value string) {
	switch {
	case (tag == tagInteger || tag == tagEnum) && len(value) == 4:
		g.numbers[name] = int(int32(binary.BigEndian.Uint32([]byte(value))))
	case tag == tagBoolean && len(value) == 1:
		g.numbers[name] = int(value[0])
	case tag == tagText || tag == tagName || tag == tagKeyword || tag == tagURI:
		g.texts[name] = append(g.texts[name], strings.ToValidUTF8(value, "?"))
	}
}
