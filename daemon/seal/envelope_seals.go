package seal

import (
	"fmt"
	"io"
	"mime/multipart"
)

// nextPart returns the next part of a multipart body, nil after the last.
func nextPart(all *multipart.Reader) (*multipart.Part, error) {
	p, err := all.NextRawPart()
	if err == io.EOF {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: damaged multipart", ErrEnvelope)
	}
	return p, nil
}

// readTogether reads a file and the seals that stand beside it.
func readTogether(all *multipart.Reader) (Contents, error) {
	first, err := nextPart(all)
	if err != nil {
		return Contents{}, err
	}
	if first == nil {
		return Contents{}, fmt.Errorf("%w: no part in it", ErrEnvelope)
	}
	file, err := read(first.Header, first, MaxEnvelope)
	if err != nil {
		return Contents{}, err
	}
	seals, err := readSeals(all)
	if err != nil {
		return Contents{}, err
	}
	return Contents{File: file.Content, Seals: seals, Demonstration: file.Demonstration()}, nil
}

// readSeals reads the parts behind the file.
func readSeals(all *multipart.Reader) (seals [][]byte, err error) {
	for {
		p, err := nextPart(all)
		if p == nil || err != nil {
			return seals, err
		}
		if kind, parameters := typeOf(p.Header); !isCMS(kind) || parameters["smime-type"] != "signed-data" {
			return nil, fmt.Errorf("%w: a part that is no seal", ErrEnvelope)
		}
		if len(seals) == MaxSeals {
			return nil, ErrTooLarge
		}
		der, err := decode(p.Header, p)
		if err != nil {
			return nil, err
		}
		seals = append(seals, der)
	}
}
