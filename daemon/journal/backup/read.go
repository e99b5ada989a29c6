package backup

import (
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// plain is an open segment file: its plain text can be read at any place, and what was read is authentic.
type plain struct {
	io.ReaderAt
	size     int64 // of the plain text
	file     readFile
	fileSize int64
}

func (p *plain) Close() error { return p.file.Close() }

// openPlain opens a segment file and checks the last part of it, and so that it is not cut.
func openPlain(dir files, name string, identity age.Identity) (*plain, error) {
	f, size, err := dir.open(name)
	if err != nil {
		return nil, err
	}
	r, n, err := age.DecryptReaderAt(f, size, identity)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &plain{ReaderAt: r, size: n, file: f, fileSize: size}, nil
}

// header reads the header of the segment that the file of that name holds. What it says is authentic; the rest may be damaged.
func (p *plain) header(name string) (header, error) {
	b := make([]byte, min(headerSize, p.size))
	if err := readFull(p, b); err != nil {
		return header{}, err
	}
	h, err := decodeHeader(b, uint64(p.size))
	if err != nil {
		return header{}, err
	}
	return h, named(name, h)
}

// segment reads all of it and checks it.
func (p *plain) segment(name string) (*segment, error) {
	b := make([]byte, p.size)
	if err := readFull(p, b); err != nil {
		return nil, err
	}
	s, err := parseSegment(b)
	if err != nil {
		return nil, err
	}
	return s, named(name, s.header)
}

// readSegment reads all of a segment file and checks it.
func readSegment(dir files, name string, identity age.Identity) (*segment, error) {
	p, err := openPlain(dir, name, identity)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return p.segment(name)
}

func readFull(r io.ReaderAt, b []byte) error {
	n, err := r.ReadAt(b, 0)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// named refuses a segment under the name of another one.
func named(name string, h header) error {
	if h.name() != name && h.name()+part != name {
		return fmt.Errorf("it holds what %s is to hold", h.name())
	}
	return nil
}

// otherKey tells whether err is that the segment was encrypted for somebody else. A damaged file may say so too.
func otherKey(err error) bool {
	_, ok := errors.AsType[*age.NoIdentityMatchError](err)
	return ok
}
