package seal

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
)

// Part is what travels: a file with the words that say what it is.
type Part struct {
	Description string // as it came; IRIS/B2/Z or IRISTEST/B2 for the files of Enclose
	Content     []byte // decompressed
}

// Demonstration tells whether the part says that it is a test.
func (p *Part) Demonstration() bool { return strings.HasPrefix(p.Description, "IRISTEST/") }

// Contents is what an envelope holds.
type Contents struct {
	File          []byte   // of B2
	Seals         [][]byte // of its invoices, in their order in the file; none when it travels alone
	Demonstration bool
}

// MaxSeals bounds the seals of an envelope: no file of B2 has more than 999 records.
const MaxSeals = 999

// Enclose puts the B2 file of a lot and its seals in an S/MIME message part for the
// holder of the certificate: headers and body with CRLF line ends. Of the certificate
// it checks only, with a *CertificateError, that it is on the right side of
// demonstration and production: Certificates gives one that is good.
func Enclose(c Contents, to *x509.Certificate) ([]byte, error) {
	if reason := otherSide(to, c.Demonstration); reason != 0 {
		return nil, &CertificateError{Address: to.Subject.CommonName, Reason: reason}
	}
	size := len(c.File)
	for _, s := range c.Seals {
		size += len(s)
	}
	if size > MaxEnvelope || len(c.Seals) > MaxSeals {
		return nil, ErrTooLarge
	}
	inner, err := filePart(c)
	if err != nil {
		return nil, err
	}
	if len(c.Seals) > 0 {
		inner = together(inner, c.Seals)
	}
	der, err := Encrypt(inner, to)
	if err != nil {
		return nil, err
	}
	return part("MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"\r\n"+
		"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7m\"\r\n", der), nil
}

