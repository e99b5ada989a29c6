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
	"net/mail"
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

// Enclose puts the B2 file of a lot in an S/MIME message part for the holder of the
// certificate: headers and body with CRLF line ends. It does not check that the
// certificate is right: Certificates gives one that is.
func Enclose(file []byte, to *x509.Certificate, demonstration bool) ([]byte, error) {
	if len(file) > MaxEnvelope {
		return nil, ErrTooLarge
	}
	name := "production"
	if demonstration {
		name = "demonstration"
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(file); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	inner := part("Content-Type: "+words["content-type"]+"\r\nContent-Transfer-Encoding: base64\r\nContent-Description: "+words[name]+"\r\n",
		zipped.Bytes())
	der, err := Encrypt(inner, to)
	if err != nil {
		return nil, err
	}
	return part("MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"\r\n"+
		"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7m\"\r\n", der), nil
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
// way.
func Extract(message []byte, cert *x509.Certificate, key crypto.Decrypter) (Part, error) {
	der, header, err := body(message)
	if err != nil {
		return Part{}, err
	}
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || kind != "application/pkcs7-mime" && kind != "application/x-pkcs7-mime" ||
		parameters["smime-type"] != "" && parameters["smime-type"] != "enveloped-data" {
		return Part{}, fmt.Errorf("%w: not S/MIME enveloped-data", ErrEnvelope)
	}
	inner, err := Decrypt(der, cert, key)
	if err != nil {
		return Part{}, err
	}
	return ReadPart(inner)
}

// ReadPart reads a message part application/EDI-consent, as Enclose encrypts it and
// as returns come in clear: in base64 or as it is, compressed by gzip or not.
func ReadPart(message []byte) (Part, error) {
	content, header, err := body(message)
	if err != nil {
		return Part{}, err
	}
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || !strings.EqualFold(kind, words["content-type"]) {
		return Part{}, fmt.Errorf("%w: not %s", ErrEnvelope, words["content-type"])
	}
	p := Part{Description: header.Get("Content-Description"), Content: content}
	if bytes.HasPrefix(content, []byte{0x1F, 0x8B}) { // no file here begins so: B2 and NOEMIE begin with digits
		p.Content, err = unzip(content)
	}
	return p, err
}

// body splits a message part and decodes its body.
func body(message []byte) ([]byte, mail.Header, error) {
	if len(message) > MaxEnvelope {
		return nil, nil, ErrTooLarge
	}
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: no headers", ErrEnvelope)
	}
	r := m.Body
	switch encoding := strings.ToLower(strings.TrimSpace(m.Header.Get("Content-Transfer-Encoding"))); encoding {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "", "7bit", "8bit", "binary":
	default:
		return nil, nil, fmt.Errorf("%w: unknown transfer encoding", ErrEnvelope)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: not base64", ErrEnvelope)
	}
	return data, m.Header, nil
}

// unzip decompresses MaxEnvelope bytes at most.
func unzip(data []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: not gzip", ErrEnvelope)
	}
	content, err := io.ReadAll(io.LimitReader(z, MaxEnvelope+1))
	switch {
	case len(content) > MaxEnvelope:
		return nil, ErrTooLarge
	case err != nil:
		return nil, fmt.Errorf("%w: damaged gzip", ErrEnvelope)
	}
	return content, nil
}
