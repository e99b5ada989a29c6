package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Letter is a mail that was read.
type Letter struct {
	MessageID string // without angle brackets; "" where there is none that is well made
	From      string // address of the sender; "" as above
	Subject   string // decoded, one line of printable characters, at most 300
	Date      time.Time
	Parts     []Part
}

// Part is one part of a letter: what is no multipart itself.
type Part struct {
	Type        string // media type, in lower case; text/plain where none is told
	Description string // decoded as Subject
	Body        []byte // headers and body, the body as it stands, for seal.ReadPart
}

// Bounds of a letter.
const (
	maxParts  = 64
	maxDepth  = 4
	maxHeader = 128 << 10 // bytes, of the letter and of each part
)

// Errors of Read. With ErrLetter what could be read of the headers is there.
var (
	// ErrLetter: it is no mail, or its parts are not told apart, or end too early.
	ErrLetter = errors.New("cannot read the mail: it is malformed")
	// ErrBounds: it is larger than MaxMail, or has more parts, levels or headers than
	// any that is right.
	ErrBounds = errors.New("cannot read the mail: it is too large or has too many parts")
)

// Read takes a mail apart. A mail that has no parts is one part. Mails within a mail
// (message/rfc822) are parts and not read further, nor is a transfer encoding decoded.
func Read(raw []byte) (Letter, error) {
	if len(raw) > MaxMail {
		return Letter{}, ErrBounds
	}
	end, err := headerEnd(raw)
	if err != nil {
		return Letter{}, err
	}
	m, err := netmail.ReadMessage(bytes.NewReader(raw[:end]))
	if err != nil {
		return Letter{}, fmt.Errorf("%w: no headers", ErrLetter)
	}
	l := Letter{
		MessageID: identity(m.Header.Get("Message-Id")),
		From:      sender(m.Header.Get("From")),
		Subject:   words(m.Header.Get("Subject")),
	}
	if date, err := m.Header.Date(); err == nil {
		l.Date = date
	}
	err = l.read(map[string][]string(m.Header), bytes.NewReader(raw[end:]), raw, 0)
	if err != nil {
		l.Parts = nil
	}
	return l, err
}

// headerEnd is where the body begins.
func headerEnd(raw []byte) (int, error) {
	head := raw[:min(len(raw), maxHeader)]
	for at := 0; ; {
		n := bytes.IndexByte(head[at:], '\n')
		switch {
		case n < 0 && len(raw) > maxHeader:
			return 0, ErrBounds
		case n < 0:
			return 0, fmt.Errorf("%w: no end of the headers", ErrLetter)
		case len(bytes.TrimSuffix(head[at:at+n], []byte("\r"))) == 0:
			return at + n + 1, nil
		}
		at += n + 1
	}
}

// read adds the parts of an entity. whole is it as it stands, where that is at hand.
func (l *Letter) read(header map[string][]string, body io.Reader, whole []byte, depth int) error {
	get := func(name string) string {
		if all := header[name]; len(all) > 0 {
			return all[0]
		}
		return ""
	}
	kind, parameters, err := mime.ParseMediaType(get("Content-Type"))
	switch {
	case get("Content-Type") == "":
		kind = "text/plain"
	case err != nil && kind == "":
		return fmt.Errorf("%w: no media type", ErrLetter)
	}
	if strings.HasPrefix(kind, "multipart/") {
		return l.multipart(body, parameters["boundary"], depth+1)
	}
	if len(l.Parts) == maxParts {
		return ErrBounds
	}
	if whole == nil {
		if whole, err = restore(header, body); err != nil {
			return err
		}
	}
	l.Parts = append(l.Parts, Part{Type: kind, Description: words(get("Content-Description")), Body: whole})
	return nil
}

// multipart reads the parts between the boundaries.
func (l *Letter) multipart(body io.Reader, boundary string, depth int) error {
	switch {
	case depth > maxDepth:
		return ErrBounds
	case boundary == "" || len(boundary) > 70: // RFC 2046, 5.1.1
		return fmt.Errorf("%w: no boundary", ErrLetter)
	}
	whole, err := io.ReadAll(body)
	if err != nil || !bytes.Contains(whole, []byte("--"+boundary+"--")) { // the reader takes an end too early for the end
		return fmt.Errorf("%w: it ends too early", ErrLetter)
	}
	r := multipart.NewReader(bytes.NewReader(whole), boundary)
	for count := 0; ; count++ {
		p, err := r.NextRawPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, multipart.ErrMessageTooLarge) || count == maxParts:
			return ErrBounds
		case err != nil:
			return fmt.Errorf("%w: its parts are not told apart", ErrLetter)
		}
		if err := l.read(p.Header, p, nil, depth); err != nil {
			return err
		}
	}
}

// restore writes a part with its headers, each on one line.
func restore(header map[string][]string, body io.Reader) ([]byte, error) {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	if b.Len() > maxHeader {
		return nil, ErrBounds
	}
	b.WriteString("\r\n")
	if _, err := b.ReadFrom(body); err != nil {
		return nil, fmt.Errorf("%w: a part ends too early", ErrLetter)
	}
	return b.Bytes(), nil
}

// identity is a Message-ID without its brackets.
func identity(value string) string {
	value = strings.TrimSpace(value)
	id := strings.TrimSuffix(strings.TrimPrefix(value, "<"), ">")
	if value != "<"+id+">" || len(id) > 254 || id != clean(id, 254) || strings.ContainsAny(id, "<> ") {
		return ""
	}
	return id
}

func sender(value string) string {
	a, err := netmail.ParseAddress(value)
	if err != nil || !address(a.Address) {
		return ""
	}
	return a.Address
}

// words decodes a text of a header (RFC 2047) and keeps what can be shown.
func words(value string) string {
	decoded, err := new(mime.WordDecoder).DecodeHeader(value)
	if err != nil {
		decoded = value
	}
	var b strings.Builder
	count := 0
	for _, r := range decoded {
		if !unicode.IsPrint(r) {
			r = ' '
		}
		if b.WriteRune(r); count == 299 {
			break
		}
		count++
	}
	return strings.TrimSpace(b.String())
}
