package seal

import (
	"bytes"
	"compress/gzip"
	"errors"
	"runtime"
	"testing"
)

func TestReadPart(t *testing.T) {
	zip := func(data []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(data)
		w.Close()
		return b.Bytes()
	}
	headers := func(kind, encoding string) string {
		return "Content-Type: " + kind + "\r\nContent-Transfer-Encoding: " + encoding + "\r\n"
	}
	const edi = "application/EDI-consent"
	zipped := zip(sampleB2)
	tests := []struct {
		name string
		data []byte
		want error
	}{
		{"base64", part(headers(edi, "base64"), sampleB2), nil},
		{"base64 and gzip", part(headers("Application/edi-CONSENT; name=x", "BASE64"), zipped), nil},
		{"as it is", append([]byte(headers(edi, "7bit")+"\r\n"), sampleB2...), nil},
		{"bomb", part(headers(edi, "base64"), zip(make([]byte, MaxEnvelope+1))), ErrTooLarge},
		{"gzip cut", part(headers(edi, "base64"), zipped[:len(zipped)-4]), ErrEnvelope},
		{"gzip header cut", part(headers(edi, "base64"), zipped[:4]), ErrEnvelope},
		{"gzip changed", part(headers(edi, "base64"), append(zipped[:len(zipped)-8:len(zipped)-8], 0, 0, 0, 0, 0, 0, 0, 0)), ErrEnvelope},
		{"not base64", []byte(headers(edi, "base64") + "\r\n!!!!"), ErrEnvelope},
		{"another encoding", part(headers(edi, "quoted-printable"), sampleB2), ErrEnvelope},
		{"another type", part(headers("text/plain", "base64"), sampleB2), ErrEnvelope},
		{"no type", part("X: y\r\n", sampleB2), ErrEnvelope},
		{"no headers", []byte("\x00"), ErrEnvelope},
		{"too large", make([]byte, MaxEnvelope+1), ErrTooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := ReadPart(test.data)
			if !errors.Is(err, test.want) || test.want == nil && (err != nil || !bytes.Equal(p.Content, sampleB2)) {
				t.Errorf("%d bytes, %v; want %v", len(p.Content), err, test.want)
			}
		})
	}
}

// What is read is bounded as the caller says: a gzip is not unpacked beyond.
func TestReadPartUpTo(t *testing.T) {
	const limit = 4096
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(make([]byte, MaxEnvelope)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	headers := "Content-Type: application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\n"
	bomb := part(headers, zipped.Bytes())
	tests := []struct {
		name string
		data []byte
		want error
	}{
		{"as much", part(headers, sampleB2[:limit]), nil},
		{"one more", part(headers, sampleB2[:limit+1]), ErrTooLarge},
		{"bomb", bomb, ErrTooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if p, err := ReadPartUpTo(test.data, limit); !errors.Is(err, test.want) || (err == nil) != (len(p.Content) == limit) {
				t.Errorf("%d bytes, %v; want %v", len(p.Content), err, test.want)
			}
		})
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := ReadPartUpTo(bomb, 8<<20); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 64<<20 {
		t.Errorf("%d MB were allocated for a bound of 8 MB", taken>>20)
	}
}

func FuzzReadPart(f *testing.F) {
	f.Add(part("Content-Type: application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\n", sampleB2[:64]))
	f.Add([]byte("Content-Type: application/EDI-consent\r\n\r\n\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := ReadPart(data); err != nil && !closed(err) {
			t.Errorf("%v is of no known kind", err)
		}
	})
}
