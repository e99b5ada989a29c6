package virtual

import (
	"bytes"

	"github.com/agrafe-fse/agrafe/reader/iso7816"
)

// file is one file of a card: a folder (DF) when aid is set, else data (EF).
type file struct {
	id       uint16
	sfi      byte   // short identifier, 0 for none
	aid      []byte // of a DF
	data     []byte // of an EF
	afterPIN bool   // the EF is readable once the code is verified
	children []*file
}

func (f *file) isDF() bool { return f.aid != nil }

func (f *file) child(id uint16) *file {
	for _, c := range f.children {
		if c.id == id {
			return c
		}
	}
	return nil
}

func (f *file) bySFI(sfi byte) *file {
	for _, c := range f.children {
		if sfi != 0 && c.sfi == sfi && !c.isDF() {
			return c
		}
	}
	return nil
}

// path follows 2-byte identifiers from f.
func (f *file) path(ids []byte) *file {
	if len(ids) == 0 || len(ids)%2 != 0 {
		return nil
	}
	for ; f != nil && len(ids) > 0; ids = ids[2:] {
		f = f.child(uint16(ids[0])<<8 | uint16(ids[1]))
	}
	return f
}

// fcp is the file control parameters that SELECT answers. Middleware refuses a
// card whose FCP lacks the access rules (8C).
func (f *file) fcp() []byte {
	if f.isDF() {
		return tlv(0x62,
			tlv(0x82, []byte{0x38}),
			tlv(0x83, u16(f.id)),
			tlv(0x84, f.aid),
			// Creating a file takes secure messaging in security environment 5.
			tlv(0xA1, tlv(0x8C, []byte{0x7A, 0xFF, 0xFF, 0xFF, 0xFF, 0x45})),
			tlv(0x8A, []byte{0x05}))
	}
	read := byte(0x00)
	if f.afterPIN {
		read = 0x15 // user authentication in security environment 5 [ours]
	}
	rules := []byte{0x7B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, read}
	return tlv(0x62,
		tlv(0x80, u16(uint16(len(f.data)))),
		tlv(0x82, []byte{0x01}),
		tlv(0x83, u16(f.id)),
		tlv(0x88, []byte{f.sfi << 3}),
		tlv(0xA1, tlv(0x8C, rules), tlv(0x9C, rules)),
		tlv(0x8A, []byte{0x05}))
}

// cursor is where a card stands in its files.
type cursor struct {
	root *file
	df   *file
	ef   *file
}

func newCursor(root *file) cursor { return cursor{root: root, df: root} }

func (c *cursor) reset() { c.df, c.ef = c.root, nil }

// selectFile executes SELECT and returns the file that became current.
func (c *cursor) selectFile(cmd command) (*file, uint16) {
	f, sw := c.find(cmd)
	if sw != swOK {
		return nil, sw
	}
	if f.isDF() {
		c.df, c.ef = f, nil
		return f, swOK
	}
	if parent := parentOf(c.root, f); parent != nil {
		c.df = parent
	}
	c.ef = f
	return f, swOK
}

func (c *cursor) find(cmd command) (*file, uint16) {
	var f *file
	switch cmd.p1 {
	case 0x00: // by identifier, the MF when there is none
		f = c.byIdentifier(cmd.data)
	case 0x01, 0x02: // a child of the current DF
		if f = c.df.path(cmd.data); f != nil && f.isDF() != (cmd.p1 == 0x01) {
			f = nil
		}
		if f == nil && cmd.p1 == 0x02 {
			f = c.byIdentifier(cmd.data) // middleware selects the MF this way too
		}
	case 0x03:
		f = parentOf(c.root, c.df)
	case 0x04:
		f = findAID(c.root, cmd.data)
	case 0x08, 0x09: // path from the MF, path from the current DF; 3F00 in front makes both absolute
		f = c.byPath(cmd.p1, cmd.data)
	default:
		return nil, swWrongP1P2
	}
	if f == nil {
		return nil, swFileNotFound
	}
	return f, swOK
}

func (c *cursor) byIdentifier(id []byte) *file {
	if len(id) == 0 || bytes.Equal(id, u16(c.root.id)) {
		return c.root
	}
	if len(id) != 2 {
		return nil
	}
	if bytes.Equal(id, u16(c.df.id)) {
		return c.df
	}
	if f := c.df.path(id); f != nil {
		return f
	}
	return c.root.path(id)
}

func (c *cursor) byPath(p1 byte, path []byte) *file {
	from := c.root
	rest, absolute := bytes.CutPrefix(path, u16(c.root.id))
	switch {
	case absolute && len(rest) == 0:
		return c.root
	case absolute:
		path = rest
	case p1 == 0x09:
		from = c.df
	}
	return from.path(path)
}

// readBinary returns what the current EF, or the one whose short identifier P1
// names, holds from the offset on.
func (c *cursor) readBinary(cmd command, verified bool) ([]byte, uint16) {
	offset := int(cmd.p1)<<8 | int(cmd.p2)
	if cmd.p1&0x80 != 0 {
		f := c.df.bySFI(cmd.p1 & 0x1F)
		if f == nil || cmd.p1&0x60 != 0 {
			return nil, swFileNotFound
		}
		c.ef, offset = f, int(cmd.p2)
	}
	switch {
	case c.ef == nil:
		return nil, swNoCurrentEF
	case c.ef.afterPIN && !verified:
		return nil, swSecurity
	case len(c.ef.data) == 0:
		return nil, swEndOfFile
	case offset >= len(c.ef.data):
		return nil, swWrongOffset
	}
	return c.ef.data[offset:], swOK
}

func parentOf(df, f *file) *file {
	for _, c := range df.children {
		if c == f {
			return df
		}
		if p := parentOf(c, f); p != nil {
			return p
		}
	}
	return nil
}

func findAID(df *file, aid []byte) *file {
	if df.isDF() && bytes.Equal(df.aid, aid) {
		return df
	}
	for _, c := range df.children {
		if f := findAID(c, aid); f != nil {
			return f
		}
	}
	return nil
}

// tlv encodes one data object.
func tlv(tag uint16, parts ...[]byte) []byte {
	return iso7816.Append(nil, tag, bytes.Join(parts, nil))
}

func u16(v uint16) []byte { return []byte{byte(v >> 8), byte(v)} }