// filePart is the part of the file.
func filePart(c Contents) ([]byte, error) {
	name := "production"
	if c.Demonstration {
		name = "demonstration"
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(c.File); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return part("Content-Type: "+words["content-type"]+"\r\nContent-Transfer-Encoding: base64\r\nContent-Description: "+words[name]+"\r\n",
		zipped.Bytes()), nil
}

// border parts the file and the seals. No line of base64 or of a header here begins
// with two hyphens, so that it needs no random part.
const border = "=_agrafe_sceaux"

// together puts the seals beside the file.
func together(file []byte, seals [][]byte) []byte {
	out := []byte("Content-Type: multipart/mixed; boundary=\"" + border + "\"\r\n\r\n")
	add := func(p []byte) { out = append(append(out, "--"+border+"\r\n"...), p...) }
	add(file)
	for i, der := range seals {
		description := strings.Replace(words["seal-description"], "{rang}", fmt.Sprintf("%03d", i+1), 1)
		add(part("Content-Type: "+words["seal"]+"\r\nContent-Transfer-Encoding: base64\r\nContent-Description: "+description+"\r\n", der))
	}
	return append(out, "--"+border+"--\r\n"...)
}

// part writes a body in base64 below its headers.
func part(headers string, body []byte) []byte {
	const line = 57 // bytes in 76 characters
	out := make([]byte, 0, len(headers)+2+len(body)/line*78+80)
	out = append(append(out, headers...), "\r\n"...)
	for chunk := range slices.Chunk(body, line) {
		out = append(base64.StdEncoding.AppendEncode(out, chunk), "\r\n"...)
	}
	return out
}

// Extract opens a message part made by Enclose, or by another program in the same
// way. The seals are not verified: Open does it, one by one.
func Extract(message []byte, cert *x509.Certificate, key crypto.Decrypter) (Contents, error) {
	header, r, err := split(message)
	if err != nil {
		return Contents{}, err
	}
	der, err := decode(header, r)
	if err != nil {
		return Contents{}, err
	}
	if kind, parameters := typeOf(header); !isCMS(kind) || parameters["smime-type"] != "" && parameters["smime-type"] != "enveloped-data" {
		return Contents{}, fmt.Errorf("%w: not S/MIME enveloped-data", ErrEnvelope)
	}
	inner, err := Decrypt(der, cert, key)
	if err != nil {
		return Contents{}, err
	}
	return readContents(inner)
}

// readContents reads what was encrypted: a file alone, or with seals.
func readContents(inner []byte) (Contents, error) {
	header, r, err := split(inner)
	if err != nil {
		return Contents{}, err
	}
	kind, parameters := typeOf(header)
	if kind != "multipart/mixed" {
		p, err := read(header, r, MaxEnvelope)
		return Contents{File: p.Content, Demonstration: p.Demonstration()}, err
	}
	boundary := parameters["boundary"]
	if boundary == "" || !bytes.Contains(inner, []byte("\n--"+boundary+"--")) {
		return Contents{}, fmt.Errorf("%w: truncated multipart", ErrEnvelope) // a multipart.Reader may take it for the end
	}
	return readTogether(multipart.NewReader(r, boundary))
}

// isCMS tells whether a type is one of CMS messages.
func isCMS(kind string) bool {
	return kind == "application/pkcs7-mime" || kind == "application/x-pkcs7-mime"
}

// ReadPart reads a message part application/EDI-consent, as Enclose encrypts it and
// as returns come in clear: in base64 or as it is, compressed by gzip or not.
func ReadPart(message []byte) (Part, error) { return ReadPartUpTo(message, MaxEnvelope) }

// ReadPartUpTo is ReadPart of a content of at most so many bytes, decompressed; above
// it fails with ErrTooLarge, and has not held much more. Whoever reads what anybody may
// send needs a bound of their own: 100 KB of gzip can hold MaxEnvelope.
func ReadPartUpTo(message []byte, limit int) (Part, error) {
	header, r, err := split(message)
	if err != nil {
		return Part{}, err
	}
	return read(header, r, limit)
}

func read(header textproto.MIMEHeader, r io.Reader, limit int) (Part, error) {
	content, err := decode(header, r)
	if err != nil {
		return Part{}, err
	}
	if kind, _ := typeOf(header); !strings.EqualFold(kind, words["content-type"]) {
		return Part{}, fmt.Errorf("%w: not %s", ErrEnvelope, words["content-type"])
	}
	p := Part{Description: header.Get("Content-Description"), Content: content}
	if bytes.HasPrefix(content, []byte{0x1F, 0x8B}) { // no file here begins so: B2 and NOEMIE begin with digits
		p.Content, err = unzip(content, limit)
		return p, err
	}
	if len(content) > limit {
		return Part{}, ErrTooLarge
	}
	return p, nil
}

// split parts the headers of a message part from its body.
func split(message []byte) (textproto.MIMEHeader, io.Reader, error) {
	if len(message) > MaxEnvelope {
		return nil, nil, ErrTooLarge
	}
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: no headers", ErrEnvelope)
	}
	return textproto.MIMEHeader(m.Header), m.Body, nil
}

// typeOf returns the type of a part in lower case and its parameters; nothing when
// there is none that can be read.
func typeOf(header textproto.MIMEHeader) (string, map[string]string) {
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return "", nil
	}
	return kind, parameters
}

// decode reads a body in the encoding that its headers tell.
func decode(header textproto.MIMEHeader, r io.Reader) ([]byte, error) {
	switch strings.ToLower(strings.TrimSpace(header.Get("Content-Transfer-Encoding"))) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "", "7bit", "8bit", "binary":
	default:
		return nil, fmt.Errorf("%w: unknown transfer encoding", ErrEnvelope)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%w: not base64", ErrEnvelope)
	}
	return data, nil
}

// unzip decompresses so many bytes at most.
func unzip(data []byte, limit int) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: not gzip", ErrEnvelope)
	}
	content, err := io.ReadAll(io.LimitReader(z, int64(limit)+1))
	switch {
	case len(content) > limit:
		return nil, ErrTooLarge
	case err != nil:
		return nil, fmt.Errorf("%w: damaged gzip", ErrEnvelope)
	}
	return content, nil
}
